using System.Data.Common;

namespace AnalysisRunner.Server.Record.Databases;

/// <summary>What the writes of a transaction work with. It begins with the first of them, on the same journey to the database where that can be.</summary>
/// <param name="database">The database.</param>
/// <param name="connection">The connection that the transaction is of.</param>
internal sealed class WriteScope(IRecordDatabase database, DbConnection connection)
{
    private bool _isBegun;

    /// <summary>The connection, inside the transaction.</summary>
    public DbConnection Connection
    {
        get
        {
            if (!_isBegun) database.BeginExclusive(connection);
            _isBegun = true;
            return connection;
        }
    }

    /// <summary>The invocations that have something new.</summary>
    public HashSet<string> Changed { get; } = new(StringComparer.Ordinal);

    /// <inheritdoc cref="IRecordDatabase.Execute"/>
    public IReadOnlyList<int> Execute(IReadOnlyList<Statement> statements)
    {
        var begins = !_isBegun;
        _isBegun = true;
        return database.Execute(connection, statements, begins);
    }

    /// <summary>Commits what was written; nothing, where there was no write.</summary>
    public void Commit()
    {
        if (_isBegun) database.Commit(connection, Changed);
    }
}
