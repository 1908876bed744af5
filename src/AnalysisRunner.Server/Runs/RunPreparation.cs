using System.Security.Cryptography;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Code;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Runs;

/// <summary>Makes, publishes and removes the files of runs. Every method may be repeated after a crash in the middle of it.</summary>
/// <param name="folders">Where they lie.</param>
/// <param name="composition">Names the folders of a dataset's storage.</param>
/// <param name="dotnetHost">The <c>dotnet</c> program that drivers use.</param>
internal sealed class RunPreparation(StateFolders folders, ConfigComposition composition, string dotnetHost)
{
    /// <summary>Where it is published which layer and line set each key of the config.</summary>
    public string OriginsPath(string arGuid) => folders.Origins(arGuid);

    /// <summary>Where the composed config of an invocation is published.</summary>
    public string ConfigPath(string arGuid) => folders.Config(arGuid);

    /// <summary>Describes what the run is started from. Nothing is written: it is recorded with the invocation.</summary>
    public RunDocuments Describe(Invocation invocation, CommittedSubmission found, ComposedConfig config, string? image)
    {
        var folder = folders.Run(invocation.ArGuid);
        var plan = new DriverPlan
        {
            Level = invocation.AccessLevel,
            WorkingDirectory = invocation.WorkingDirectory,
            Project = invocation.Project,
            Configuration = invocation.Configuration,
            IsLocked = found.IsLocked,
            Arguments = invocation.Arguments,
            Script = invocation.Script,
            ScriptFile = found.ScriptFile,
            Image = image,
            DotnetHost = dotnetHost,
        };
        var checkout = found.Commit is { } commit ? CheckoutScript.Create(commit, folder.Checkout, found.Origin) : null;
        return new RunDocuments(config.ToToml(), config.Origins, DriverScript.Write(plan, folder, checkout));
    }

    /// <summary>Publishes the composed config, once, and makes the storage that it names; the answer is the config's SHA-256.</summary>
    /// <exception cref="IOException">A folder cannot be written.</exception>
    public string PublishConfig(Invocation invocation, RunDocuments documents)
    {
        var target = folders.Config(invocation.ArGuid);
        if (!File.Exists(target))
        {
            PrivateFile.CreateFolder(Path.GetDirectoryName(target)!);
            // The config last: where it is, the origins are.
            PrivateFile.CreateOnce(folders.Origins(invocation.ArGuid), documents.Origins);
            PrivateFile.CreateOnce(target, documents.Config);
        }
        foreach (var (_, path) in composition.StorageFolders(invocation.Dataset, invocation.AccessLevel)) PrivateFile.CreateFolder(path);
        return Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(target)));
    }

    /// <summary>Makes the run's folder with the driver's environment and, once, its token.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void PrepareDriver(string arGuid, IReadOnlyDictionary<string, string> environment)
    {
        var folder = folders.Run(arGuid);
        PrivateFile.CreateFolder(folder.Path);
        PrivateFile.ReplaceSoon(folder.Environment, DriverScript.WriteEnvironment(environment));
        // Empty is what a loss of power leaves, which no driver outlives.
        if (new FileInfo(folder.TokenFile) is not { Exists: true, Length: > 0 }) PrivateFile.ReplaceSoon(folder.TokenFile, BearerTokens.NewJobToken(arGuid));
    }

    /// <summary>The token file of a driver.</summary>
    public string TokenFile(string arGuid) => folders.Run(arGuid).TokenFile;

    /// <summary>The steps that a driver has noted.</summary>
    public IReadOnlyList<InvocationStep> ReadSteps(string arGuid) => DriverSteps.Read(folders.Run(arGuid).Steps);

    /// <summary>Removes the run's checkout, token and all else that was only for it. The config, the outputs and the logs stay.</summary>
    /// <exception cref="IOException">Something cannot be removed.</exception>
    public void Remove(string arGuid) => PrivateFile.RemoveFolder(folders.Run(arGuid).Path);

    /// <summary>The runs whose files exist.</summary>
    public IEnumerable<string> Existing() => Directory.Exists(folders.Runs)
        ? Directory.EnumerateDirectories(folders.Runs).Select(path => Path.GetFileName(path)).Where(RandomText.IsArGuid)
        : [];
}
