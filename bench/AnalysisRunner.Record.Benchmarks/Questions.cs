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

    /// <summary>Words that many invocations have, few and none, and their beginnings.</summary>
    public static IEnumerable<InvocationQuery> Texts() =>
        ((string[])["count", "samples", "cohort42", "count samples", "count variants cohort4711", "batch19999", "step7 align reads", "co", "s", "release 12", "nothing", "summarise panels batch1"])
            .Select(text => new InvocationQuery { Limit = 50, Text = text });

    public static string Describe(InvocationQuery question)
    {
        IEnumerable<string?> parts =
        [
            question.Dataset, question.AccessLevel?.ToName(), question.SubmittedBy, question.Repository?[^12..], question.Commit is { } commit ? "commit " + commit[..8] : null,
            question.State?.ToName(), question.From is null ? null : "dates", question.Text is { } text ? $"'{text}'" : null,
            question.Order == InvocationOrder.Submitted ? null : question.Order.ToString(),
        ];
        var description = string.Join(", ", parts.Where(part => part is not null));
        return description.Length == 0 ? "everything" : description;
    }
}
