using AnalysisRunner.EndToEnd.Tests.Fixtures;

namespace AnalysisRunner.EndToEnd.Tests;

/// <summary>Every reason to refuse uncommitted code, through a real build of a real repository. Dry runs: they do every check.</summary>
public sealed class GateTests
{
    private const string Library = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
          <Import Project="local.props" Condition="Exists('local.props')" />
          <ItemGroup>
            <EmbeddedResource Include="*.bin" />
            <Content Include="*.data" />
          </ItemGroup>
        </Project>
        """;

    [Fact]
    public async Task Refuses_what_git_knows_to_differ_from_the_commit()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        analysis.Write(".gitattributes", "* text=auto\n");
        await analysis.CommitAsync("Normalise line endings");
        (await DryRunAsync(analysis)).ExitCode.ShouldBe(0);

        analysis.Edit("analysis/hello.toml", "Hello", "Servus");
        analysis.Write("analysis/New.cs", "// not committed\n");
        var program = await File.ReadAllTextAsync(Path.Combine(analysis.Project, "Program.cs"));
        analysis.Write("analysis/Program.cs", program.Replace("\n", "\r\n", StringComparison.Ordinal));
        await analysis.GitAsync("update-index", "--assume-unchanged", ".gitignore");
        analysis.Write(".gitignore", "bin/\nobj/\n# hidden\n");
        var refused = await DryRunAsync(analysis);

        refused.ShouldBeRefused("AR2001", "analysis/hello.toml");
        refused.ShouldBeRefused("AR2019", "--renormalize");
        refused.ShouldBeRefused("AR2002", "analysis/New.cs");
        refused.ShouldBeRefused("AR2005", "assume-unchanged");
        Codes(refused).ShouldBe(["AR2001", "AR2019", "AR2002", "AR2005"], "most basic first");

        await analysis.GitAsync("update-index", "--no-assume-unchanged", ".gitignore");
        File.Delete(Path.Combine(analysis.Project, "New.cs"));
        await analysis.GitAsync("checkout", "--quiet", "--force", "HEAD");
        await analysis.GitAsync("update-index", "--skip-worktree", "analysis/hello.toml");
        analysis.Edit("analysis/hello.toml", "Hello", "Servus");
        (await DryRunAsync(analysis)).ShouldBeRefused("AR2005", "skip-worktree");
    }

    [Fact]
    public async Task Refuses_a_conflict_a_rebase_and_a_submodule_that_is_not_as_recorded()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        await using var part = await AnalysisRepository.CreateAsync(analysis.State);
        await analysis.GitAsync("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", part.Root, "part");
        await analysis.CommitAsync("With a part");
        var main = await DryRunAsync(analysis);
        main.ExitCode.ShouldBe(0, main.Output);

        analysis.Edit("part/analysis/hello.toml", "Hello", "Servus");
        (await DryRunAsync(analysis)).ShouldBeRefused("AR2025", "'part'");
        await analysis.GitAsync("-C", "part", "commit", "--quiet", "--all", "--message", "Say servus");
        (await DryRunAsync(analysis)).ShouldBeRefused("AR2024", "'part'");
        await analysis.GitAsync("submodule", "--quiet", "update");

        await analysis.GitAsync("checkout", "--quiet", "-b", "other");
        analysis.Edit("analysis/hello.toml", "Hello", "Servus");
        await analysis.CommitAsync("Say servus");
        await analysis.GitAsync("checkout", "--quiet", "main");
        analysis.Edit("analysis/hello.toml", "Hello", "Howdy");
        await analysis.CommitAsync("Say howdy");
        await using (var merge = Command.Start("git", ["-c", "user.name=A", "-c", "user.email=a@example.org", "merge", "other"], analysis.Root, analysis.State.Environment)) (await merge.EndAsync()).ShouldNotBe(0);
        var refused = await DryRunAsync(analysis);
        refused.ShouldBeRefused("AR2010", "'merge'");
        refused.ShouldBeRefused("AR2023", "analysis/hello.toml");
    }

    [Fact]
    public async Task Refuses_sources_that_the_run_would_not_have_whichever_project_and_item_they_belong_to()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        var outside = Directory.CreateTempSubdirectory("outside ").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(outside, "Linked.cs"), "// outside\n");
            analysis.Write(".gitignore", "bin/\nobj/\n*.secret.cs\nlocal.props\n*.bin\n*.data\nDirectory.Build.targets\n");
            analysis.Write("deep/Deep.csproj", Library);
            analysis.Write("library/Library.csproj", Library.Replace("<EmbeddedResource", "<ProjectReference Include=\"../deep/Deep.csproj\" /><EmbeddedResource", StringComparison.Ordinal));
            analysis.Edit("analysis/HelloBatch.csproj", "<AnalysisConfig Include", "<ProjectReference Include=\"../library/Library.csproj\" /><AnalysisConfig Include");
            await analysis.CommitAsync("Refer to projects that know nothing of us");
            var clean = await DryRunAsync(analysis);
            clean.ExitCode.ShouldBe(0, clean.Output);

            analysis.Write("analysis/Own.secret.cs", "");
            analysis.Write("library/Library.secret.cs", "");
            analysis.Write("deep/Deep.secret.cs", "");
            analysis.Write("deep/embedded.bin", "");
            analysis.Write("deep/content.data", "");
            analysis.Write("Directory.Build.targets", "<Project />");
            analysis.Write("deep/local.props", $"""<Project><ItemGroup><Compile Include="{outside}/Linked.cs" Link="Linked.cs" /></ItemGroup></Project>""");
            var refused = await DryRunAsync(analysis);

            foreach (var file in new[] { "analysis/Own.secret.cs", "library/Library.secret.cs", "deep/Deep.secret.cs", "deep/embedded.bin", "deep/content.data", "deep/local.props", "Directory.Build.targets" })
                refused.ShouldBeRefused("AR2013", $"'{file}'");
            refused.ShouldBeRefused("AR2027", "Linked.cs");
            Codes(refused).ShouldBe(["AR2013", "AR2027"]);
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Fact]
    public async Task Refuses_a_source_that_the_build_writes_beside_the_others()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        analysis.Write(".gitignore", "bin/\nobj/\n*.g.cs\n");
        analysis.Edit("analysis/HelloBatch.csproj", "<Import Project=\"Sdk.targets\"", """
              <Target Name="Generate" BeforeTargets="CoreCompile">
                <PropertyGroup><GeneratedFolder Condition="'$(Misplaced)' != 'true'">$(IntermediateOutputPath)</GeneratedFolder></PropertyGroup>
                <WriteLinesToFile File="$(GeneratedFolder)Version.g.cs" Lines="// generated" Overwrite="true" />
                <ItemGroup><Compile Include="$(GeneratedFolder)Version.g.cs" /></ItemGroup>
              </Target>
              <Import Project="Sdk.targets"
            """);
        await analysis.CommitAsync("Generate");

        (await DryRunAsync(analysis, "-p:Misplaced=false")).ExitCode.ShouldBe(0);
        (await DryRunAsync(analysis, "-p:Misplaced=true")).ShouldBeRefused("AR2028", "analysis/Version.g.cs");
    }

    [Fact]
    public async Task Looks_again_after_the_build_at_what_referenced_projects_are_made_of()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        analysis.Write(".gitignore", "bin/\nobj/\n*.g.cs\n*.late\n");
        analysis.Write("library/Library.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <Target Name="Generate" BeforeTargets="CoreCompile" Condition="'$(Adds)' == 'a file that a wildcard finds'">
                <WriteLinesToFile File="Version.g.cs" Lines="// generated" Overwrite="true" />
              </Target>
            </Project>
            """);
        analysis.Edit("analysis/HelloBatch.csproj", "<AnalysisConfig Include", "<ProjectReference Include=\"../library/Library.csproj\" /><AnalysisConfig Include");
        analysis.Edit("analysis/HelloBatch.csproj", "<Import Project=\"Sdk.targets\"", """
              <Target Name="Plant" BeforeTargets="BeforeBuild" Condition="'$(Adds)' == 'an item to an import'">
                <WriteLinesToFile File="../library/obj/Library.csproj.planted.targets" Lines="&lt;Project&gt;&lt;ItemGroup&gt;&lt;Compile Include='Planted.late' /&gt;&lt;/ItemGroup&gt;&lt;/Project&gt;" Overwrite="true" />
              </Target>
              <Import Project="Sdk.targets"
            """);
        await analysis.CommitAsync("A library that grows while it is built");
        analysis.Write("library/obj/Library.csproj.planted.targets", "<Project />");
        analysis.Write("library/Planted.late", "");
        var clean = await DryRunAsync(analysis);
        clean.ExitCode.ShouldBe(0, clean.Output);

        (await DryRunAsync(analysis, "-p:Adds=an item to an import")).ShouldBeRefused("AR2028", "library/Planted.late");
        analysis.Write("library/obj/Library.csproj.planted.targets", "<Project />");
        (await DryRunAsync(analysis, "-p:Adds=a file that a wildcard finds")).ShouldBeRefused("AR2028", "library/Version.g.cs");
    }

    [Fact]
    public async Task Refuses_an_assembly_of_another_commit_and_a_commit_that_moves_during_the_build()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        analysis.Edit("analysis/HelloBatch.csproj", "<Import Project=\"Sdk.targets\"", """
              <Target Name="Move" AfterTargets="CoreCompile" Condition="'$(MoveHead)' == 'true'">
                <Exec Command="git -c user.name=Analyst -c user.email=analyst@example.org commit --quiet --allow-empty --message Moved" />
              </Target>
              <Import Project="Sdk.targets"
            """);
        await analysis.CommitAsync("Move HEAD on demand");
        (await analysis.BuildAsync()).ExitCode.ShouldBe(0);
        (await DryRunAsync(analysis, "-p:NoBuild=true")).ExitCode.ShouldBe(0);

        await analysis.GitAsync("commit", "--quiet", "--allow-empty", "--message", "Newer than the assembly");
        (await DryRunAsync(analysis, "-p:NoBuild=true")).ShouldBeRefused("AR2006", "HelloBatch.dll");
        (await DryRunAsync(analysis, "-p:MoveHead=true")).ShouldBeRefused("AR2014", "HEAD moved");
    }

    [Fact]
    public async Task Refuses_config_that_is_neither_committed_nor_declared_private()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        analysis.Write(".gitignore", "bin/\nobj/\nprivate.toml\n");
        analysis.Edit("analysis/HelloBatch.csproj", "<AnalysisConfig Include=\"hello.toml\" />", "<AnalysisConfig Include=\"hello.toml\" /><AnalysisConfig Include=\"private.toml\" Uncommitted=\"$(Private)\" />");
        await analysis.CommitAsync("Private config");
        analysis.Write("analysis/private.toml", "[hello]\ngreeting = \"Psst\"\n");

        (await DryRunAsync(analysis)).ShouldBeRefused("AR2017", "analysis/private.toml");
        var accepted = await DryRunAsync(analysis, "-p:Private=true");
        accepted.ExitCode.ShouldBe(0, accepted.Output);
        accepted.Output.ShouldContain("Psst");
    }

    [Fact]
    public async Task Refuses_the_repository_of_another_user_until_git_trusts_it()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        // Git's own switch for its own tests: every repository is somebody else's.
        var foreign = new Dictionary<string, string>(analysis.State.Environment) { ["GIT_TEST_ASSUME_DIFFERENT_OWNER"] = "1" };
        (await DryRunAsync(analysis, foreign)).ShouldBeRefused("AR2009", "safe.directory");

        foreign["GIT_CONFIG_COUNT"] = "1";
        foreign["GIT_CONFIG_KEY_0"] = "safe.directory";
        foreign["GIT_CONFIG_VALUE_0"] = analysis.Root;
        var trusted = await DryRunAsync(analysis, foreign);
        trusted.ExitCode.ShouldBe(0, trusted.Output);
    }

    [Fact]
    public async Task Judges_the_repository_of_the_project_whatever_a_hook_or_a_language_sets()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        await using var other = await AnalysisRepository.CreateAsync(analysis.State);
        var environment = new Dictionary<string, string>(analysis.State.Environment)
        {
            ["GIT_DIR"] = Path.Combine(other.Root, ".git"),
            ["GIT_WORK_TREE"] = other.Root,
            ["GIT_INDEX_FILE"] = Path.Combine(other.Root, ".git", "index"),
            ["LC_ALL"] = "de_DE.UTF-8",
            ["LANGUAGE"] = "de",
        };
        var accepted = await DryRunAsync(analysis, environment);
        accepted.ExitCode.ShouldBe(0, accepted.Output);
        accepted.Output.ShouldContain((await analysis.GitAsync("rev-parse", "HEAD")).Trim());
        analysis.Edit("analysis/hello.toml", "Hello", "Servus");
        (await DryRunAsync(analysis, environment)).ShouldBeRefused("AR2001", "hello.toml");
    }

    private static IEnumerable<string> Codes(Outcome outcome) => outcome.Output.Split('\n')
        .Where(line => line.Contains(": error AR", StringComparison.Ordinal))
        .Select(line => line[(line.IndexOf(": error AR", StringComparison.Ordinal) + 8)..][..6])
        .Distinct();

    private static Task<Outcome> DryRunAsync(AnalysisRepository analysis, params string[] arguments) => analysis.SubmitAsync(["-p:AnalysisDryRun=true", .. arguments]);

    private static async Task<Outcome> DryRunAsync(AnalysisRepository analysis, Dictionary<string, string> environment)
    {
        await using var submit = Command.Start(
            "dotnet", ["build", analysis.Project, "-t:Submit", "-p:Dataset=fewgenomes", "-p:AnalysisDryRun=true", "-nodeReuse:false", "-tl:off"], analysis.Root, environment);
        return new Outcome(await submit.EndAsync(), submit.Output);
    }
}
