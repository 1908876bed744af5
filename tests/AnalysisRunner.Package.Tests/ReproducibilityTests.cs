using System.Reflection.Metadata;

namespace AnalysisRunner.Package.Tests;

/// <summary>What is published can be made again from its commit, and leads back to it.</summary>
public sealed class ReproducibilityTests
{
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    [FactWithGit]
    public async Task Two_clones_make_the_same_package_whose_symbols_link_to_the_sources()
    {
        var one = await PackAsync();
        var two = await PackAsync();

        foreach (var (name, bytes) in one.Package) two.Package[name].ShouldBe(bytes, name);
        foreach (var (name, bytes) in one.Symbols) two.Symbols[name].ShouldBe(bytes, name);
        using var symbols = MetadataReaderProvider.FromPortablePdbImage([.. one.Symbols["lib/net10.0/AnalysisRunner.Contracts.pdb"]]);
        var reader = symbols.GetMetadataReader();
        var links = reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation).Single(information => reader.GetGuid(information.Kind) == SourceLink);
        System.Text.Encoding.UTF8.GetString(reader.GetBlobBytes(links.Value)).ShouldContain($"https://raw.githubusercontent.com/acme/analysis-runner/{one.Commit}/*");
        System.Text.Encoding.UTF8.GetString(one.Package["AnalysisRunner.Contracts.nuspec"]).ShouldContain($"commit=\"{one.Commit}\"");
    }

    /// <summary>Clones this repository, as if it came from a known host, and packs its smallest library.</summary>
    private static async Task<(Dictionary<string, byte[]> Package, Dictionary<string, byte[]> Symbols, string Commit)> PackAsync()
    {
        var clone = await Consumer.EmptyAsync(atHome: true);
        foreach (var file in Directory.EnumerateFiles(clone.Folder)) File.Delete(file);
        await clone.GitAsync("clone", "-q", "--no-tags", Packages.RepositoryRoot, ".");
        await clone.GitAsync("remote", "set-url", "origin", "https://github.com/acme/analysis-runner");
        var feed = clone.PathOf("artifacts/feed");

        var result = await clone.DotnetAsync(["pack", "src/AnalysisRunner.Contracts", "-p:ContinuousIntegrationBuild=true", "-p:UseSharedCompilation=false", "-nodeReuse:false", "-o", feed], ("NUGET_PACKAGES", clone.PathOf("artifacts/packages")));

        result.ExitCode.ShouldBe(0, result.Output);
        return (Read(feed, "*.nupkg"), Read(feed, "*.snupkg"), await clone.GitAsync("rev-parse", "HEAD"));
    }

    // NuGet gives its own description of a package a random name each time.
    private static Dictionary<string, byte[]> Read(string feed, string package) => Packages.ReadArchive(Directory.EnumerateFiles(feed, package).Single())
        .Where(file => !file.Key.StartsWith("package/", StringComparison.Ordinal) && !file.Key.StartsWith("_rels/", StringComparison.Ordinal))
        .ToDictionary();
}
