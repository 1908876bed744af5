using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace AnalysisRunner.Repository.Tests;

/// <summary>docs/reference/sdk.md lists the properties, targets and items that the SDK's targets have, and no others.</summary>
public sealed partial class SdkReferenceTests
{
    private const string Folder = "src/AnalysisRunner.Sdk/targets";

    // Where the parts of the SDK are: set by this repository and by tests, not by users.
    private static readonly string[] Locations =
        ["AnalysisRunnerGeneratorAssembly", "AnalysisRunnerTasksAssembly", "AnalysisRunnerServerDirectory", "AnalysisRunnerInRepository"];

    [Fact]
    public void Every_public_property_is_documented_and_every_documented_one_exists()
    {
        var used = Checkout.Files(Folder).SelectMany(file => Property().Matches(Checkout.Read(file))).Select(match => match.Groups["name"].Value);

        used.Distinct().Except(Locations).Order().ShouldBe(Table("Properties").Order());
    }

    [Fact]
    public void Every_public_target_is_documented_and_every_documented_one_exists()
    {
        var targets = Checkout.Files(Folder).SelectMany(file => XDocument.Parse(Checkout.Read(file)).Descendants("Target"))
            .Select(target => target.Attribute("Name")!.Value)
            .Where(name => !name.StartsWith('_'));

        targets.Order().ShouldBe(Table("Targets").Order());
    }

    [Fact]
    public void Every_public_item_is_documented_and_every_documented_one_exists()
    {
        var items = Checkout.Files(Folder).SelectMany(file => Item().Matches(Checkout.Read(file))).Select(match => match.Groups["name"].Value);

        items.Distinct().Order().ShouldBe(Table("Items").Order());
    }

    private static IEnumerable<string> Table(string heading)
    {
        var page = Checkout.Read("docs/reference/sdk.md");
        var start = page.IndexOf($"\n## {heading}\n", StringComparison.Ordinal);
        var end = page.IndexOf("\n## ", start + 4, StringComparison.Ordinal);
        return Row().Matches(page[start..end]).Select(row => row.Groups["name"].Value);
    }

    [GeneratedRegex(@"\$\((?<name>Dataset|AccessLevel|RunnerUrl|Enable(Default)?Analysis\w*|Analysis\w+)\)|<(?<name>UsingAnalysisRunnerSdk)>")]
    private static partial Regex Property();

    [GeneratedRegex(@"@\((?<name>Analysis\w+)[)-]")]
    private static partial Regex Item();

    [GeneratedRegex(@"^\| `(?<name>\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
