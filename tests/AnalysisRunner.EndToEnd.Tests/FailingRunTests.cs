using AnalysisRunner.Contracts;
using AnalysisRunner.EndToEnd.Tests.Fixtures;

namespace AnalysisRunner.EndToEnd.Tests;

/// <summary>A run that fails fails the build, and the record says of what.</summary>
public sealed class FailingRunTests
{
    [Fact]
    public async Task A_failing_program_fails_the_invocation_and_the_build()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        analysis.Write("analysis/Fail.cs", """
            internal static class Fail
            {
                [System.Runtime.CompilerServices.ModuleInitializer]
                internal static void Now() => System.Environment.Exit(7);
            }
            """);
        await analysis.CommitAsync("Fail");

        var submit = await analysis.SubmitAsync();

        submit.ExitCode.ShouldNotBe(0);
        submit.Output.ShouldContain("error AR1016");
        var invocation = (await analysis.State.InvocationsAsync()).ShouldHaveSingleItem();
        invocation.State.ShouldBe(InvocationState.Failed);
        invocation.Steps.Single(step => step.Name == "run").ExitCode.ShouldBe(7);
    }

    [Fact]
    public async Task A_failing_job_fails_the_invocation_although_its_driver_succeeded()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        analysis.Write("analysis/Program.cs", """
            using AnalysisRunner.Pipelines;
            var batch = Batch.Create("fails");
            batch.NewJob("breaks").Command($"echo about to break; exit 3");
            await batch.RunAsync(wait: false);
            """);
        await analysis.CommitAsync("A job that fails");

        var submit = await analysis.SubmitAsync();

        submit.ExitCode.ShouldNotBe(0);
        submit.Output.ShouldContain("about to break");
        var invocation = (await analysis.State.InvocationsAsync()).ShouldHaveSingleItem();
        invocation.State.ShouldBe(InvocationState.Failed);
        invocation.ExitCode.ShouldBe(0);
        invocation.Reason.ShouldNotBeNull().ShouldContain("fails");
        invocation.Batches.ShouldHaveSingleItem().State.ShouldBe(BatchState.Failed);
    }

    [Fact]
    public async Task A_job_larger_than_the_machine_is_refused_at_submission()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        analysis.Write("analysis/Program.cs", """
            using AnalysisRunner.Pipelines;
            var batch = Batch.Create("huge");
            batch.NewJob("giant").Cpu("100000").Command($"true");
            await batch.RunAsync(wait: false);
            """);
        await analysis.CommitAsync("A job that fits no machine");

        var submit = await analysis.SubmitAsync();

        submit.ExitCode.ShouldNotBe(0);
        submit.Output.ShouldContain("AR62");
        submit.Output.ShouldContain("giant");
        var invocation = (await analysis.State.InvocationsAsync()).ShouldHaveSingleItem();
        invocation.State.ShouldBe(InvocationState.Failed);
        var batch = invocation.Batches.ShouldHaveSingleItem("what was refused is recorded, too");
        batch.State.ShouldBe(BatchState.Failed);
        batch.Reason.ShouldNotBeNull().ShouldContain("AR6208");
        batch.Jobs.Cancelled.ShouldBe(1, "and nothing of it ran");
    }
}
