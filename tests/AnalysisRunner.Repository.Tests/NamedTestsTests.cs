using System.Text.RegularExpressions;

namespace AnalysisRunner.Repository.Tests;

/// <summary>The tests that pages name as their proof exist.</summary>
public sealed partial class NamedTestsTests
{
    [Theory]
    [InlineData("docs/contributing/msbuild.md", 50)]
    [InlineData("docs/operations/security.md", 30)]
    public void Every_named_test_exists(string page, int least)
    {
        var sources = Checkout.Files("tests", ".cs").Select(Checkout.Read).ToList();
        var named = Name().Matches(Checkout.Read(page)).ToList();
        named.Count.ShouldBeGreaterThan(least);

        named.Where(name => !sources.Any(text => Holds(text, name.Groups["class"].Value, name.Groups["method"].Value))).Select(name => name.Value).ShouldBeEmpty();
    }

    private static bool Holds(string text, string type, string method) =>
        Regex.IsMatch(text, $@"\bclass {type}\b") && (method.Length == 0 || Regex.IsMatch(text, $@"\b{method}\("));

    [GeneratedRegex(@"`(?<class>\w+Tests)(\.(?<method>\w+))?`")]
    private static partial Regex Name();
}
