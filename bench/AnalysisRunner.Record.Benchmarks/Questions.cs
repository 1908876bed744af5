using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;

namespace AnalysisRunner.Record.Benchmarks;

/// <summary>What is asked of the log.</summary>
internal static class Questions
{
    private static readonly bool[] Directions = [false, true];
    private static readonly InvocationState?[] States = [null, InvocationState.Failed, InvocationState.Cancelled];

    /// <summary>Every combination of seven filters, once of what is frequent and once of what is rare, so that next to nothing or nothing is found.</summary>
    public static IEnumerable<InvocationQuery> Filters()
    {
        foreach (var isRare in new[] { false, true })
        {
            for (var combination = 0; combination < 1 << 7; combination++)
            {
                bool Has(int bit) => (combination & (1 << bit)) != 0;
                yield return new InvocationQuery
                {
                    Limit = 50,
                    Dataset = Has(0) ? Population.Dataset(isRare ? Population.Datasets - 1 : 0) : null,
                    AccessLevel = Has(1) ? isRare ? AccessLevel.Full : AccessLevel.Test : null,
                    SubmittedBy = Has(2) ? Population.User(isRare ? Population.Users - 1 : 0) : null,
                    Repository = Has(3) ? Population.Repository(isRare ? Population.Repositories - 1 : 0) : null,
                    Commit = Has(4) ? Population.Commit(isRare ? 17 : 4711)[..(isRare ? 40 : 8)] : null,
                    State = Has(5) ? isRare ? InvocationState.Cancelled : InvocationState.Succeeded : null,
                    From = Has(6) ? Population.Begin.AddYears(isRare ? 2 : 1) : null,
                    Before = Has(6) ? Population.Begin.AddYears(isRare ? 2 : 4).AddDays(7) : null,
                };
            }
        }
    }

    /// <summary>Every order, both ways, alone and with one filter.</summary>
    public static IEnumerable<InvocationQuery> Orders() =>
        from order in Enum.GetValues<InvocationOrder>()
        from isAscending in Directions
        from state in States
        select new InvocationQuery { Limit = 50, Order = order, IsAscending = isAscending, State = state };

    /// <summary>Beginnings of users and images that all, many, few and none of the invocations have, alone, with one filter, and in another order.</summary>
    public static IEnumerable<InvocationQuery> Beginnings() =>
        from beginning in (InvocationQuery[])
        [
            new() { SubmittedBy = "user" }, new() { SubmittedBy = "user1" }, new() { SubmittedBy = "user19" }, new() { SubmittedBy = "user199" }, new() { SubmittedBy = "user0" }, new() { SubmittedBy = "nobody" },
            new() { Image = "registry" }, new() { Image = Population.Image(3) }, new() { Image = Population.Image(33) }, new() { SubmittedBy = "user1", Image = Population.Image(3) },
        ]
        from narrowed in (InvocationQuery[])
        [
            beginning, beginning with { Dataset = Population.Dataset(0) }, beginning with { Dataset = Population.Dataset(Population.Datasets - 1) }, beginning with { State = InvocationState.Cancelled },
            beginning with { Order = InvocationOrder.User }, beginning with { Order = InvocationOrder.User, IsAscending = true }, beginning with { Order = InvocationOrder.Duration },
        ]
        select narrowed with { Limit = 50 };

    /// <summary>The order of durations, both ways, with what is frequent and what is rare.</summary>
    public static IEnumerable<InvocationQuery> Durations() =>
        from narrowed in Filters().Where((_, index) => index % 9 == 0)
        from isAscending in Directions
        select narrowed with { Order = InvocationOrder.Duration, IsAscending = isAscending };

    /// <summary>Words that many invocations have, few and none, and their beginnings.</summary>
    public static IEnumerable<InvocationQuery> Texts() =>
        ((string[])["count", "samples", "cohort42", "count samples", "count variants cohort4711", "batch19999", "step7 align reads", "co", "s", "release 12", "nothing", "summarise panels batch1"])
            .Select(text => new InvocationQuery { Limit = 50, Text = text });

    public static string Describe(InvocationQuery question)
    {
        IEnumerable<string?> parts =
        [
            question.Dataset, question.AccessLevel?.ToName(), question.SubmittedBy, question.Image?.Split('/')[^1], question.Repository?[^12..], question.Commit is { } commit ? "commit " + commit[..8] : null,
            question.State?.ToName(), question.From is null ? null : "dates", question.Text is { } text ? $"'{text}'" : null,
            question.Order == InvocationOrder.Submitted ? null : question.Order.ToString(),
        ];
        var description = string.Join(", ", parts.Where(part => part is not null));
        return description.Length == 0 ? "everything" : description;
    }
}
