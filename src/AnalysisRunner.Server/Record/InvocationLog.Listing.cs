using System.Data.Common;
using System.Globalization;
using AnalysisRunner.Contracts;
using Dapper;

namespace AnalysisRunner.Server.Record;

public sealed partial class InvocationLog
{
    // Behind a beginning it is behind all that begins so: databases compare by code points.
    private const string LastCharacter = "\U0010FFFF";

    // With fewer, a guess at how densely they lie is of no use.
    private const int Some = 6;

    // A beginning of a commit's hash that is at least this long names few invocations.
    private const int SelectivePrefix = 6;

    /// <inheritdoc />
    public async ValueTask<InvocationPage> ListAsync(InvocationQuery query, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        var words = query.Text is null ? null : SearchWords.Split(query.Text).ToList();
        if (words is { Count: 0 }) return new InvocationPage([], null);

        // What nobody may see is not looked for.
        if (query is { VisibleDatasets: { } visible, Dataset: { } dataset } && !visible.Contains(dataset, StringComparer.Ordinal)) return new InvocationPage([], null);
        await using var connection = await _database.OpenReaderAsync(cancellation);
        await using var transaction = await _database.BeginSnapshotAsync(connection, cancellation);
        var reader = new Reader(connection, transaction);
        var durations = query.AtLeast is null && query.AtMost is null ? null : await DurationConditionAsync(reader, query);
        var asked = new Asked(query, words, durations);
        var places = words is null ? await FindAsync(reader, asked) : await SearchAsync(reader, asked, words);
        var shown = places.Take(query.Limit).ToList();
        if (shown.Count == 0) return new InvocationPage([], null);
        // Positions are numbers of our own, so they may stand in the statement; a list of parameters has a limit and a list type only PostgreSQL.
        var positions = shown.Select(place => place.Position).Order().ToList();
        var records = (await ReadWholeAsync(connection, transaction, string.Join(',', positions), null))
            .Zip(positions)
            .ToDictionary(pair => pair.Second, pair => pair.First);
        var next = places.Count > query.Limit ? new InvocationCursor(shown[^1].Position, shown[^1].Value) : null;
        return new InvocationPage([.. shown.Select(place => records[place.Position])], next);
    }

    /// <summary>
    /// The places of a page of a text search and of one more. What many invocations say is soon found among the rows in their order, and what few say by the
    /// index of words; only what lies between takes longer. No planner knows how many rows hold the beginning of a word, so it is tried.
    /// </summary>
    private async Task<List<PlaceRow>> SearchAsync(Reader reader, Asked asked, List<string> words)
    {
        var query = asked.Query;
        if (IsOfCommit(query)) return await FindAsync(reader, asked);
        if (query.Order != InvocationOrder.Submitted) return await FindAsync(reader, asked with { Hits = await FewHitsAsync(reader, words) });
        var whole = await RangeAsync(reader, query);
        var near = whole.Nearest(_nearRows, query.IsAscending);
        var found = await FindAsync(reader, asked, near);
        if (found.Count > query.Limit || near == whole) return found;
        if (await FewHitsAsync(reader, words) is { } hits) return await FindAsync(reader, asked with { Hits = hits });
        if (found.Count >= Some)
        {
            // Twice as far as it takes where they lie as densely as near by.
            var far = whole.Nearest(2L * _nearRows * (query.Limit + 1) / found.Count, query.IsAscending);
            found = await FindAsync(reader, asked, far);
            if (found.Count > query.Limit || far == whole) return found;
        }
        return await FindAsync(reader, asked);
    }

    /// <summary>The positions among which the page lies, by everything that says so: its dates, and where the page before it ended.</summary>
    private static async Task<Positions> RangeAsync(Reader reader, InvocationQuery query)
    {
        var (first, last, from, before) = await reader.Connection.QuerySingleAsync<(long?, long?, long?, long?)>(
            $"""
            SELECT (SELECT min(position) FROM invocations), (SELECT max(position) FROM invocations),
                {FirstAt("from")}, {FirstAt("before")}
            """,
            new { from = query.From is { } start ? Microseconds.From(start) : 0L, before = query.Before is { } end ? Microseconds.From(end) : long.MaxValue },
            reader.Transaction);
        var (lowest, beyond) = (query.From is null ? first ?? 0 : from ?? long.MaxValue, query.Before is null ? (last ?? 0) + 1 : before ?? (last ?? 0) + 1);
        if (query.After is { } after) (lowest, beyond) = query.IsAscending ? (Math.Max(lowest, after.Position + 1), beyond) : (lowest, Math.Min(beyond, after.Position));
        return new Positions(lowest, Math.Max(lowest, beyond));
    }

    /// <summary>The places of a page and of one more, which tells whether there is a next page.</summary>
    private async Task<List<PlaceRow>> FindAsync(Reader reader, Asked asked, Positions? among = null)
    {
        var parameters = new DynamicParameters();
        var statement = Statement(asked, among, parameters);
        return (await reader.Connection.QueryAsync<PlaceRow>(statement, parameters, reader.Transaction)).ToList();
    }

    /// <summary>
    /// The statement that finds the places of a page and of one more, which tells whether there is a next page. Its text is made of constants only;
    /// whatever the query says is a parameter.
    /// </summary>
    private string Statement(Asked asked, Positions? among, DynamicParameters parameters)
    {
        var (query, words, durations, hits) = asked;
        var isOfCommit = IsOfCommit(query);
        var conditions = new List<string>();
        void Where(string condition, string name, object value)
        {
            conditions.Add(condition);
            parameters.Add(name, value);
        }

        if (hits is not null) Where(_database.IsAmong("i.position", "@hits"), "hits", _database.ListOf(hits));
        // Words hold letters and digits only, so that nothing in them means anything to LIKE.
        for (var i = 0; hits is null && i < words?.Count; i++) Where($"(' ' || i.search_words) LIKE @word{i}", $"word{i}", $"% {words[i]}%");
        if (query.VisibleDatasets is { } visible && query.Dataset is null)
        {
            var names = visible.Select((dataset, index) => (Name: $"visible{index}", dataset)).ToList();
            foreach (var (name, dataset) in names) parameters.Add(name, dataset);
            conditions.Add(names.Count == 0 ? "1 = 0" : $"i.dataset IN ({string.Join(", ", names.Select(name => "@" + name.Name))})");
        }
        if (query.Dataset is { } only) Where("i.dataset = @dataset", "dataset", only);
        if (query.AccessLevel is { } level) Where("i.access_level = @level", "level", level.ToName());
        if (query.SubmittedBy is { } user) Where("i.submitted_by = @user", "user", user);
        if (query.Repository is { } repository) Where("i.repository = @repository", "repository", repository);
        if (query.State is { } state) Where("i.state = @state", "state", state.ToName());
        if (query.Commit is { } commit)
        {
            parameters.Add("commit", commit);
            // Hexadecimal digits end at 'f'.
            parameters.Add("commitEnd", commit + "g");
            if (!isOfCommit) conditions.Add("i.commit_id >= @commit AND i.commit_id < @commitEnd");
        }
        if (query.ArGuid is { } arGuid)
        {
            Where("i.position IN (SELECT g.position FROM invocations g WHERE g.ar_guid >= @arGuid AND g.ar_guid < @arGuidEnd)", "arGuid", arGuid);
            parameters.Add("arGuidEnd", arGuid + LastCharacter);
        }
        if (query.Image is { } image) Where("i.image = @image", "image", image);
        if (query.Batch is { } batch)
        {
            Where("i.position IN (SELECT b.invocation FROM batches b WHERE b.name >= @batch AND b.name < @batchEnd)", "batch", batch);
            parameters.Add("batchEnd", batch + LastCharacter);
        }
        if (query.Progress is { } progress) conditions.Add($"i.position IN (SELECT b.invocation FROM batches b WHERE {(progress == BatchProgress.Failed ? "b.failed > 0" : "b.state = 'running'")})");
        if (durations is not null)
        {
            conditions.Add(durations.Condition);
            parameters.AddDynamicParams(durations.Parameters);
        }
        if (among is { } positions)
        {
            Where($"i.position >= @lowest AND i.position < @beyond", "lowest", positions.Lowest);
            parameters.Add("beyond", positions.Beyond);
        }
        // Positions and times of recording rise together, so a time is a position.
        if (query.From is { } from) Where($"i.position >= coalesce({FirstAt("from")}, 9223372036854775807)", "from", Microseconds.From(from));
        if (query.Before is { } before) Where($"i.position < coalesce({FirstAt("before")}, 9223372036854775807)", "before", Microseconds.From(before));

        var direction = query.IsAscending ? "ASC" : "DESC";
        var (value, order) = Column(query.Order) is { } column
            ? (column, $"{column} {direction}, i.position {direction}")
            : ("NULL", $"i.position {direction}");
        if (query.After is { } after)
        {
            var beyond = query.IsAscending ? ">" : "<";
            Where(value == "NULL" ? $"i.position {beyond} @after" : $"({value}, i.position) {beyond} (@afterValue, @after)", "after", after.Position);
            if (value != "NULL") parameters.Add("afterValue", after.Value ?? "");
        }
        // A limit, however large, keeps the planners from taking it apart: nothing else leads to so few rows.
        var source = isOfCommit ? "(SELECT * FROM invocations c WHERE c.commit_id >= @commit AND c.commit_id < @commitEnd LIMIT 9223372036854775807) i"
            : "invocations i";
        var filter = conditions.Count == 0 ? "" : $"WHERE {string.Join(" AND ", conditions)}";
        // The limit is a number of our own and stands in the text, because it decides on the plan.
        return string.Create(
            CultureInfo.InvariantCulture, $"{_database.PlannedEachTime}SELECT i.position AS position, {value} AS value FROM {source} {filter} ORDER BY {order} LIMIT {query.Limit + 1L}");
    }

    /// <summary>The positions of all that say the words, by the index of words; null where they are many.</summary>
    private async Task<List<long>?> FewHitsAsync(Reader reader, List<string> words)
    {
        var hits = await reader.Connection.QueryAsync<long>(
            string.Create(CultureInfo.InvariantCulture, $"{_database.PlannedEachTime}SELECT position FROM {_database.SearchHits} LIMIT {_fewHits + 1L}"),
            new { words = _database.SearchExpression(words) },
            reader.Transaction);
        var found = hits.AsList();
        return found.Count > _fewHits ? null : found;
    }

    /// <summary>The condition on how long an invocation took: looked up where few hold it, and else computed for the rows that the list walks along.</summary>
    private async Task<DurationCondition> DurationConditionAsync(Reader reader, InvocationQuery query)
    {
        var parameters = new DynamicParameters();
        parameters.Add("now", Now());
        var bounds = new List<string>();
        void Bound(TimeSpan? limit, string comparison, string name)
        {
            if (limit is not { } span) return;
            bounds.Add($"{comparison} @{name}");
            parameters.Add(name, (long)span.TotalMicroseconds);
        }

        Bound(query.AtLeast, ">=", "atLeast");
        Bound(query.AtMost, "<=", "atMost");
        string Holds(string duration) => string.Join(" AND ", bounds.Select(bound => $"{duration} {bound}"));

        var ended = $"SELECT d.position FROM invocations d WHERE {Holds("(d.finished_at - d.submitted_at)")}";
        var isFew = await reader.Connection.ExecuteScalarAsync<long>($"SELECT count(*) FROM ({ended} LIMIT {_fewHits + 1}) AS hits", parameters, reader.Transaction) <= _fewHits;
        return new DurationCondition(
            isFew
                ? $"i.position IN ({ended} UNION ALL SELECT d.position FROM invocations d WHERE d.finished_at IS NULL AND {Holds("(@now - d.submitted_at)")})"
                : Holds("(coalesce(i.finished_at, @now) - i.submitted_at)"),
            parameters);
    }

    private static bool IsOfCommit(InvocationQuery query) => query.Commit?.Length >= SelectivePrefix;

    private static string FirstAt(string parameter) =>
        $"(SELECT t.position FROM invocations t WHERE t.recorded_at >= @{parameter} ORDER BY t.recorded_at, t.position LIMIT 1)";

    private static string? Column(InvocationOrder order) => order switch
    {
        InvocationOrder.Submitted => null,
        InvocationOrder.Dataset => "i.dataset",
        InvocationOrder.Level => "i.access_level",
        InvocationOrder.User => "i.submitted_by",
        InvocationOrder.State => "i.state",
        _ => throw new ArgumentOutOfRangeException(nameof(order), order, "not an order"),
    };

    /// <summary>What a page is of: the query, the words of its text, how long it says that an invocation took, and the positions of all that say the words, where they are known.</summary>
    private sealed record Asked(InvocationQuery Query, List<string>? Words, DurationCondition? Durations, List<long>? Hits = null);

    private sealed record DurationCondition(string Condition, DynamicParameters Parameters);

    private readonly record struct Reader(DbConnection Connection, DbTransaction Transaction);

    /// <summary>The positions from one on and below another.</summary>
    private readonly record struct Positions(long Lowest, long Beyond)
    {
        /// <summary>So many of them, from where the list begins.</summary>
        public Positions Nearest(long count, bool isAscending) => Beyond - Lowest <= count ? this
            : isAscending ? this with { Beyond = Lowest + count } : this with { Lowest = Beyond - count };
    }

    private sealed class PlaceRow
    {
        public long Position { get; init; }
        public string? Value { get; init; }
    }
}
