namespace AnalysisRunner.Package.Tests;

/// <summary>The commands of <c>dotnet</c> do with the SDK what they do without it.</summary>
public sealed class CommandTests
{
    [Theory]
    [InlineData(Form.PinnedSdk)]
    [InlineData(Form.PackageReference)]
    public async Task Run_and_publish_behave_as_without(Form form)
    {
        var plain = await PlainAsync();
        var consumer = await Consumer.CreateAsync(form);
        consumer.Write("Program.cs", plain.Read("Program.cs"));

        foreach (var project in new[] { plain, consumer })
        {
            var ran = await project.DotnetAsync(["run", "-p:UseSharedCompilation=false", "--", "a b", "$c;d"]);
            (ran.ExitCode, ran.Output.Trim()).ShouldBe((3, "a b|$c;d"));
            (await project.BuildAsync(["publish"])).ShouldSucceed().Warnings.ShouldBeEmpty();
        }

        // Publish chooses Release, and adds the libraries and the JSON Schema to what it copies.
        consumer.Files("bin/Release/net10.0/publish").Where(file => !file.StartsWith("AnalysisRunner.", StringComparison.Ordinal) && file != "hello.schema.json")
            .ShouldBe(plain.Files("bin/Release/net10.0/publish"));
    }

    [Fact]
    public async Task A_test_project_with_the_SDK_runs_its_tests()
    {
        var consumer = await Consumer.CreateAsync(items: """
            <PackageReference Include="Microsoft.NET.Test.Sdk" Version="18.11.0" />
            <PackageReference Include="xunit" Version="2.9.3" />
            <PackageReference Include="xunit.runner.visualstudio" Version="3.1.5" />
            """);
        File.Delete(consumer.PathOf("Program.cs"));
        consumer.Write("Tests.cs", "public class Tests { [Xunit.Fact] public void Schema_is_typed() => Xunit.Assert.Equal(2, Analysis.HelloConfig.Load([\"../../../hello.toml\"]).Hello.Times); }\n");

        var result = await consumer.DotnetAsync(["test", "-p:UseSharedCompilation=false"]);

        result.ExitCode.ShouldBe(0, result.Output);
        result.Output.ShouldContain("Passed!");
    }

    [FactWithGit]
    public async Task Graph_and_parallel_builds_build_the_same_and_nothing_twice()
    {
        var consumer = await Consumer.CreateAsync(Form.PinnedSdk, items: "<ProjectReference Include=\"steps/Steps.csproj\" /><Compile Remove=\"steps/**\" />");
        consumer.Write("steps/Steps.csproj", Consumer.ProjectText(Form.PackageReference, properties: "<OutputType>Library</OutputType>").Replace("<AnalysisConfig Include=\"hello.toml\" />", "", StringComparison.Ordinal));
        consumer.Write("steps/Step.cs", "namespace Steps; public static class Step { public static string? Commit => AnalysisRunner.SourceRevision.Current.Commit; }\n");
        consumer.Write("Program.cs", "Console.WriteLine(Steps.Step.Commit == AnalysisRunner.SourceRevision.Current.Commit);\n");
        await consumer.CommitAsync();

        var first = (await consumer.BuildAsync(["build", "-graph", "-m"])).ShouldSucceed();
        first.Warnings.ShouldBeEmpty();
        first.Compilations.ShouldBe(2);
        (await consumer.BuildAsync(["build", "-m", "--no-restore"])).ShouldSucceed().Compilations.ShouldBe(0);
        (await consumer.BuildAsync(["build", "-graph", "--no-restore"])).ShouldSucceed().Compilations.ShouldBe(0);
        (await consumer.DotnetAsync(["exec", consumer.PathOf("bin/Debug/net10.0/Analysis.dll")])).Output.Trim().ShouldBe("True");

        // One submission, of the named project, with the static graph too: a reference is built and not submitted.
        var submitted = await consumer.BuildAsync(["build", "-graph", "-m", "-t:Submit", "-p:Dataset=fewgenomes", "-p:AnalysisDryRun=true"]);
        submitted.ShouldSucceed().RunsOf("SubmitAnalysis").ShouldBe(1);
    }

    [Fact]
    public async Task Central_package_versions_need_nothing_of_the_user()
    {
        var consumer = await Consumer.CreateAsync();
        consumer.Write("Directory.Packages.props", "<Project><PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally></PropertyGroup></Project>");
        (await consumer.BuildAsync()).ShouldSucceed().Warnings.ShouldBeEmpty();

        consumer.Write("Analysis.csproj", Consumer.ProjectText(Form.PackageReference).Replace($"Version=\"{Packages.Version}\"", "", StringComparison.Ordinal));
        consumer.Write("Directory.Packages.props", $"""
            <Project>
              <PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally></PropertyGroup>
              <ItemGroup><PackageVersion Include="AnalysisRunner.Sdk" Version="{Packages.Version}" /></ItemGroup>
            </Project>
            """);
        (await consumer.BuildAsync()).ShouldSucceed().Warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Form.Sdk)]
    [InlineData(Form.PackageReference)]
    public async Task The_outer_build_of_several_frameworks_refuses_to_submit_and_says_what_to_name(Form form)
    {
        var consumer = await Consumer.CreateAsync(form, properties: "<TargetFramework /><TargetFrameworks>net10.0</TargetFrameworks>");

        var refused = await consumer.BuildAsync(["build", "-t:Submit", "-p:Dataset=fewgenomes"]);

        refused.Errors.Select(error => error.Code).ShouldBe(["AR1001"]);
        refused.Errors.Single().Text.ShouldContain("-p:TargetFramework=");
        refused.Compilations.ShouldBe(0);
        (await consumer.BuildAsync()).ShouldSucceed().Compilations.ShouldBe(1);
    }

    private static async Task<Consumer> PlainAsync()
    {
        var plain = await Consumer.EmptyAsync();
        plain.Write("Analysis.csproj", $"<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup>{Consumer.DefaultProperties}</PropertyGroup></Project>");
        plain.Write("Program.cs", "Console.WriteLine(string.Join(\"|\", args));\nreturn 3;\n");
        return plain;
    }
}
