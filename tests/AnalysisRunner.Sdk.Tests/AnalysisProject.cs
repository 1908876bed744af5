using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using Microsoft.Build.Logging.StructuredLogger;

namespace AnalysisRunner.Sdk.Tests;

/// <summary>How a project comes to the SDK.</summary>
internal enum ImportForm
{
    /// <summary><c>Sdk="AnalysisRunner.Sdk/…"</c></summary>
    OnlySdk,

    /// <summary><c>Sdk="Microsoft.NET.Sdk"</c> and an additive <c>&lt;Sdk&gt;</c></summary>
    AdditiveSdk,
}

/// <summary>A small analysis project in a temporary folder outside this repository.</summary>
internal sealed class AnalysisProject : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sdk tests (it's) ").FullName;

    public AnalysisProject(string items = "", ImportForm form = ImportForm.OnlySdk, string properties = "")
    {
        Write("Directory.Build.props", "<Project />");
        Write("Directory.Build.targets", "<Project />");
        Write(".gitignore", "bin/\nobj/\n*.binlog\n");
        Write("Analysis.csproj", ProjectText(items, form, properties));
        Write("Program.cs", "System.Console.WriteLine(AnalysisRunner.SourceRevision.Current);\n");
    }

    /// <summary>A project file that uses the SDK under test.</summary>
    public static string ProjectText(string items = "", ImportForm form = ImportForm.OnlySdk, string properties = "")
    {
        var sdk = BuiltThings.Sdk + "Sdk/";
        var microsoft = form == ImportForm.AdditiveSdk;
        return $"""
            <Project>
              {(microsoft ? "<Import Project=\"Sdk.props\" Sdk=\"Microsoft.NET.Sdk\" />" : "")}
              <Import Project="{sdk}Sdk.props" />
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <UseAppHost>false</UseAppHost>
                <AnalysisRunnerGeneratorAssembly>{BuiltThings.Generator}</AnalysisRunnerGeneratorAssembly>
                <AnalysisRunnerTasksAssembly>{BuiltThings.Tasks}</AnalysisRunnerTasksAssembly>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="{BuiltThings.Libraries}AnalysisRunner.*.dll" Exclude="{BuiltThings.Libraries}*.Tests.dll" />
                {items}
              </ItemGroup>
              {(microsoft ? "<Import Project=\"Sdk.targets\" Sdk=\"Microsoft.NET.Sdk\" />" : "")}
              <Import Project="{sdk}Sdk.targets" />
            </Project>
            """;
    }

    public string Assembly(string configuration = "Debug") => PathOf($"bin/{configuration}/net10.0/Analysis.dll");

    public string PathOf(string name) => Path.Combine(_folder, name);

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
    }

    public async Task<string> GitAsync(params string[] arguments)
    {
        var result = await Command.RunAsync(_folder, "git", ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false", .. arguments]);
        result.ExitCode.ShouldBe(0, result.Output);
        return result.Output.Trim();
    }

    /// <summary>Makes the folder a repository with everything committed, and tells the commit.</summary>
    public async Task<string> CommitAsync(string? remote = null)
    {
        if (!Directory.Exists(PathOf(".git")))
        {
            await GitAsync("init", "-q", "-b", "main");
            if (remote is not null) await GitAsync("remote", "add", "origin", remote);
        }
        await GitAsync("add", "-A");
        await GitAsync("commit", "-q", "--allow-empty", "-m", "work");
        return await GitAsync("rev-parse", "HEAD");
    }

    /// <summary>Builds, and reads what happened from the binary log.</summary>
    public async Task<BuildRecord> BuildAsync(params string[] arguments) => await RunAsync(["build", .. arguments]);

    /// <summary>What an IDE does to learn the compiler's options.</summary>
    public async Task<BuildRecord> DesignTimeBuildAsync(params string[] arguments) => await RunAsync(
        ["msbuild", "-t:Compile", "-p:DesignTimeBuild=true", "-p:SkipCompilerExecution=true", "-p:ProvideCommandLineArgs=true", "-p:BuildProjectReferences=false", .. arguments]);

    /// <summary>Values of properties as evaluated, without building anything.</summary>
    public async Task<string> EvaluateAsync(string property, params string[] arguments)
    {
        var result = await Command.RunAsync(_folder, Command.Dotnet, ["msbuild", "Analysis.csproj", $"-getProperty:{property}", .. arguments]);
        result.ExitCode.ShouldBe(0, result.Output);
        return result.Output.Trim();
    }

    /// <summary>Items as a target leaves them, as JSON.</summary>
    public async Task<string> ItemsAsync(string item, string target)
    {
        var result = await Command.RunAsync(_folder, Command.Dotnet, ["msbuild", "Analysis.csproj", $"-t:{target}", $"-getItem:{item}"]);
        result.ExitCode.ShouldBe(0, result.Output);
        return result.Output;
    }

    /// <summary>What a build would stamp, as <c>commit</c> and <c>repository</c>, without compiling anything.</summary>
    /// <param name="folder">Another work tree with the same project.</param>
    /// <param name="environment">Variables of the build.</param>
    public async Task<(string? Commit, string? Repository)> StampToBeAsync(string? folder = null, params (string Name, string Value)[] environment)
    {
        var result = await Command.RunAsync(
            folder ?? _folder, Command.Dotnet, ["msbuild", "Analysis.csproj", "-nodeReuse:false", "-t:GetAssemblyAttributes", "-getItem:AssemblyMetadata"], environment);
        result.ExitCode.ShouldBe(0, result.Output);
        result.Output.ShouldNotContain("warning");
        using var json = JsonDocument.Parse(result.Output);
        var values = json.RootElement.GetProperty("Items").GetProperty("AssemblyMetadata").EnumerateArray()
            .ToDictionary(item => item.GetProperty("Identity").GetString()!, item => item.GetProperty("Value").GetString());
        return (values.GetValueOrDefault("AnalysisRunner.Commit"), values.GetValueOrDefault("AnalysisRunner.Repository"));
    }

    public Task<CommandResult> ExecAsync(string[] arguments, params (string Name, string Value)[] environment) =>
        Command.RunAsync(_folder, Command.Dotnet, ["exec", Assembly(), .. arguments], environment);

    /// <summary>The assembly's metadata, without loading it.</summary>
    public Dictionary<string, string> Stamp(string configuration = "Debug")
    {
        using var image = new PEReader(File.OpenRead(Assembly(configuration)));
        var reader = image.GetMetadataReader();
        var stamp = new Dictionary<string, string>();
        foreach (var attribute in reader.GetAssemblyDefinition().GetCustomAttributes().Select(reader.GetCustomAttribute))
        {
            var parent = reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent;
            var type = reader.GetTypeReference((TypeReferenceHandle)parent);
            if (reader.GetString(type.Name) != "AssemblyMetadataAttribute") continue;
            var value = reader.GetBlobReader(attribute.Value);
            value.ReadUInt16();
            stamp[value.ReadSerializedString()!] = value.ReadSerializedString()!;
        }
        return stamp;
    }

    public void Dispose()
    {
        // Git's objects are read-only, which matters on Windows.
        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles("*", SearchOption.AllDirectories)) file.Attributes = FileAttributes.Normal;
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<BuildRecord> RunAsync(string[] arguments)
    {
        var log = PathOf($"build-{Guid.NewGuid():N}.binlog");
        var result = await Command.RunAsync(
            _folder, Command.Dotnet, [.. arguments, "Analysis.csproj", "-nologo", "-v:q", $"-bl:{log}", "-nodeReuse:false", "-p:UseSharedCompilation=false"]);
        // A command line that MSBuild refuses leaves no log.
        File.Exists(log).ShouldBeTrue(result.Output);
        return new BuildRecord(result, BinaryLog.ReadBuild(log));
    }
}
