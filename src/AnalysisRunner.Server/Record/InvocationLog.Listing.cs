using AnalysisRunner.Contracts;
using Dapper;

namespace AnalysisRunner.Server.Record;

public sealed partial class InvocationLog
{
    /// <inheritdoc />
    public async ValueTask<InvocationPage> ListAsync(InvocationQuery query, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        var words = query.Text is null ? null : SearchWords.Split(query.Text).ToList();
        if (words is { Count: 0 }) return new InvocationPage([], null);

        var parameters = new DynamicParameters();
        var statement = Statement(query, words, parameters);
        await using var connection = await _database.OpenReaderAsync(cancellation);
        await using var transaction = await _database.BeginSnapshotAsync(connection, cancellation);
        var places = (await connection.QueryAsync<PlaceRow>(statement, parameters, transaction)).ToList();
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
    /// The statement that finds the places of a page and of one more, which tells whether there is a next page. Its text is made of constants only;
    /// whatever the query says is a parameter.
    /// </summary>
    private string Statement(InvocationQuery query, List<string>? words, DynamicParameters parameters)
    {
        var position = words is null ? "i.position" : _database.SearchPosition;
        var conditions = new List<string>();
        void Where(string condition, string name, object value)
        {
            conditions.Add(condition);
            parameters.Add(name, value);
        }

        if (words is not null) Where(_database.SearchCondition, "words", _database.SearchExpression(words));
        if (query.VisibleDatasets is { } visible)
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
            // Hexadecimal digits end at 'f'.
            Where("i.commit_id >= @commit AND i.commit_id < @commitEnd", "commit", commit);
            parameters.Add("commitEnd", commit + "g");
        }
        // Positions and times of recording rise together, so a time is a position.
        if (query.From is { } from) Where($"{position} >= coalesce({FirstAt("from")}, 9223372036854775807)", "from", Microseconds.From(from));
        if (query.Before is { } before) Where($"{position} < coalesce({FirstAt("before")}, 9223372036854775807)", "before", Microseconds.From(before));

        var direction = query.IsAscending ? "ASC" : "DESC";
        var (value, order) = Column(query.Order) is { } column
            ? (column, $"{column} {direction}, {position} {direction}")
            : ("NULL", $"{position} {direction}");
        if (query.After is { } after)
        {
            var beyond = query.IsAscending ? ">" : "<";
            Where(value == "NULL" ? $"{position} {beyond} @after" : $"({value}, {position}) {beyond} (@afterValue, @after)", "after", after.Position);
            if (value != "NULL") parameters.Add("afterValue", after.Value ?? "");
        }
        parameters.Add("limit", query.Limit + 1L);
        var source = words is null ? "invocations i" : _database.SearchSource;
        var filter = conditions.Count == 0 ? "" : $"WHERE {string.Join(" AND ", conditions)}";
        return $"SELECT {position} AS position, {value} AS value FROM {source} {filter} ORDER BY {order} LIMIT @limit";
    }

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

    private sealed class PlaceRow
    {
        public long Position { get; init; }
        public string? Value { get; init; }
    }
}
