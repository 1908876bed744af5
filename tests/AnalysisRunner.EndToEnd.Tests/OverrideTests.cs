using System.Text.RegularExpressions;
using AnalysisRunner.EndToEnd.Tests.Fixtures;

namespace AnalysisRunner.EndToEnd.Tests;

/// <summary>There is no way around the gate: not by any property that the SDK's own files read, nor by those that move the build's folders.</summary>
public sealed partial class OverrideTests
{
    // Without them there is nothing to submit, another project, or no SDK and no target Submit at all: which is no way to submit this one.
    private static readonly string[] NamesOfTheSubmission =
    [
        "Dataset", "AccessLevel", "RunnerUrl", "AnalysisConfirm", "AnalysisScript", "AnalysisArguments", "AnalysisOutputPrefix", "AnalysisCpu", "AnalysisMemory", "AnalysisStorage",
        "AnalysisPreemptible", "AnalysisRunnerServerDirectory", "AnalysisRunnerTasksAssembly", "AnalysisRunnerGeneratorAssembly", "SubmitDependsOn", "IsCrossTargetingBuild", "TargetFrameworks",
        "Configuration", "Configurations", "UsingMicrosoftNETSdk", "EnableAnalysisRunnerSubmit", "UsingAnalysisRunnerSdk",
        "_AnalysisRunnerIsPackage", "_AnalysisRunnerImportsMicrosoftNETSdk", "_AnalysisRunnerVersion",
    ];

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task No_property_that_the_SDK_reads_turns_a_rule_off(string value)
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        analysis.Write(".gitignore", "bin/\nobj/\n*.secret.cs\n");
        await analysis.CommitAsync("Ignore something that is compiled");
        analysis.Write("analysis/Own.secret.cs", "");
        analysis.Write("analysis/New.cs", "");
        analysis.Edit("analysis/hello.toml", "Hello", "Servus");
        var properties = await PropertiesAsync();
        properties.Count.ShouldBeGreaterThan(20);

        var refused = await analysis.SubmitAsync(["-p:AnalysisDryRun=true", .. properties.Select(name => $"-p:{name}={value}")]);

        refused.ShouldBeRefused("AR2001", "hello.toml");
        refused.ShouldBeRefused("AR2002", "New.cs");
        refused.ShouldBeRefused("AR2013", "Own.secret.cs");
    }

    [Fact]
    public async Task No_folder_of_sources_passes_for_one_that_the_build_fills()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        analysis.Write(".gitignore", "bin/\nobj/\n*.secret.cs\n");
        await analysis.CommitAsync("Ignore something that is compiled");
        analysis.Write("analysis/Own.secret.cs", "");

        foreach (var property in new[] { "NuGetPackageRoot", "MSBuildProjectExtensionsPath" })
            (await analysis.SubmitAsync("-p:AnalysisDryRun=true", $"-p:{property}={analysis.Project}/")).ShouldBeRefused("AR2013", "Own.secret.cs");
    }

    [Fact]
    public async Task The_environment_has_no_switch_either()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        analysis.Edit("analysis/hello.toml", "Hello", "Servus");
        var environment = new Dictionary<string, string>(analysis.State.Environment);
        // MSBuild takes environment variables for properties.
        foreach (var name in await PropertiesAsync()) environment[name] = "false";
        await using var submit = Command.Start(
            "dotnet", ["build", analysis.Project, "-t:Submit", "-p:Dataset=fewgenomes", "-p:AnalysisDryRun=true", "-nodeReuse:false", "-tl:off"], analysis.Root, environment);
        new Outcome(await submit.EndAsync(), submit.Output).ShouldBeRefused("AR2001", "hello.toml");
    }

    /// <summary>Every property that a condition or a value in the SDK's files mentions and that is the SDK's own, private ones included.</summary>
    private static async Task<IReadOnlyList<string>> PropertiesAsync()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Product.RepositoryRoot, "src", "AnalysisRunner.Sdk"), "*.*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".props" or ".targets");
        var texts = await Task.WhenAll(files.Select(file => File.ReadAllTextAsync(file)));
        return
        [
            .. texts.SelectMany(text => Reference().Matches(text)).Select(match => match.Groups[1].Value).Distinct()
                .Where(name => name.Contains("Analysis", StringComparison.Ordinal) || name is "NoBuild" or "Force")
                .Except(NamesOfTheSubmission).Order(StringComparer.Ordinal),
        ];
    }

    [GeneratedRegex(@"\$\((\w+)\)")]
    private static partial Regex Reference();
}
