using System.IO.Compression;
using System.Reflection;
using System.Security;
using System.Text.RegularExpressions;

namespace AnalysisRunner.Package.Tests;

/// <summary>
/// The packages under test, made once: of a version that nothing else has, in a feed, a package folder and a home of their own. Every path in it has
/// a space, an apostrophe and letters beyond ASCII.
/// </summary>
internal sealed partial class Packages
{
    private static readonly Lazy<Task<Packages>> Packed = new(PackAsync);

    private Packages(string root) => Root = root;

    /// <summary>The version, new in each run: NuGet keeps what it has unpacked of a version for good.</summary>
    public static string Version { get; } = $"999.9.9-t{Guid.NewGuid():N}"[..18];

    public static string RepositoryRoot { get; } = Metadata("RepositoryRoot");

    public string Root { get; }

    public string Feed => Path.Combine(Root, "feed");

    /// <summary>The user's home. Without an apostrophe: .NET's own targets fail over one in the folder of file-based programs (MSB3094), its compiler in a mapped one (CS8101).</summary>
    public string Home { get; } = Directory.CreateTempSubdirectory("home of package tests é ").FullName;

    public string PackageFolder => Path.Combine(Root, "packages");

    /// <summary>The unpacked SDK.</summary>
    public string Sdk => Path.Combine(PackageFolder, "analysisrunner.sdk", Version);

    /// <summary>What a consumer's process needs to know, and no more than that of this machine.</summary>
    public (string Name, string Value)[] Environment =>
    [
        ("HOME", Home),
        ("USERPROFILE", Home),
        ("APPDATA", Path.Combine(Home, "AppData")),
        ("XDG_CONFIG_HOME", Path.Combine(Home, ".config")),
        ("NUGET_PACKAGES", PackageFolder),
        // Whether a package is known to be vulnerable is asked of a server, and is not what is tested.
        ("NuGetAudit", "false"),
        ("DOTNET_CLI_HOME", Home),
    ];

    /// <summary>A project's assembly as it was built with the tests, beside what it needs.</summary>
    public static string Output(string project) => Path.Combine(Metadata("ArtifactsFolder"), "bin", project, Metadata("Configuration").ToLowerInvariant(), project + ".dll");

    public static Task<Packages> GetAsync() => Packed.Value;

    /// <summary>The files of a package by name.</summary>
    public Dictionary<string, byte[]> Read(string id, string extension = ".nupkg") => ReadArchive(Path.Combine(Feed, $"{id}.{Version}{extension}"));

    /// <summary>The files of an archive by name.</summary>
    public static Dictionary<string, byte[]> ReadArchive(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        return archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var stream = entry.Open();
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            return bytes.ToArray();
        });
    }

    /// <summary>The ids of all packages.</summary>
    public IEnumerable<string> Ids => Directory.EnumerateFiles(Feed, "*.nupkg").Select(file => Path.GetFileName(file)[..^$".{Version}.nupkg".Length]).Order();

    public Task<CommandResult> DotnetAsync(string folder, IEnumerable<string> arguments, params (string Name, string Value)[] environment) =>
        Command.RunAsync(folder, Command.Dotnet, arguments, [.. Environment, .. environment]);

    private static async Task<Packages> PackAsync()
    {
        var packages = new Packages(Directory.CreateTempSubdirectory("package tests (it's é) ").FullName);
        Directory.CreateDirectory(packages.Feed);
        await packages.WriteNuGetConfigAsync();

        // As it was built with the tests: packing builds nothing.
        packages.Write("pack/pack.proj", $"""
            <Project>
              <Target Name="Pack">
                <ItemGroup><Packed Include="{SecurityElement.Escape(RepositoryRoot)}src/*/*.csproj" /></ItemGroup>
                <MSBuild Projects="@(Packed)" Targets="Pack" BuildInParallel="true" SkipNonexistentTargets="true" Properties="NoBuild=true" />
              </Target>
            </Project>
            """);
        var result = await Command.RunAsync(packages.Root, Command.Dotnet,
        [
            "msbuild", "pack/pack.proj", "-t:Pack", "-m", "-nologo", "-v:q", "-nodeReuse:false", $"-p:PackageVersion={Version}", $"-p:PackageOutputPath={packages.Feed}",
            $"-p:Configuration={Metadata("Configuration")}", $"-p:ArtifactsPath={Metadata("ArtifactsFolder")}",
        ]);
        result.ExitCode.ShouldBe(0, result.Output);

        // NuGet's resolver of SDKs may stumble over its own first unpacking in parallel builds: do it once.
        packages.Write("first/global.json", $$"""{ "msbuild-sdks": { "AnalysisRunner.Sdk": "{{Version}}" } }""");
        packages.Write("first/First.csproj", """<Project Sdk="AnalysisRunner.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>""");
        result = await packages.DotnetAsync(packages.PathOf("first"), ["restore", "-nodeReuse:false"]);
        result.ExitCode.ShouldBe(0, result.Output);
        return packages;
    }

    /// <summary>The sources of this machine and, for our packages alone, the feed. What this machine has already is not fetched again.</summary>
    private async Task WriteNuGetConfigAsync()
    {
        var sources = await Command.RunAsync(Root, Command.Dotnet, ["nuget", "list", "source"]);
        sources.ExitCode.ShouldBe(0, sources.Output);
        var machine = SourceLine().Matches(sources.Output).Select(match => (Name: match.Groups["name"].Value, Address: match.Groups["address"].Value)).ToList();
        var have = await Command.RunAsync(Root, Command.Dotnet, ["nuget", "locals", "global-packages", "--list", "--force-english-output"]);
        var fallback = have.Output[(have.Output.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        var config = Path.Combine(Home, ".nuget", "NuGet", "NuGet.Config");
        Write(config, $"""
            <configuration>
              <packageSources>
                <clear />
                {string.Concat(machine.Select(source => $"""<add key="{SecurityElement.Escape(source.Name)}" value="{SecurityElement.Escape(source.Address)}" />"""))}
                <add key="packages under test" value="{SecurityElement.Escape(Feed)}" />
              </packageSources>
              <packageSourceMapping>
                {string.Concat(machine.Select(source => $"""<packageSource key="{SecurityElement.Escape(source.Name)}"><package pattern="*" /></packageSource>"""))}
                <packageSource key="packages under test"><package pattern="AnalysisRunner.*" /></packageSource>
              </packageSourceMapping>
              <fallbackPackageFolders>
                <add key="this machine" value="{SecurityElement.Escape(fallback)}" />
              </fallbackPackageFolders>
            </configuration>
            """);
        var windows = Path.Combine(Home, "AppData", "NuGet", "NuGet.Config");
        Write(windows, await File.ReadAllTextAsync(config));
    }

    private string PathOf(string name) => Path.Combine(Root, name);

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
    }

    /// <summary>Removes everything, if anything was made.</summary>
    public static async Task DeleteAsync()
    {
        if (!Packed.IsValueCreated) return;
        try
        {
            (await Packed.Value).Delete();
        }
        catch (ShouldAssertException)
        {
            // Packing has failed, which every test has said; what there is of it helps to find out why.
        }
    }

    private void Delete()
    {
        // Git's objects are read-only, which matters on Windows.
        foreach (var folder in new[] { Root, Home })
        {
            foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)) file.Attributes = FileAttributes.Normal;
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Metadata(string key) => typeof(Packages).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    [GeneratedRegex(@"^\s*\d+\.\s+(?<name>.+?) \[Enabled\]\s*\n\s*(?<address>\S.*?)\s*$", RegexOptions.Multiline)]
    private static partial Regex SourceLine();
}
