using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record.Backups;
using AnalysisRunner.Server.Record.Databases;
using Dapper;

namespace AnalysisRunner.Server.Record;

public sealed partial class InvocationLog
{
    /// <summary>
    /// Writes the whole record, as it is at one moment, in a form that <see cref="RestoreAsync"/> reads into any database. Servers go on recording
    /// meanwhile. Values of environment variables are in it encrypted; the key is not.
    /// </summary>
    /// <returns>How many rows were written.</returns>
    public async Task<long> BackupAsync(Stream target, CancellationToken cancellation)
    {
        await using var connection = await _database.OpenReaderAsync(cancellation);
        await using var transaction = await _database.BeginSnapshotAsync(connection, cancellation);
        using var writer = new BackupFormat.Writer(target);
        await writer.BeginAsync(_time.GetUtcNow());
        foreach (var table in BackupTable.All)
        {
            await using var command = connection.CreateCommand();
            (command.CommandText, command.Transaction) = (table.Select, transaction);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            var values = new object[table.Columns.Count];
            while (await reader.ReadAsync(cancellation))
            {
                reader.GetValues(values);
                await writer.WriteRowAsync(table, values);
            }
        }
        return await writer.EndAsync();
    }

    /// <summary>Fills an empty log from a backup, in one transaction.</summary>
    /// <returns>How many rows were read.</returns>
    /// <exception cref="AnalysisRunnerException"><c>AR6132</c> the file is no complete backup; <c>AR6133</c> the log is not empty.</exception>
    public async Task<long> RestoreAsync(string path, CancellationToken cancellation)
    {
        BackupFormat.Verify(path);
        return await _writer.RunAsync(scope => Restore(scope, path), cancellation);
    }

    private long Restore(WriteScope scope, string path)
    {
        if (scope.Connection.ExecuteScalar<long>("SELECT (SELECT count(*) FROM invocations) + (SELECT count(*) FROM denials)") > 0)
        {
            throw new AnalysisRunnerException(
                PolicyCodes.LogNotEmpty,
                $"The invocation log in {_database.Name} is not empty, so \"{path}\" is not restored into it. Name a new database in the settings.");
        }
        var rows = 0L;
        foreach (var (table, row) in BackupFormat.ReadRows(path))
        {
            var parameters = new DynamicParameters();
            foreach (var column in table.Columns)
            {
                object? value = !row.TryGetProperty(column, out var found) ? null
                    : found.ValueKind == System.Text.Json.JsonValueKind.Number ? found.GetInt64()
                    : found.GetString();
                parameters.Add(column, value);
            }
            scope.Connection.Execute(table.Insert, parameters);
            rows++;
        }
        scope.Connection.Execute(_database.AfterRestore);
        return rows;
    }
}
