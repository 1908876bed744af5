using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace AnalysisRunner.Package.Tests;

/// <summary>What is in the packages.</summary>
public sealed class ContentTests
{
    [Fact]
    public async Task The_sdk_package_has_these_folders_and_files()
    {
        var packages = await Packages.GetAsync();

        // The case of "Sdk/" counts where file systems do.
        string[] elsewhere = ["targets/", "tools/runner/", "analyzers/"];
        Files(packages, "AnalysisRunner.Sdk").Where(file => !elsewhere.Any(folder => file.StartsWith(folder, StringComparison.Ordinal))).ShouldBe(
        [
            "README.md",
            "Sdk/Sdk.props",
            "Sdk/Sdk.targets",
            "build/AnalysisRunner.Sdk.props",
            "build/AnalysisRunner.Sdk.targets",
            "buildMultiTargeting/AnalysisRunner.Sdk.props",
            "buildMultiTargeting/AnalysisRunner.Sdk.targets",
            "icon.png",
            "tasks/net10.0/AnalysisRunner.Client.dll",
            "tasks/net10.0/AnalysisRunner.Config.dll",
            "tasks/net10.0/AnalysisRunner.Contracts.dll",
            "tasks/net10.0/AnalysisRunner.Sdk.deps.json",
            "tasks/net10.0/AnalysisRunner.Sdk.dll",
            "tasks/net10.0/AnalysisRunner.Submission.dll",
            "tasks/net10.0/AnalysisRunner.Toml.dll",
        ]);
        Files(packages, "AnalysisRunner.Sdk").Where(file => file.StartsWith("analyzers/", StringComparison.Ordinal)).ShouldBe(
            new[] { "AnalysisRunner.CodeFixes", "AnalysisRunner.Generators" }.Where(project => Directory.Exists(Path.Combine(Packages.RepositoryRoot, "src", project))).Select(project => $"analyzers/dotnet/cs/{project}.dll"));
        Files(packages, "AnalysisRunner.Sdk").Where(file => file.StartsWith("targets/", StringComparison.Ordinal)).ShouldBe(
            Directory.EnumerateFiles(Path.Combine(Packages.RepositoryRoot, "src", "AnalysisRunner.Sdk", "targets")).Select(file => "targets/" + Path.GetFileName(file))
                .Append("targets/AnalysisRunner.Version.props").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_local_runner_is_whole_and_runs_wherever_dotnet_does()
    {
        var packages = await Packages.GetAsync();
        var files = Files(packages, "AnalysisRunner.Sdk").Where(file => file.StartsWith("tools/runner/", StringComparison.Ordinal)).Select(file => file["tools/runner/".Length..]).ToList();

        files.ShouldContain("AnalysisRunner.Server.dll");
        files.ShouldContain("AnalysisRunner.Server.deps.json");
        files.ShouldContain("AnalysisRunner.Server.runtimeconfig.json");
        foreach (var platform in new[] { "linux-x64", "linux-arm64", "linux-musl-x64", "osx-x64", "osx-arm64", "win-x64", "win-arm64" })
            files.ShouldContain(file => file.StartsWith($"runtimes/{platform}/native/", StringComparison.Ordinal));
        // A host of one platform, documentation and a web server's settings are nothing to a user.
        files.Where(file => Path.GetExtension(file) is "" or ".exe" or ".xml" or ".config" or ".pdb").ShouldBeEmpty();
    }

    [Fact]
    public async Task No_assembly_of_the_tasks_is_one_that_MSBuild_or_dotnet_has()
    {
        var packages = await Packages.GetAsync();
        var msbuild = (await packages.DotnetAsync(packages.Root, ["msbuild", "pack/pack.proj", "-getProperty:MSBuildToolsPath"])).Output.Trim();
        var had = Directory.EnumerateFiles(msbuild, "*.dll").Concat(Directory.EnumerateFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "*.dll"))
            .Select(Path.GetFileName).ToHashSet(StringComparer.OrdinalIgnoreCase);
        had.ShouldContain("Microsoft.Build.Framework.dll");
        had.ShouldContain("System.Text.Json.dll");

        var tasks = Files(packages, "AnalysisRunner.Sdk").Where(file => file.StartsWith("tasks/", StringComparison.Ordinal)).Select(Path.GetFileName).ToList();

        tasks.ShouldContain("AnalysisRunner.Sdk.dll");
        tasks.Where(had.Contains).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_tasks_refer_to_nothing_but_themselves_dotnet_and_MSBuild()
    {
        var packages = await Packages.GetAsync();
        var package = packages.Read("AnalysisRunner.Sdk");

        foreach (var (name, bytes) in package.Where(file => file.Key.StartsWith("tasks/", StringComparison.Ordinal) && file.Key.EndsWith(".dll", StringComparison.Ordinal)))
        {
            foreach (var (reference, version) in References(bytes))
            {
                if (reference.StartsWith("AnalysisRunner.", StringComparison.Ordinal)) package.ShouldContainKey($"tasks/net10.0/{reference}.dll", name);
                else if (reference.StartsWith("Microsoft.Build.", StringComparison.Ordinal)) version.ShouldBe(new Version(15, 1, 0, 0), name);
                else (reference == "netstandard" || reference.StartsWith("System.", StringComparison.Ordinal) || reference.StartsWith("Microsoft.Win32.", StringComparison.Ordinal)).ShouldBeTrue($"{name} → {reference}");
            }
        }
    }

    [Fact]
    public async Task The_analyzers_refer_to_what_the_oldest_supported_compiler_has()
    {
        // Roslyn 4.14 of the .NET SDK 9.0.300 and Visual Studio 17.14, and what it brings along for netstandard2.0.
        var had = new Dictionary<string, Version>
        {
            ["netstandard"] = new(2, 0, 0, 0),
            ["Microsoft.CodeAnalysis"] = new(4, 14, 0, 0),
            ["Microsoft.CodeAnalysis.CSharp"] = new(4, 14, 0, 0),
            ["Microsoft.CodeAnalysis.Workspaces"] = new(4, 14, 0, 0),
            ["System.Buffers"] = new(4, 0, 3, 0),
            ["System.Collections.Immutable"] = new(9, 0, 0, 0),
            ["System.Composition.AttributedModel"] = new(9, 0, 0, 0),
            ["System.Memory"] = new(4, 0, 1, 2),
            ["System.Runtime.CompilerServices.Unsafe"] = new(6, 0, 0, 0),
        };
        var packages = await Packages.GetAsync();

        foreach (var (name, bytes) in packages.Read("AnalysisRunner.Sdk").Where(file => file.Key.StartsWith("analyzers/", StringComparison.Ordinal)))
        {
            var references = References(bytes);
            references.ShouldNotBeEmpty();
            foreach (var (reference, version) in references)
            {
                had.ShouldContainKey(reference, name);
                version.ShouldBeLessThanOrEqualTo(had[reference], $"{name} → {reference}");
            }
        }
    }

    [Fact]
    public async Task Every_package_has_readme_icon_license_and_refers_to_its_siblings_in_their_own_version()
    {
        var packages = await Packages.GetAsync();
        packages.Ids.ShouldContain("AnalysisRunner.Sdk");
        packages.Ids.ShouldContain("AnalysisRunner.Pipelines");

        foreach (var id in packages.Ids)
        {
            var files = packages.Read(id);
            var metadata = XDocument.Parse(System.Text.Encoding.UTF8.GetString(files[$"{id}.nuspec"]).TrimStart('\uFEFF')).Root!.Elements().Single();
            string? Value(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;

            files.ShouldContainKey(Value("readme")!, id);
            files.ShouldContainKey(Value("icon")!, id);
            Value("license").ShouldBe("Apache-2.0", id);
            Value("version").ShouldBe(Packages.Version);
            Value("description").ShouldNotBeNullOrWhiteSpace(id);
            Value("authors").ShouldNotBeNullOrWhiteSpace(id);
            foreach (var dependency in metadata.Descendants().Where(element => element.Name.LocalName == "dependency"))
            {
                var name = dependency.Attribute("id")!.Value;
                if (!name.StartsWith("AnalysisRunner.", StringComparison.Ordinal)) continue;
                dependency.Attribute("version")!.Value.ShouldBe($"[{Packages.Version}]", $"{id} → {name}");
                packages.Ids.ShouldContain(name, id);
            }
        }
    }

    [Fact]
    public async Task Every_assembly_of_ours_has_its_symbols()
    {
        var packages = await Packages.GetAsync();

        foreach (var id in packages.Ids)
        {
            var files = packages.Read(id);
            var ours = files.Where(file => Path.GetFileName(file.Key).StartsWith("AnalysisRunner.", StringComparison.Ordinal) && file.Key.EndsWith(".dll", StringComparison.Ordinal)).ToList();
            if (ours.Count == 0) continue;
            var symbols = packages.Read(id, ".snupkg");
            foreach (var (name, bytes) in ours)
            {
                symbols.ShouldContainKey(Path.ChangeExtension(name, ".pdb"), id);
                using var image = new PEReader([.. bytes]);
                var entry = image.ReadDebugDirectory().First(entry => entry.Type == DebugDirectoryEntryType.CodeView);
                using var pdb = MetadataReaderProvider.FromPortablePdbImage([.. symbols[Path.ChangeExtension(name, ".pdb")]]);
                new BlobContentId(pdb.GetMetadataReader().DebugMetadataHeader!.Id).Guid.ShouldBe(image.ReadCodeViewDebugDirectoryData(entry).Guid, name);
            }
        }
    }

    private static IEnumerable<string> Files(Packages packages, string id) => packages.Read(id).Keys
        .Where(name => !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal) && name != "[Content_Types].xml" && name != $"{id}.nuspec")
        .Order(StringComparer.Ordinal);

    private static List<(string Name, Version Version)> References(byte[] assembly)
    {
        using var image = new PEReader([.. assembly]);
        var reader = image.GetMetadataReader();
        return [.. reader.AssemblyReferences.Select(reader.GetAssemblyReference).Select(reference => (reader.GetString(reference.Name), reference.Version))];
    }
}
