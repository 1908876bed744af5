using System.Diagnostics;
using System.Text;

namespace AnalysisRunner.Tests;

/// <summary>A fact that is skipped where no python3 has the module.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PythonFactAttribute : FactAttribute
{
    /// <summary>How a module shows that it is the one that is meant.</summary>
    private static readonly Dictionary<string, string> Probes = new()
    {
        ["toml"] = "import toml; assert toml.__version__ == '0.10.2'",
        ["tomllib"] = "import tomllib",
        ["jsonschema"] = "from jsonschema import Draft202012Validator",
    };

    public PythonFactAttribute(string module)
    {
        if (Find(module) is null) Skip = $"No python3 here has the module '{module}'.";
    }

    /// <summary>Runs a script that reads <paramref name="input"/>, and gives all that it prints, its complaints included.</summary>
    public static string Run(string module, byte[] input, string script, params string[] arguments)
    {
        using var process = Process.Start(Start(Find(module)!, ["-c", script, .. arguments]))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return output.GetAwaiter().GetResult() + errors.GetAwaiter().GetResult();
    }

    private static string? Find(string module) => new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(python => Has(python, Probes[module]));

    private static bool Has(string python, string probe)
    {
        try
        {
            using var process = Process.Start(Start(python, "-c", probe))!;
            process.StandardInput.Close();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static ProcessStartInfo Start(string python, params string[] arguments) => new(python, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        StandardOutputEncoding = Encoding.UTF8,
        Environment = { ["PYTHONUTF8"] = "1" },
    };
}
