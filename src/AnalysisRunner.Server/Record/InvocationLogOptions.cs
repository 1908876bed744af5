using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Record;

/// <summary>Where an invocation log is kept and what it works with.</summary>
public sealed record InvocationLogOptions
{
    /// <summary>The value of <see cref="Database"/> that means <see cref="SqliteFile"/>.</summary>
    public const string Sqlite = "sqlite";

    /// <summary><c>sqlite</c>, or a PostgreSQL connection string as Npgsql reads it.</summary>
    public string Database { get; init; } = Sqlite;

    /// <summary>The absolute path of the SQLite file; created with mode 0600, its folder with 0700.</summary>
    public required string SqliteFile { get; init; }

    /// <summary>
    /// The absolute path of the key that encrypts the values of environment variables; created with mode 0600. Null puts it beside
    /// <see cref="SqliteFile"/>. Servers that share a PostgreSQL database may each have one: they read the values of their own invocations only.
    /// </summary>
    public string? KeyFile { get; init; }

    /// <summary>
    /// Whether an older log is brought to this version. False where a server of another version may have it open: then an older one is refused.
    /// </summary>
    public bool MayMigrate { get; init; } = true;

    /// <summary>The server that has it open, as it claims invocations; null for a program that claims none.</summary>
    public string? Server { get; init; }

    /// <summary>Stamps the events.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Makes <see cref="Invocation.Url"/> from an ar-guid at reading, because a local runner's address changes.</summary>
    public required Func<string, string> PageOf { get; init; }

    /// <summary>
    /// Up to so many hits a text, a duration or a beginning is looked up by its index; above, what is asked for is soon found among the rows in their order.
    /// </summary>
    internal int FewHits { get; init; } = 20_000;

    /// <summary>
    /// So many rows at the beginning of a page are searched for a text, or in the order of durations for anything, before an index is asked: that takes a few
    /// milliseconds, and a page is found among them of what one in three hundred says.
    /// </summary>
    internal int NearRows { get; init; } = 16_000;
}
