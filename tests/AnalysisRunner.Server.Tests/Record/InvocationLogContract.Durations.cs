using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;
using static AnalysisRunner.Server.Tests.Record.Samples;

namespace AnalysisRunner.Server.Tests.Record;

public abstract partial class InvocationLogContract
{
    [ContractFact]
    public async Task A_list_by_duration_has_what_goes_on_last_and_pages_neither_repeat_nor_skip()
    {
        const int Count = 40;
        int? Minutes(int number) => number % 5 == 0 ? null : number % 7;
        for (var number = 1; number <= Count; number++)
        {
            var submission = Submission(number);
            await Log.RecordAsync(
                submission with
                {
                    Invocation = submission.Invocation with
                    {
                        Dataset = number % 2 == 0 ? "even" : "odd",
                        Description = $"count cohort{number}",
                        Commit = new string("abc"[number % 3], 40),
                        SubmittedAt = Time.GetUtcNow().AddMinutes(-(Minutes(number) ?? 1000)),
                    },
                },
                None);
            if (Minutes(number) is not null) await Log.ChangeStateAsync(ArGuid(number), new StateChange(number % 3 == 0 ? InvocationState.Failed : InvocationState.Succeeded), None);
        }
        (Func<InvocationQuery, InvocationQuery> Narrow, Func<int, bool> Holds)[] filters =
        [
            (query => query, _ => true),
            (query => query with { Dataset = "even" }, number => number % 2 == 0),
            (query => query with { State = InvocationState.Failed }, number => number % 3 == 0 && number % 5 != 0),
            (query => query with { State = InvocationState.Accepted }, number => number % 5 == 0),
            (query => query with { Commit = "bbbbbbbb", VisibleDatasets = ["odd"] }, number => number % 3 == 1 && number % 2 == 1),
            (query => query with { Text = "count", SubmittedBy = "alice" }, _ => true),
            (query => query with { Text = "cohort1 count" }, number => number is 1 or (>= 10 and <= 19)),
            (query => query with { AtLeast = TimeSpan.FromMinutes(3) }, number => Minutes(number) is null or >= 3),
            (query => query with { Dataset = "none" }, _ => false),
        ];
        // Along the index of durations to the end; only at its beginning, and then by other indexes; texts and durations looked up or met.
        foreach (var (near, few) in new[] { (int.MaxValue, 20_000), (3, 20_000), (0, 0), (16_000, 0) })
        {
            await using var log = await InvocationLog.OpenAsync(Options with { NearRows = near, FewHits = few });
            foreach (var (narrow, holds) in filters)
            {
                var all = Enumerable.Range(1, Count).Where(holds).ToList();
                var ended = all.Where(number => Minutes(number) is not null).OrderBy(Minutes).ThenBy(number => number).ToList();
                var going = all.Where(number => Minutes(number) is null).ToList();
                foreach (var limit in new[] { 4, 100 })
                {
                    var query = narrow(new InvocationQuery { Limit = limit, Order = InvocationOrder.Duration });
                    (await GuidsAsync(query, log)).ShouldBe(ended.AsEnumerable().Reverse().Concat(going.AsEnumerable().Reverse()).Select(ArGuid), $"{query}, {near} near by");
                    (await GuidsAsync(query with { IsAscending = true }, log)).ShouldBe(ended.Concat(going).Select(ArGuid), $"{query}, ascending, {near} near by");
                }
            }
        }
    }
}
