using System.Data;
using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace AnalysisRunner.Server.Record.Databases;

/// <summary>
/// A connection to SQLite that parses each text of a statement once. SQLite's own cost of a small statement is mostly its parsing, and the log's
/// statements are few and constant.
/// </summary>
/// <param name="connectionString">What it connects to.</param>
/// <param name="release">Takes it when it is disposed, to use it again; null closes it then.</param>
internal sealed class StatementCachingConnection(string connectionString, Func<StatementCachingConnection, bool>? release = null) : SqliteConnection(connectionString)
{
    private const int Capacity = 200;

    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SqliteCommand> _statements = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public override SqliteCommand CreateCommand() => new CachedCommand(this) { Connection = this, CommandTimeout = DefaultTimeout, Transaction = Transaction };

    /// <summary>Executes a statement, whose command stays with its parameters; the answer is how many rows it has changed.</summary>
    public int Execute(Statement statement)
    {
        if (!_statements.TryGetValue(statement.Text, out var command))
        {
            command = new SqliteCommand(statement.Text, this);
            for (var i = 1; i <= statement.Values.Length; i++) command.Parameters.Add(new SqliteParameter { ParameterName = string.Create(CultureInfo.InvariantCulture, $"${i}") });
            _statements.Add(statement.Text, command);
        }
        for (var i = 0; i < statement.Values.Length; i++) command.Parameters[i].Value = statement.Values[i].Value ?? DBNull.Value;
        return command.ExecuteNonQuery();
    }

    /// <inheritdoc />
    public override void Close()
    {
        foreach (var command in _prepared.Values.Concat(_statements.Values)) command.Dispose();
        _prepared.Clear();
        _statements.Clear();
        base.Close();
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing && State == ConnectionState.Open && release?.Invoke(this) == true) return;
        base.Dispose(disposing);
    }

    private SqliteCommand Prepare(SqliteCommand wanted)
    {
        if (!_prepared.TryGetValue(wanted.CommandText, out var command))
        {
            // Texts that are made of lists differ without end.
            if (_prepared.Count >= Capacity)
            {
                foreach (var old in _prepared.Values) old.Dispose();
                _prepared.Clear();
            }
            command = new SqliteCommand(wanted.CommandText, this);
            _prepared.Add(wanted.CommandText, command);
        }
        command.Transaction = wanted.Transaction;
        command.CommandTimeout = wanted.CommandTimeout;
        command.Parameters.Clear();
        // A parameter may belong to several collections.
        foreach (SqliteParameter parameter in wanted.Parameters) command.Parameters.Add(parameter);
        return command;
    }

    private sealed class CachedCommand(StatementCachingConnection connection) : SqliteCommand
    {
        public override SqliteDataReader ExecuteReader(CommandBehavior behavior) => connection.Prepare(this).ExecuteReader(behavior);

        public override SqliteDataReader ExecuteReader() => connection.Prepare(this).ExecuteReader();

        public override int ExecuteNonQuery() => connection.Prepare(this).ExecuteNonQuery();

        public override object? ExecuteScalar() => connection.Prepare(this).ExecuteScalar();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => ExecuteReader(behavior);

        public override Task<SqliteDataReader> ExecuteReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
            Task.FromResult(ExecuteReader(behavior));
    }
}
