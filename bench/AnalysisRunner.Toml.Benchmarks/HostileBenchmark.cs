using System.Text;
using BenchmarkDotNet.Attributes;

namespace AnalysisRunner.Toml.Benchmarks;

/// <summary>One megabyte of what a fuzzer finds slow: each must stay within a small factor of a realistic document.</summary>
[MemoryDiagnoser]
public class HostileBenchmark
{
    private byte[] _text = [];

    [Params("keys", "headers", "dotted", "brackets", "braces", "quotes", "numbers", "array-of-tables", "unclosed-lines", "unclosed-braces", "statements-in-array", "one-long-line")]
    public string Case { get; set; } = "";

    [GlobalSetup]
    public void Setup() => _text = HostileText.Make(Case, 1_000_000);

    [Benchmark]
    public int Parse()
    {
        var document = TomlDocument.Parse(_text);
        // Positions are part of the cost: they are worked out when asked for.
        return document.Errors.Sum(error => error.Span.Column);
    }
}

/// <summary>Worst cases for the reader.</summary>
internal static class HostileText
{
    public static byte[] Make(string name, int bytes)
    {
        var text = new StringBuilder();
        var unit = name switch
        {
            "keys" => (Func<int, string>)(i => $"k{i}=0\n"),
            "headers" => i => $"[a{i}]\n",
            "dotted" => i => $"a.b.c.d.k{i}=0\n",
            "brackets" => _ => "[",
            "braces" => _ => "{a=",
            "quotes" => _ => "\"\"\"",
            "numbers" => _ => "1,",
            "array-of-tables" => _ => "[[a]]\n",
            "unclosed-lines" => _ => "a = [\n",
            "unclosed-braces" => i => $"k{i} = {{a = 1 b\n",
            "statements-in-array" => _ => "\"x\\\n.y\n",
            _ => _ => "é, ",
        };
        text.Append(name switch { "brackets" or "braces" or "numbers" or "statements-in-array" or "one-long-line" => "x = [", "quotes" => "x = ", _ => "" });
        for (var i = 0; text.Length < bytes; i++) text.Append(unit(i));
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
