using System.Globalization;
using System.Text.RegularExpressions;

namespace AnalysisRunner.Repository.Tests;

/// <summary>Each of Hail Batch's behaviours is shown by a test whose summary names it, or the page of them says why there is none.</summary>
public sealed partial class HailBatchFactsTests
{
    private const string Page = "docs/contributing/hail-batch-facts.md";
    private const string NotHere = "not here: ";
    private const int Facts = 80;

    [Fact]
    public void Every_fact_has_a_test_or_a_reason()
    {
        var tests = TestsOfFacts();
        var lines = Checkout.Read(Page).Split('\n');
        var filled = lines.Select(line => Row().Match(line) is { Success: true } row ? Fill(row, tests) : line).ToArray();
        if (Checkout.Update) File.WriteAllText(Checkout.PathTo(Page), string.Join('\n', filled));

        var rows = filled.Select(line => Row().Match(line)).Where(row => row.Success).ToArray();
        rows.Select(NumberOf).ShouldBe(Enumerable.Range(1, Facts));
        rows.Where(row => row.Groups["shown"].Value.Trim().Length == 0).Select(NumberOf).ShouldBeEmpty($"these facts have neither a test nor a reason in {Page}");
        Checkout.Read(Page).ShouldBe(string.Join('\n', filled), "run the tests once with ANALYSIS_RUNNER_UPDATE=1 to fill in the tests");
    }

    private static string Fill(Match row, ILookup<int, string> tests)
    {
        var shown = row.Groups["shown"].Value.Trim();
        var found = string.Join(", ", tests[NumberOf(row)].Distinct().Order(StringComparer.Ordinal).Select(test => $"`{test}`"));
        if (found.Length > 0) shown.ShouldNotStartWith(NotHere, customMessage: $"fact {NumberOf(row)} has a test after all: {found}");
        return $"| {NumberOf(row)} | {row.Groups["fact"].Value.Trim()} | {(shown.StartsWith(NotHere, StringComparison.Ordinal) ? shown : found)} |";
    }

    /// <summary>The tests by the facts that their summaries name.</summary>
    private static ILookup<int, string> TestsOfFacts() => Checkout.Files("tests", ".cs")
        .Select(file => (Class: Path.GetFileNameWithoutExtension(file).Split('.')[0], Text: Checkout.Read(file)))
        .Where(file => file.Text.Contains("hail-batch spec §7", StringComparison.Ordinal))
        .SelectMany(file => Test().Matches(file.Text).SelectMany(test => NumbersIn(test.Groups["summary"].Value).Select(fact => (fact, Test: $"{file.Class}.{test.Groups["name"].Value}"))))
        .ToLookup(test => test.fact, test => test.Test);

    private static IEnumerable<int> NumbersIn(string summary)
    {
        foreach (Match list in FactList().Matches(summary))
        {
            var parts = FactRange().Matches(list.Value);
            foreach (Match part in parts)
            {
                var first = int.Parse(part.Groups["first"].Value, CultureInfo.InvariantCulture);
                var last = part.Groups["last"].Success ? int.Parse(part.Groups["last"].Value, CultureInfo.InvariantCulture) : first;
                for (var fact = first; fact <= last; fact++) yield return fact;
            }
        }
    }

    private static int NumberOf(Match row) => int.Parse(row.Groups["number"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\| (?<number>\d+) \|(?<fact>[^|]+)\|(?<shown>[^|]*)\|$")]
    private static partial Regex Row();

    // A summary, attributes, and the method that they belong to.
    [GeneratedRegex(@"/// <summary>(?<summary>(?:(?!</summary>).)*)</summary>\s*(?:\[[^\n]*\]\s*)+public (?:async )?\w+ (?<name>\w+)\(", RegexOptions.Singleline)]
    private static partial Regex Test();

    [GeneratedRegex(@"\b[Ff]acts? \d+(?:(?:, | and | to )\d+)*")]
    private static partial Regex FactList();

    [GeneratedRegex(@"(?<first>\d+)(?: to (?<last>\d+))?")]
    private static partial Regex FactRange();
}
