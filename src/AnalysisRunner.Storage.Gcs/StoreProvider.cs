namespace AnalysisRunner.Storage.Gcs;

/// <summary>Opens the store with the settings of the environment: <c>STORAGE_EMULATOR_HOST</c>, and what application default credentials read.</summary>
public sealed class StoreProvider : IObjectStoreProvider
{
    /// <summary>The environment variable with the address of an emulator, <c>host:port</c> or a URL, as Google's clients read it.</summary>
    public const string EmulatorVariable = "STORAGE_EMULATOR_HOST";

    /// <inheritdoc/>
    public string Scheme => GcsStore.SchemeName;

    /// <inheritdoc/>
    public IObjectStore Open() => new GcsStore(new GcsStoreOptions { Endpoint = Emulator(Environment.GetEnvironmentVariable(EmulatorVariable)) });

    internal static Uri? Emulator(string? text) =>
        string.IsNullOrEmpty(text) ? null
        : Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https" ? endpoint
        : throw StorageErrors.BadSetting(EmulatorVariable, text, "It must be host:port, or an http or https URL.");
}
