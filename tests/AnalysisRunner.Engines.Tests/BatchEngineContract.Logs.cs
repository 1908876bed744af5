namespace AnalysisRunner.Engines.Tests;

public abstract partial class BatchEngineContract
{
    [ContractFact]
    public async Task Keeps_the_log_of_every_attempt_as_long_as_the_batch()
    {
        var command = $"echo try >> '{Folder["tries"]}'; count=$(wc -l < '{Folder["tries"]}'); echo \"try $count\"; [ $count -ge 3 ]";
        await Engine.RunAsync(Specs.Batch("b", Specs.Job(1, command) with { Attempts = 5 }));

        for (var opened = 1; opened <= 2; opened++)
        {
            (await Engine.GetAttemptsAsync("b", 1, CancellationToken.None)).Select(attempt => attempt.Number).ShouldBe([1, 2, 3]);
            foreach (var attempt in new[] { 1, 2, 3 })
            {
                (await Engine.LogAsync("b", 1, attempt: attempt)).ShouldBe($"try {attempt}\n");
                (await Engine.LogAsync("b", 1, follow: true, attempt: attempt)).ShouldBe($"try {attempt}\n");
                (await Engine.LogBytesAsync("b", 1, 4, attempt: attempt)).ShouldBe([(byte)('0' + attempt), (byte)'\n']);
                (await Engine.GetLogLengthAsync("b", 1, attempt, CancellationToken.None)).ShouldBe(6);
            }
            (await Engine.LogAsync("b", 1)).ShouldBe("try 3\n");
            (await Engine.LogAsync("b", 1, follow: true, attempt: 4)).ShouldBeEmpty();
            (await Engine.GetLogLengthAsync("b", 1, 4, CancellationToken.None)).ShouldBe(0);
            await Engine.ForgetScratchAsync("b", CancellationToken.None);
            await ReopenAsync();
        }
        await Engine.ForgetAsync("b", CancellationToken.None);
        (await Engine.LogAsync("b", 1, attempt: 1)).ShouldBeEmpty();
    }

    [ContractFact]
    public async Task Following_one_attempt_ends_with_it_and_not_with_the_job()
    {
        var command = $"echo try >> '{Folder["tries"]}'; [ $(wc -l < '{Folder["tries"]}') -ge 2 ] || exit 1; echo second; until [ -e '{Folder["go"]}' ]; do sleep 0.01; done; echo last";
        await Engine.SubmitAsync(Specs.Batch("b", Specs.Job(1, command) with { Attempts = 2 }), CancellationToken.None);

        (await Engine.LogAsync("b", 1, follow: true, attempt: 1)).ShouldBeEmpty();
        var second = Engine.LogAsync("b", 1, follow: true, attempt: 2);
        await Engine.SeeAsync("b", 1, "second");
        second.IsCompleted.ShouldBeFalse();
        await File.WriteAllTextAsync(Folder["go"], "");
        (await second).ShouldBe("second\nlast\n");
        await Engine.EndAsync("b");
    }
}
