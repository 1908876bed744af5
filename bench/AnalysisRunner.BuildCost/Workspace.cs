using System.Diagnostics;
using System.IO.Compression;
using System.Reflection;
using System.Text;

namespace AnalysisRunner.BuildCost;

/// <summary>A folder with the packages of this checkout, a trivial SDK and the projects, all of a version of its own.</summary>
internal sealed class Workspace : IDisposable
{
    private const int Files = 200;

    private readonly string _root = Directory.CreateTempSubdirectory("build-cost-").FullName;

    private Workspace()
    {
    }

    public static string Version { get; } = $"999.9.9-b{Guid.NewGuid():N}"[..18];

    public static async Task<Workspace> CreateAsync()
    {
        var workspace = new Workspace();
        var feed = Directory.CreateDirectory(Path.Combine(workspace._root, "feed")).FullName;
        var repository = typeof(Workspace).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "RepositoryRoot").Value!;
        await RunAsync(repository, "pack", "AnalysisRunner.Sdk.sln", "-c", "Release", "-v:q", "-nodeReuse:false", $"-p:PackageVersion={Version}", "-o", feed);
        WriteTrivialSdk(feed);
        workspace.Write("nuget.config", $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <packageSources><add key="build cost" value="{feed}" /></packageSources>
            </configuration>
            """);
        workspace.Write("Directory.Build.props", "<Project />");
        workspace.Write("Directory.Build.targets", "<Project />");
        return workspace;
    }

    /// <summary>A project of 200 files in a repository of its own: the stamp's work is part of the cost.</summary>
    public BuiltProject Add(string name, string sdk, string items)
    {
        Write($"{name}/Bench.csproj", $"""
            <Project Sdk="{sdk}">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup>{items}</ItemGroup>
            </Project>
            """);
        for (var file = 0; file < Files; file++)
        {
            var methods = string.Concat(Enumerable.Range(0, 20).Select(number =>
                $"    public static string Method{number}(IEnumerable<int> values) => string.Join(',', values.Where(value => value > {number}).Select(value => $\"{{value}}\"));\n"));
            Write($"{name}/File{file}.cs", $"namespace Bench;\n\npublic static class Type{file}\n{{\n{methods}}}\n");
        }
        var folder = Path.Combine(_root, name);
        Run("git", folder, "init", "-q");
        Run("git", folder, "add", "-A");
        Run("git", folder, "-c", "user.name=Bench", "-c", "user.email=bench@example.org", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "bench");
        return new BuiltProject(name, folder);
    }

    public static async Task<Cost> RunAsync(string folder, params string[] arguments)
    {
        var processor = Cost.OfChildren();
        var clock = Stopwatch.StartNew();
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true };
        // What an enclosing 'dotnet run' sets is not what a user's build has.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name == "ArtifactsPath").ToList())
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["NuGetAudit"] = "false";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var cost = new Cost(clock.Elapsed, Cost.OfChildren() - processor);
        return process.ExitCode == 0 ? cost : throw new InvalidOperationException($"dotnet {string.Join(' ', arguments)} exited {process.ExitCode}:\n{output}");
    }

    public void Dispose()
    {
        foreach (var file in new DirectoryInfo(_root).EnumerateFiles("*", SearchOption.AllDirectories)) file.Attributes = FileAttributes.Normal;
        Directory.Delete(_root, recursive: true);
    }

    /// <summary>The least that an SDK can be: what remains is the price of resolving any SDK.</summary>
    private static void WriteTrivialSdk(string feed)
    {
        using var archive = ZipFile.Open(Path.Combine(feed, $"Trivial.Sdk.{Version}.nupkg"), ZipArchiveMode.Create);
        Add("Trivial.Sdk.nuspec", $"""
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
              <metadata>
                <id>Trivial.Sdk</id>
                <version>{Version}</version>
                <authors>bench</authors>
                <description>bench</description>
                <packageTypes><packageType name="MSBuildSdk" /></packageTypes>
              </metadata>
            </package>
            """);
        foreach (var file in new[] { "Sdk.props", "Sdk.targets" }) Add($"Sdk/{file}", $"<Project><Import Project=\"{file}\" Sdk=\"Microsoft.NET.Sdk\" /></Project>");

        void Add(string name, string text)
        {
            using var stream = archive.CreateEntry(name).Open();
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
    }

    private static void Run(string program, string folder, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder })!;
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} exited {process.ExitCode}");
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(_root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
