using System.Diagnostics;
using Microsoft.CodeAnalysis;

namespace AnalysisRunner.Config.Benchmarks;

/// <summary>
/// The generator as a fresh compiler process meets it, code still to be compiled by the runtime; then warmed. BenchmarkDotNet shows the second only.
/// Processor time, of all threads, says something on a machine that others use too.
/// </summary>
internal static class FirstCall
{
    private const int Rounds = 100;

    public static void Run()
    {
        var project = new SchemaProject();
        GeneratorDriver driver = null!;
        var first = Time(() => driver = project.Open());
        var before = Environment.CpuUsage.TotalTime;
        var changed = Enumerable.Range(0, Rounds).Select(_ => Time(() => driver = project.ChangeSchema(driver))).Order().ToArray();
        var processor = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / Rounds;
        var edited = Enumerable.Range(0, Rounds).Select(_ => Time(() => driver = project.ChangeCode(driver))).Order().ToArray();
        Console.WriteLine(FormattableString.Invariant(
            $"first call {first:F1} ms; changed schema, {Rounds} times: {changed[0]:F1} to {changed[^1]:F1} ms, median {changed[Rounds / 2]:F1}, processor time {processor:F1} each; unrelated edit: median {edited[Rounds / 2]:F3} ms"));

        var tracked = new SchemaProject(track: true);
        var opened = tracked.Open();
        var schema = tracked.ChangeSchema(opened);
        Console.WriteLine(
            $"files read: {SchemaProject.Parses(opened)} at first, {SchemaProject.Parses(schema)} after a change of the schema, {SchemaProject.Parses(tracked.ChangeCode(schema))} after an unrelated edit");
    }

    private static double Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
