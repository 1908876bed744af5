namespace AnalysisRunner.Contracts.Codes;

/// <summary>Codes of how the server uses object stores; each has a page in <c>docs/diagnostics</c>. The stores' own are <c>AR7</c> codes.</summary>
public static class StoreCodes
{
    /// <summary>A job names an object store, and its dataset lends jobs no credentials.</summary>
    public const string CredentialsNotLent = "AR6150";

    /// <summary>Where a run's config belongs, something else lies.</summary>
    public const string ConfigDiffers = "AR6151";

    /// <summary>The config store cannot be reached.</summary>
    public const string ConfigStoreUnusable = "AR6152";

    /// <summary>A config template names what is no place for a dataset's data.</summary>
    public const string TemplateStorage = "AR6073";
}
