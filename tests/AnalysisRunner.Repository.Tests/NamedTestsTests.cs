using System.Text.RegularExpressions;

namespace AnalysisRunner.Repository.Tests;

/// <summary>The tests that docs/contributing/msbuild.md names exist.</summary>
public sealed partial class NamedTestsTests
{
    [Fact]
    public void Every_named_test_exists()
    {
        var sources = Checkout.Files("tests", ".cs").Select(Checkout.Read).ToList();
        var named = Name().Matches(Checkout.Read("docs/contributing/msbuild.md")).ToList();
        named.Count.ShouldBeGreaterThan(50);

        named.Where(name => !sources.Any(text => Holds(text, name.Groups["class"].Value, name.Groups["method"].Value))).Select(name => name.Value).ShouldBeEmpty();
    }

    private static bool Holds(string text, string type, string method) =>
        Regex.IsMatch(text, $@"\bclass {type}\b") && (method.Length == 0 || Regex.IsMatch(text, $@"\b{method}\("));

    [GeneratedRegex(@"`(?<class>\w+Tests)(\.(?<method>\w+))?`")]
    private static partial Regex Name();
}
