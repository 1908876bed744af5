using System.Text;
using System.Text.RegularExpressions;

namespace AnalysisRunner.Repository.Tests;

/// <summary>Every code that the sources can raise has a page, every page has a code, and the index lists them.</summary>
public sealed partial class DiagnosticPagesTests
{
    private const string Index = "docs/diagnostics/README.md";

    [Fact]
    public void Every_code_has_a_page()
    {
        Codes().Except(Pages()).ShouldBeEmpty("these codes are raised in src and have no page in docs/diagnostics");
    }

    [Fact]
    public void Every_page_has_a_code()
    {
        Pages().Except(Codes()).ShouldBeEmpty("these pages in docs/diagnostics belong to no code in src");
    }

    [Fact]
    public void Every_page_says_what_why_and_what_to_do()
    {
        foreach (var code in Pages())
        {
            var page = Checkout.Read($"docs/diagnostics/{code}.md");
            page.ShouldStartWith($"# {code}: ");
            foreach (var heading in new[] { "## Description", "## Cause", "## Resolution", "## Related" })
                page.ShouldContain($"\n{heading}\n", customMessage: $"{code}.md lacks '{heading}'");
        }
    }

    [Fact]
    public void The_index_lists_every_page_with_its_title()
    {
        var expected = new StringBuilder("# Diagnostics\n\nEvery message carries one of these codes.\n\n| code | meaning |\n|---|---|\n");
        foreach (var code in Pages())
        {
            var title = Checkout.Read($"docs/diagnostics/{code}.md").Split('\n')[0][$"# {code}: ".Length..];
            expected.Append("| [").Append(code).Append("](").Append(code).Append(".md) | ").Append(title).Append(" |\n");
        }

        if (Checkout.Update) File.WriteAllText(Checkout.PathTo(Index), expected.ToString());
        Checkout.Read(Index).ShouldBe(expected.ToString(), "run the tests once with ANALYSIS_RUNNER_UPDATE=1 to regenerate the index");
    }

    private static List<string> Codes() => [.. Checkout.Files("src", ".cs", ".targets", ".props")
        .SelectMany(file => Code().Matches(Checkout.Read(file)).Select(match => match.Value))
        .Distinct().Order(StringComparer.Ordinal)];

    private static List<string> Pages() => [.. Checkout.Files("docs/diagnostics", ".md")
        .Select(file => Path.GetFileNameWithoutExtension(file))
        .Where(name => Code().IsMatch(name)).Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"\bAR[1-7][0-9]{3}\b")]
    private static partial Regex Code();
}
