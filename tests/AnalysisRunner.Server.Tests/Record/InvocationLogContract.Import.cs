using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Record.Imports;
using static AnalysisRunner.Server.Tests.Record.Samples;

namespace AnalysisRunner.Server.Tests.Record;

public abstract partial class InvocationLogContract
{
    private static ImportedInvocation Foreign(int number, DateTimeOffset at) => new(
        Submission(number).Invocation with { SubmittedAt = at, Engine = "hail", DriverHandle = "https://batch.example.org/batches/1", RerunOf = null, RerunChanges = null },
        $$"""{"ar-guid": "{{ArGuid(number)}}", "hailVersion": "0.2.1"}""");

    [ContractFact]
    public async Task What_another_server_recorded_is_imported_once_and_never_started()
    {
        (await Log.ImportAsync([Foreign(1, Noon.AddDays(-3)), Foreign(2, Noon.AddDays(-2))], None)).ShouldBe(new ImportResult(2, 0));
        (await Log.ImportAsync([Foreign(1, Noon.AddDays(-3)), Foreign(3, Noon.AddDays(-1))], None)).ShouldBe(new ImportResult(1, 1));

        var found = (await Log.GetAsync(ArGuid(1), None)).ShouldNotBeNull().Invocation;
        (found.State, found.IsFinal, found.Engine, found.DriverHandle).ShouldBe((InvocationState.Imported, true, "hail", "https://batch.example.org/batches/1"));
        found.SubmittedAt.ShouldBe(Noon.AddDays(-3));
        found.FinishedAt.ShouldBeNull();
        (await Log.ListEventsAsync(ArGuid(1), 0, 10, None)).ShouldHaveSingleItem().Detail.ShouldBe("imported");
        (await Log.ListUnfinishedAsync(None)).ShouldBeEmpty();
        (await Log.ListUnannouncedAsync("any", 10, None)).ShouldBeEmpty();
        (await Log.GetRequestAsync(ArGuid(1), None)).ShouldBeNull();
        (await Log.ChangeStateAsync(ArGuid(1), new StateChange(InvocationState.Running), None)).ShouldBe(StateChangeOutcome.Unchanged);

        // Each at its own time, and found like any other.
        (await Log.ListAsync(new InvocationQuery { From = Noon.AddDays(-2) }, None)).Records.Select(one => one.Invocation.ArGuid).ShouldBe([ArGuid(3), ArGuid(2)]);
        (await Log.ListAsync(new InvocationQuery { State = InvocationState.Imported, Text = "drop table" }, None)).Records.Count.ShouldBe(3);
        (await Log.RecordAsync(Submission(4), None)).Outcome.ShouldBe(RecordOutcome.Recorded);
    }

    [ContractFact]
    public async Task An_import_over_what_this_server_recorded_imports_nothing()
    {
        await RecordOneAsync(1);
        var refusal = await Should.ThrowAsync<AnalysisRunnerException>(Log.ImportAsync([Foreign(2, Noon), Foreign(1, Noon)], None));
        refusal.Problems[0].Code.ShouldBe(CommandLineCodes.ImportUnusable);
        (await Log.GetAsync(ArGuid(2), None)).ShouldBeNull();
        (await Log.GetAsync(ArGuid(1), None))!.Invocation.State.ShouldNotBe(InvocationState.Imported);
    }

    [ContractFact]
    public async Task What_was_imported_is_in_a_backup()
    {
        await Log.ImportAsync([Foreign(1, Noon)], None);
        await BackUpAsync(Log);
        (await File.ReadAllTextAsync(BackupFile)).ShouldContain("hailVersion");
        await using var restored = await InvocationLog.OpenAsync(await AnotherAsync());
        await restored.RestoreAsync(BackupFile, None);
        ToJson((await restored.GetAsync(ArGuid(1), None))!.Invocation).ShouldBe(ToJson((await Log.GetAsync(ArGuid(1), None))!.Invocation));
        (await restored.ImportAsync([Foreign(1, Noon)], None)).ShouldBe(new ImportResult(0, 1));
    }
}
