using AnalysisRunner.Cli.Output;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission;

namespace AnalysisRunner.Cli.Submitting;

/// <summary>Makes of the words after the options a command that the driver can run (analysis-runner spec §1.3).</summary>
internal static class ScriptWords
{
    /// <summary>The words, with <c>./</c> before a script that is named without a folder.</summary>
    /// <param name="words">The script and its arguments.</param>
    /// <param name="folder">The folder that it will run in, as it is here.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="question">Asks when there is no such program here; null where what is here says nothing of what is there.</param>
    /// <exception cref="AnalysisRunnerException">AR1063: a script does not say which program reads it. AR1064, AR1065: it is unknown here, and not meant.</exception>
    public static IReadOnlyList<string> Find(IReadOnlyList<string> words, string folder, Func<string, string?> environment, Question? question)
    {
        var script = words[0];
        if (!Path.IsPathFullyQualified(script) && IsFileIn(folder, script) is { } path)
        {
            RequireShebang(path, script);
            return script.Contains('/', StringComparison.Ordinal) ? words : ["./" + script, .. words.Skip(1)];
        }
        if (question is not null && !script.Contains('/', StringComparison.Ordinal) && !IsOnPath(script, environment))
        {
            question.Confirm(
                $"The program '{TerminalText.OneLine(script)}' was not executable or not found on this computer. Submit it nevertheless?",
                "Check its name, or give '--yes' where the driver has it.");
        }
        return words;
    }

    /// <summary>The file's path, when its name is written exactly so: on some systems 'Run.sh' opens 'run.sh', and not on the driver's.</summary>
    private static string? IsFileIn(string folder, string script)
    {
        var path = Path.GetFullPath(script, folder);
        var parent = Path.GetDirectoryName(path);
        return parent is not null && Directory.Exists(parent) && Directory.EnumerateFiles(parent).Any(file => string.Equals(Path.GetFileName(file), Path.GetFileName(path), StringComparison.Ordinal))
            ? path
            : null;
    }

    private static void RequireShebang(string path, string script)
    {
        using var file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[2];
        if (file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start.SequenceEqual("#!"u8)) return;
        var first = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".py" => "#!/usr/bin/env python3",
            ".sh" => "#!/usr/bin/env bash",
            ".r" or ".rscript" => "#!/usr/bin/env Rscript",
            _ => null,
        };
        throw new AnalysisRunnerException(
            [new Problem(
                CommandLineCodes.ShebangMissing,
                $"Couldn't find shebang at start of '{TerminalText.OneLine(script)}', so the driver would not know which program reads it. {(first is null ? "Begin it with a line such as '#!/usr/bin/env bash'" : $"Begin it with the line '{first}'")}, or name the program before it.",
                File: path,
                Line: 1,
                Column: 1)]);
    }

    private static bool IsOnPath(string program, Func<string, string?> environment)
    {
        var endings = OperatingSystem.IsWindows() ? (environment("PATHEXT") ?? ".EXE;.CMD;.BAT").Split(';').Prepend("") : [""];
        return (environment("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => endings.Any(ending => File.Exists(Path.Combine(folder, program + ending))));
    }
}
