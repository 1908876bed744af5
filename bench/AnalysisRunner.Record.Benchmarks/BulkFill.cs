using System.Data.Common;
using System.Reflection;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Record.Databases;
using Dapper;
using Npgsql;

namespace AnalysisRunner.Record.Benchmarks;

/// <summary>Fills an empty log with rows of <c>invocations</c>, past the server's own writer, which flushes what users wait for.</summary>
internal static class BulkFill
{
    private static readonly (string Column, PropertyInfo Property)[] Columns = [.. typeof(InvocationRow).GetProperties()
        .Where(property => property.Name is not (nameof(InvocationRow.Position) or nameof(InvocationRow.State) or nameof(InvocationRow.FinishedAt)))
        .Select(property => (ColumnOf(property.Name), property))];

    private static readonly string Names = string.Join(", ", Columns.Select(column => column.Column).Concat(["state", "finished_at", "last_sequence", "final_sequence"]));

    public static async Task FillAsync(IRecordDatabase database, int count)
    {
        await using var writer = database.OpenWriter();
        // Indexes are made in one go, after the rows.
        var indexes = writer.Query<(string Name, string Definition)>(database is PostgresDatabase
            ? "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'invocations' AND indexname LIKE 'invocations_by%'"
            : "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'invocations' AND (name LIKE 'invocations_by%' OR name = 'invocations_searched')").ToList();
        foreach (var (name, definition) in indexes) writer.Execute($"DROP {(definition.Contains("TRIGGER", StringComparison.Ordinal) ? "TRIGGER" : "INDEX")} {name}");
        if (database is PostgresDatabase) await CopyAsync((NpgsqlConnection)writer, count);
        else Insert(writer, count);
        foreach (var (_, definition) in indexes) writer.Execute(definition, commandTimeout: 3600);
        if (database is SqliteDatabase) writer.Execute("INSERT INTO invocation_words (invocation_words) VALUES ('rebuild')");
        writer.Execute(database is PostgresDatabase ? "VACUUM ANALYZE invocations" : "PRAGMA analysis_limit = 1000; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)", commandTimeout: 3600);
        Console.Error.WriteLine($"{count} invocations in {database.Name}");
    }

    private static void Insert(DbConnection writer, int count)
    {
        writer.Execute("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000");
        var random = new Random(1);
        using var command = writer.CreateCommand();
        command.CommandText = $"INSERT INTO invocations ({Names}) VALUES ({string.Join(", ", Enumerable.Range(0, Columns.Length + 4).Select(i => "@p" + i))})";
        for (var i = 0; i < Columns.Length + 4; i++)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = "@p" + i;
            command.Parameters.Add(parameter);
        }
        writer.Execute("BEGIN IMMEDIATE");
        for (var number = 0; number < count; number++)
        {
            var values = Values(number, random);
            for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
            command.ExecuteNonQuery();
        }
        writer.Execute("COMMIT");
    }

    private static async Task CopyAsync(NpgsqlConnection writer, int count)
    {
        var random = new Random(1);
        await using var import = await writer.BeginBinaryImportAsync($"COPY invocations ({Names}) FROM STDIN (FORMAT BINARY)");
        for (var number = 0; number < count; number++)
        {
            await import.StartRowAsync();
            foreach (var value in Values(number, random))
            {
                if (value is null) await import.WriteNullAsync();
                else if (value is int whole) await import.WriteAsync(whole);
                else if (value is long large) await import.WriteAsync(large);
                else await import.WriteAsync((string)value);
            }
        }
        await import.CompleteAsync();
    }

    private static object?[] Values(int number, Random random)
    {
        var row = Population.Row(number, random);
        var state = Population.State(random);
        var isFinal = state is not ("running" or "accepted");
        return [.. Columns.Select(column => column.Property.GetValue(row)), state, isFinal ? row.RecordedAt + Population.Took(number) : null, 2L, isFinal ? 2L : null];
    }

    private static string ColumnOf(string property) =>
        string.Concat(property.Select((letter, index) => char.IsUpper(letter) && index > 0 ? "_" + char.ToLowerInvariant(letter) : char.ToLowerInvariant(letter).ToString()));
}
