using System.Globalization;
using Npgsql;

namespace AnalysisRunner.Server.Tests.Record;

/// <summary>The one PostgreSQL cluster of all tests of a process: started by the first that asks, ended with the process.</summary>
public static class PostgresCluster
{
    private static readonly Lazy<PostgresServer> Server = new(Start);
    private static int DatabaseCount;

    /// <summary>Why there is none; null when there can be one.</summary>
    public static string? Missing => PostgresServer.Missing;

    /// <summary>
    /// Whether it waits for the disk, as a cluster of users does and tests need not. Set before the first database is made.
    /// </summary>
    public static bool IsDurable { get; set; }

    /// <inheritdoc cref="PostgresServer.ProcessId"/>
    public static int ProcessId => Server.Value.ProcessId;

    /// <summary>Makes an empty database and gives its connection string.</summary>
    public static async Task<string> CreateDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref DatabaseCount)}");
        await ExecuteAsync($"CREATE DATABASE {name}");
        return Server.Value.ConnectionString(name);
    }

    /// <summary>Drops a database, whoever is connected to it.</summary>
    public static Task DropDatabaseAsync(string connection) =>
        ExecuteAsync($"DROP DATABASE {new NpgsqlConnectionStringBuilder(connection).Database} WITH (FORCE)");

    /// <summary>Runs a statement as the cluster's superuser.</summary>
    public static Task ExecuteAsync(string statement) => Server.Value.ExecuteAsync(statement);

    private static PostgresServer Start()
    {
        var server = new PostgresServer(IsDurable);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Dispose();
        return server;
    }
}
