using System.CommandLine;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace AnalysisRunner.Cli.Tests;

/// <summary>docs/reference/cli.md says what the program says.</summary>
public sealed partial class ReferenceTests
{
    private const string Begin = "<!-- commands: written by the tests of the command line -->\n";
    private const string End = "<!-- end of commands -->\n";

    [Fact]
    public async Task Every_command_helps_with_examples_that_it_understands()
    {
        foreach (var path in Commands())
        {
            var outcome = await new InProcess("/").RunAsync([.. path, "--help"]);
            outcome.ExitCode.ShouldBe(0, outcome.Error);
            outcome.Output.ShouldContain("Examples:\n  ", customMessage: string.Join(' ', path));
        }
    }

    [Fact]
    public async Task The_page_has_the_help_of_every_command()
    {
        var expected = new StringBuilder(Begin);
        foreach (var path in Commands())
        {
            // Here the program is the one that runs the tests.
            var help = (await new InProcess("/").RunAsync([.. path, "--help"])).Output.Replace($"  {RootCommand.ExecutableName} ", $"  {CommandLine.Program} ", StringComparison.Ordinal);
            expected.Append("\n### ").Append(string.Join(' ', path)).Append("\n\n```text\n").Append(TrailingSpace().Replace(help, "").Trim('\n')).Append("\n```\n");
        }
        expected.Append('\n').Append(End);

        var file = Path.Combine(Metadata("RepositoryRoot"), "docs", "reference", "cli.md");
        var page = (await File.ReadAllTextAsync(file)).ReplaceLineEndings("\n");
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal) + End.Length);
        if (Environment.GetEnvironmentVariable("ANALYSIS_RUNNER_UPDATE") == "1") await File.WriteAllTextAsync(file, page[..begin] + expected + page[end..]);
        else page[begin..end].ShouldBe(expected.ToString(), "run the tests once with ANALYSIS_RUNNER_UPDATE=1 to write it anew");
    }

    [Fact]
    public async Task The_page_lists_every_exit_code()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Metadata("RepositoryRoot"), "docs", "reference", "cli.md"));
        var listed = ExitCodeRow().Matches(page).Select(row => int.Parse(row.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
        var known = typeof(ExitCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (int)field.GetRawConstantValue()!);
        listed.ShouldBe(known.Order());
    }

    private static IEnumerable<string[]> Commands()
    {
        var context = new InProcess("/").Context(TextWriter.Null, TextWriter.Null);
        return CommandLine.Create(context, new Output.Screen(context)).Subcommands.SelectMany(command => Below(command, []));
    }

    private static IEnumerable<string[]> Below(Command command, string[] above)
    {
        string[] path = [.. above, command.Name];
        return command.Subcommands.SelectMany(inner => Below(inner, path)).Prepend(path);
    }

    private static string Metadata(string key) => typeof(ReferenceTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    [GeneratedRegex(@"[ \t]+$", RegexOptions.Multiline)]
    private static partial Regex TrailingSpace();

    [GeneratedRegex(@"^\| (\d+) \|", RegexOptions.Multiline)]
    private static partial Regex ExitCodeRow();
}
