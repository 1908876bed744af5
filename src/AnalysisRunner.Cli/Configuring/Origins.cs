using System.Text.Json;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission;

namespace AnalysisRunner.Cli.Configuring;

/// <summary>Says where values of a merged config came from. The list is that of <see cref="Config.MergedConfig.ListJson"/>, which the server gives as well.</summary>
internal static class Origins
{
    /// <summary>Writes the value of a key, or all below it.</summary>
    /// <exception cref="AnalysisRunnerException">AR1067: nothing sets it.</exception>
    public static void Write(Screen screen, JsonElement list, string key, bool asJson)
    {
        var found = list.EnumerateArray().Where(value => IsAt(value.GetProperty("key").GetString()!, key)).ToList();
        if (found.Count == 0)
            throw new AnalysisRunnerException(CommandLineCodes.KeyUnknown, $"No layer sets the key '{TerminalText.OneLine(key)}'. Check its spelling; a table is explained by its name.");
        if (asJson)
        {
            screen.WriteJson(writer =>
            {
                writer.WriteStartArray();
                foreach (var value in found) value.WriteTo(writer);
                writer.WriteEndArray();
            });
            return;
        }
        foreach (var value in found)
        {
            screen.WriteLine($"{value.GetProperty("key").GetString()} = {Value(value)}  # {Place(value)}");
            if (!value.TryGetProperty("replaced", out var replaced)) continue;
            foreach (var earlier in replaced.EnumerateArray()) screen.WriteLine($"    instead of {Value(earlier)}  # {Place(earlier)}");
        }
    }

    private static bool IsAt(string found, string asked) => found == asked || (found.StartsWith(asked, StringComparison.Ordinal) && found[asked.Length] == '.');

    private static string Value(JsonElement value) => value.TryGetProperty("value", out var text) && text.GetString() is { } toml ? toml : "a table";

    private static string Place(JsonElement value)
    {
        var layer = value.GetProperty("layer").GetString()!;
        var line = value.TryGetProperty("line", out var number) ? number.GetInt32() : 0;
        var file = value.TryGetProperty("file", out var name) && name.GetString() is { } path && path != layer ? $", {path}" : "";
        return line > 0 ? $"{layer}{file}, line {line}" : layer + file;
    }
}
