using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Stores;

namespace AnalysisRunner.Server.Runs;

/// <summary>What lies where in the state folder.</summary>
/// <param name="root">The state folder, absolute.</param>
internal sealed class StateFolders(string root)
{
    /// <summary>The state folder.</summary>
    public string Root { get; } = root;

    /// <summary>The invocation log.</summary>
    public string Log => Path.Combine(Root, "invocations.sqlite");

    /// <summary>The name of the server that has this folder.</summary>
    public string Identity => Path.Combine(Root, "server.id");

    /// <summary>The mirrors of repositories.</summary>
    public string Mirrors => Path.Combine(Root, "mirrors");

    /// <summary>The local engine's folder.</summary>
    public string Engine => Path.Combine(Root, "engine");

    /// <summary>The copies of commits that the users of jobs may read.</summary>
    public string Code => Path.Combine(Root, "code");

    /// <summary>The runs that have not ended.</summary>
    public string Runs => Path.Combine(Root, "runs");

    /// <summary>Where composed configs are kept, when not in the state folder: a local path or a URL.</summary>
    public string? ConfigStore { get; init; }

    /// <summary>Where the storage of datasets lies, with <c>{dataset}</c> and <c>{namespace}</c>, when not in the state folder: a local path or a URL.</summary>
    public string? StoragePattern { get; init; }

    /// <summary>The address of composed configs and, below it, their templates.</summary>
    public string Configs => ConfigStore ?? Path.Combine(Root, "config");

    /// <summary>The composed config of an invocation.</summary>
    public string Config(string arGuid) => StorageAddress.Combine(Configs, arGuid + ".toml");

    /// <summary>Which layer and line set each key of <see cref="Config"/>.</summary>
    public string Origins(string arGuid) => StorageAddress.Combine(Configs, arGuid + ".origins.json");

    /// <summary>The address of a dataset's storage in a namespace.</summary>
    public string Storage(string dataset, string @namespace) => (StoragePattern ?? Path.Combine(Root, "storage", "{dataset}-{namespace}"))
        .Replace("{dataset}", dataset, StringComparison.Ordinal).Replace("{namespace}", @namespace, StringComparison.Ordinal);

    /// <summary>What a run needs until it ends.</summary>
    /// <exception cref="ArgumentException">The text is not an ar-guid and must not become part of a path.</exception>
    public RunFolder Run(string arGuid) => RandomText.IsArGuid(arGuid)
        ? new RunFolder(Path.Combine(Runs, arGuid))
        : throw new ArgumentException("not an ar-guid", nameof(arGuid));
}

/// <summary>The folder of one run. It exists from just before the engine is asked until the invocation has ended.</summary>
/// <param name="Path">Its absolute path.</param>
internal sealed record RunFolder(string Path)
{
    /// <summary>The driver's token, as the server compares it.</summary>
    public string TokenFile => System.IO.Path.Combine(Path, "token");

    /// <summary>What belongs to the driver: where it has an identity, to that user alone. The server trusts nothing that it finds there.</summary>
    public string Driver => System.IO.Path.Combine(Path, "driver");

    /// <summary>The user's environment variables, as the script reads them.</summary>
    public string Environment => System.IO.Path.Combine(Driver, "environment.sh");

    /// <summary>The driver's token, as a driver with an identity reads it.</summary>
    public string DriverToken => System.IO.Path.Combine(Driver, "token");

    /// <summary>The driver's token as a header, as the clients of AWS read it.</summary>
    public string Authorization => System.IO.Path.Combine(Driver, "authorization");

    /// <summary>How the clients of Google get tokens of the run's service account.</summary>
    public string GoogleCredentials => System.IO.Path.Combine(Driver, "google-credentials.json");

    /// <summary>The composed config, as a driver reads it that cannot read the published one.</summary>
    public string DriverConfig => System.IO.Path.Combine(Driver, "config.toml");

    /// <summary>What the driver says about its steps.</summary>
    public string Steps => System.IO.Path.Combine(Driver, "steps");

    /// <summary>What the driver says about its machine.</summary>
    public string Facts => System.IO.Path.Combine(Driver, "facts");

    /// <summary>Where the build says what it built.</summary>
    public string BuildResult => System.IO.Path.Combine(Driver, "build-result");

    /// <summary>What lay under the output prefix, in one category of the storage, before the driver started.</summary>
    public string OutputsBefore(string category) => System.IO.Path.Combine(Path, $"outputs-before-{category}.jsonl");

    /// <summary>What is written beside the outputs, before it is there.</summary>
    public string Metadata => System.IO.Path.Combine(Path, "metadata.json");

    /// <summary>The clean checkout.</summary>
    public string Checkout => System.IO.Path.Combine(Driver, "checkout");
}
