using System.Security;

namespace AnalysisRunner.EndToEnd.Tests.Fixtures;

/// <summary>
/// A real git repository outside this checkout that holds one analysis project, and a state folder of its own for the local runner. The project is one of
/// the samples, with references to the built product in place of packages.
/// </summary>
internal sealed class AnalysisRepository : IAsyncDisposable
{
    private readonly bool _ownsState;

    private AnalysisRepository(string root, LocalRunnerState state, bool ownsState)
    {
        Root = root;
        State = state;
        _ownsState = ownsState;
    }

    public string Root { get; }

    public LocalRunnerState State { get; }

    public string Project => Path.Combine(Root, "analysis");

    public static async Task<AnalysisRepository> CreateAsync(LocalRunnerState? state = null, string sample = "HelloBatch")
    {
        var root = Directory.CreateTempSubdirectory("analysis repository ").FullName;
        var repository = new AnalysisRepository(root, state ?? LocalRunnerState.Create(), ownsState: state is null);
        Directory.CreateDirectory(repository.Project);
        var files = Directory.GetFiles(Path.Combine(Product.RepositoryRoot, "samples", sample)).Where(file => Path.GetExtension(file) is ".cs" or ".toml").ToArray();
        foreach (var file in files) File.Copy(file, Path.Combine(repository.Project, Path.GetFileName(file)));
        var config = files.Single(file => file.EndsWith(".toml", StringComparison.Ordinal) && !file.EndsWith(".schema.toml", StringComparison.Ordinal));
        repository.Write($"analysis/{sample}.csproj", ProjectFile(sample, Path.GetFileName(config)));
        repository.Write(".gitignore", "bin/\nobj/\n");
        await repository.GitAsync("init", "--quiet", "-b", "main");
        await repository.CommitAsync("Say hello");
        return repository;
    }

    public void Write(string relative, string content)
    {
        var path = Path.Combine(Root, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    public void Edit(string relative, string old, string replacement)
    {
        var content = File.ReadAllText(Path.Combine(Root, relative));
        content.ShouldContain(old);
        Write(relative, content.Replace(old, replacement, StringComparison.Ordinal));
    }

    /// <summary>Commits everything and gives the full hash.</summary>
    public async Task<string> CommitAsync(string message)
    {
        await GitAsync("add", "--all");
        await GitAsync("commit", "--quiet", "--message", message);
        return (await GitAsync("rev-parse", "HEAD")).Trim();
    }

    public async Task<string> GitAsync(params string[] arguments)
    {
        await using var git = Command.Start(
            "git", ["-c", "user.name=Analyst", "-c", "user.email=analyst@example.org", .. arguments], Root, State.Environment);
        (await git.EndAsync()).ShouldBe(0, git.Output);
        return git.Output;
    }

    /// <summary>Starts <c>dotnet build -t:Submit -p:Dataset=fewgenomes</c> with further arguments.</summary>
    public Command StartSubmit(params string[] arguments) => StartBuild(["-t:Submit", "-p:Dataset=fewgenomes", .. arguments]);

    public Command StartBuild(params string[] arguments) =>
        Command.Start("dotnet", ["build", Project, "-nodeReuse:false", "-tl:off", .. arguments], Root, State.Environment);

    public async Task<Outcome> SubmitAsync(params string[] arguments) => await OutcomeAsync(StartSubmit(arguments));

    public async Task<Outcome> BuildAsync(params string[] arguments) => await OutcomeAsync(StartBuild(arguments));

    public async ValueTask DisposeAsync()
    {
        if (_ownsState) await State.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }

    private static async Task<Outcome> OutcomeAsync(Command command)
    {
        await using (command) return new Outcome(await command.EndAsync(), command.Output);
    }

    private static string ProjectFile(string sample, string config)
    {
        var sdk = Escape(Path.Combine(Product.RepositoryRoot, "src", "AnalysisRunner.Sdk", "Sdk"));
        return $"""
            <Project>
              <Import Project="Sdk.props" Sdk="Microsoft.NET.Sdk" />
              <PropertyGroup>
                <AnalysisRunnerGeneratorAssembly>{Escape(Product.Generator)}</AnalysisRunnerGeneratorAssembly>
                <AnalysisRunnerTasksAssembly>{Escape(Product.Tasks)}</AnalysisRunnerTasksAssembly>
                <AnalysisRunnerServerDirectory>{Escape(Product.Server)}</AnalysisRunnerServerDirectory>
              </PropertyGroup>
              <Import Project="{sdk}/Sdk.props" />
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <RootNamespace>{sample}</RootNamespace>
              </PropertyGroup>
              <ItemGroup>
                <AnalysisConfig Include="{config}" />
                <Reference Include="{Escape(Product.Pipelines)}/AnalysisRunner.*.dll" />
              </ItemGroup>
              <Import Project="Sdk.targets" Sdk="Microsoft.NET.Sdk" />
              <Import Project="{sdk}/Sdk.targets" />
            </Project>
            """;
    }

    private static string Escape(string path) => SecurityElement.Escape(path)!;
}

/// <summary>How a command ended.</summary>
internal sealed record Outcome(int ExitCode, string Output);
