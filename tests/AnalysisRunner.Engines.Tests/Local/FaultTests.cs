using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local;
using AnalysisRunner.Engines.Local.Processes;

namespace AnalysisRunner.Engines.Tests.Local;

/// <summary>
/// The host is killed with -9 again and again in the course of a batch of 200 jobs; every job succeeds exactly once. How often is a matter of patience:
/// <c>ANALYSIS_RUNNER_FAULTS=100 dotnet test tests/AnalysisRunner.Engines.Tests --filter FullyQualifiedName~FaultTests</c>.
/// </summary>
public sealed class FaultTests : IDisposable
{
    private const int Jobs = 200;
    private static readonly int Kills = Environment.GetEnvironmentVariable("ANALYSIS_RUNNER_FAULTS") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 12;

    private readonly TemporaryFolder _folder = new();
    private readonly List<Problem> _reports = [];

    private int _round = 1;

    private string Key => $"round-{_round}";

    private string State => _folder["state"];

    private string Marks => _folder[$"marks-{_round}"];

    private BatchFolder Batch => new(Path.Combine(State, "batches", Key));

    public void Dispose() => _folder.Dispose();

    [UnixFact]
    public async Task Killed_at_random_moments_every_job_succeeds_exactly_once()
    {
        var random = new Random(20261120);
        // Jobs that last long enough for the batch to outlive all its hosts. Where the machine is so slow that it does not, another batch goes on.
        var command = FormattableString.Invariant($"sleep {0.006 * Kills:F3}");
        var spec = Marking(command);
        for (var kill = 0; kill < Kills;)
        {
            using var host = EngineHost.Start(State, spec);
            if (await host.SubmittedAsync()) await Task.Delay(random.Next(0, 50));
            await host.KillAsync();
            if (!File.Exists(Batch.SummaryFile))
            {
                kill++;
                continue;
            }
            await ShouldEndWithEveryJobDoneOnceAsync(spec);
            _round++;
            spec = Marking(command);
        }

        await ShouldEndWithEveryJobDoneOnceAsync(spec);
    }

    [UnixTheory]
    [InlineData("before")]
    [InlineData("after")]
    public async Task Killed_around_the_start_of_a_process_every_job_succeeds_exactly_once(string when)
    {
        var random = new Random(20261121);
        var spec = Marking(":");
        for (var kill = 0; kill < Kills;)
        {
            using var host = EngineHost.Start(State, spec, when, random.Next(1, 3).ToString(CultureInfo.InvariantCulture));
            if (await host.DiesAsync())
            {
                kill++;
                continue;
            }
            // It had nothing left to start: the kills go on in another batch.
            await ShouldEndWithEveryJobDoneOnceAsync(spec);
            _round++;
            spec = Marking(":");
        }

        await ShouldEndWithEveryJobDoneOnceAsync(spec);
    }

    private BatchSpec Marking(string command) => Specs.Batch(Key, [.. Enumerable.Range(1, Jobs).Select(id =>
        Specs.Job(id, $"echo {id} >> '{Marks}'; {command}", id > 8 ? [id - 8] : []))]);

    private async Task ShouldEndWithEveryJobDoneOnceAsync(BatchSpec spec)
    {
        var options = new LocalEngineOptions { Directory = State, MilliCpu = 4000, Report = _reports.Add };
        await using (var engine = await LocalEngine.OpenAsync(options, CancellationToken.None))
        {
            (await engine.EndAsync(Key)).State.ShouldBe(BatchState.Succeeded);
            (await engine.GetJobsAsync(Key, 0, Jobs, CancellationToken.None)).ShouldAllBe(job => job.State == JobState.Succeeded && job.Attempts == 1);
        }
        (await File.ReadAllLinesAsync(Marks)).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).Order().ShouldBe(Enumerable.Range(1, Jobs));

        // The journal is whole, contradicts itself nowhere, and tells the same; and nothing of the batch runs any more.
        var content = Journal.Read(Batch.JournalFile);
        content.Damaged.ShouldBe(0);
        var run = new BatchRun(spec);
        content.Lines.ShouldAllBe(line => run.Apply(JournalRecord.Read(line)!));
        run.Summary().State.ShouldBe(BatchState.Succeeded);
        _reports.ShouldBeEmpty();
        new PosixJobProcesses().IsScriptRunning(Batch.Attempt(1, 1).Script).ShouldBe(false);
    }
}
