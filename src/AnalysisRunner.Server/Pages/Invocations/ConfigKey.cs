using System.Text.Json;

namespace AnalysisRunner.Server.Pages.Invocations;

/// <summary>One key of a composed config, and where its value came from.</summary>
/// <param name="Key">The dotted key.</param>
/// <param name="Value">The value as TOML.</param>
/// <param name="Layer">The layer that set it.</param>
/// <param name="File">The file in that layer; null when it has none.</param>
/// <param name="Line">The line in the file.</param>
/// <param name="Replaced">The values that it replaced, the latest first, each with its place.</param>
public sealed record ConfigKey(string Key, string Value, string Layer, string? File, int Line, IReadOnlyList<string> Replaced)
{
    /// <summary>Where the value was set.</summary>
    public string Place => Describe(Layer, File, Line);

    /// <summary>Reads the origins that were published with the config.</summary>
    public static IReadOnlyList<ConfigKey> Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(key => new ConfigKey(
            key.GetProperty("key").GetString()!,
            Text(key, "value") ?? "",
            Text(key, "layer") ?? "",
            Text(key, "file"),
            key.GetProperty("line").GetInt32(),
            [.. key.GetProperty("replaced").EnumerateArray().Select(old =>
                $"{Text(old, "value") ?? "a table"} ({Describe(Text(old, "layer") ?? "", Text(old, "file"), old.GetProperty("line").GetInt32())})")]))];
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Describe(string layer, string? file, int line) =>
        line == 0 ? layer : FormattableString.Invariant($"{file ?? layer}, line {line}");
}
