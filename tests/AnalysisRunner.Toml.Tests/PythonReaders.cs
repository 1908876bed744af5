using System.Text.Json;
using AnalysisRunner.Tests;
using AnalysisRunner.Toml.TestAdapter;

namespace AnalysisRunner.Toml.Tests;

/// <summary>What the writer writes, Python's own readers read back equal.</summary>
public sealed class PythonReaders
{
    /// <summary>Equal as Python's <c>==</c> has it, but for types and dates: -0.0 equals 0.0 (toml drops the sign), nan is itself.</summary>
    private const string Script = """
        import sys, json, math, datetime, importlib
        load = importlib.import_module(sys.argv[1]).loads
        def offset(d):
            return int(d.utcoffset().total_seconds() // 60)
        def tag(v):
            if isinstance(v, bool): return ["bool", v]
            if isinstance(v, int): return ["integer", str(v)]
            if isinstance(v, float): return ["float", (v + 0.0).hex() if math.isfinite(v) else str(v)]
            if isinstance(v, str): return ["string", [ord(c) for c in v]]
            if isinstance(v, datetime.datetime): return ["datetime", v.replace(tzinfo=None).isoformat(timespec="microseconds"), None if v.tzinfo is None else offset(v)]
            if isinstance(v, datetime.date): return ["date", v.isoformat()]
            if isinstance(v, datetime.time): return ["time", v.isoformat(timespec="microseconds")]
            if isinstance(v, list): return ["array", [tag(x) for x in v]]
            return ["table", sorted([[k, tag(x)] for k, x in v.items()])]
        def untag(v):
            if isinstance(v, list): return [untag(x) for x in v]
            if set(v) != {"type", "value"} or not isinstance(v["type"], str): return {k: untag(x) for k, x in v.items()}
            t, x = v["type"], v["value"]
            if t == "string": return x
            if t == "integer": return int(x)
            if t == "float": return float(x)
            if t == "bool": return x == "true"
            if t == "date-local": return datetime.date.fromisoformat(x)
            x = x.replace("Z", "+00:00")
            if "." in x:
                head, tail = x.split(".")
                digits = tail[:len(tail) - len(tail.lstrip("0123456789"))] or ""
                x = head + "." + digits.ljust(6, "0") + tail[len(digits):]
            return (datetime.time if t == "time-local" else datetime.datetime).fromisoformat(x)
        for n, case in enumerate(json.load(sys.stdin)):
            expected = tag(untag(case["json"]))
            try:
                actual = tag(load(case["toml"]))
            except Exception as e:
                print(n, "refused:", repr(e), repr(case["toml"]))
                continue
            if actual != expected: print(n, "differs:", repr(case["toml"]), expected, actual)
        """;

    [PythonFact("tomllib")]
    public void Tomllib_reads_what_is_written_back_equal() => Check("tomllib");

    [PythonFact("toml")]
    public void Toml_0_10_2_reads_what_is_written_back_equal() => Check("toml");

    private static void Check(string module)
    {
        var cases = new List<(string Toml, byte[] Json)>();
        for (var seed = 0; cases.Count < 600; seed++)
        {
            try
            {
                var text = TomlWriter.Write(new RandomModel(seed, portable: true).Table());
                cases.Add((text, TaggedJson.Write(TomlDocument.Parse(text).Root)));
            }
            catch (TomlWriteException)
            {
                // Refused with a code, which is what is promised for what Python cannot hold.
                seed.ShouldBeLessThan(1500, "too much is refused");
            }
        }

        if (TomlTestSuite.Folder is not null) cases.AddRange(ToWrite(TomlTestSuite.Valid(TomlVersion.V1_1)));
        Run(module, cases).ShouldBeEmpty();
    }

    private static IEnumerable<(string Toml, byte[] Json)> ToWrite(IEnumerable<string> paths)
    {
        var refused = new List<string>();
        foreach (var path in paths)
        {
            var document = TomlDocument.Parse(TomlTestSuite.Read(path), path);
            string text;
            try
            {
                text = TomlWriter.Write(document.Root);
            }
            catch (TomlWriteException e)
            {
                refused.Add($"{path}: {e.Message}");
                continue;
            }

            yield return (text, TaggedJson.Write(document.Root));
        }

        refused.Count.ShouldBe(RefusedOfThePublicCases, string.Join('\n', refused));
    }

    /// <summary>Of the 183 valid 1.1 cases; each has a mixed array, a table in a nested array, or a text or key that Python's toml misreads.</summary>
    private const int RefusedOfThePublicCases = 16;

    private static string Run(string module, List<(string Toml, byte[] Json)> cases)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartArray();
            foreach (var (toml, json) in cases)
            {
                writer.WriteStartObject();
                writer.WriteString("toml", toml);
                writer.WritePropertyName("json");
                writer.WriteRawValue(json);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return PythonFactAttribute.Run(module, stream.ToArray(), Script, module);
    }
}
