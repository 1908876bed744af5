using System.Text.RegularExpressions;

namespace AnalysisRunner.Repository.Tests;

/// <summary>The project speaks of itself alone, and leaves nothing half done.</summary>
public sealed partial class SelfContainedTests
{
    private static readonly string[] TextEndings =
        [".cs", ".csproj", ".props", ".targets", ".md", ".toml", ".config", ".json", ".sh", ".css", ".sql", ".rsp", ".editorconfig"];

    [Fact]
    public void No_file_names_a_package_source()
    {
        Checkout.Files(".", TextEndings).Where(file => PackageSource().IsMatch(Checkout.Read(file))).ShouldBeEmpty();
    }

    [Fact]
    public void No_source_is_left_half_done()
    {
        Checkout.Files(".", ".cs", ".targets", ".props", ".sh")
            .Where(file => Unfinished().IsMatch(Checkout.Read(file)))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Links_between_pages_lead_somewhere()
    {
        var broken =
            from page in Checkout.Files("docs", ".md").Concat(["README.md", "CONTRIBUTING.md"])
            from Match link in Link().Matches(Checkout.Read(page))
            let target = link.Groups["target"].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
            let path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Checkout.PathTo(page))!, target))
            where !File.Exists(path) && !Directory.Exists(path)
            select $"{page} → {target}";

        broken.ShouldBeEmpty();
    }

    // Written so that this file does not match itself.
    [GeneratedRegex(@"nuget\.[o]rg/|registry\.npmj[s]|deb\.debia[n]|pypi\.[o]rg")]
    private static partial Regex PackageSource();

    [GeneratedRegex(@"NotImplementedExceptio[n]|\bTOD[O]\b|FIXM[E]|\bHAC[K]\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
