using System.Diagnostics;
using System.Text;
using AnalysisRunner.Toml.TestAdapter;

namespace AnalysisRunner.Toml.Tests;

/// <summary>toml-test's own protocol, by the real program.</summary>
public sealed class AdapterProtocol
{
    [Fact]
    public void Decodes_to_tagged_json_and_encodes_back()
    {
        var (code, json, _) = Run("a = 1\n", "decode");
        code.ShouldBe(0);
        json.ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal).ShouldBe("""{"a":{"type":"integer","value":"1"}}""");
        Run(json, "encode").ShouldBe((0, "a = 1\n", ""));
    }

    [Fact]
    public void Exits_with_1_and_the_errors_when_invalid()
    {
        var (code, output, errors) = Run("a = {b = 1,}\nc = 01\n", "decode", "--toml=1.0");
        code.ShouldBe(1);
        output.ShouldBeEmpty();
        errors.ShouldContain("stdin(1,11): AR4018: ");
        errors.ShouldContain("stdin(2,5): AR4005: ");
        Run("a = {b = 1,}", "decode", "--toml=1.1").Code.ShouldBe(0);
        Run("[]", "encode").Code.ShouldBe(1);
    }

    private static (int Code, string Output, string Errors) Run(string input, params string[] arguments)
    {
        var assembly = typeof(TaggedJson).Assembly.Location;
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", [assembly, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.BaseStream.Write(Encoding.UTF8.GetBytes(input));
        process.StandardInput.Close();
        process.WaitForExit();
        return (process.ExitCode, output.GetAwaiter().GetResult(), errors.GetAwaiter().GetResult());
    }
}
