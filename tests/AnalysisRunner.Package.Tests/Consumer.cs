using System.Text.Json;
using Microsoft.Build.Logging.StructuredLogger;

namespace AnalysisRunner.Package.Tests;

/// <summary>A folder of a user's with an analysis project that takes the SDK from the packages under test.</summary>
internal sealed class Consumer
{
    public const string DefaultProperties =
        "<OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings>";

    private readonly Packages _packages;

    private Consumer(Packages packages, string folder)
    {
        _packages = packages;
        Folder = folder;
    }

    public string Folder { get; }

    /// <summary>A folder without any project, which inherits nothing from the folders above it.</summary>
    public static async Task<Consumer> EmptyAsync(bool atHome = false)
    {
        var packages = await Packages.GetAsync();
        var consumer = new Consumer(packages, Path.Combine(atHome ? packages.Home : packages.Root, "projects", Guid.NewGuid().ToString("N")[..8]));
        consumer.Write("Directory.Build.props", "<Project />");
        consumer.Write("Directory.Build.targets", "<Project />");
        consumer.Write(".gitignore", "bin/\nobj/\n*.binlog\n");
        return consumer;
    }

    /// <summary>A folder with an analysis, <c>Analysis.csproj</c>, that has a schema and a config file.</summary>
    public static async Task<Consumer> CreateAsync(Form form = Form.Sdk, string items = "", string properties = "")
    {
        var consumer = await EmptyAsync();
        if (form is Form.PinnedSdk) consumer.PinSdk();
        consumer.Write("Analysis.csproj", ProjectText(form, items, properties));
        consumer.Write("Program.cs", "Console.WriteLine($\"{Analysis.HelloConfig.Load().Hello.Times} {AnalysisRunner.SourceRevision.Current.Commit}\");\n");
        consumer.Write("hello.schema.toml", "[hello]\ntimes = { type = \"integer\", default = 1 }\n");
        consumer.Write("hello.toml", "[hello]\ntimes = 2\n");
        return consumer;
    }

    public static string ProjectText(Form form, string items = "", string properties = "")
    {
        var sdk = form switch
        {
            Form.Sdk or Form.Both => $"AnalysisRunner.Sdk/{Packages.Version}",
            Form.PinnedSdk => "AnalysisRunner.Sdk",
            _ => "Microsoft.NET.Sdk",
        };
        return $"""
            <Project Sdk="{sdk}">
              {(form is Form.AdditiveSdk ? $"""<Sdk Name="AnalysisRunner.Sdk" Version="{Packages.Version}" />""" : "")}
              <PropertyGroup>
                {DefaultProperties}
                {properties}
              </PropertyGroup>
              <ItemGroup>
                <AnalysisConfig Include="hello.toml" />
                {(form is Form.PackageReference or Form.Both ? $"""<PackageReference Include="AnalysisRunner.Sdk" Version="{Packages.Version}" />""" : "")}
                {items}
              </ItemGroup>
            </Project>
            """;
    }

    public void PinSdk() => Write("global.json", $$"""{ "msbuild-sdks": { "AnalysisRunner.Sdk": "{{Packages.Version}}" } }""");

    public string PathOf(string name) => Path.Combine(Folder, name);

    public string Read(string name) => File.ReadAllText(PathOf(name));

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
    }

    public async Task<string> GitAsync(params string[] arguments)
    {
        var result = await Command.RunAsync(
            Folder, "git", ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false", .. arguments], _packages.Environment);
        result.ExitCode.ShouldBe(0, result.Output);
        return result.Output.Trim();
    }

    /// <summary>Makes the folder a repository with everything committed, and tells the commit.</summary>
    public async Task<string> CommitAsync()
    {
        if (!Directory.Exists(PathOf(".git"))) await GitAsync("init", "-q", "-b", "main");
        await GitAsync("add", "-A");
        await GitAsync("commit", "-q", "--allow-empty", "-m", "work");
        return await GitAsync("rev-parse", "HEAD");
    }

    public Task<CommandResult> DotnetAsync(IEnumerable<string> arguments, params (string Name, string Value)[] environment) =>
        _packages.DotnetAsync(Folder, arguments, environment);

    /// <summary>Runs a command of <c>dotnet</c> that builds, and reads what happened from the binary log.</summary>
    public async Task<BuildRecord> BuildAsync(string[] command, params (string Name, string Value)[] environment)
    {
        var log = PathOf($"build-{Guid.NewGuid():N}.binlog");
        var result = await DotnetAsync([.. command, "-nologo", "-v:q", $"-bl:{log}", "-nodeReuse:false", "-p:UseSharedCompilation=false"], environment);
        File.Exists(log).ShouldBeTrue(result.Output);
        return new BuildRecord(result, BinaryLog.ReadBuild(log));
    }

    public Task<BuildRecord> BuildAsync() => BuildAsync(["build"]);

    /// <summary>Properties and items as they are after some targets, by name; items as their identities.</summary>
    public async Task<JsonElement> AskAsync(params string[] arguments)
    {
        var result = await DotnetAsync(["msbuild", "-nologo", "-nodeReuse:false", .. arguments]);
        result.ExitCode.ShouldBe(0, result.Output);
        using var json = JsonDocument.Parse(result.Output);
        return json.RootElement.Clone();
    }

    /// <summary>The files below a folder, sorted, with <c>/</c>.</summary>
    public IReadOnlyList<string> Files(string folder) =>
        [.. Directory.EnumerateFiles(PathOf(folder), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(PathOf(folder), file).Replace('\\', '/')).Order(StringComparer.Ordinal)];
}
