namespace AnalysisRunner.Storage.S3;

/// <summary>Opens the store with the settings of the environment: those of the AWS SDK, <c>AWS_ENDPOINT_URL_S3</c> and <c>AWS_ENDPOINT_URL</c> included.</summary>
public sealed class StoreProvider : IObjectStoreProvider
{
    /// <inheritdoc/>
    public string Scheme => S3Store.SchemeName;

    /// <inheritdoc/>
    public IObjectStore Open()
    {
        var (name, text) = Find("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
        if (text is null) return new S3Store(new S3StoreOptions());
        if (!Uri.TryCreate(text, UriKind.Absolute, out var endpoint)) throw StorageErrors.BadSetting(name, text, "It must be an absolute http or https URL.");
        return new S3Store(new S3StoreOptions { Endpoint = endpoint, Region = Find("AWS_REGION", "AWS_DEFAULT_REGION").Value });
    }

    private static (string Name, string? Value) Find(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value) return (name, value);
        return (names[0], null);
    }
}
