using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;
using static AnalysisRunner.Server.Tests.Record.Samples;

namespace AnalysisRunner.Server.Tests.Record;

public abstract partial class InvocationLogContract
{
    private const string Bob = "bob@example.org";

    [ContractFact]
    public async Task An_approval_is_recorded_once_by_somebody_else_for_exactly_the_digest()
    {
        await RecordWaitingAsync(1);
        (await Log.GetAsync(ArGuid(1), None))!.Invocation.Approval.ShouldBe(new Approval("d1", Time.GetUtcNow() + TimeSpan.FromHours(1)));
        (await Log.GetApprovalDocumentAsync(ArGuid(1), None)).ShouldBe("what will run: ünïcödé");
        (await Log.ListEventsAsync(ArGuid(1), 0, 9, None)).Select(one => (one.Sequence, one.Detail)).ShouldBe([(1, "accepted"), (2, "waiting for approval: d1")]);

        (await Log.ApproveAsync(ArGuid(9), "d1", Bob, None)).ShouldBe(ApprovalOutcome.Unknown);
        (await Log.ApproveAsync(ArGuid(1), "d2", Bob, None)).ShouldBe(ApprovalOutcome.OtherDigest);
        (await Log.ApproveAsync(ArGuid(1), "d1", "Alice@Example.org", None)).ShouldBe(ApprovalOutcome.Own);
        Time.Advance(TimeSpan.FromMinutes(59));
        (await Log.ExpireApprovalAsync(ArGuid(1), None)).ShouldBeFalse();
        (await Log.ApproveAsync(ArGuid(1), "d1", Bob, None)).ShouldBe(ApprovalOutcome.Approved);
        (await Log.ApproveAsync(ArGuid(1), "d1", "carol@example.org", None)).ShouldBe(ApprovalOutcome.NotWaiting);

        Time.Advance(TimeSpan.FromDays(1));
        (await Log.ExpireApprovalAsync(ArGuid(1), None)).ShouldBeFalse();
        await ReopenAsync();
        var approved = (await Log.GetAsync(ArGuid(1), None))!.Invocation.Approval!;
        (approved.ApprovedBy, approved.ApprovedAt).ShouldBe((Bob, Time.GetUtcNow() - TimeSpan.FromDays(1)));
        var last = (await Log.ListEventsAsync(ArGuid(1), 2, 9, None)).ShouldHaveSingleItem();
        (last.Detail, last.By).ShouldBe(($"approved by {Bob}: d1", Bob));
    }

    [ContractFact]
    public async Task What_nobody_approves_in_time_fails_and_cannot_be_approved_any_more()
    {
        await RecordWaitingAsync(1);
        Time.Advance(TimeSpan.FromHours(1));
        (await Log.ApproveAsync(ArGuid(1), "d1", Bob, None)).ShouldBe(ApprovalOutcome.Expired);
        (await Log.ExpireApprovalAsync(ArGuid(1), None)).ShouldBeTrue();
        (await Log.ExpireApprovalAsync(ArGuid(1), None)).ShouldBeFalse();
        (await Log.ApproveAsync(ArGuid(1), "d1", Bob, None)).ShouldBe(ApprovalOutcome.NotWaiting);
        (await Log.GetAsync(ArGuid(1), None))!.Invocation.State.ShouldBe(InvocationState.Failed);
    }

    [ContractFact]
    public async Task What_is_cancelled_or_needs_no_approval_takes_none()
    {
        await RecordWaitingAsync(1);
        await Log.RequestCancelAsync(ArGuid(1), "alice@example.org", None);
        (await Log.ApproveAsync(ArGuid(1), "d1", Bob, None)).ShouldBe(ApprovalOutcome.NotWaiting);
        await RecordOneAsync(2);
        (await Log.ApproveAsync(ArGuid(2), "d1", Bob, None)).ShouldBe(ApprovalOutcome.NotWaiting);
        (await Log.ExpireApprovalAsync(ArGuid(2), None)).ShouldBeFalse();
        (await Log.GetApprovalDocumentAsync(ArGuid(2), None)).ShouldBeNull();
        (await Log.GetAsync(ArGuid(2), None))!.Invocation.Approval.ShouldBeNull();
    }

    [ContractFact]
    public async Task Approvals_and_toolchains_are_in_a_backup()
    {
        await RecordWaitingAsync(1);
        await Log.ApproveAsync(ArGuid(1), "d1", Bob, None);
        var found = new Toolchain { Sdk = "10.0.401", Runtime = "10.0.1", Os = "debian 12 Linux 6.1 x86_64", LockFileSha256 = new string('a', 64) };
        (await Log.SetToolchainAsync(ArGuid(1), found, None)).ShouldBeTrue();
        (await Log.SetToolchainAsync(ArGuid(1), new Toolchain { Sdk = "9.0.0" }, None)).ShouldBeFalse();
        (await Log.GetAsync(ArGuid(1), None))!.Invocation.Toolchain.ShouldBe(found);
        await BackUpAsync(Log);

        await using var restored = await InvocationLog.OpenAsync(await AnotherAsync());
        await restored.RestoreAsync(BackupFile, None);

        ToJson((await restored.GetAsync(ArGuid(1), None))!.Invocation).ShouldBe(ToJson((await Log.GetAsync(ArGuid(1), None))!.Invocation));
        (await restored.GetApprovalDocumentAsync(ArGuid(1), None)).ShouldBe("what will run: ünïcödé");
    }

    private async Task RecordWaitingAsync(int number, string? claimedBy = null)
    {
        var waiting = Submission(number) with { ClaimedBy = claimedBy, Approval = new NewApproval("what will run: ünïcödé", "d1", Time.GetUtcNow() + TimeSpan.FromHours(1)) };
        (await Log.RecordAsync(waiting, None)).Outcome.ShouldBe(RecordOutcome.Recorded);
    }
}
