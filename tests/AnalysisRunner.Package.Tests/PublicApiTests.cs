using System.Reflection;

namespace AnalysisRunner.Package.Tests;

/// <summary>
/// What the packaged libraries offer is written down beside their sources, so that a change of it is seen in review.
/// <c>ANALYSIS_RUNNER_UPDATE=1 dotnet test tests/AnalysisRunner.Package.Tests --filter PublicApiTests</c> writes it anew.
/// </summary>
public sealed class PublicApiTests
{
    [Fact]
    public async Task What_the_libraries_offer_is_what_is_written_down()
    {
        var packages = await Packages.GetAsync();
        var libraries = packages.Ids.Where(id => packages.Read(id).ContainsKey($"lib/net10.0/{id}.dll")).ToList();
        libraries.ShouldContain("AnalysisRunner.Pipelines");
        foreach (var library in libraries)
        {
            var found = PublicApi.Of(Assembly.LoadFrom(Packages.Output(library)));
            found.ShouldNotBeEmpty();
            var file = Path.Combine(Packages.RepositoryRoot, "src", library, "PublicApi.txt");
            if (Environment.GetEnvironmentVariable("ANALYSIS_RUNNER_UPDATE") == "1") await File.WriteAllTextAsync(file, found);

            (await File.ReadAllTextAsync(file)).ReplaceLineEndings("\n").ShouldBe(found, $"src/{library}/PublicApi.txt");
        }
    }
}
