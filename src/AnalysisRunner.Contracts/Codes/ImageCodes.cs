namespace AnalysisRunner.Contracts.Codes;

/// <summary>AR6068 to AR6070 and AR6120: finding out which image a name means; each has a page in <c>docs/diagnostics</c>.</summary>
public static class ImageCodes
{
    /// <summary>The registry cannot be asked which image a name means, or does not say it.</summary>
    public const string NotResolved = "AR6068";

    /// <summary>The registry has no such image.</summary>
    public const string NotFound = "AR6069";

    /// <summary>The text is no name of an image.</summary>
    public const string Malformed = "AR6070";

    /// <summary>A batch names more images by tags than registries are asked about for one batch.</summary>
    public const string TooMany = "AR6120";
}
