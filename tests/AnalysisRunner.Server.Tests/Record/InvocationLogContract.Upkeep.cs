using System.Security.Cryptography;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;
using static AnalysisRunner.Server.Tests.Record.Samples;

namespace AnalysisRunner.Server.Tests.Record;

public abstract partial class InvocationLogContract
{
    [ContractFact]
    public async Task What_a_run_is_started_from_is_kept_until_it_has_ended()
    {
        var documents = new RunDocuments("[a]\nb = 'ü'\n", "[]", "set -e\n");
        await Log.RecordAsync(Submission(1) with { Documents = documents }, None);
        await RecordOneAsync(2);

        await ReopenAsync();
        (await Log.GetDocumentsAsync(ArGuid(1), None)).ShouldBe(documents);
        (await Log.GetDocumentsAsync(ArGuid(2), None)).ShouldBeNull();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(documents.Config)));
        (await Log.GetAsync(ArGuid(1), None))!.Invocation.ConfigSha256.ShouldBe(hash);
        await Log.ChangeStateAsync(ArGuid(1), new StateChange(InvocationState.Running), None);
        (await Log.GetDocumentsAsync(ArGuid(1), None)).ShouldBe(documents);
        await Log.ChangeStateAsync(ArGuid(1), new StateChange(InvocationState.Failed), None);
        (await Log.GetDocumentsAsync(ArGuid(1), None)).ShouldBeNull();
    }

    [ContractFact]
    public async Task Unfinished_invocations_of_a_user_are_counted_up_to_a_limit()
    {
        for (var number = 1; number <= 5; number++) await RecordOneAsync(number);
        await Log.ChangeStateAsync(ArGuid(3), new StateChange(InvocationState.Failed), None);

        (await Log.CountUnfinishedAsync("alice@example.org", 100, None)).ShouldBe(4);
        (await Log.CountUnfinishedAsync("alice@example.org", 2, None)).ShouldBe(2);
        (await Log.CountUnfinishedAsync("bob@example.org", 100, None)).ShouldBe(0);
    }

    [ContractFact]
    public async Task The_moment_of_the_last_record_is_known()
    {
        (await Log.FindLastRecordedAsync(None)).ShouldBeNull();
        await RecordOneAsync(1);
        Time.Advance(TimeSpan.FromHours(1));
        await RecordOneAsync(2);
        (await Log.FindLastRecordedAsync(None)).ShouldBe(Time.GetUtcNow());
    }

    [ContractFact]
    public async Task Where_templates_put_the_storage_is_kept_with_the_invocation()
    {
        var addresses = new Dictionary<string, string> { ["default"] = "s3://elsewhere/ü", ["web"] = "/data/web" };
        await Log.RecordAsync(Submission(1) with { StorageAddresses = addresses }, None);
        await RecordOneAsync(2);
        await Log.ChangeStateAsync(ArGuid(1), new StateChange(InvocationState.Failed), None);

        await ReopenAsync();
        (await Log.GetAsync(ArGuid(1), None))!.StorageAddresses.ShouldBe(addresses, ignoreOrder: true);
        (await Log.GetAsync(ArGuid(2), None))!.StorageAddresses.ShouldBeNull();
    }
}
