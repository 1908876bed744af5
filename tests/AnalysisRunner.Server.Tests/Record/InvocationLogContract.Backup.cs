using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;
using static AnalysisRunner.Server.Tests.Record.Samples;

namespace AnalysisRunner.Server.Tests.Record;

public abstract partial class InvocationLogContract
{
    private string BackupFile => Path.Combine(Folder, "log.backup");

    /// <summary>Options of another, empty log of the same kind.</summary>
    protected abstract Task<InvocationLogOptions> AnotherAsync();

    private async Task<long> BackUpAsync(InvocationLog log)
    {
        await using var file = File.Create(BackupFile);
        return await log.BackupAsync(file, None);
    }

    private async Task RecordSomethingOfEverythingAsync()
    {
        await Log.RecordAsync(Submission(1, "k", environment: new Dictionary<string, string> { ["TOKEN"] = "hunter2" }), None);
        await RecordOneAsync(2);
        await Log.SetDriverAsync(ArGuid(2), "local", "h", None);
        await Log.SetStepAsync(ArGuid(2), new InvocationStep("build", Noon.ToUniversalTime(), Noon.AddSeconds(1).ToUniversalTime(), 0), None);
        await Log.AddBatchAsync(ArGuid(2), Batch("b"), None);
        await Log.UpdateBatchAsync(Batch("b", BatchState.Succeeded, 2), None);
        await Log.RequestCancelAsync(ArGuid(2), "bob", None);
        await Log.SetDriverEndAsync(ArGuid(2), 1, "why", None);
        await Log.BeginOutputsAsync(ArGuid(2), None);
        await Log.AddOutputsAsync(ArGuid(2), [Output("default", "a"), Output("web", "b", OutputChange.Unchanged)], None);
        await Log.CompleteOutputsAsync(ArGuid(2), "why", None);
        await Log.ChangeStateAsync(ArGuid(2), new StateChange(InvocationState.Cancelled, "Cancelled by bob.", "bob"), None);
        await Log.AnnounceAsync(ArGuid(2), [new("webhook", "ops")], None);
        await Log.RecordDenialAsync(new NewDenial { DeniedTo = "mallory", Problems = [new Problem("AR6010", "\"\u2028\" is malformed")] }, None);
    }

    private async Task ShouldBeRestoredAsync(InvocationLog restored)
    {
        for (var number = 1; number <= 2; number++)
        {
            ToJson((await restored.GetAsync(ArGuid(number), None))!.Invocation).ShouldBe(ToJson((await Log.GetAsync(ArGuid(number), None))!.Invocation));
            (await restored.GetRequestAsync(ArGuid(number), None)).ShouldBe(await Log.GetRequestAsync(ArGuid(number), None));
            (await restored.ListOutputsAsync(ArGuid(number), null, 10, None)).ShouldBe(await Log.ListOutputsAsync(ArGuid(number), null, 10, None));
            (await restored.ListNotificationsAsync(ArGuid(number), None)).ShouldBe(await Log.ListNotificationsAsync(ArGuid(number), None));
            (await restored.ListEventsAsync(ArGuid(number), 0, 100, None)).ShouldBe(await Log.ListEventsAsync(ArGuid(number), 0, 100, None));
        }
        (await restored.GetEnvironmentAsync(ArGuid(1), None))["TOKEN"].ShouldBe("hunter2");
        (await restored.ListDenialsAsync(10, null, None)).ShouldHaveSingleItem().What.Problems.ShouldBe([new Problem("AR6010", "\"\u2028\" is malformed")]);
        (await restored.ListAsync(new InvocationQuery { Text = "drop table" }, None)).Records.Count.ShouldBe(2);

        (await restored.ListOutputsAsync(ArGuid(2), null, 10, None)).Count.ShouldBe(2);
        (await restored.ListDueNotificationsAsync("any", 10, None)).ShouldHaveSingleItem().Target.ShouldBe("ops");

        // It is a log like any other, and goes on where the first one was.
        (await restored.RecordAsync(Submission(7, "k"), None)).ShouldBe(new RecordResult(RecordOutcome.Existing, ArGuid(1)));
        (await restored.RecordAsync(Submission(3), None)).Outcome.ShouldBe(RecordOutcome.Recorded);
        (await restored.AddBatchAsync(ArGuid(3), Batch("c"), None)).ShouldBe(BatchAdmission.Added);
        (await restored.SetStepAsync(ArGuid(3), new InvocationStep("build", Noon, null, null), None)).ShouldBeTrue();
        (await restored.RecordDenialAsync(new NewDenial { Problems = [new Problem("AR6001", "x")] }, None)).ShouldBeGreaterThan(1);
        (await restored.ListAsync(new InvocationQuery(), None)).Records.Select(one => one.Invocation.ArGuid).ShouldBe([ArGuid(3), ArGuid(2), ArGuid(1)]);
    }

    [ContractFact]
    public async Task A_backup_holds_everything_and_restores_into_an_empty_log_of_the_same_kind_or_into_sqlite()
    {
        await RecordSomethingOfEverythingAsync();
        var rows = await BackUpAsync(Log);
        (await File.ReadAllTextAsync(BackupFile)).ShouldNotContain("hunter2");
        foreach (var options in new[] { await AnotherAsync(), Options with { Database = InvocationLogOptions.Sqlite, SqliteFile = Path.Combine(Folder, "other.db") } })
        {
            await using var restored = await InvocationLog.OpenAsync(options);
            (await restored.RestoreAsync(BackupFile, None)).ShouldBe(rows);
            await ShouldBeRestoredAsync(restored);
        }
    }

    [ContractFact]
    public async Task A_backup_of_sqlite_restores_here()
    {
        await using var source = await InvocationLog.OpenAsync(Options with { Database = InvocationLogOptions.Sqlite, SqliteFile = Path.Combine(Folder, "other.db") });
        await source.RecordAsync(Submission(5), None);
        await BackUpAsync(source);
        await Log.RestoreAsync(BackupFile, None);
        ToJson((await Log.GetAsync(ArGuid(5), None))!.Invocation).ShouldBe(ToJson((await source.GetAsync(ArGuid(5), None))!.Invocation));
    }

    [ContractFact]
    public async Task Nothing_is_restored_over_a_record()
    {
        await RecordOneAsync();
        await BackUpAsync(Log);
        (await Should.ThrowAsync<AnalysisRunnerException>(Log.RestoreAsync(BackupFile, None))).Problems[0].Code.ShouldBe("AR6133");
        (await Log.ListAsync(new InvocationQuery(), None)).Records.Count.ShouldBe(1);
    }

    [ContractFact]
    public async Task A_cut_or_changed_backup_restores_nothing()
    {
        await RecordOneAsync(1);
        await RecordOneAsync(2);
        await BackUpAsync(Log);
        var lines = await File.ReadAllLinesAsync(BackupFile);
        await using var empty = await InvocationLog.OpenAsync(await AnotherAsync());
        string[][] spoilt =
        [
            [],
            ["no JSON"],
            ["[]"],
            lines[1..],
            lines[..^1],
            [.. lines[..2], .. lines[3..]],
            [.. lines[..1], lines[1].Replace("fewgenomes", "manygenomes", StringComparison.Ordinal), .. lines[2..]],
            [.. lines, lines[1]],
            [lines[0].Replace("\"version\":", "\"version\":1", StringComparison.Ordinal), .. lines[1..]],
        ];
        foreach (var content in spoilt)
        {
            await File.WriteAllLinesAsync(BackupFile, content);
            (await Should.ThrowAsync<AnalysisRunnerException>(empty.RestoreAsync(BackupFile, None))).Problems[0].Code.ShouldBe("AR6132");
        }
        (await empty.ListAsync(new InvocationQuery(), None)).Records.ShouldBeEmpty();
    }
}
