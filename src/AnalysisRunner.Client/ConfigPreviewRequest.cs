using System.Text.Json;

namespace AnalysisRunner.Client;

/// <summary>The body of <c>POST /config</c> (analysis-runner spec §2.4).</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Output">The output prefix.</param>
/// <param name="AccessLevel">The access level.</param>
/// <param name="Image">The driver's image; null is the server's.</param>
/// <param name="Config">The user's config, merged; null is none.</param>
public sealed record ConfigPreviewRequest(string Dataset, string Output, string AccessLevel, string? Image, JsonElement? Config);
