using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Tests.Local;

public sealed class JournalCompactionTests : IDisposable
{
    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_compacted_journal_gives_the_same_state_whatever_happened()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var (spec, lines) = History(new Random(seed));

            string[] kept = [.. JournalCompaction.Compact(spec, lines).Select(i => lines[i])];

            kept.Length.ShouldBeLessThanOrEqualTo(lines.Count);
            State(spec, kept).ShouldBe(State(spec, lines), $"seed {seed}");
            JournalCompaction.Compact(spec, kept).ShouldBe(Enumerable.Range(0, kept.Length), $"seed {seed}");
        }
    }

    [UnixFact]
    public async Task The_journal_of_an_ended_batch_is_compacted_and_the_batch_reads_the_same()
    {
        var options = new LocalEngineOptions { Directory = _folder["state"], MilliCpu = 4000 };
        var journal = Path.Combine(options.Directory, "batches/b/journal");
        string before;
        await using (var engine = await LocalEngine.OpenAsync(options, CancellationToken.None))
        {
            await engine.RunAsync(Specs.Batch("b", [.. Enumerable.Range(1, 600).Select(id => Specs.Job(id, ":"))]));
            before = JsonSerializer.Serialize(await engine.GetJobsAsync("b", 0, 1000, CancellationToken.None));
        }

        // Accepted, and one end for each job; the starts are gone.
        Journal.Read(journal).Lines.Count.ShouldBe(601);
        await using var again = await LocalEngine.OpenAsync(options, CancellationToken.None);
        JsonSerializer.Serialize(await again.GetJobsAsync("b", 0, 1000, CancellationToken.None)).ShouldBe(before);
    }

    private static string State(BatchSpec spec, IReadOnlyList<string> lines)
    {
        var run = new BatchRun(spec);
        foreach (var line in lines) run.Apply(JournalRecord.Read(line)!);
        return JsonSerializer.Serialize(new
        {
            Summary = run.Summary(),
            Groups = run.GroupSummaries(),
            Jobs = run.Jobs.Select(job => new { Summary = job.Summary(), Attempts = job.AttemptSummaries(), job.Stop, job.IsDelayed }),
        });
    }

    /// <summary>A batch and a history of it: whatever may happen next, at random.</summary>
    private static (BatchSpec Spec, List<string> Lines) History(Random random)
    {
        var jobs = Enumerable.Range(1, 12).Select(id => Specs.Job(id, "true", [.. Enumerable.Range(1, id - 1).Where(_ => random.Next(6) == 0)]) with
        {
            Attempts = random.Next(1, 4),
            AlwaysRun = random.Next(5) == 0,
            Group = random.Next(3),
        }).ToArray();
        var spec = Specs.Batch("b", jobs) with { Groups = [new() { Id = 1, Name = "a", CancelAfterFailures = 2 }, new() { Id = 2, Name = "b", Parent = 1 }] };
        var run = new BatchRun(spec);
        var lines = new List<string>();
        var time = Time;
        Add(new BatchAcceptedRecord(time));
        for (var step = random.Next(5, 80); step > 0; step--)
        {
            time = time.AddSeconds(1);
            var job = run.Jobs[random.Next(jobs.Length)];
            var id = job.Spec.Id;
            if (random.Next(60) == 0) Add(new GroupCancelled(time, random.Next(3), "why"));
            else if (job.State == JobState.Ready) Add(new AttemptStarted(time, id, job.LastAttempt + 1));
            else if (job.State == JobState.Running) AddNext(id, job.LastAttempt, job.Last!.StartedAt);
        }
        return (spec, lines);

        void AddNext(int id, int attempt, DateTimeOffset startedAt)
        {
            switch (random.Next(8))
            {
                case 0: Add(new AttemptVoided(time, id, attempt)); break;
                case 1: Add(new AttemptStopRequested(time, id, attempt, StopCause.TimedOut)); break;
                case 2: Add(new AttemptEnded(time, id, attempt, new(AttemptOutcome.Cancelled, null, 15, null), startedAt)); break;
                case 3 or 4: Add(new AttemptEnded(time, id, attempt, new(AttemptOutcome.Failed, 3, null, "exit code 3"), startedAt)); break;
                default: Add(new AttemptEnded(time, id, attempt, new(AttemptOutcome.Succeeded, 0, null, null) { Usage = new(1, 2) }, startedAt)); break;
            }
        }

        void Add(JournalRecord record)
        {
            run.Apply(record);
            lines.Add(record.Write());
        }
    }
}
