using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;
using static AnalysisRunner.Server.Tests.Record.Samples;

namespace AnalysisRunner.Server.Tests.Record;

/// <summary>What every invocation log promises.</summary>
public abstract partial class InvocationLogContract : IAsyncLifetime
{
    private static CancellationToken None => CancellationToken.None;

    protected SettableTime Time { get; } = new();

    protected InvocationLog Log { get; private set; } = null!;

    /// <summary>A folder of the test's own.</summary>
    protected string Folder { get; } = Directory.CreateTempSubdirectory("invocation-log-").FullName;

    /// <summary>Where the log is: the same at each call.</summary>
    protected abstract string Database { get; }

    protected InvocationLogOptions Options => new()
    {
        Database = Database,
        SqliteFile = Path.Combine(Folder, "deeper", "log.db"),
        KeyFile = Path.Combine(Folder, "environment.key"),
        Time = Time,
        // So that the index of words is asked, too.
        NearRows = 3,
        PageOf = guid => $"http://runner.test/{guid}",
    };

    /// <summary>Opens the log another time, on the same data.</summary>
    protected Task<InvocationLog> OpenAsync() => InvocationLog.OpenAsync(Options);

    public virtual async Task InitializeAsync() => Log = await OpenAsync();

    public virtual async Task DisposeAsync()
    {
        await Log.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    protected async Task ReopenAsync()
    {
        await Log.DisposeAsync();
        Log = await OpenAsync();
    }

    private static string ToJson(Invocation invocation) => JsonSerializer.Serialize(invocation, ContractsJson.Default.Invocation);

    private async Task<string> RecordOneAsync(int number = 1)
    {
        (await Log.RecordAsync(Submission(number), None)).Outcome.ShouldBe(RecordOutcome.Recorded);
        return ArGuid(number);
    }

    [ContractFact]
    public async Task Gives_back_everything_that_was_recorded_in_utc()
    {
        var submission = Submission(1, environment: new Dictionary<string, string> { ["ZED"] = "1", ["A"] = "secret" });
        (await Log.RecordAsync(submission, None)).ShouldBe(new RecordResult(RecordOutcome.Recorded, ArGuid(1)));
        await ReopenAsync();

        var found = (await Log.GetAsync(ArGuid(1), None)).ShouldNotBeNull().Invocation;
        var expected = submission.Invocation with
        {
            EnvironmentNames = ["A", "ZED"],
            SubmittedAt = Noon.ToUniversalTime(),
            Url = $"http://runner.test/{ArGuid(1)}",
        };
        ToJson(found).ShouldBe(ToJson(expected));
        found.SubmittedAt.Offset.ShouldBe(TimeSpan.Zero);
        (await Log.GetRequestAsync(ArGuid(1), None)).ShouldBe(submission.RequestJson);
        (await Log.GetEnvironmentAsync(ArGuid(1), None)).ShouldBe(submission.Environment, ignoreOrder: true);
    }

    [ContractFact]
    public async Task Knows_nothing_of_an_unknown_ar_guid()
    {
        var unknown = ArGuid(99);
        (await Log.GetAsync(unknown, None)).ShouldBeNull();
        (await Log.GetRequestAsync(unknown, None)).ShouldBeNull();
        (await Log.GetEnvironmentAsync(unknown, None)).ShouldBeEmpty();
        (await Log.ListEventsAsync(unknown, 0, 10, None)).ShouldBeEmpty();
        (await Log.ListBatchesAsync(unknown, None)).ShouldBeEmpty();
        (await Log.FindInvocationOfBatchAsync("none", None)).ShouldBeNull();
        (await Log.ChangeStateAsync(unknown, new StateChange(InvocationState.Running), None)).ShouldBe(StateChangeOutcome.Unknown);
        (await Log.AddBatchAsync(unknown, Batch("b"), None)).ShouldBe(BatchAdmission.Unknown);
        (await Log.UpdateBatchAsync(Batch("b"), None)).ShouldBeFalse();
        (await Log.SetStepAsync(unknown, new InvocationStep("run", Noon, null, null), None)).ShouldBeFalse();
        (await Log.SetConfigSha256Async(unknown, "x", None)).ShouldBeFalse();
        (await Log.SetDriverAsync(unknown, "local", "x", None)).ShouldBeFalse();
        (await Log.SetDriverEndAsync(unknown, 0, null, None)).ShouldBeFalse();
        (await Log.RequestCancelAsync(unknown, "alice", None)).ShouldBeFalse();
        await foreach (var one in Log.FollowEventsAsync(unknown, 0, None)) one.ShouldBeNull();
    }

    [ContractFact]
    public async Task The_same_key_and_request_is_the_same_invocation()
    {
        await Log.RecordAsync(Submission(1, "k"), None);
        (await Log.RecordAsync(Submission(2, "k"), None)).ShouldBe(new RecordResult(RecordOutcome.Existing, ArGuid(1)));
        (await Log.GetAsync(ArGuid(2), None)).ShouldBeNull();
        (await Log.FindSubmissionAsync("alice@example.org", "k", None)).ShouldBe(new RecordedSubmission(ArGuid(1), "d1"));
    }

    [ContractFact]
    public async Task The_same_key_with_another_request_conflicts()
    {
        await Log.RecordAsync(Submission(1, "k"), None);
        (await Log.RecordAsync(Submission(2, "k", "d2"), None)).ShouldBe(new RecordResult(RecordOutcome.Conflicting, ArGuid(1)));
        (await Log.GetAsync(ArGuid(2), None)).ShouldBeNull();
    }

    [ContractFact]
    public async Task Keys_of_different_users_are_different()
    {
        await Log.RecordAsync(Submission(1, "k"), None);
        var other = Submission(2, "k");
        other = other with { Invocation = other.Invocation with { SubmittedBy = "bob@example.org" } };
        (await Log.RecordAsync(other, None)).Outcome.ShouldBe(RecordOutcome.Recorded);
        (await Log.FindSubmissionAsync("carol@example.org", "k", None)).ShouldBeNull();
    }

    [ContractFact]
    public async Task Submissions_at_the_same_moment_with_one_key_make_one_invocation()
    {
        var results = await Task.WhenAll(Enumerable.Range(1, 40).Select(
            number => Task.Run(() => Log.RecordAsync(Submission(number, "k"), None))));
        results.Count(result => result.Outcome == RecordOutcome.Recorded).ShouldBe(1);
        results.Select(result => result.ArGuid).Distinct().Count().ShouldBe(1);
        (await Log.ListAsync(new InvocationQuery(), None)).Records.Count.ShouldBe(1);
    }

    [ContractFact]
    public async Task An_ar_guid_is_recorded_once()
    {
        await RecordOneAsync();
        await Should.ThrowAsync<InvalidOperationException>(Log.RecordAsync(Submission(1, "other key"), None));
        (await Log.FindSubmissionAsync("alice@example.org", "other key", None)).ShouldBeNull();
    }

    [ContractFact]
    public async Task A_final_state_is_never_left()
    {
        InvocationState[] ends = [InvocationState.Succeeded, InvocationState.Failed, InvocationState.Cancelled];
        for (var number = 0; number < ends.Length; number++) await NeverLeavesAsync(await RecordOneAsync(number), ends[number]);
        (await Log.ListUnfinishedAsync(None)).ShouldBeEmpty();
    }

    private async Task NeverLeavesAsync(string guid, InvocationState final)
    {
        Time.Advance(TimeSpan.FromSeconds(1.5));
        (await Log.ChangeStateAsync(guid, new StateChange(final, "because", "bob"), None)).ShouldBe(StateChangeOutcome.Changed);
        foreach (var state in Enum.GetValues<InvocationState>())
        {
            (await Log.ChangeStateAsync(guid, new StateChange(state, "another"), None)).ShouldBe(StateChangeOutcome.Unchanged);
        }
        await ReopenAsync();
        var found = (await Log.GetAsync(guid, None))!.Invocation;
        found.State.ShouldBe(final);
        found.Reason.ShouldBe("because");
        found.FinishedAt.ShouldBe(Time.GetUtcNow());
    }

    [ContractFact]
    public async Task States_never_go_back()
    {
        var guid = await RecordOneAsync();
        (await Log.ChangeStateAsync(guid, new StateChange(InvocationState.Running), None)).ShouldBe(StateChangeOutcome.Changed);
        (await Log.ChangeStateAsync(guid, new StateChange(InvocationState.Running), None)).ShouldBe(StateChangeOutcome.Unchanged);
        (await Log.ChangeStateAsync(guid, new StateChange(InvocationState.Accepted), None)).ShouldBe(StateChangeOutcome.Unchanged);
        (await Log.ListEventsAsync(guid, 0, 10, None)).Select(one => one.Detail).ShouldBe(["accepted", "running"]);
    }

    [ContractFact]
    public async Task Of_competing_ends_exactly_one_wins()
    {
        var guid = await RecordOneAsync();
        InvocationState[] ends = [InvocationState.Succeeded, InvocationState.Failed, InvocationState.Cancelled];
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 60).Select(
            i => Task.Run(() => Log.ChangeStateAsync(guid, new StateChange(ends[i % 3]), None))));
        outcomes.Count(outcome => outcome == StateChangeOutcome.Changed).ShouldBe(1);
        (await Log.ListEventsAsync(guid, 0, 100, None)).Count.ShouldBe(2);
    }

    [ContractFact]
    public async Task No_invocation_ends_while_a_batch_runs()
    {
        var guid = await RecordOneAsync();
        await Log.AddBatchAsync(guid, Batch("b"), None);
        (await Log.ChangeStateAsync(guid, new StateChange(InvocationState.Failed), None)).ShouldBe(StateChangeOutcome.BatchesRunning);
        (await Log.UpdateBatchAsync(Batch("b", BatchState.Succeeded, 2), None)).ShouldBeTrue();
        (await Log.ChangeStateAsync(guid, new StateChange(InvocationState.Failed), None)).ShouldBe(StateChangeOutcome.Changed);
    }

    [ContractFact]
    public async Task An_ended_invocation_takes_no_batch()
    {
        var guid = await RecordOneAsync();
        await Log.ChangeStateAsync(guid, new StateChange(InvocationState.Succeeded), None);
        (await Log.AddBatchAsync(guid, Batch("b"), None)).ShouldBe(BatchAdmission.InvocationEnded);
        (await Log.FindInvocationOfBatchAsync("b", None)).ShouldBeNull();
    }

    [ContractFact]
    public async Task Batches_belong_to_one_invocation_and_keep_their_end()
    {
        var (first, second) = (await RecordOneAsync(1), await RecordOneAsync(2));
        (await Log.AddBatchAsync(first, Batch("b"), None)).ShouldBe(BatchAdmission.Added);
        (await Log.AddBatchAsync(first, Batch("b"), None)).ShouldBe(BatchAdmission.Known);
        (await Log.AddBatchAsync(second, Batch("b"), None)).ShouldBe(BatchAdmission.KeyTaken);
        (await Log.FindInvocationOfBatchAsync("b", None)).ShouldBe(first);

        (await Log.UpdateBatchAsync(Batch("b"), None)).ShouldBeFalse();
        (await Log.UpdateBatchAsync(Batch("b", succeeded: 1), None)).ShouldBeTrue();
        var failed = Batch("b", BatchState.Failed, 1, "job 2 exited 1");
        (await Log.UpdateBatchAsync(failed, None)).ShouldBeTrue();
        (await Log.UpdateBatchAsync(Batch("b", BatchState.Succeeded, 2), None)).ShouldBeFalse();

        await ReopenAsync();
        var expected = failed with
        {
            SubmittedAt = failed.SubmittedAt.ToUniversalTime(),
            FinishedAt = failed.FinishedAt!.Value.ToUniversalTime(),
        };
        (await Log.ListBatchesAsync(first, None)).ShouldBe([expected]);
        (await Log.GetAsync(first, None))!.Invocation.Batches.ShouldBe([expected]);
        (await Log.GetAsync(second, None))!.Invocation.Batches.ShouldBeEmpty();
        (await Log.ListEventsAsync(first, 1, 10, None)).Select(one => (one.Type, one.Detail)).ShouldBe(
            [("batch", "hello (2 jobs): running"), ("batch", "hello (2 jobs): failed: job 2 exited 1")]);
    }

    [ContractFact]
    public async Task Steps_begin_and_end_once()
    {
        var guid = await RecordOneAsync();
        var started = new InvocationStep("build", Noon.ToUniversalTime(), null, null);
        var ended = started with { FinishedAt = started.StartedAt.AddSeconds(2), ExitCode = 3 };
        (await Log.SetStepAsync(guid, started, None)).ShouldBeTrue();
        (await Log.SetStepAsync(guid, started, None)).ShouldBeFalse();
        (await Log.SetStepAsync(guid, ended, None)).ShouldBeTrue();
        (await Log.SetStepAsync(guid, ended with { ExitCode = 0 }, None)).ShouldBeFalse();
        (await Log.SetStepAsync(guid, started with { Name = "run" }, None)).ShouldBeTrue();
        (await Log.GetAsync(guid, None))!.Invocation.Steps.ShouldBe([ended, started with { Name = "run" }]);
        (await Log.ListEventsAsync(guid, 1, 10, None)).Select(one => one.Detail).ShouldBe(
            ["build: started", "build: exit 3", "run: started"]);
    }

    [ContractFact]
    public async Task Config_driver_and_cancellation_are_noted_once()
    {
        var guid = await RecordOneAsync();
        (await Log.SetConfigSha256Async(guid, "c1", None)).ShouldBeTrue();
        (await Log.SetConfigSha256Async(guid, "c2", None)).ShouldBeFalse();
        (await Log.SetDriverAsync(guid, "local", "h1", None)).ShouldBeTrue();
        (await Log.SetDriverAsync(guid, "slurm", "h2", None)).ShouldBeFalse();
        (await Log.RequestCancelAsync(guid, "bob", None)).ShouldBeTrue();
        (await Log.RequestCancelAsync(guid, "carol", None)).ShouldBeFalse();
        (await Log.SetDriverEndAsync(guid, 137, "cancelled", None)).ShouldBeTrue();
        (await Log.SetDriverEndAsync(guid, 0, null, None)).ShouldBeFalse();

        var found = (await Log.ListUnfinishedAsync(None)).ShouldHaveSingleItem();
        (found.Invocation.Engine, found.Invocation.DriverHandle, found.DriverReason).ShouldBe(("local", "h1", "cancelled"));
        (found.Invocation.CancelRequestedBy, found.Invocation.CancelRequestedAt).ShouldBe(("bob", Time.GetUtcNow()));
        (found.DriverEndedAt, found.Invocation.ExitCode).ShouldBe((Time.GetUtcNow(), 137));
        (found.Invocation.ConfigSha256, found.Invocation.State).ShouldBe(("c1", InvocationState.Accepted));
        (await Log.ListEventsAsync(guid, 1, 10, None)).Select(one => one.Detail).ShouldBe(
            ["cancellation requested by bob", "driver ended: exit 137 (cancelled)"]);
    }

    [ContractFact]
    public async Task An_ended_invocation_is_not_cancelled()
    {
        var guid = await RecordOneAsync();
        await Log.ChangeStateAsync(guid, new StateChange(InvocationState.Succeeded), None);
        (await Log.RequestCancelAsync(guid, "bob", None)).ShouldBeFalse();
    }

    [ContractFact]
    public async Task Environment_values_last_until_the_end_and_names_for_ever()
    {
        await Log.RecordAsync(Submission(1, environment: new Dictionary<string, string> { ["TOKEN"] = "hunter2" }), None);
        await Log.ChangeStateAsync(ArGuid(1), new StateChange(InvocationState.Running), None);
        (await Log.GetEnvironmentAsync(ArGuid(1), None))["TOKEN"].ShouldBe("hunter2");
        await Log.ChangeStateAsync(ArGuid(1), new StateChange(InvocationState.Succeeded), None);
        (await Log.GetEnvironmentAsync(ArGuid(1), None)).ShouldBeEmpty();
        (await Log.GetAsync(ArGuid(1), None))!.Invocation.EnvironmentNames.ShouldBe(["TOKEN"]);
    }

    [ContractFact]
    public async Task Lists_what_is_unfinished_oldest_first()
    {
        for (var number = 1; number <= 3; number++) await RecordOneAsync(number);
        await Log.ChangeStateAsync(ArGuid(2), new StateChange(InvocationState.Failed), None);
        (await Log.ListUnfinishedAsync(None)).Select(record => record.Invocation.ArGuid).ShouldBe([ArGuid(1), ArGuid(3)]);
    }

    [ContractFact]
    public async Task A_cancelled_write_writes_nothing()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(Log.RecordAsync(Submission(1), gone.Token));
        (await Log.GetAsync(ArGuid(1), None)).ShouldBeNull();
    }

    [ContractFact]
    public async Task Denials_are_kept_with_their_rules()
    {
        var denial = new NewDenial
        {
            DeniedTo = "mallory",
            Dataset = "not a name'; --",
            Problems = [new Problem("AR6010", "\"x\" is malformed", "dataset"), new Problem("AR6011", "no level")],
            RequestJson = "{}",
        };
        var first = await Log.RecordDenialAsync(denial, None);
        var second = await Log.RecordDenialAsync(new NewDenial { Problems = [new Problem("AR6001", "not JSON")] }, None);
        second.ShouldBeGreaterThan(first);
        await ReopenAsync();

        var found = await Log.ListDenialsAsync(10, null, None);
        found.Select(one => one.Id).ShouldBe([second, first]);
        found[1].At.ShouldBe(Time.GetUtcNow());
        found[1].What.Problems.ShouldBe(denial.Problems);
        (found[1].What with { Problems = denial.Problems }).ShouldBe(denial);
        (await Log.ListDenialsAsync(10, second, None)).Select(one => one.Id).ShouldBe([first]);
        await Should.ThrowAsync<ArgumentException>(() => Log.RecordDenialAsync(new NewDenial { Problems = [] }, None));
    }

    [ContractFact]
    public async Task A_write_that_fails_takes_no_other_along()
    {
        await Log.RecordAsync(Submission(1), None);
        var writes = Enumerable.Range(0, 60).Select(i => Log.RecordAsync(Submission(i % 2 == 0 ? 1 : i + 1), None)).ToArray();
        await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));
        writes.Count(write => write.IsFaulted).ShouldBe(30);
        writes.Count(write => write.IsCompletedSuccessfully).ShouldBe(30);
        (await Log.ListAsync(new InvocationQuery(), None)).Records.Count.ShouldBe(31);
    }

    [ContractFact]
    public async Task A_write_that_the_database_refuses_takes_no_other_along()
    {
        await Log.RecordAsync(Submission(1), None);
        var writes = Enumerable.Range(2, 60).Select(number =>
        {
            var submission = Submission(number);
            return Log.RecordAsync(number % 2 == 0 ? submission : submission with { Invocation = submission.Invocation with { Namespace = "nowhere" } }, None);
        }).Append(Log.RecordAsync(Submission(1), None)).ToArray();
        var steps = Enumerable.Range(0, 10).Select(step => Log.SetStepAsync(ArGuid(1), new InvocationStep($"step{step}", Noon, null, null), None)).ToArray();

        await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));
        (await Task.WhenAll(steps)).ShouldAllBe(isNew => isNew);
        writes.Count(write => write.IsFaulted).ShouldBe(31);
        var recorded = (await Log.ListAsync(new InvocationQuery { IsAscending = true }, None)).Records;
        recorded.Select(record => record.Invocation.ArGuid).ShouldBe(Enumerable.Range(2, 60).Where(number => number % 2 == 0).Prepend(1).Select(ArGuid));
        foreach (var record in recorded) (await Log.GetRequestAsync(record.Invocation.ArGuid, None)).ShouldNotBeNull();
    }

    [ContractFact]
    public async Task Changes_of_one_invocation_that_travel_together_keep_their_order()
    {
        var arGuid = await RecordOneAsync();
        Task<bool>[] notes = [Log.SetDriverAsync(arGuid, "local", "h", None), Log.RequestCancelAsync(arGuid, "bob", None), Log.SetDriverEndAsync(arGuid, 0, null, None)];
        var end = Log.ChangeStateAsync(arGuid, new StateChange(InvocationState.Succeeded), None);
        var late = Log.RequestCancelAsync(arGuid, "carol", None);

        (await Task.WhenAll(notes)).ShouldAllBe(isNew => isNew);
        (await end).ShouldBe(StateChangeOutcome.Changed);
        (await late).ShouldBeFalse();
        var events = await Log.ListEventsAsync(arGuid, 0, 10, None);
        events.Select(one => (one.Sequence, one.Detail)).ShouldBe([(1, "accepted"), (2, "cancellation requested by bob"), (3, "driver ended: exit 0"), (4, "succeeded")]);
    }

    [ContractFact]
    public async Task A_closed_log_says_so()
    {
        await Log.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(Log.RecordAsync(Submission(1), None));
        await ReopenAsync();
    }
}
