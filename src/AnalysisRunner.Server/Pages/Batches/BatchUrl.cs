using System.Globalization;

namespace AnalysisRunner.Server.Pages.Batches;

/// <summary>The addresses of batches and jobs.</summary>
internal static class BatchUrl
{
    private const int ArGuidLength = 36;

    /// <summary>A batch.</summary>
    public static string Of(string key) => $"/batches/{Uri.EscapeDataString(key)}";

    /// <summary>A job, or one attempt of it.</summary>
    public static string Of(string key, int job, int? attempt = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{Of(key)}/jobs/{job}{(attempt is { } number ? $"/attempts/{number}" : "")}");

    /// <summary>The ar-guid of the invocation that submitted a batch: the key begins with it.</summary>
    public static string ArGuidOf(string key) => key.Length >= ArGuidLength ? key[..ArGuidLength] : key;
}
