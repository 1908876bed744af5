using System.Globalization;
using Dapper;

namespace AnalysisRunner.Server.Record;

public sealed partial class InvocationLog
{
    private const string Took = "(i.finished_at - i.submitted_at)";

    // Along the index of durations rows are read here and there, which takes longer than one after the other.
    private const int RowsPerRead = 2;

    // What every duration holds, and so a range of the index.
    private const string HasDuration = $"{Took} > -9223372036854775807";

    /// <summary>
    /// The places of a page by how long runs took, and of one more: those that have ended by their duration, and behind them, whichever way the list goes, those that
    /// go on, as they were recorded. Their time passes, so by it no page would begin where the one before has ended.
    /// </summary>
    private async Task<List<PlaceRow>> FindByDurationAsync(Reader reader, Asked asked)
    {
        if (asked.Words is { } words && !IsOfCommit(asked.Query)) asked = asked with { Hits = await FewHitsAsync(reader, words) };
        // Dates as positions that are known: how many rows lie between two that are still to be looked up, no planner can tell.
        Positions? among = null;
        if (asked.Query is { From: not null } or { Before: not null })
        {
            among = await RangeAsync(reader, asked.Query with { After = null });
            asked = asked with { Query = asked.Query with { From = null, Before = null } };
        }
        var query = asked.Query;
        // A place without a duration is one of those that go on.
        var isBehindEnded = query.After is { Value: null };
        var places = isBehindEnded ? [] : await FindEndedAsync(reader, asked, among);
        if (places.Count > query.Limit) return places;
        var rest = query with { Order = InvocationOrder.Submitted, Limit = query.Limit - places.Count, After = isBehindEnded ? query.After : null };
        var goingOn = new Part("i.finished_at IS NULL", _database.Along("invocations_unfinished"));
        places.AddRange(await FindAsync(reader, asked with { Query = rest, Part = goingOn }, among));
        return places;
    }

    /// <summary>
    /// The places of those that have ended. A planner without statistics does not know whether the rows lie densely enough to be met along the index of
    /// durations: as many as a few milliseconds allow are looked at there first, and what is not found among them is rare and is looked up by its own indexes.
    /// </summary>
    private async Task<List<PlaceRow>> FindEndedAsync(Reader reader, Asked asked, Positions? among)
    {
        var (query, along) = (asked.Query, _database.Along("invocations_by_duration"));
        if (_database.KnowsFrequencies) return await FindAsync(reader, asked with { Part = new Part(HasDuration) }, among);
        var rare = asked with { Part = new Part("i.finished_at IS NOT NULL", Duration: $"({Took} + 0)") };
        if (asked.Hits is not null || IsOfCommit(query)) return await FindAsync(reader, rare, among);
        var edge = await EdgeAsync(reader, query, along);
        var end = edge is { } duration ? string.Create(CultureInfo.InvariantCulture, $"{Took} {(query.IsAscending ? "<=" : ">=")} {duration}") : null;
        // One bound of a kind and no more: of two, SQLite would read from the first one on, whichever is the narrower.
        var near = string.Join(" AND ", new[] { Beginning(query), end }.OfType<string>().DefaultIfEmpty(HasDuration));
        var found = await FindAsync(reader, asked with { Part = new Part(near, along) }, among);
        return found.Count > query.Limit || edge is null ? found : await FindAsync(reader, rare, among);
    }

    /// <summary>The duration up to which the rows next to the page's beginning go; null when there are no others.</summary>
    private Task<long?> EdgeAsync(Reader reader, InvocationQuery query, string along)
    {
        var parameters = new DynamicParameters();
        var (direction, beyond) = query.IsAscending ? ("ASC", ">") : ("DESC", "<");
        var after = "";
        if (query.After is { } place)
        {
            after = $"AND ({Took}, i.position) {beyond} (@afterValue, @after)";
            parameters.Add("afterValue", DurationOf(place));
            parameters.Add("after", place.Position);
        }
        return reader.Connection.ExecuteScalarAsync<long?>(
            string.Create(CultureInfo.InvariantCulture, $"SELECT {Took} FROM invocations i{along} WHERE {Beginning(query) ?? HasDuration} {after} ORDER BY {Took} {direction}, i.position {direction} LIMIT 1 OFFSET {_nearRows / RowsPerRead}"),
            parameters, reader.Transaction);
    }

    /// <summary>
    /// The duration at which the page begins, as SQLite finds it in the index: from a comparison of two values at once, of which one is an expression, it does not.
    /// Null for the first page.
    /// </summary>
    private static string? Beginning(InvocationQuery query) =>
        query.After is { } after ? string.Create(CultureInfo.InvariantCulture, $"{Took} {(query.IsAscending ? ">=" : "<=")} {DurationOf(after)}") : null;

    /// <summary>The duration of a place in a list by duration, in microseconds.</summary>
    private static long DurationOf(InvocationCursor place) => long.Parse(place.Value!, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    /// <summary>A part of all invocations that a list goes through by itself.</summary>
    /// <param name="Condition">Which ones.</param>
    /// <param name="Along">The index that they are read along, as <see cref="Databases.IRecordDatabase.Along"/> says it; empty leaves that to the planner.</param>
    /// <param name="Duration">The duration in another form than its index has it, so that the planner leaves that index alone; null is the usual one.</param>
    private sealed record Part(string Condition, string Along = "", string? Duration = null);
}
