using Microsoft.CodeAnalysis.CSharp;

namespace AnalysisRunner.CodeFixes.Tests;

public sealed class RunnerVariableFixTests
{
    [Theory]
    [InlineData("AnalysisConfig.Load(Environment.GetEnvironmentVariable(\"CPG_CONFIG_PATH\")!)", "AnalysisConfig.Load()")]
    [InlineData("AnalysisConfig.Load(Environment.GetEnvironmentVariable(\"CPG_CONFIG_PATH\")!.Split(','))", "AnalysisConfig.Load()")]
    [InlineData("HelloConfig.Load(Environment.GetEnvironmentVariable(\"CPG_CONFIG_PATH\")!.Split(\",\", StringSplitOptions.RemoveEmptyEntries))", "HelloConfig.Load()")]
    [InlineData("Demo.HelloConfig.Load((Environment.GetEnvironmentVariable(\"CPG_CONFIG_PATH\")!)).Hello", "Demo.HelloConfig.Load().Hello")]
    [InlineData("Environment.GetEnvironmentVariable(\"ANALYSIS_RUNNER_AR_GUID\")", "config.Get<string?>([\"workflow\", \"ar-guid\"], null)")]
    [InlineData("Environment.GetEnvironmentVariable(\"ANALYSIS_RUNNER_AR_GUID\") ?? \"none\"", "config.Get<string?>([\"workflow\", \"ar-guid\"], null) ?? \"none\"")]
    public async Task Uses_what_the_library_has(string read, string better)
    {
        using var editor = new EditorUnderTest(Method(read));
        (await editor.FixAsync()).ShouldBe(Method(better));
    }

    [Theory]
    [InlineData("Environment.GetEnvironmentVariable(\"CPG_CONFIG_PATH\")")]
    [InlineData("Other.Load(Environment.GetEnvironmentVariable(\"CPG_CONFIG_PATH\")!)")]
    [InlineData("AnalysisConfig.Load(\"first.toml\", Environment.GetEnvironmentVariable(\"CPG_CONFIG_PATH\")!)")]
    [InlineData("AnalysisConfig.Load(Environment.GetEnvironmentVariable(\"CPG_CONFIG_PATH\")!.Split(';'))")]
    [InlineData("AnalysisConfig.Load(Environment.GetEnvironmentVariable(\"CPG_CONFIG_PATH\")!.Trim())")]
    [InlineData("AnalysisConfig.Parse(Environment.GetEnvironmentVariable(\"CPG_CONFIG_PATH\")!)")]
    [InlineData("Environment.GetEnvironmentVariable(\"ANALYSIS_RUNNER_AR_GUID\", EnvironmentVariableTarget.Machine)")]
    [InlineData("Environment.GetEnvironmentVariable(\"ANALYSIS_RUNNER_URL\")")]
    [InlineData("Environment.GetEnvironmentVariable(\"CPG_MINE\")")]
    public async Task Offers_nothing_where_no_call_means_the_same(string read)
    {
        using var editor = new EditorUnderTest(Method(read));
        (await editor.OffersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Offers_nothing_that_the_projects_language_cannot_say()
    {
        using var editor = new EditorUnderTest(Method("Environment.GetEnvironmentVariable(\"ANALYSIS_RUNNER_AR_GUID\")"), LanguageVersion.CSharp11);
        (await editor.OffersAsync()).ShouldBeEmpty();
    }

    private static string Method(string expression) => $$"""
        using System;
        using AnalysisRunner.Pipelines;
        using Demo;
        class P
        {
            object? M(AnalysisConfig config) => {{expression}};
            HelloConfig? N() => null;
        }
        static class Other
        {
            public static object Load() => "";
            public static object Load(string path) => path;
        }
        """;
}
