using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local.Users;
using AnalysisRunner.Server.Code;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Stores;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Runs;

/// <summary>Makes, publishes and removes the files of runs. Every method may be repeated after a crash in the middle of it.</summary>
/// <param name="folders">Where they lie.</param>
/// <param name="files">Publishes configs.</param>
/// <param name="composition">Names the folders of a dataset's storage.</param>
/// <param name="address">Where drivers reach the server.</param>
/// <param name="dotnetHost">The <c>dotnet</c> program that drivers use.</param>
internal sealed class RunPreparation(StateFolders folders, ConfigFiles files, ConfigComposition composition, ServerAddress address, string dotnetHost)
{
    // By which what the driver does is found together with the request (W3C Trace Context, as programs pass it on).
    private const string TraceVariable = "TRACEPARENT";

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
        var checkout = found.Commit is { } commit ? CheckoutScript.Create(commit, folder.Checkout, found.Origin, invocation.AccessLevel.NeedsReviewedCode()) : null;
        var trace = Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? id : null;
        return new RunDocuments(config.ToToml(), config.Origins, DriverScript.Write(plan, folder, checkout), trace);
    }

    /// <summary>Publishes the composed config, once, and makes the local storage that it names; the answer is the config's SHA-256.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6151</c> something else lies where it belongs.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public async Task<string> PublishConfigAsync(InvocationRecord record, RunDocuments documents, CancellationToken cancellation)
    {
        var invocation = record.Invocation;
        // The config last: where it is, the origins are.
        await files.CreateOnceAsync(folders.Origins(invocation.ArGuid), documents.Origins, cancellation);
        await files.CreateOnceAsync(invocation.ConfigPath, documents.Config, cancellation);
        foreach (var (_, address) in composition.StorageFolders(record))
        {
            if (!StorageAddress.IsUrl(address)) PrivateFile.CreateFolder(address);
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(documents.Config)));
    }

    /// <summary>What a driver reads its config from: where it is published, or a copy of its own for a driver that could not read it there.</summary>
    public string ConfigOfDriver(Invocation invocation, bool readsStores) =>
        OsUser.Of(invocation.Identity) is not null || (!readsStores && StorageAddress.IsUrl(invocation.ConfigPath))
            ? folders.Run(invocation.ArGuid).DriverConfig
            : invocation.ConfigPath;

    /// <summary>What a driver reads its token from: the server's own file, or a copy for a driver with an identity, which could not read it there.</summary>
    public string TokenOfDriver(Invocation invocation)
    {
        var folder = folders.Run(invocation.ArGuid);
        return OsUser.Of(invocation.Identity) is null ? folder.TokenFile : folder.DriverToken;
    }

    /// <summary>Makes the run's folder with the driver's environment and, once, its token.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void PrepareDriver(Invocation invocation, RunDocuments documents, string config, IReadOnlyDictionary<string, string> environment)
    {
        var folder = folders.Run(invocation.ArGuid);
        var variables = new Dictionary<string, string>(environment);
        // A trace that the user gives is meant.
        if (documents.Trace is { } trace) variables.TryAdd(TraceVariable, trace);
        PrivateFile.CreateFolder(folder.Driver);
        var user = OsUser.Of(invocation.Identity);
        // Empty is what a loss of power leaves, which no driver outlives.
        if (new FileInfo(folder.TokenFile) is not { Exists: true, Length: > 0 }) PrivateFile.ReplaceSoon(folder.TokenFile, BearerTokens.NewJobToken(invocation.ArGuid));
        var token = user is null ? null : File.ReadAllText(folder.TokenFile);
        if (user is not null) HandOver(folder, user);
        // As the driver: it may be at work already when this is done a second time, and would lead the server's hand elsewhere.
        using var rights = FileRights.Of(user);
        PrivateFile.ReplaceSoon(folder.Environment, DriverScript.WriteEnvironment(variables));
        if (token is not null) PrivateFile.ReplaceSoon(folder.DriverToken, token);
        // Roles and service accounts are given to users of their own only.
        if (token is not null && invocation.Identity?.S3Role is not null) PrivateFile.ReplaceSoon(folder.Authorization, $"Bearer {token.Trim()}");
        if (token is not null && invocation.Identity?.GcsServiceAccount is not null)
            PrivateFile.ReplaceSoon(folder.GoogleCredentials, AccountVariables.WriteFile(invocation.ArGuid, folder, address.DriverUrl));
        if (config == folder.DriverConfig) PrivateFile.ReplaceSoon(folder.DriverConfig, documents.Config);
    }

    /// <summary>The files of a driver.</summary>
    public RunFolder Folder(string arGuid) => folders.Run(arGuid);

    private void HandOver(RunFolder folder, OsUser user)
    {
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException();
        UserFolders.LetPass(folders.Root, folders.Runs, folder.Path);
        UserFolders.Give(user, folder.Driver);
    }

    /// <summary>How many bytes a driver has noted about its steps: it only ever adds.</summary>
    public long LengthOfSteps(string arGuid) => new FileInfo(folders.Run(arGuid).Steps) is { Exists: true, Length: var length } ? length : 0;

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
