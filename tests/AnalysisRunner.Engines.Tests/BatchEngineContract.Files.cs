using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Engines.Tests;

/// <summary>Inputs are brought, outputs are delivered.</summary>
public abstract partial class BatchEngineContract
{
    /// <summary>hail-batch spec §7, facts 4, 8, 23 and 43.</summary>
    [ContractFact]
    public async Task Brings_inputs_and_delivers_outputs_to_folders_that_it_makes()
    {
        await File.WriteAllTextAsync(Folder["in (a).txt"], "hello");
        var job = Specs.Job(1, "cat \"$BATCH_TMPDIR/inputs/in (a).txt\" \"$BATCH_TMPDIR/inputs/in (a).txt\" > \"$BATCH_TMPDIR/out\"") with
        {
            InputFiles = [new(Folder["in (a).txt"], "inputs/in (a).txt")],
            OutputFiles = [new("out", Folder["new/folder/out (1)"]), new("out", Folder["another"])],
        };

        var batch = await Engine.RunAsync(Specs.Batch("b", job));

        batch.State.ShouldBe(BatchState.Succeeded, batch.Reason);
        (await File.ReadAllTextAsync(Folder["new/folder/out (1)"])).ShouldBe("hellohello");
        (await File.ReadAllTextAsync(Folder["another"])).ShouldBe("hellohello");
        Directory.GetFileSystemEntries(Folder["new/folder"]).ShouldHaveSingleItem();
    }

    /// <summary>hail-batch spec §7, facts 1, 44 and 78: also a folder, and also with nothing to run.</summary>
    [ContractFact]
    public async Task An_input_can_be_an_output_and_both_can_be_folders()
    {
        Directory.CreateDirectory(Folder["tree/deep"]);
        await File.WriteAllTextAsync(Folder["tree/deep/file"], "in the tree");
        await File.WriteAllTextAsync(Folder["plain"], "plain");
        var job = Specs.Job(1, "") with
        {
            InputFiles = [new(Folder["tree"] + "/", "inputs/tree"), new(Folder["plain"], "inputs/plain")],
            OutputFiles = [new("inputs/tree", Folder["copy"]), new("inputs/plain", Folder["plain copy"])],
        };

        var batch = await Engine.RunAsync(Specs.Batch("b", job));

        batch.State.ShouldBe(BatchState.Succeeded, batch.Reason);
        (await File.ReadAllTextAsync(Folder["copy/deep/file"])).ShouldBe("in the tree");
        (await File.ReadAllTextAsync(Folder["plain copy"])).ShouldBe("plain");
        new FileInfo(Folder["plain copy"]).LinkTarget.ShouldBeNull();
    }

    /// <summary>hail-batch spec §7, fact 33.</summary>
    [ContractFact]
    public async Task Outputs_of_a_job_that_failed_are_not_delivered_and_those_of_its_good_attempt_are()
    {
        var fails = Specs.Job(1, "echo half > \"$BATCH_TMPDIR/1\"; exit 1") with { OutputFiles = [new("1", Folder["one"])] };
        var retried = Specs.Job(2, $"echo try >> '{Folder["tries"]}'; cp '{Folder["tries"]}' \"$BATCH_TMPDIR/2\"; [ $(wc -l < '{Folder["tries"]}') -ge 2 ]") with
        {
            Attempts = 2,
            OutputFiles = [new("2", Folder["two"])],
        };

        await Engine.RunAsync(Specs.Batch("b", fails, retried));

        File.Exists(Folder["one"]).ShouldBeFalse();
        (await File.ReadAllTextAsync(Folder["two"])).ShouldBe("try\ntry\n");
    }

    [ContractFact]
    public async Task A_delivery_takes_the_place_of_what_was_there_whole()
    {
        Directory.CreateDirectory(Folder["folder"]);
        await File.WriteAllTextAsync(Folder["folder/old"], "old");
        await File.WriteAllTextAsync(Folder["file"], "a longer text that was there before");
        var job = Specs.Job(1, "cd \"$BATCH_TMPDIR\"; echo new > f; mkdir d; touch d/new") with { OutputFiles = [new("f", Folder["file"]), new("d", Folder["folder"])] };

        (await Engine.RunAsync(Specs.Batch("b", job))).State.ShouldBe(BatchState.Succeeded);

        (await File.ReadAllTextAsync(Folder["file"])).ShouldBe("new\n");
        Directory.GetFileSystemEntries(Folder["folder"]).ShouldBe([Folder["folder/new"]]);
    }

    [ContractFact]
    public async Task A_job_whose_outputs_cannot_be_delivered_has_failed_and_leaves_nothing_half_written()
    {
        await File.WriteAllTextAsync(Folder["file"], "");
        var good = new OutputFile("out", Folder["good/out"]);
        var missing = Specs.Job(1, "touch \"$BATCH_TMPDIR/out\"") with { OutputFiles = [good, new("never", Folder["never"])] };
        var blocked = Specs.Job(2, "touch \"$BATCH_TMPDIR/out2\"") with { OutputFiles = [new("out2", Folder["file/below"])] };

        await Engine.RunAsync(Specs.Batch("b", missing, blocked));

        foreach (var (id, name) in new[] { (1, "\"never\""), (2, "\"out2\"") })
        {
            var job = await Engine.JobAsync("b", id);
            job.State.ShouldBe(JobState.Failed);
            job.Reason!.ShouldStartWith(EngineCodes.OutputNotDelivered);
            job.Reason!.ShouldContain(name);
        }
        Directory.GetFileSystemEntries(Folder["good"]).ShouldBeEmpty();
    }

    [ContractFact]
    public async Task A_job_whose_input_is_not_there_fails_with_its_name_and_does_not_run()
    {
        var job = Specs.Job(1, $"touch '{Folder["ran"]}'") with { InputFiles = [new(Folder["absent.bam"], "in")] };

        await Engine.RunAsync(Specs.Batch("b", job));

        var ended = await Engine.JobAsync("b", 1);
        (ended.State, ended.ExitCode).ShouldBe((JobState.Failed, null));
        ended.Reason!.ShouldStartWith(EngineCodes.InputNotBrought);
        ended.Reason!.ShouldContain("absent.bam");
        File.Exists(Folder["ran"]).ShouldBeFalse();
    }

    [ContractFact]
    public async Task Many_jobs_share_one_input()
    {
        await File.WriteAllTextAsync(Folder["shared"], "shared\n");
        var jobs = Enumerable.Range(1, 20).Select(id => Specs.Job(id, "cat \"$BATCH_TMPDIR/s\"") with { MilliCpu = 100, InputFiles = [new(Folder["shared"], "s")] }).ToArray();

        (await Engine.RunAsync(Specs.Batch("b", jobs))).State.ShouldBe(BatchState.Succeeded);

        (await Engine.LogAsync("b", 20)).ShouldBe("shared\n");
    }

    [ContractFact]
    public async Task Refuses_places_that_it_cannot_reach()
    {
        var spec = Specs.Batch("b", Specs.Job(1, "true") with { InputFiles = [new("ftp://host/a", "a")], OutputFiles = [new("b", "nowhere://x/b")] });

        var refusal = await Should.ThrowAsync<AnalysisRunnerException>(Engine.SubmitAsync(spec, CancellationToken.None));

        refusal.Problems.Select(problem => problem.Code).ShouldBe([EngineCodes.TransferMissing, EngineCodes.TransferMissing]);
        refusal.Message.ShouldContain("\"nowhere://x/b\"");
    }
}
