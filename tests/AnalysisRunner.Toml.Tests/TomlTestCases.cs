using System.Globalization;
using System.Text;
using System.Text.Json;
using AnalysisRunner.Toml.TestAdapter;

namespace AnalysisRunner.Toml.Tests;

public sealed class TomlTestCases
{
    [TomlTestTheory]
    [InlineData(TomlVersion.V1_0, 176)]
    [InlineData(TomlVersion.V1_1, 183)]
    public void Decodes_every_valid_case_to_its_tagged_json(TomlVersion version, int listed)
    {
        var cases = TomlTestSuite.Valid(version);
        cases.Count.ShouldBe(listed);
        var wrong = new List<string>();
        foreach (var path in cases)
        {
            var document = TomlDocument.Parse(TomlTestSuite.Read(path), path, new TomlOptions { Version = version });
            wrong.AddRange(document.Errors.Select(e => e.ToString()));
            if (document.HasErrors) continue;
            using var actual = JsonDocument.Parse(TaggedJson.Write(document.Root));
            using var expected = JsonDocument.Parse(TomlTestSuite.Read(Path.ChangeExtension(path, ".json")));
            if (Difference(expected.RootElement, actual.RootElement, "") is { } difference) wrong.Add($"{path}: {difference}");
        }

        wrong.ShouldBeEmpty();
    }

    [TomlTestTheory]
    [InlineData(TomlVersion.V1_0, 379)]
    [InlineData(TomlVersion.V1_1, 375)]
    public void Refuses_every_invalid_case_at_a_position_inside_it(TomlVersion version, int listed)
    {
        var cases = TomlTestSuite.Invalid(version);
        cases.Count.ShouldBe(listed);
        var wrong = new List<string>();
        foreach (var path in cases)
        {
            var bytes = TomlTestSuite.Read(path);
            var document = TomlDocument.Parse(bytes, path, new TomlOptions { Version = version });
            if (!document.HasErrors) wrong.Add($"{path} is accepted");
            var lines = Encoding.UTF8.GetString(bytes).Split('\n');
            foreach (var error in document.Errors)
            {
                var inside = error.Span.Start >= 0 && error.Span.Start + error.Span.Length <= bytes.Length
                    && error.Span.Line <= lines.Length && error.Span.Column <= lines[error.Span.Line - 1].Length + 1;
                if (!inside) wrong.Add($"{error} is outside");
            }
        }

        wrong.ShouldBeEmpty();
    }

    [TomlTestFact]
    public void Reads_back_what_it_writes_for_every_valid_case()
    {
        foreach (var path in TomlTestSuite.Valid(TomlVersion.V1_1))
        {
            var first = TomlDocument.Parse(TomlTestSuite.Read(path), path);
            var text = TomlWriter.Write(first.Root, TomlDialect.Full);
            var second = TomlDocument.Parse(text, path, new TomlOptions { Version = TomlVersion.V1_0 });
            second.Errors.ShouldBeEmpty(path);
            using var expected = JsonDocument.Parse(TaggedJson.Write(first.Root));
            using var actual = JsonDocument.Parse(TaggedJson.Write(second.Root));
            Difference(expected.RootElement, actual.RootElement, "").ShouldBeNull(path);
            TomlWriter.Write(second.Root, TomlDialect.Full).ShouldBe(text, path);
        }
    }

    [TomlTestFact]
    public void Encodes_the_tagged_json_of_every_valid_case()
    {
        foreach (var path in TomlTestSuite.Valid(TomlVersion.V1_1))
        {
            var json = TomlTestSuite.Read(Path.ChangeExtension(path, ".json"));
            var document = TomlDocument.Parse(TomlWriter.Write(TaggedJson.Read(json), TomlDialect.Full), path);
            document.Errors.ShouldBeEmpty(path);
            using var expected = JsonDocument.Parse(json);
            using var actual = JsonDocument.Parse(TaggedJson.Write(document.Root));
            Difference(expected.RootElement, actual.RootElement, "").ShouldBeNull(path);
        }
    }

    /// <summary>Compares by toml-test's rules: floats as numbers, dates as instants, everything else as text.</summary>
    private static string? Difference(JsonElement expected, JsonElement actual, string path)
    {
        if (expected.ValueKind != actual.ValueKind) return $"{path}: {expected} is not {actual}";
        if (expected.ValueKind == JsonValueKind.Array)
        {
            if (expected.GetArrayLength() != actual.GetArrayLength()) return $"{path}: lengths differ";
            return Enumerable.Range(0, expected.GetArrayLength()).Select(i => Difference(expected[i], actual[i], $"{path}[{i}]")).FirstOrDefault(d => d is not null);
        }

        if (expected.GetPropertyCount() != actual.GetPropertyCount()) return $"{path}: {expected} is not {actual}";
        if (expected.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && expected.GetProperty("value") is { ValueKind: JsonValueKind.String } value)
        {
            var same = type.GetString() == actual.GetProperty("type").GetString() && Same(type.GetString()!, value.GetString()!, actual.GetProperty("value").GetString()!);
            return same ? null : $"{path}: {expected} is not {actual}";
        }

        foreach (var property in expected.EnumerateObject())
        {
            if (!actual.TryGetProperty(property.Name, out var other)) return $"{path}.{property.Name} is absent";
            if (Difference(property.Value, other, $"{path}.{property.Name}") is { } difference) return difference;
        }

        return null;
    }

    private static bool Same(string type, string expected, string actual) => type switch
    {
        "float" when expected.TrimStart('+', '-') is "inf" or "nan" => expected.TrimStart('+') == actual || (expected.EndsWith("nan", StringComparison.Ordinal) && actual == "nan"),
        "float" => double.Parse(expected, CultureInfo.InvariantCulture).Equals(double.Parse(actual, CultureInfo.InvariantCulture)),
        "datetime" => DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture) == DateTimeOffset.Parse(actual, CultureInfo.InvariantCulture),
        "datetime-local" => DateTime.Parse(expected, CultureInfo.InvariantCulture) == DateTime.Parse(actual, CultureInfo.InvariantCulture),
        "time-local" => TimeOnly.Parse(expected, CultureInfo.InvariantCulture) == TimeOnly.Parse(actual, CultureInfo.InvariantCulture),
        _ => expected == actual,
    };
}
