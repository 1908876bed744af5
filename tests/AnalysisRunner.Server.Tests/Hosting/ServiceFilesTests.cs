using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using AnalysisRunner.Server.Tests.Code;

namespace AnalysisRunner.Server.Tests.Hosting;

/// <summary>The files by which the server is installed.</summary>
public sealed partial class ServiceFilesTests
{
    [SystemdFact]
    public void Systemd_takes_the_unit()
    {
        // Verification looks for programs and users of this machine: those that exist everywhere stand for ours.
        var folder = Directory.CreateTempSubdirectory("unit-").FullName;
        try
        {
            var unit = Path.Combine(folder, "analysis-runner.service");
            File.WriteAllText(unit, File.ReadAllText(PathTo("analysis-runner.service")));
            var (exit, _, error) = UserRepository.Run("systemd-analyze", folder, ["verify", "--recursive-errors=no", unit]);
            // A key that it does not know is a warning to it.
            error.Split('\n').Where(line => line.Contains("analysis-runner.service", StringComparison.Ordinal)).ShouldBeEmpty();
            exit.ShouldBe(0, error);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Every_instruction_of_the_container_file_is_one()
    {
        var text = Continuation().Replace(File.ReadAllText(PathTo("Containerfile")), " ");
        var instructions = text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' ')[0]).ToList();
        instructions.ShouldAllBe(word => Instructions.Contains(word));
        instructions[0].ShouldBe("FROM");
        instructions.IndexOf("USER").ShouldBeLessThan(instructions.IndexOf("ENTRYPOINT"));
        text.ShouldContain("AnalysisRunner.Server.dll");
    }

    private static readonly string[] Instructions = ["FROM", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT", "CMD"];

    private static string PathTo(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/operations", name);

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continuation();
}

/// <summary>A fact that needs systemd-analyze; skipped, saying so, where it is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SystemdFactAttribute : FactAttribute
{
    public SystemdFactAttribute() => Skip = File.Exists("/usr/bin/systemd-analyze") ? null : "systemd-analyze is not installed";
}
