using System.Data.Common;

namespace AnalysisRunner.Server.Record.Databases;

/// <summary>
/// What the invocation log needs to know of the database that keeps it. Statements are shared by all databases as far as their SQL agrees;
/// everything in which they differ is a member here.
/// </summary>
internal interface IRecordDatabase : IAsyncDisposable
{
    /// <summary>The folder of the migrations.</summary>
    string Dialect { get; }

    /// <summary>What people know the database by, without credentials.</summary>
    string Name { get; }

    /// <summary>
    /// Begins the text of a question, inside a transaction, whose best plan depends on what is asked for: the database is to look at the values each time.
    /// </summary>
    string PlannedEachTime { get; }

    /// <summary>What the hits of a text search are read from, as <c>position</c>, with the condition; <c>@words</c> is <see cref="SearchExpression"/>.</summary>
    string SearchHits { get; }

    /// <summary>Makes the numbers that the database gives out go on above the restored ones.</summary>
    string AfterRestore { get; }

    /// <summary>The search for all words, each the beginning of a recorded one.</summary>
    string SearchExpression(IReadOnlyList<string> words);

    /// <summary>The condition that a position is one of a parameter's, which is <see cref="ListOf"/> them.</summary>
    string IsAmong(string position, string parameter);

    /// <summary>Many positions as one parameter.</summary>
    object ListOf(IReadOnlyList<long> positions);

    /// <summary>Opens the connection that writes.</summary>
    DbConnection OpenWriter();

    /// <summary>Opens a connection that reads.</summary>
    Task<DbConnection> OpenReaderAsync(CancellationToken cancellation);

    /// <summary>Begins a transaction in which a reader's several statements see one state of the log.</summary>
    ValueTask<DbTransaction> BeginSnapshotAsync(DbConnection reader, CancellationToken cancellation);

    /// <summary>Begins a transaction that no other writer, in this process or another, runs beside.</summary>
    void BeginExclusive(DbConnection writer);

    /// <summary>
    /// The statements of a change of one invocation and its consequences, of which the last appends the event that it is the last sequence of. The first of
    /// them changes a row where the invocation was changed.
    /// </summary>
    IReadOnlyList<Statement> Follow(string arGuid, Statement change, IReadOnlyList<Consequence> consequences);

    /// <summary>Executes statements in their order, on one journey where there is a way to travel; the answer is how many rows each has changed.</summary>
    /// <param name="writer">The connection.</param>
    /// <param name="statements">The statements.</param>
    /// <param name="begins">Whether the transaction begins with them, as <see cref="BeginExclusive"/> begins it.</param>
    IReadOnlyList<int> Execute(DbConnection writer, IReadOnlyList<Statement> statements, bool begins);

    /// <summary>Whether a transaction can still be rolled back: false when it is gone, or the connection is.</summary>
    bool IsInTransaction(DbConnection writer);

    /// <summary>Commits the transaction, and with that tells other processes which invocations have something new.</summary>
    void Commit(DbConnection writer, IReadOnlyCollection<string> changed);

    /// <summary>Passes on what other processes announce until the database is disposed.</summary>
    void Listen(InvocationSignals signals);

    /// <summary>Whether a server has the log open: this process, or another one at the same database.</summary>
    bool IsConnected(DbConnection connection, string server);

    /// <summary>The version of the schema, 0 for an empty database; refuses what is not an invocation log.</summary>
    int ReadVersion(DbConnection writer);

    /// <summary>Notes the version of the schema.</summary>
    void WriteVersion(DbConnection writer, int version);

    /// <summary>Settles down after migrations: what must be done outside a transaction.</summary>
    void AfterMigration(DbConnection writer);
}
