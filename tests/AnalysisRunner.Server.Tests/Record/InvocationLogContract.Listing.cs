using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;
using static AnalysisRunner.Server.Tests.Record.Samples;

namespace AnalysisRunner.Server.Tests.Record;

public abstract partial class InvocationLogContract
{
    /// <summary>Forty-eight invocations, one a minute, that differ in everything a list is filtered by.</summary>
    private async Task<List<Invocation>> RecordManyAsync()
    {
        var all = new List<Invocation>();
        for (var number = 1; number <= 48; number++)
        {
            var submission = Submission(number);
            submission = submission with
            {
                Invocation = submission.Invocation with
                {
                    Dataset = number % 2 == 0 ? "even" : "odd",
                    AccessLevel = (AccessLevel)(number % 3),
                    SubmittedBy = number % 4 == 0 ? "bob" : "alice",
                    Repository = number % 5 == 0 ? null : $"https://example.org/r{number % 2}",
                    Commit = new string("abc"[number % 3], 40),
                    Description = $"Count {(number % 6 == 0 ? "variants" : "samples")} of cohort{number}, Zürich",
                    Image = $"registry.example.org/driver:{number % 3}",
                    SubmittedAt = Time.GetUtcNow(),
                    Script = ["python3", $"run-{number % 7}.py", "--x=äöü"],
                },
            };
            await Log.RecordAsync(submission, None);
            if (number % 8 == 0) await Log.ChangeStateAsync(ArGuid(number), new StateChange(InvocationState.Failed), None);
            Time.Advance(TimeSpan.FromMinutes(1));
            all.Insert(0, (await Log.GetAsync(ArGuid(number), None))!.Invocation);
        }
        return all;
    }

    private async Task<IReadOnlyList<string>> GuidsAsync(InvocationQuery query, InvocationLog? log = null)
    {
        var guids = new List<string>();
        for (InvocationQuery? next = query; next is not null;)
        {
            var page = await (log ?? Log).ListAsync(next, None);
            page.Records.Count.ShouldBeLessThanOrEqualTo(query.Limit);
            guids.AddRange(page.Records.Select(record => record.Invocation.ArGuid));
            next = page.Next is null ? null : query with { After = page.Next };
        }
        return guids;
    }

    [ContractFact]
    public async Task Filters_hold_together_in_every_combination_and_on_every_page()
    {
        var start = Time.GetUtcNow();
        var all = await RecordManyAsync();
        DateTimeOffset At(Invocation one) => start.AddMinutes(int.Parse(one.ArGuid[^12..], System.Globalization.NumberStyles.HexNumber) - 1);
        (Func<InvocationQuery, InvocationQuery> Narrow, Func<Invocation, bool> Holds)[] filters =
        [
            (query => query with { Dataset = "even" }, one => one.Dataset == "even"),
            (query => query with { AccessLevel = AccessLevel.Full }, one => one.AccessLevel == AccessLevel.Full),
            (query => query with { SubmittedBy = "alice" }, one => one.SubmittedBy == "alice"),
            (query => query with { Repository = "https://example.org/r0" }, one => one.Repository == "https://example.org/r0"),
            (query => query with { Commit = "cccccccc" }, one => one.Commit[0] == 'c'),
            (query => query with { State = InvocationState.Accepted }, one => one.State == InvocationState.Accepted),
            (query => query with { From = start.AddMinutes(5) }, one => At(one) >= start.AddMinutes(5)),
            (query => query with { Before = start.AddMinutes(40) }, one => At(one) < start.AddMinutes(40)),
            (query => query with { Text = "COUNT zür" }, one => true),
            (query => query with { Text = "samples run" }, one => one.Description.Contains("samples", StringComparison.Ordinal)),
            (query => query with { VisibleDatasets = ["odd", "even"] }, one => true),
        ];
        for (var combination = 0; combination < 1 << filters.Length; combination += 3)
        {
            var (query, expected) = (new InvocationQuery { Limit = 7 }, all.AsEnumerable());
            for (var bit = 0; bit < filters.Length; bit++)
            {
                if ((combination & (1 << bit)) == 0) continue;
                (query, var holds) = (filters[bit].Narrow(query), filters[bit].Holds);
                expected = expected.Where(holds);
            }
            (await GuidsAsync(query)).ShouldBe(expected.Select(one => one.ArGuid), $"combination {combination}");
        }
    }

    [ContractFact]
    public async Task Lists_are_filtered_by_image_by_how_long_runs_took_and_by_their_batches()
    {
        var all = await RecordManyAsync();
        var now = Time.GetUtcNow();
        TimeSpan Took(Invocation one) => (one.FinishedAt ?? now) - one.SubmittedAt;
        // A batch whose jobs end well, one of which a job fails, and one that begins like the first and has not ended.
        await Log.AddBatchAsync(ArGuid(1), Batch(ArGuid(1) + "-align", BatchState.Running) with { Name = "align 50% of _all" }, None);
        await Log.UpdateBatchAsync(Batch(ArGuid(1) + "-align", BatchState.Succeeded, succeeded: 2), None);
        await Log.AddBatchAsync(ArGuid(2), Batch(ArGuid(2) + "-align") with { Name = "align" }, None);
        await Log.UpdateBatchAsync(Batch(ArGuid(2) + "-align", BatchState.Failed) with { Jobs = new JobCounts(0, 0, 0, 1, 1, 0) }, None);
        await Log.AddBatchAsync(ArGuid(3), Batch(ArGuid(3) + "-align") with { Name = "align 7" }, None);

        (await GuidsAsync(new InvocationQuery { Limit = 7, Image = "registry.example.org/driver:2" })).ShouldBe(all.Where(one => one.Image!.EndsWith('2')).Select(one => one.ArGuid));
        (await GuidsAsync(new InvocationQuery { ArGuid = ArGuid(17) })).ShouldBe([ArGuid(17)]);
        (await GuidsAsync(new InvocationQuery { ArGuid = ArGuid(17)[..^1] })).ShouldBe(all.Where(one => one.ArGuid[..^1] == ArGuid(17)[..^1]).Select(one => one.ArGuid));
        // Few hits are looked up; with many the list is walked along.
        await using var walking = await InvocationLog.OpenAsync(Options with { FewHits = 0 });
        foreach (var (log, minutes) in new[] { Log, walking }.SelectMany(log => new[] { 0, 1, 20, 100 }.Select(minutes => (log, minutes))))
        {
            var span = TimeSpan.FromMinutes(minutes);
            (await GuidsAsync(new InvocationQuery { Limit = 7, AtLeast = span }, log)).ShouldBe(all.Where(one => Took(one) >= span).Select(one => one.ArGuid), $"at least {minutes}");
            (await GuidsAsync(new InvocationQuery { Limit = 7, AtMost = span }, log)).ShouldBe(all.Where(one => Took(one) <= span).Select(one => one.ArGuid), $"at most {minutes}");
            (await GuidsAsync(new InvocationQuery { Limit = 7, AtLeast = span, AtMost = span * 2, Dataset = "odd", Text = "samples" }, log)).ShouldBe(
                all.Where(one => Took(one) >= span && Took(one) <= span * 2 && one.Dataset == "odd" && one.Description.Contains("samples", StringComparison.Ordinal)).Select(one => one.ArGuid));
        }
        (await GuidsAsync(new InvocationQuery { Batch = "align" })).ShouldBe([ArGuid(3), ArGuid(2), ArGuid(1)]);
        (await GuidsAsync(new InvocationQuery { Batch = "align 50% of _" })).ShouldBe([ArGuid(1)]);
        (await GuidsAsync(new InvocationQuery { Batch = "lign" })).ShouldBeEmpty();
        (await GuidsAsync(new InvocationQuery { Progress = BatchProgress.Running })).ShouldBe([ArGuid(3)]);
        (await GuidsAsync(new InvocationQuery { Progress = BatchProgress.Failed })).ShouldBe([ArGuid(2)]);
    }

    [ContractFact]
    public async Task A_text_is_found_whichever_way_leads_to_it()
    {
        await RecordManyAsync();
        InvocationQuery[] questions =
        [
            new() { Limit = 7, Text = "count" }, new() { Limit = 7, Text = "count", IsAscending = true }, new() { Limit = 3, Text = "samples run" }, new() { Limit = 3, Text = "cohort1", Dataset = "odd" },
            new() { Limit = 2, Text = "samples", From = Time.GetUtcNow().AddHours(-1), Before = Time.GetUtcNow() }, new() { Limit = 7, Text = "nothing" },
        ];
        var expected = new List<List<string>>();
        await using (var whole = await InvocationLog.OpenAsync(Options with { NearRows = int.MaxValue }))
        {
            foreach (var question in questions) expected.Add([.. await GuidsAsync(question, whole)]);
        }
        expected.Take(4).ShouldAllBe(found => found.Count > 0);
        // By the index of words after a look near by; by a second look, further away; along all rows.
        foreach (var (near, few) in new[] { (1, 20_000), (20, 0), (1, 0) })
        {
            await using var log = await InvocationLog.OpenAsync(Options with { NearRows = near, FewHits = few });
            for (var i = 0; i < questions.Length; i++) (await GuidsAsync(questions[i], log)).ShouldBe(expected[i], $"question {i}, {near} near by and {few} looked up");
        }
    }

    [ContractFact]
    public async Task Lists_are_sorted_both_ways_and_pages_neither_repeat_nor_skip()
    {
        var all = await RecordManyAsync();
        (InvocationOrder Order, Func<Invocation, string> Value)[] orders =
        [
            (InvocationOrder.Submitted, _ => ""),
            (InvocationOrder.Dataset, one => one.Dataset),
            (InvocationOrder.Level, one => one.AccessLevel.ToName()),
            (InvocationOrder.User, one => one.SubmittedBy),
            (InvocationOrder.State, one => one.State.ToName()),
        ];
        foreach (var (order, value) in orders)
        {
            foreach (var text in new[] { null, "count" })
            {
                var expected = all.OrderBy(value, StringComparer.Ordinal).ThenBy(one => one.ArGuid, StringComparer.Ordinal).Select(one => one.ArGuid).ToList();
                (await GuidsAsync(new InvocationQuery { Limit = 5, Order = order, Text = text, IsAscending = true })).ShouldBe(expected, $"{order} {text}");
                expected.Reverse();
                (await GuidsAsync(new InvocationQuery { Limit = 5, Order = order, Text = text })).ShouldBe(expected, $"{order} {text}, descending");
            }
        }
    }

    [ContractFact]
    public async Task What_is_recorded_meanwhile_moves_no_page()
    {
        for (var number = 1; number <= 6; number++) await RecordOneAsync(number);
        var first = await Log.ListAsync(new InvocationQuery { Limit = 3 }, None);
        await RecordOneAsync(7);
        var second = await Log.ListAsync(new InvocationQuery { Limit = 3, After = first.Next }, None);
        second.Records.Select(record => record.Invocation.ArGuid).ShouldBe([ArGuid(3), ArGuid(2), ArGuid(1)]);
        second.Next.ShouldBeNull();
    }

    [ContractFact]
    public async Task Only_visible_datasets_are_listed()
    {
        await RecordManyAsync();
        (await GuidsAsync(new InvocationQuery { VisibleDatasets = [] })).ShouldBeEmpty();
        (await GuidsAsync(new InvocationQuery { VisibleDatasets = ["other"] })).ShouldBeEmpty();
        (await GuidsAsync(new InvocationQuery { VisibleDatasets = ["odd"], Dataset = "even" })).ShouldBeEmpty();
        (await GuidsAsync(new InvocationQuery { VisibleDatasets = ["odd"] })).Count.ShouldBe(24);
        (await GuidsAsync(new InvocationQuery { VisibleDatasets = ["odd"], Text = "count" })).Count.ShouldBe(24);
    }

    [ContractFact]
    public async Task Text_is_searched_by_the_beginnings_of_words_whatever_the_signs_between_them()
    {
        await RecordManyAsync();
        (await GuidsAsync(new InvocationQuery { Text = "cohort17" })).ShouldBe([ArGuid(17)]);
        (await GuidsAsync(new InvocationQuery { Text = "\"cohort17\" AND ('run' | -py*)" })).ShouldBeEmpty();
        (await GuidsAsync(new InvocationQuery { Text = "py: run*'\") & 17 cohort17 äöü" })).ShouldBeEmpty();
        (await GuidsAsync(new InvocationQuery { Text = "py: run*'\") & COHORT17 ÄÖ" })).ShouldBe([ArGuid(17)]);
        (await GuidsAsync(new InvocationQuery { Text = "ohort17" })).ShouldBeEmpty();
        (await GuidsAsync(new InvocationQuery { Text = " '*\" " })).ShouldBeEmpty();
        (await GuidsAsync(new InvocationQuery { Text = new string('z', 5000) })).ShouldBeEmpty();
    }

    [ContractFact]
    public async Task A_clock_that_goes_back_changes_neither_order_nor_dates()
    {
        await RecordOneAsync(1);
        var later = Time.GetUtcNow();
        Time.Advance(TimeSpan.FromHours(-2));
        await RecordOneAsync(2);
        (await GuidsAsync(new InvocationQuery { From = later })).ShouldBe([ArGuid(2), ArGuid(1)]);
        (await GuidsAsync(new InvocationQuery { Before = later })).ShouldBeEmpty();
    }

    [ContractFact]
    public async Task An_invocation_is_claimed_by_one_server_at_a_time()
    {
        var guid = await RecordOneAsync();
        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Log.TryClaimAsync(guid, $"server{i}", TimeSpan.FromMinutes(1), None)));
        claims.Count(claimed => claimed).ShouldBe(1);
        var owner = $"server{Array.IndexOf(claims, true)}";
        (await Log.TryClaimAsync(guid, owner, TimeSpan.FromMinutes(1), None)).ShouldBeTrue();
        Time.Advance(TimeSpan.FromMinutes(2));
        (await Log.TryClaimAsync(guid, "another", TimeSpan.FromMinutes(1), None)).ShouldBeTrue();
        (await Log.TryClaimAsync(guid, owner, TimeSpan.FromMinutes(1), None)).ShouldBeFalse();
        await Log.ChangeStateAsync(guid, new StateChange(InvocationState.Failed), None);
        (await Log.TryClaimAsync(guid, "another", TimeSpan.FromMinutes(1), None)).ShouldBeFalse();
    }

    [ContractFact]
    public async Task A_claim_without_a_duration_never_runs_out()
    {
        await Log.RecordAsync(Submission(1) with { ClaimedBy = "first" }, None);
        var unclaimed = await RecordOneAsync(2);
        (await Log.TryClaimAsync(unclaimed, "first", null, None)).ShouldBeTrue();
        Time.Advance(TimeSpan.FromDays(1000));
        foreach (var guid in new[] { ArGuid(1), unclaimed })
        {
            (await Log.TryClaimAsync(guid, "another", TimeSpan.FromMinutes(1), None)).ShouldBeFalse();
            (await Log.TryClaimAsync(guid, "first", null, None)).ShouldBeTrue();
        }
    }

    [ContractFact]
    public async Task Old_denials_and_keys_are_forgotten_and_invocations_never()
    {
        await Log.RecordAsync(Submission(1, "old and ended"), None);
        await Log.RecordAsync(Submission(2, "old and running"), None);
        await Log.ChangeStateAsync(ArGuid(1), new StateChange(InvocationState.Failed), None);
        await Log.RecordDenialAsync(new NewDenial { Problems = [new Problem("AR6001", "old")] }, None);
        Time.Advance(TimeSpan.FromDays(31));
        await Log.RecordAsync(Submission(3, "new"), None);
        await Log.RecordDenialAsync(new NewDenial { Problems = [new Problem("AR6001", "new")] }, None);

        (await Log.ForgetAsync(Time.GetUtcNow().AddDays(-30), None)).ShouldBe(2);
        (await Log.ListDenialsAsync(10, null, None)).ShouldHaveSingleItem().What.Problems[0].Message.ShouldBe("new");
        (await Log.FindSubmissionAsync("alice@example.org", "old and ended", None)).ShouldBeNull();
        (await Log.FindSubmissionAsync("alice@example.org", "old and running", None)).ShouldNotBeNull();
        (await GuidsAsync(new InvocationQuery())).ShouldBe([ArGuid(3), ArGuid(2), ArGuid(1)]);
    }

    [ContractFact]
    public async Task Values_of_the_environment_need_the_servers_key()
    {
        await Log.RecordAsync(Submission(1, environment: new Dictionary<string, string> { ["TOKEN"] = "hunter2" }), None);
        await Log.DisposeAsync();
        File.Delete(Options.KeyFile!);
        await ReopenAsync();
        (await Should.ThrowAsync<AnalysisRunnerException>(Log.GetEnvironmentAsync(ArGuid(1), None).AsTask())).Problems[0].Code.ShouldBe("AR6131");
        await File.WriteAllTextAsync(Options.KeyFile!, "no key");
        (await Should.ThrowAsync<AnalysisRunnerException>(OpenAsync())).Problems[0].Code.ShouldBe("AR6131");
    }
}
