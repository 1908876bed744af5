using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Code;

namespace AnalysisRunner.Server.Runs;

/// <summary>
/// Writes the bash script of a driver: checkout, build where a project is to be built, run. Each step notes its start, end and exit code in a file
/// and announces itself in the log. Everything that comes from a request is one quoted word.
/// </summary>
internal static class DriverScript
{
    /// <summary>The whole script.</summary>
    /// <param name="plan">What is to be run.</param>
    /// <param name="folder">Where.</param>
    /// <param name="checkout">
    /// The commands that make a clean checkout in <see cref="RunFolder.Checkout"/> and verify its HEAD; null where there is no commit, and the command
    /// runs in an empty folder.
    /// </param>
    public static string Write(DriverPlan plan, RunFolder folder, string? checkout)
    {
        var script = new StringBuilder("set -euo pipefail\n");
        script.Append("_ar_steps=").Append(ShellWord.Quote(folder.Steps)).Append('\n');
        // A step runs in a subshell that is no part of a condition: there, and only there, set -e holds inside it.
        script.Append(
            """
            _ar_now() { printf '%s' "${EPOCHREALTIME:-$(date +%s)}"; }
            _ar_step() {
              printf '==> %s\n' "$1"
              printf 'start %s %s\n' "$1" "$(_ar_now)" >> "$_ar_steps"
              set +e
              ( set -euo pipefail; "_ar_$1" )
              _ar_code=$?
              set -e
              printf 'end %s %s %s\n' "$1" "$(_ar_now)" "$_ar_code" >> "$_ar_steps"
              if [ "$_ar_code" -ne 0 ]; then
                printf '==> %s failed: exit code %s\n' "$1" "$_ar_code"
                exit "$_ar_code"
              fi
            }

            """);
        script.Append(FactsScript.Functions(folder));
        if (checkout is null) script.Append("mkdir -p -- ").Append(ShellWord.Quote(folder.Checkout)).Append('\n');
        else script.Append("_ar_checkout() {\n").Append(checkout).Append("\n}\n");
        if (plan.Project is not null) script.Append("_ar_build() {\n").Append(Build(plan, folder)).Append("}\n");
        script.Append("_ar_run() {\n").Append(Run(plan, folder)).Append("}\n");
        if (plan.Image is not null)
        {
            script.Append("printf '%s\\n' ")
                .Append(ShellWord.Quote($"==> the image '{plan.Image}' is not used: drivers run without containers here"))
                .Append('\n');
        }
        if (checkout is not null) script.Append("_ar_step checkout\n");
        if (plan.Project is not null) script.Append("_ar_step build\n");
        script.Append("_ar_note_machine\n");
        return script.Append("_ar_step run\n").ToString();
    }

    /// <summary>The user's environment variables as a file that bash reads.</summary>
    public static string WriteEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in environment.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            text.Append("export ").Append(name).Append('=').Append(ShellWord.Quote(value)).Append('\n');
        }
        return text.ToString();
    }

    private static string Build(DriverPlan plan, RunFolder folder)
    {
        List<string> words =
        [
            plan.DotnetHost, "build", PathIn(folder, plan.Project!), "-restore", "-t:Build", "-p:EnableAnalysisRunnerSubmit=false",
            "-p:AccessLevel=" + plan.Level.ToName(),
            // The compiler's server would outlive the run and hold its folder.
            "-p:UseSharedCompilation=false",
            "-getProperty:TargetPath", "-getResultOutputFile:" + folder.BuildResult,
            // Whoever follows the run wants to see warnings, errors, and then the program.
            "--nologo", "-v:quiet",
        ];
        if (plan.Configuration is not null) words.AddRange(["-c", plan.Configuration]);
        if (plan.IsLocked) words.Add("-p:RestoreLockedMode=true");
        return $"""
            . {ShellWord.Quote(folder.Environment)}
            cd {ShellWord.Quote(folder.Checkout)}
            {ShellWord.QuoteAll(words)}
            {FactsScript.NoteBuild(plan, folder)}

            """;
    }

    private static string Run(DriverPlan plan, RunFolder folder)
    {
        var text = new StringBuilder();
        text.Append(". ").Append(ShellWord.Quote(folder.Environment)).Append('\n');
        text.Append("cd ").Append(ShellWord.Quote(PathIn(folder, plan.WorkingDirectory))).Append('\n');
        if (plan.Project is not null)
        {
            // The host reads its arguments from the path to the assembly on: what follows is the program's alone.
            text.Append("exec ").Append(ShellWord.Quote(plan.DotnetHost)).Append(" exec \"$(cat ").Append(ShellWord.Quote(folder.BuildResult)).Append(")\"");
            if (plan.Arguments.Count > 0) text.Append(' ').Append(ShellWord.QuoteAll(plan.Arguments));
            return text.Append('\n').ToString();
        }
        var command = plan.Script[0];
        if (plan.ScriptFile is not null)
        {
            var file = PathIn(folder, plan.ScriptFile);
            text.Append("chmod +x -- ").Append(ShellWord.Quote(file)).Append('\n');
            // With a slash, so that no program of that name on the PATH is meant.
            if (!command.Contains('/')) command = "./" + command;
        }
        return text.Append("exec ").Append(ShellWord.QuoteAll([command, .. plan.Script.Skip(1)])).Append('\n').ToString();
    }

    private static string PathIn(RunFolder folder, string path) => path.Length == 0 ? folder.Checkout : folder.Checkout + "/" + path;
}

/// <summary>What a driver is to do, after every check.</summary>
internal sealed record DriverPlan
{
    /// <summary>The access level, which the build is told.</summary>
    public required AccessLevel Level { get; init; }

    /// <summary>The folder to run in, relative to the root; empty is the root.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The project to build and run, or null.</summary>
    public string? Project { get; init; }

    /// <summary>Its configuration, or null for its own default.</summary>
    public string? Configuration { get; init; }

    /// <summary>Whether a lock file is committed beside the project.</summary>
    public bool IsLocked { get; init; }

    /// <summary>The arguments of the project's program.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The command and its arguments; empty for a project.</summary>
    public IReadOnlyList<string> Script { get; init; } = [];

    /// <summary>The command's file in the commit, relative to the root; null when it is a program of the machine.</summary>
    public string? ScriptFile { get; init; }

    /// <summary>The image that was asked for.</summary>
    public string? Image { get; init; }

    /// <summary>The <c>dotnet</c> program.</summary>
    public required string DotnetHost { get; init; }
}
