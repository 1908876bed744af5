using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Pages.Batches;

namespace AnalysisRunner.Server.Tests.Pages;

/// <summary>The picture of a batch.</summary>
public sealed class JobGraphLayoutTests
{
    [Fact]
    public void Each_job_stands_after_all_that_it_waits_for()
    {
        var graph = Draw([Job(1, "a", 3), Job(2, "b"), Job(3, "c", 2), Job(4, "d", 1, 2)]);

        var x = graph.Nodes.ToDictionary(node => node.Label, node => node.X);
        x["b"].ShouldBeLessThan(x["c"]);
        x["c"].ShouldBeLessThan(x["a"]);
        x["a"].ShouldBeLessThan(x["d"]);
        graph.Edges.Count.ShouldBe(4);
        graph.IsGrouped.ShouldBeFalse();
        graph.Nodes[0].Url.ShouldBe("/batches/key/jobs/2");
    }

    [Fact]
    public void Boxes_do_not_overlap()
    {
        var jobs = Enumerable.Range(1, 150).Select(id => Job(id, $"job {id}", id > 50 ? [id - 50] : [])).ToArray();

        var graph = Draw(jobs);

        graph.Nodes.Select(node => (node.X, node.Y)).Distinct().Count().ShouldBe(150);
        graph.Layers.ShouldBe(3);
        graph.Width.ShouldBeGreaterThan(graph.Nodes.Max(node => node.X));
        graph.Height.ShouldBeGreaterThan(graph.Nodes.Max(node => node.Y));
    }

    [Fact]
    public void Above_two_hundred_jobs_those_that_are_alike_share_a_box()
    {
        var jobs = Enumerable.Range(1, 1000).Select(id => Job(id, $"align sample{id}")).Concat(Enumerable.Range(1001, 1000).Select(id => Job(id, $"count sample{id - 1000}", id - 1000)))
            .Append(Job(2001, "merge", [.. Enumerable.Range(1001, 1000)])).ToArray();
        var states = jobs.ToDictionary(job => job.Id, job => job.Id == 7 ? JobState.Failed : job.Id < 1001 ? JobState.Succeeded : JobState.Pending);

        var graph = Draw(jobs, id => states[id]);

        graph.IsGrouped.ShouldBeTrue();
        graph.Nodes.Select(node => node.Label).ShouldBe(["1000 × align sample*", "1000 × count sample*", "merge"]);
        graph.Nodes[0].State.ShouldBe("failed");
        graph.Nodes[0].Title.ShouldBe("align sample*: 999 succeeded, 1 failed");
        graph.Edges.Count.ShouldBe(2);
    }

    [Fact]
    public void What_has_too_many_groups_has_no_picture()
    {
        var jobs = Enumerable.Range(1, 1000).Select(id => Job(id, new string((char)('a' + (id % 26)), 1 + (id / 26)))).ToArray();

        JobGraphLayout.Create("key", jobs, [.. jobs.Select(job => Summary(job, JobState.Ready))]).ShouldBeNull();
    }

    [Fact]
    public void An_empty_batch_has_an_empty_picture() => Draw([]).Nodes.ShouldBeEmpty();

    private static JobGraphLayout Draw(JobSpec[] jobs, Func<int, JobState>? state = null) =>
        JobGraphLayout.Create("key", jobs, [.. jobs.Select(job => Summary(job, state?.Invoke(job.Id) ?? JobState.Ready))])!;

    private static JobSpec Job(int id, string name, params int[] parents) => new() { Id = id, Name = name, Command = "true", Parents = parents };

    private static JobSummary Summary(JobSpec job, JobState state) => new() { Id = job.Id, Name = job.Name, State = state, Command = job.Command };
}
