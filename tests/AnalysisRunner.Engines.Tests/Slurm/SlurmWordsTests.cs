using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local;
using AnalysisRunner.Engines.Slurm;

namespace AnalysisRunner.Engines.Tests.Slurm;

/// <summary>What Slurm prints, and what it means; no cluster is needed.</summary>
public sealed class SlurmWordsTests
{
    [Theory]
    [InlineData("0-9,12", "0,9,12", "10,11,13")]
    [InlineData("[1-7:3]%4", "1,4,7", "0,2,3,8")]
    [InlineData("5", "5", "4,6")]
    public void Indices_are_found_in_the_notation_of_arrays(string indices, string inside, string outside)
    {
        var listing = QueueListing.Parse(new StringReader($"12|{indices}|PENDING|Resources|a comment|with a bar\n7|1|RUNNING|None|(null)\n8|N/A|RUNNING|None|(null)\nnonsense\n"));

        foreach (var index in inside.Split(',')) listing.TryFind(12, Number(index), out var waiting).ShouldBeTrue(waiting);
        foreach (var index in outside.Split(',')) listing.TryFind(12, Number(index), out _).ShouldBeFalse();
        listing.TryFind(7, 1, out var running).ShouldBeTrue();
        running.ShouldBeNull();
        listing.Find("a comment|with a bar").ShouldBe(12);
        listing.Find("another").ShouldBeNull();
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("3", "3")]
    [InlineData("0,1,2,5,7,8", "0-2,5,7-8")]
    public void Indices_are_written_as_ranges(string indices, string expected) =>
        IndexSet.Format(indices.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Number)).ShouldBe(expected);

    [Theory]
    [InlineData("COMPLETED", "1792", 7, null)]
    [InlineData("FAILED", "9", null, 9)]
    public void A_verdict_tells_exit_code_and_signal(string state, string status, int? code, int? signal)
    {
        var verdict = TaskVerdict.Parse($"3|4|{state}|NonZeroExitCode|{status}|n1|\n")[(3, 4)];

        (verdict.ExitCode, verdict.Signal, verdict.Node, verdict.IsFinal).ShouldBe((code, signal, "n1", true));
    }

    [Fact]
    public void Accounting_says_the_same_in_other_words()
    {
        var verdicts = SlurmCluster.ParseAccounting("12_3|CANCELLED by 0|1:9|n1\n12_4|NODE_FAIL|3:0|n2\n12_4.batch|FAILED|3:0|n2\n");

        verdicts[(12, 3)].ShouldBe(new TaskVerdict("CANCELLED", "", 9, "n1"));
        verdicts[(12, 4)].ShouldBe(new TaskVerdict("NODE_FAIL", "", 768, "n2"));
    }

    [Theory]
    [InlineData("NODE_FAIL", 0, true, "Interrupted", EngineCodes.SlurmNodeFailed)]
    [InlineData("PREEMPTED", 15, true, "Interrupted", EngineCodes.SlurmNodeFailed)]
    [InlineData("TIMEOUT", 15, true, "Failed", EngineCodes.SlurmTimeLimit)]
    [InlineData("OUT_OF_MEMORY", 0, true, "Failed", EngineCodes.OutOfMemory)]
    [InlineData("CANCELLED", 15, true, "Cancelled", EngineCodes.CancelledInSlurm)]
    [InlineData("CANCELLED", 0, false, "Cancelled", EngineCodes.CancelledInSlurm)]
    [InlineData("FAILED", 9, true, "Failed", EngineCodes.PossiblyOutOfMemory)]
    [InlineData("FAILED", 256, true, "Failed", EngineCodes.SlurmTaskLost)]
    [InlineData("FAILED", 256, false, "Failed", EngineCodes.AttemptNotStarted)]
    [InlineData(null, 0, true, "Failed", EngineCodes.SlurmTaskLost)]
    [InlineData(null, 0, false, "Interrupted", EngineCodes.SlurmTaskLost)]
    public void Ends_without_a_word_of_the_wrapper_are_told_apart(string? state, int status, bool hasRun, string outcome, string code)
    {
        var result = SlurmJudgement.WithoutEnd(Specs.Job(1, ""), null, hasRun, state is null ? null : new TaskVerdict(state, "", status, "n1"));

        result.Outcome.ToString().ShouldBe(outcome);
        result.Reason!.ShouldStartWith(code);
    }

    [Fact]
    public void A_stop_of_our_own_is_a_cancellation_whatever_Slurm_says() =>
        SlurmJudgement.WithoutEnd(Specs.Job(1, ""), StopCause.Cancelled, hasRun: true, new TaskVerdict("CANCELLED", "", 15, "n1")).ShouldBe(new AttemptResult(AttemptOutcome.Cancelled, null, null, null));

    [Fact]
    public void Limits_are_those_of_the_cluster_or_the_usual_ones()
    {
        SlurmLimits.Parse("MaxArraySize            = 5001\nMaxJobCount = 20000\nAccountingStorageType   = accounting_storage/slurmdbd\n").ShouldBe(new SlurmLimits(5001, 20_000, true));
        SlurmLimits.Parse("AccountingStorageType   = (null)\n").ShouldBe(new SlurmLimits(1001, 10_000, false));
    }

    [Fact]
    public void Interruptions_do_not_count_as_attempts_up_to_a_limit()
    {
        var run = new BatchRun(Specs.Batch("b", Specs.Job(1, "")));
        run.Apply(new BatchAcceptedRecord(DateTimeOffset.UnixEpoch));
        for (var attempt = 1; attempt <= BatchRun.MostInterruptions + 1; attempt++)
        {
            run.Jobs[0].State.ShouldBe(JobState.Ready);
            run.Apply(new AttemptStarted(DateTimeOffset.UnixEpoch, 1, attempt)).ShouldBeTrue();
            var ended = JournalRecord.Read(new AttemptEnded(DateTimeOffset.UnixEpoch, 1, attempt, new(AttemptOutcome.Interrupted, null, null, "the node failed"), DateTimeOffset.UnixEpoch).Write())!;
            run.Apply(ended).ShouldBeTrue();
        }

        (run.Jobs[0].State, run.Jobs[0].Reason).ShouldBe((JobState.Failed, "the node failed"));
    }

    [Fact]
    public void Records_of_submissions_are_read_as_they_were_written_and_change_no_batch()
    {
        var at = JournalRecord.Truncate(DateTimeOffset.UtcNow);
        var submitting = Submitting.TryRead(new Submitting(at, 3, [new(1, true), new(2, false)]).Write())!;

        (submitting.At, submitting.Number).ShouldBe((at, 3));
        submitting.Dependencies.ShouldBe([new(1, true), new(2, false)]);
        Submitting.TryRead(new Submitting(at, 1, []).Write())!.Dependencies.ShouldBeEmpty();
        Submitted.TryRead(new Submitted(at, 3, 1234).Write()).ShouldBe(new Submitted(at, 3, 1234));
        SubmissionDropped.TryRead(new SubmissionDropped(at, 3).Write()).ShouldBe(new SubmissionDropped(at, 3));
        JournalRecord.Read(new Submitted(at, 3, 1234).Write()).ShouldBeNull();
        Submitted.TryRead(new AttemptStarted(at, 1, 1).Write()).ShouldBeNull();
    }

    [Theory]
    [InlineData("plain", "$'plain'")]
    [InlineData("it's", "$'it\\'s'")]
    [InlineData("a\\n\n\u00019", "$'a\\\\n\\012\\0019'")]
    public void Texts_become_one_word(string text, string expected) => BashText.Quote(text).ShouldBe(expected);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
