using System.Security.Cryptography;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local.Users;
using AnalysisRunner.Server.Code;
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

    /// <summary>Writes what the run will need, so that a server that dies after recording the invocation can go on from it.</summary>
    public void Prepare(Invocation invocation, CommittedSubmission found, ComposedConfig config, string? image)
    {
        var folder = folders.Run(invocation.ArGuid);
        PrivateFile.CreateFolder(folder.Path);
        PrivateFile.CreateFolder(folder.Driver);
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
        PrivateFile.Replace(folder.PreparedConfig, config.ToToml());
        PrivateFile.Replace(folder.PreparedOrigins, config.Origins);
        var checkout = found.Commit is { } commit ? CheckoutScript.Create(commit, folder.Checkout, found.Origin, invocation.AccessLevel.NeedsReviewedCode()) : null;
        PrivateFile.Replace(folder.DriverScript, DriverScript.Write(plan, folder, checkout));
    }

    /// <summary>Publishes the composed config, once, and makes the storage that it names; the answer is the config's SHA-256.</summary>
    /// <exception cref="IOException">The config was prepared and lost, or a folder cannot be written.</exception>
    public string PublishConfig(Invocation invocation)
    {
        var target = folders.Config(invocation.ArGuid);
        if (!File.Exists(target))
        {
            PrivateFile.CreateFolder(Path.GetDirectoryName(target)!);
            // The config last: where it is, the origins are.
            PrivateFile.CreateOnce(folders.Origins(invocation.ArGuid), File.ReadAllText(folders.Run(invocation.ArGuid).PreparedOrigins));
            PrivateFile.CreateOnce(target, File.ReadAllText(folders.Run(invocation.ArGuid).PreparedConfig));
        }
        foreach (var (_, path) in composition.StorageFolders(invocation.Dataset, invocation.AccessLevel)) PrivateFile.CreateFolder(path);
        return Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(target)));
    }

    /// <summary>Writes the driver's environment and, once, its token; the answer is the driver's script.</summary>
    /// <exception cref="IOException">The script was prepared and lost, or the folder cannot be written.</exception>
    public string PrepareDriver(Invocation invocation, IReadOnlyDictionary<string, string> environment)
    {
        var folder = folders.Run(invocation.ArGuid);
        if (!File.Exists(folder.TokenFile)) PrivateFile.CreateOnce(folder.TokenFile, BearerTokens.NewJobToken(invocation.ArGuid));
        var (token, script) = (File.ReadAllText(folder.TokenFile), File.ReadAllText(folder.DriverScript, Encoding.UTF8));
        var user = OsUser.Of(invocation.Identity);
        var config = user is null ? null : File.ReadAllText(folders.Config(invocation.ArGuid));
        if (user is not null) HandOver(folder, user);
        // As the driver: it may be at work already when this is done a second time, and would lead the server's hand elsewhere.
        using var rights = FileRights.Of(user);
        PrivateFile.Replace(folder.Environment, DriverScript.WriteEnvironment(environment));
        PrivateFile.Replace(folder.DriverToken, token);
        if (config is not null) PrivateFile.Replace(folder.DriverConfig, config);
        return script;
    }

    /// <summary>The files of a driver.</summary>
    public RunFolder Folder(string arGuid) => folders.Run(arGuid);

    private void HandOver(RunFolder folder, OsUser user)
    {
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException();
        UserFolders.LetPass(folders.Root, folders.Runs, folder.Path);
        UserFolders.Give(user, folder.Driver);
    }

    /// <summary>The steps that a driver has noted.</summary>
    public IReadOnlyList<InvocationStep> ReadSteps(string arGuid) => DriverSteps.Read(folders.Run(arGuid).Steps);

    /// <summary>Removes the run's checkout, token and all else that was only for it. The config, the outputs and the logs stay.</summary>
    /// <exception cref="IOException">Something cannot be removed.</exception>
    public void Remove(string arGuid)
    {
        OwnedFiles.EmptyForeign(folders.Run(arGuid).Path);
        PrivateFile.RemoveFolder(folders.Run(arGuid).Path);
    }

    /// <summary>The runs whose files exist.</summary>
    public IEnumerable<string> Existing() => Directory.Exists(folders.Runs)
        ? Directory.EnumerateDirectories(folders.Runs).Select(path => Path.GetFileName(path)).Where(RandomText.IsArGuid)
        : [];
}
