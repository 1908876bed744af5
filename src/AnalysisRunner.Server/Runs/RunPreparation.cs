using System.Security.Cryptography;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Code;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Stores;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Runs;

/// <summary>Makes, publishes and removes the files of runs. Every method may be repeated after a crash in the middle of it.</summary>
/// <param name="folders">Where they lie.</param>
/// <param name="files">Publishes configs.</param>
/// <param name="composition">Names the folders of a dataset's storage.</param>
/// <param name="dotnetHost">The <c>dotnet</c> program that drivers use.</param>
internal sealed class RunPreparation(StateFolders folders, ConfigFiles files, ConfigComposition composition, string dotnetHost)
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
        var checkout = found.Commit is { } commit ? CheckoutScript.Create(commit, folder.Checkout, found.Origin) : null;
        PrivateFile.Replace(folder.DriverScript, DriverScript.Write(plan, folder, checkout));
    }

    /// <summary>Publishes the composed config, once, and makes the local storage that it names; the answer is the config's SHA-256.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6151</c> something else lies where it belongs.</exception>
    /// <exception cref="IOException">The config was prepared and lost, or it cannot be written.</exception>
    public async Task<string> PublishConfigAsync(Invocation invocation, CancellationToken cancellation)
    {
        var folder = folders.Run(invocation.ArGuid);
        // The config last: where it is, the origins are.
        await files.CreateOnceAsync(folders.Origins(invocation.ArGuid), await File.ReadAllTextAsync(folder.PreparedOrigins, cancellation), cancellation);
        await files.CreateOnceAsync(invocation.ConfigPath, await File.ReadAllTextAsync(folder.PreparedConfig, cancellation), cancellation);
        foreach (var (_, address) in composition.StorageFolders(invocation.Dataset, invocation.AccessLevel))
            if (!StorageAddress.IsUrl(address)) PrivateFile.CreateFolder(address);
        return Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(folder.PreparedConfig, cancellation)));
    }

    /// <summary>What a driver reads its config from: where it is published, or a copy on this machine for a driver that has no credentials to read it there.</summary>
    public string ConfigOfDriver(Invocation invocation, bool readsStores) =>
        readsStores || !StorageAddress.IsUrl(invocation.ConfigPath) ? invocation.ConfigPath : folders.Run(invocation.ArGuid).PreparedConfig;

    /// <summary>Writes the driver's environment and, once, its token; the answer is the driver's script.</summary>
    /// <exception cref="IOException">The script was prepared and lost, or the folder cannot be written.</exception>
    public string PrepareDriver(string arGuid, IReadOnlyDictionary<string, string> environment)
    {
        var folder = folders.Run(arGuid);
        PrivateFile.Replace(folder.Environment, DriverScript.WriteEnvironment(environment));
        if (!File.Exists(folder.TokenFile)) PrivateFile.CreateOnce(folder.TokenFile, BearerTokens.NewJobToken(arGuid));
        return File.ReadAllText(folder.DriverScript, Encoding.UTF8);
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
