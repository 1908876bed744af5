using System.Text;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Pipelines.Hosting;

namespace AnalysisRunner.Pipelines.Tests;

public sealed class PlanTests
{
    [Fact]
    public void A_plan_shows_what_people_want_to_know() => Example().Plan().ToString().ShouldStartWith($"""
        Plan of batch "calls": 3 jobs, {Example().Plan().Digest}
          cancelled after 2 failures
          stage: call
          group 1 "chromosomes", cancelled after 1 failure
          1 "align"
            asks:    cpu 2, memory 4 Gi, storage 10 Gi, not spot, regions us-central1, time limit 01:00:00, 3 attempts, image debian:12
            env:     LC_ALL='C'
            reads:   gs://bucket/a b.bam as inputs/1/a b.bam
            makes:   align-1/out.bam
            writes:  align-1/out.bam to s3://results/out.bam
            $ cp "$
        """ + "{BATCH_TMPDIR}/inputs/1/a b.bam\" \"${BATCH_TMPDIR}/align-1/out.bam\"\n" + """
          2 "call", in group 1
            after:   1 "align"
            asks:    cpu 1
            $ wc "$
        """ + "{BATCH_TMPDIR}/align-1/out.bam\"\n" + """
          3 (no name)
            after:   2 "call"
            asks:    cpu 1, always runs
            $ :
        """);

    [Fact]
    public async Task The_same_plan_is_json_with_the_digest_of_its_batch()
    {
        var plan = Example().Plan();
        using var stream = new MemoryStream();
        await plan.WriteJsonAsync(stream);
        using var json = JsonDocument.Parse(stream.ToArray());

        var batch = json.RootElement.GetProperty("batch");
        batch.Deserialize(ContractsJson.Default.BatchSpec)!.Jobs.Select(job => job.Command).ShouldBe(plan.Spec.Jobs.Select(job => job.Command));
        var bytes = Encoding.UTF8.GetBytes(batch.GetRawText());
        json.RootElement.GetProperty("digest").GetString().ShouldBe("sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)));
        json.RootElement.GetProperty("digest").GetString().ShouldBe(plan.Digest);
    }

    [Fact]
    public void The_digest_is_that_of_the_description()
    {
        Example().Plan().Digest.ShouldBe(Example().Plan().Digest);
        var other = Example();
        other.NewJob("more");
        other.Plan().Digest.ShouldNotBe(Example().Plan().Digest);
    }

    [Fact]
    public async Task A_dry_run_prints_the_plan_and_hands_nothing_over()
    {
        using var printed = new StringWriter();
        var batch = Batch.Create("dry", BatchHost.For(_ => null, new ProgressDisplay(printed, null)));
        batch.NewJob("one").Command($"").Command($"exit 1");

        var handle = await batch.RunAsync(dryRun: true);

        handle.Plan!.Digest.ShouldBe(batch.Plan().Digest);
        printed.ToString().ShouldContain("warning: ");
        printed.ToString().ShouldContain("AR5120");
        printed.ToString().ShouldContain(handle.Plan.ToString());
    }

    [Fact]
    public async Task Config_gives_defaults_and_asks_for_plans()
    {
        var config = AnalysisConfig.Parse("hail = { default_timeout = 60, default_memory = \"2Gi\", cancel_after_n_failures = 3, dry_run = true }");
        var batch = Batch.Create("configured", config, BatchHost.For(_ => null, new ProgressDisplay(TextWriter.Null, null)), default);
        batch.NewJob("one").Command($"true");

        var spec = (await batch.RunAsync()).Plan!.Spec;

        (spec.CancelAfterFailures, spec.Jobs[0].Timeout, spec.Jobs[0].MemoryBytes).ShouldBe((3, TimeSpan.FromMinutes(1), 2L << 30));
    }

    [Fact]
    public void Two_outputs_to_one_destination_are_refused_with_both_lines()
    {
        var batch = Described.Batch();
        var (a, b) = (batch.ReadInput("/data/a"), batch.ReadInput("/data/b"));
        batch.WriteOutput(a, "/results/x", "first.cs", 7);

        var refused = Should.Throw<AnalysisRunnerException>(() => batch.WriteOutput(b, "/results/../results/x"));

        refused.Problems.Single().Code.ShouldBe("AR5117");
        refused.Message.ShouldContain("line 7 of \"first.cs\"");
        refused.Message.ShouldContain("\"/results/x\"");
    }

    [Theory]
    [InlineData("")]
    [InlineData("gs://bucket")]
    [InlineData("gs://bucket/")]
    [InlineData("s3://")]
    [InlineData("https://example.org/x")]
    [InlineData("/results/")]
    [InlineData("a\nb")]
    public void Destinations_that_are_none_are_refused(string destination)
    {
        var batch = Described.Batch();
        Described.Code(() => batch.WriteOutput(batch.ReadInput("/data/x"), destination)).ShouldBe("AR5116");
    }

    [Fact]
    public void Places_are_made_absolute()
    {
        var batch = Described.Batch();
        batch.WriteOutput(batch.ReadInput("in/a"), "out/b").WriteOutput(batch.ReadInput("~/c"), "gs://bucket/d");

        var jobs = batch.Plan().Spec.Jobs;
        (jobs[0].InputFiles[0].From, jobs[0].OutputFiles[0].To).ShouldBe((Path.GetFullPath("in/a"), Path.GetFullPath("out/b")));
        jobs[1].InputFiles[0].From.ShouldBe(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "c"));
        jobs[1].OutputFiles[0].To.ShouldBe("gs://bucket/d");
    }

    [Fact]
    public async Task A_file_of_an_earlier_run_is_refused()
    {
        var host = new AcceptingHost();
        var batch = Batch.Create("twice", host);
        var first = batch.NewJob("first");
        first.Command($"echo > {first.Output("o")}");
        await batch.RunAsync(wait: false);

        Described.Code(() => batch.NewJob("second").Command($"cat {first["o"]}")).ShouldBe("AR5123");
        Described.Code(() => batch.WriteOutput(first["o"], "/results/x")).ShouldBe("AR5111");
        Described.Code(() => first.Cpu(2)).ShouldBe("AR5111");
    }

    [Fact]
    public async Task Keys_do_not_depend_on_the_order_in_which_batches_are_run()
    {
        var host = new AcceptingHost("a1b2");
        var batches = new[] { "x", "y", "x", "X!" }.Select(name => Batch.Create(name, host)).ToArray();
        foreach (var batch in batches) batch.NewJob("one").Command($"true");
        foreach (var batch in batches.Reverse()) await batch.RunAsync(wait: false);
        batches[0].NewJob("two").Command($"true");
        await batches[0].RunAsync(wait: false);

        host.Keys.ShouldBe(["a1b2-3-x", "a1b2-2-x", "a1b2-1-y", "a1b2-1-x", "a1b2-1.2-x"]);
    }

    private static Batch Example()
    {
        var batch = Described.Batch("calls").Attribute("stage", "call").CancelAfterFailures(2);
        var align = batch.NewJob("align").Cpu(2).Memory("4Gi").Storage("10Gi").Spot(false).Regions(["us-central1"]).Timeout(TimeSpan.FromHours(1))
            .Attempts(3).Image("debian:12").Env("LC_ALL", "C");
        align.Command($"cp {batch.ReadInput("gs://bucket/a b.bam")} {align.Output("out.bam")}");
        var call = batch.NewJobGroup("chromosomes").CancelAfterFailures(1).NewJob("call");
        call.Command($"wc {align["out.bam"]}");
        batch.NewJob().DependsOn(call).AlwaysRun();
        return batch.WriteOutput(align["out.bam"], "s3://results/out.bam");
    }

    private sealed class AcceptingHost(string? arGuid = null)
        : BatchHost(name => name == DriverEnvironment.ArGuid ? arGuid : null, new ProgressDisplay(TextWriter.Null, null))
    {
        public List<string> Keys { get; } = [];

        private protected override Task<BatchHandle> SubmitAsync(BatchSpec spec, ConfiguredEngine? settings, CodeLine at, CancellationToken cancellation)
        {
            Keys.Add(spec.Key);
            return Task.FromResult(new BatchHandle(spec.Key, spec.Name, null, at, _ => throw new NotSupportedException()));
        }
    }
}
