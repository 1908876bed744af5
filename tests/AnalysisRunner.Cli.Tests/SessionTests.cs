using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace AnalysisRunner.Cli.Tests;

/// <summary>The session that docs/reference/cli-session.md shows is what the program does at a terminal.</summary>
public sealed partial class SessionTests(LocalRunFixture local) : IClassFixture<LocalRunFixture>
{
    private const string Begin = "<!-- session: written by the tests of the command line -->\n";
    private const string End = "<!-- end of session -->\n";

    private readonly Dictionary<string, string> _names = [];

    [TerminalFact]
    public async Task The_page_shows_what_a_terminal_shows()
    {
        local.Write("count.sh", "#!/usr/bin/env bash\nset -euo pipefail\n. <(sed -n 's/^output_prefix = /prefix=/p; s/^default = /default=/p' \"$CPG_CONFIG_PATH\")\nmkdir -p \"$default/$prefix\"\nseq \"$1\" | tee \"$default/$prefix/numbers.txt\"\n");
        local.Write("time.sh", "#!/usr/bin/env bash\nset -euo pipefail\n. <(sed -n 's/^output_prefix = /prefix=/p; s/^default = /default=/p' \"$CPG_CONFIG_PATH\")\nmkdir -p \"$default/$prefix\"\ndate +%s.%N | tee \"$default/$prefix/time.txt\" | sed 's/.*/The time is written./'\n");
        local.Commit("Count, and tell the time");
        // Started before: how it starts is no part of the session.
        (await local.RunAsync("local", "start")).ExitCode.ShouldBe(0);

        var session = new StringBuilder(Begin).Append("\n```text\n");
        async Task<string> TypeAsync(string command, int exit = 0, params string[] answers)
        {
            var outcome = await Terminal.RunAsync(local.Batch, local.Environment, command, answers.Length == 0 ? null : answers);
            outcome.ExitCode.ShouldBe(exit, outcome.Output);
            session.Append("$ ").Append(Settle(command)).Append('\n').Append(Settle(Tidy(outcome.Output))).Append('\n');
            return outcome.Output;
        }

        var counted = GuidIn(await TypeAsync("analysis-runner --dataset fewgenomes --description 'Count to three' --wait count.sh 3"));
        await TypeAsync("analysis-runner show " + counted);
        await TypeAsync("analysis-runner outputs " + counted);
        await TypeAsync("analysis-runner reproduce " + counted);
        local.Write("count.sh", "#!/usr/bin/env bash\nseq 4\n");
        await TypeAsync("analysis-runner --dataset fewgenomes count.sh 4", ExitCodes.Refused);
        local.Git("checkout", "--quiet", "--", ".");
        var timed = GuidIn(await TypeAsync("analysis-runner --dataset fewgenomes --description 'Tell the time' --wait time.sh"));
        await TypeAsync("analysis-runner reproduce " + timed, ExitCodes.Different);
        var waiting = GuidIn(await TypeAsync("analysis-runner --dataset fewgenomes --description 'Wait' waits.sh"));
        await TypeAsync("analysis-runner cancel " + waiting, 0, "y");
        (await local.RunAsync("log", "-f", waiting)).ExitCode.ShouldBe(ExitCodes.RunFailed);
        await TypeAsync("analysis-runner invocations --dataset fewgenomes | cut -f 1,3,8");
        await TypeAsync("analysis-runner invocations --json | grep -c '\"state\": \"succeeded\"'");
        session.Append("```\n\n").Append(End);

        var file = Path.Combine(Metadata("RepositoryRoot"), "docs", "reference", "cli-session.md");
        var page = (await File.ReadAllTextAsync(file)).ReplaceLineEndings("\n");
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal) + End.Length);
        if (Environment.GetEnvironmentVariable("ANALYSIS_RUNNER_UPDATE") == "1") await File.WriteAllTextAsync(file, page[..begin] + session + page[end..]);
        else page[begin..end].ShouldBe(session.ToString(), "run the tests once with ANALYSIS_RUNNER_UPDATE=1 to write it anew");
    }

    private static string GuidIn(string text) => ArGuid().Matches(text)[0].Value;

    private static string Tidy(string text) => TrailingSpace().Replace(Terminal.Plain(text), "").Trim('\n') + "\n";

    /// <summary>What is another one each time becomes the same: identifiers by their order, moments, addresses and folders.</summary>
    private string Settle(string text)
    {
        text = text.Replace(Path.GetDirectoryName(local.Root)!, "/home/ada", StringComparison.Ordinal).Replace(Path.GetDirectoryName(CliProcess.Program)!, "/home/ada/tools/analysis-runner", StringComparison.Ordinal);
        text = ArGuid().Replace(text, found => Name(found.Value, string.Create(CultureInfo.InvariantCulture, $"a1b2c3d4-0000-4000-8000-{_names.Count + 1:x12}")));
        text = text.Replace(local.Git("rev-parse", "HEAD"), "4f2e9c0d1b3a576889ab01cd23ef456789012345", StringComparison.Ordinal).Replace(local.Git("rev-parse", "--short=12", "HEAD"), "4f2e9c0d1b3a", StringComparison.Ordinal)
            .Replace(local.Git("rev-parse", "--short", "HEAD"), "4f2e9c0", StringComparison.Ordinal);
        // Whose machine it is.
        text = Regex.Replace(text, $@"\b(by|of) {Regex.Escape(Environment.UserName)}\b", "$1 ada");
        text = Moment().Replace(text, "2026-03-04 05:06:07");
        text = Port().Replace(text, "http://127.0.0.1:40000");
        text = Code().Replace(text, "?code=…");
        text = Seconds().Replace(text, "0.1 s");
        return Waiting().Replace(text, "");
    }

    private string Name(string value, string name) => _names.TryGetValue(value, out var known) ? known : _names[value] = name;

    private static string Metadata(string key) => typeof(SessionTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    [GeneratedRegex("[a-f][0-9a-f]{7}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex ArGuid();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")]
    private static partial Regex Moment();

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Port();

    [GeneratedRegex(@"\?code=[\w-]+")]
    private static partial Regex Code();

    [GeneratedRegex(@"\b\d+\.\d s\b")]
    private static partial Regex Seconds();

    // Whether a run has to wait for its start is a matter of the machine.
    [GeneratedRegex(@"^run \| waiting for its driver to start\n", RegexOptions.Multiline)]
    private static partial Regex Waiting();

    [GeneratedRegex(@"[ \t]+$", RegexOptions.Multiline)]
    private static partial Regex TrailingSpace();
}
