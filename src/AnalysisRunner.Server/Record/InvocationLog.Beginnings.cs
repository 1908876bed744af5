using System.Globalization;
using Dapper;

namespace AnalysisRunner.Server.Record;

public sealed partial class InvocationLog
{
    /// <summary>The conditions whose best form depends on how many rows hold them; null when one of them is held by none.</summary>
    private async Task<IReadOnlyList<WeighedCondition>?> WeighAsync(Reader reader, InvocationQuery query)
    {
        var weighed = new List<WeighedCondition>();
        if (query.AtLeast is not null || query.AtMost is not null) weighed.Add(await DurationConditionAsync(reader, query));
        foreach (var (column, beginning) in new[] { ("submitted_by", query.SubmittedBy), ("image", query.Image) })
        {
            if (beginning is null) continue;
            if (await BeginningAsync(reader, query.Order, column, beginning) is not { } condition) return null;
            weighed.Add(condition);
        }
        return weighed;
    }

    /// <summary>
    /// The condition that a column begins with a text; null when no row holds it. One value, as most beginnings have, is compared as a whole, so that its index
    /// gives the rows in their order. Of several values, few rows are looked up, and many are soon met by a list that walks along its order.
    /// </summary>
    private async Task<WeighedCondition?> BeginningAsync(Reader reader, InvocationOrder order, string column, string beginning)
    {
        var parameters = new DynamicParameters();
        parameters.Add(column, beginning);
        parameters.Add($"{column}End", beginning + LastCharacter);
        string Holds(string value) => $"{value} >= @{column} AND {value} < @{column}End";

        var rows = $"FROM invocations b WHERE {Holds($"b.{column}")}";
        var (first, last) = await reader.Connection.QuerySingleAsync<(string?, string?)>(
            $"{_database.PlannedEachTime}SELECT (SELECT min(b.{column}) {rows}), (SELECT max(b.{column}) {rows})", parameters, reader.Transaction);
        if (first is null) return null;
        if (first == last)
        {
            var one = new DynamicParameters();
            one.Add(column, first);
            return new WeighedCondition($"i.{column} = @{column}", one);
        }
        // A planner with statistics weighs by itself; and where the list is in the order of the very values, their index has them side by side.
        if (_database.KnowsFrequencies || Column(order) == $"i.{column}") return new WeighedCondition(Holds($"i.{column}"), parameters);
        var isFew = await reader.Connection.ExecuteScalarAsync<long>(
            string.Create(CultureInfo.InvariantCulture, $"{_database.PlannedEachTime}SELECT count(*) FROM (SELECT 1 {rows} LIMIT {_fewHits + 1}) AS hits"), parameters, reader.Transaction) <= _fewHits;
        // What is put together from the column is in no index, so that no planner leaves the order for it.
        return new WeighedCondition(isFew ? $"i.position IN (SELECT b.position {rows})" : Holds($"(i.{column} || '')"), parameters);
    }

    /// <summary>A condition in the form that suits the number of rows that hold it.</summary>
    private sealed record WeighedCondition(string Condition, DynamicParameters Parameters);
}
