using System.Text.Json.Nodes;
using AnalysisRunner.Contracts;
using AnalysisRunner.Pipelines.Methods;
using static AnalysisRunner.Pipelines.Tests.Callees;

namespace AnalysisRunner.Pipelines.Tests;

/// <summary>Methods as jobs: how they are described, and how the job makes the call. The whole way is shown by <see cref="TourTests"/>.</summary>
public sealed class MethodTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipelines-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Files_and_results_are_dependencies()
    {
        var batch = Described.Batch();
        var first = batch.NewJob("first");
        first.Command($"echo 1 > {first.Output("numbers")}");
        var sum = batch.NewJob("sum").Run(Add, first["numbers"], 3);

        var twice = batch.NewJob("twice");
        twice.Run(Twice, sum);

        (sum.Producer!.Spec().Parents[0], twice.Spec().Parents[0]).ShouldBe((1, 2));
        sum.Producer!.Spec().Outputs.ShouldBe(["sum-2/result.json"]);
        sum.Producer!.Spec().Command.ShouldContain("DOTNET_STARTUP_HOOKS=");
    }

    [Fact]
    public void What_no_job_can_find_is_refused_at_its_line()
    {
        var job = Described.Batch().NewJob("one");
        var outside = 3;

        foreach (var refused in new Delegate[] { () => outside, (int x) => x, (Func<string>)"x".ToLowerInvariant, (Func<int, int>)Twice + (Func<int, int>)Twice, (Func<int>)Generic<int> })
        {
            var problem = Should.Throw<AnalysisRunnerException>(() => job.Run(refused)).Problems.Single();
            problem.Code.ShouldBe("AR5121");
            problem.File.ShouldEndWith("MethodTests.cs");
            problem.Line.ShouldBeGreaterThan(30);
        }
    }

    [Fact]
    public void Arguments_that_do_not_fit_are_refused()
    {
        var batch = Described.Batch();
        var job = batch.NewJob("one");
        var file = batch.ReadInput("/data/x");

        Described.Code(() => job.Run(Twice)).ShouldBe("AR5122");
        Described.Code(() => job.Run(Twice, 1, 2)).ShouldBe("AR5122");
        Described.Code(() => job.Run(Twice, "text")).ShouldBe("AR5122");
        Described.Code(() => job.Run(Twice, file)).ShouldBe("AR5122");
        Described.Code(() => job.Run(Twice, [null])).ShouldBe("AR5122");
        Described.Code(() => job.Run(Twice, job)).ShouldBe("AR5122");
        Described.Code(() => job.Run(Twice, batch.NewJob("far").Run(Describe, "x"))).ShouldBe("AR5122");
        Described.Code(() => job.Run(Twice, Described.Batch("other").NewJob("far").Run(Twice, 1))).ShouldBe("AR5102");
    }

    [Theory]
    [InlineData(nameof(Add), """[{"file":"numbers"},{"value":3}]""", "9")]
    [InlineData(nameof(Add), """[{"file":"numbers"}]""", "106")]
    [InlineData(nameof(Twice), """[{"result":"six"}]""", "12")]
    [InlineData(nameof(Gather), """[{"list":[{"file":"numbers"},{"file":"six"}]}]""", "\"1,2,3 6\"")]
    [InlineData(nameof(Keys), """[{"map":{"bam":{"file":"a"},"bai":{"file":"b"}}}]""", "\"bam bai\"")]
    [InlineData(nameof(Later), """[{"value":4}]""", "4")]
    [InlineData(nameof(LaterValue), """[{"value":5}]""", "5")]
    [InlineData(nameof(Nothing), "[]", "null")]
    public void The_job_calls_the_method_with_its_arguments(string method, string arguments, string result)
    {
        File.WriteAllText(Path.Combine(_folder, "numbers"), "1\n2\n3\n");
        File.WriteAllText(Path.Combine(_folder, "six"), "6\n");

        Call(method, arguments).ShouldBe((0, ""));

        File.ReadAllText(Path.Combine(_folder, "result")).ShouldBe(result + "\n");
    }

    [Theory]
    [InlineData(nameof(Fails), "it broke")]
    [InlineData(nameof(FailsLater), "it broke later")]
    public void An_exception_fails_the_job(string method, string message)
    {
        var (exitCode, errors) = Call(method, "[]");
        exitCode.ShouldBe(1);
        errors.ShouldContain(message);
        File.Exists(Path.Combine(_folder, "result")).ShouldBeFalse();
    }

    [Fact]
    public void Another_build_of_the_program_is_refused()
    {
        var (exitCode, errors) = Call(nameof(Twice), """[{"value":1}]""", Guid.NewGuid());
        exitCode.ShouldBe(1);
        errors.ShouldContain("was built again");
    }

    private (int ExitCode, string Errors) Call(string method, string arguments, Guid? module = null)
    {
        var found = typeof(Callees).GetMethod(method)!;
        var call = new MethodCall(
            found.Module.Assembly.GetName().Name!, module ?? found.Module.ModuleVersionId, found.MetadataToken, JsonNode.Parse(arguments)!.AsArray(), "result");
        using var input = new StringReader(System.Text.Json.JsonSerializer.Serialize(call));
        using var errors = new StringWriter();
        return (MethodJob.Run(input, _folder, errors), errors.ToString());
    }
}
