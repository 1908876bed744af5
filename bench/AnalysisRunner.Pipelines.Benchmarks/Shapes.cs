using AnalysisRunner.Pipelines;

/// <summary>Batches of different shapes.</summary>
internal static class Shapes
{
    /// <summary>Each job has a command that reads files of the two before it and writes one: two dependencies for each job.</summary>
    public static void Files(Batch batch, int jobs)
    {
        ResourceFile? before = null, last = null;
        for (var i = 0; i < jobs; i++)
        {
            var job = batch.NewJob("job");
            var output = job.Output("out");
            if (before is null || last is null) job.Command($"echo {i} > {output}");
            else job.Command($"cat {before} {last} > {output}");
            (before, last) = (last, output);
        }
    }

    /// <summary>Each job depends on the two before it.</summary>
    public static void Dependencies(Batch batch, int jobs)
    {
        Job? before = null, last = null;
        for (var i = 0; i < jobs; i++)
        {
            var job = batch.NewJob("job").Command($"true");
            if (before is not null) job.DependsOn(before);
            if (last is not null) job.DependsOn(last);
            (before, last) = (last, job);
        }
    }

    /// <summary>Each job depends on the one before it.</summary>
    public static void Chain(Batch batch, int jobs)
    {
        Job? last = null;
        for (var i = 0; i < jobs; i++)
        {
            var job = batch.NewJob("job").Command($"true");
            if (last is not null) job.DependsOn(last);
            last = job;
        }
    }

    /// <summary>Each job depends on the one after it: the deepest search for a circle that there is.</summary>
    public static void Backwards(Batch batch, int jobs)
    {
        Job? last = null;
        for (var i = 0; i < jobs; i++)
        {
            var job = batch.NewJob("job").Command($"true");
            last?.DependsOn(job);
            last = job;
        }
    }
}
