using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace AnalysisRunner.Repository.Tests;

/// <summary>The project table of docs/contributing/architecture.md is true.</summary>
public sealed partial class ProjectReferencesTests
{
    private const string TableFile = "docs/contributing/architecture.md";

    [Fact]
    public void Every_project_under_src_is_in_the_table_and_the_table_names_no_other()
    {
        var projects = Directory.EnumerateDirectories(Checkout.PathTo("src")).Select(Path.GetFileName)
            .Where(name => File.Exists(Checkout.PathTo($"src/{name}/{name}.csproj")));

        Table().Keys.Order().ShouldBe(projects.Order()!);
    }

    [Fact]
    public void No_project_references_more_than_the_table_allows()
    {
        foreach (var (project, allowed) in Table())
        {
            var references = XDocument.Parse(Checkout.Read($"src/{project}/{project}.csproj"))
                .Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));

            references.Except(Reachable(allowed)).ShouldBeEmpty($"{project} references what {TableFile} does not allow");
        }
    }

    [Fact]
    public void Every_project_of_src_and_tests_is_in_the_solution()
    {
        var solution = Checkout.Read("AnalysisRunner.Sdk.sln").Replace('\\', '/');

        Checkout.Files("src", ".csproj").Concat(Checkout.Files("tests", ".csproj"))
            // What a template writes is no project of ours.
            .Where(project => !project.Contains("/content/", StringComparison.Ordinal))
            .Where(project => !solution.Contains(project, StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    private static HashSet<string> Reachable(IEnumerable<string> direct)
    {
        var reachable = new HashSet<string>();
        var open = new Stack<string>(direct);
        while (open.TryPop(out var project))
        {
            if (!reachable.Add(project)) continue;
            foreach (var further in Table()[project]) open.Push(further);
        }
        return reachable;
    }

    private static Dictionary<string, string[]> Table() => Row().Matches(Checkout.Read(TableFile))
        .ToDictionary(
            row => row.Groups["project"].Value,
            row => row.Groups["references"].Value.Split(", ")
                .Where(name => name is not "–")
                .Select(name => $"AnalysisRunner.{name}").ToArray());

    [GeneratedRegex(@"^\| `(?<project>AnalysisRunner\.[\w.]+)` \| [^|]+ \| (?<references>[^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
