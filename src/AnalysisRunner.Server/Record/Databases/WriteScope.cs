using System.Data.Common;

namespace AnalysisRunner.Server.Record.Databases;

/// <summary>What the writes of a transaction work with.</summary>
/// <param name="database">The database.</param>
/// <param name="connection">The connection that is in the transaction.</param>
internal sealed class WriteScope(IRecordDatabase database, DbConnection connection)
{
    /// <summary>The connection, inside the transaction.</summary>
    public DbConnection Connection => connection;

    /// <summary>The invocations that have something new.</summary>
    public HashSet<string> Changed { get; } = new(StringComparer.Ordinal);

    /// <inheritdoc cref="IRecordDatabase.Execute"/>
    public IReadOnlyList<int> Execute(IReadOnlyList<Statement> statements) => database.Execute(connection, statements);
}
