using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace AnalysisRunner.Server.Tests.Record;

/// <summary>
/// A throw-away PostgreSQL cluster on a socket in a temporary folder, as an ordinary user, because PostgreSQL refuses root. Started by the first
/// test that asks, for all of them; ended with the test process.
/// </summary>
public static class PostgresCluster
{
    private const string OrdinaryUser = "postgres";

    private static readonly string? Programs = FindPrograms();
    private static readonly Lazy<string> Socket = new(Start);
    private static int DatabaseCount;

    /// <summary>
    /// Whether it waits for the disk, as a cluster of users does and tests need not. Set before the first database is made.
    /// </summary>
    public static bool IsDurable { get; set; }

    /// <summary>The process id of the running cluster, which is the parent of the processes of its connections.</summary>
    public static int ProcessId => int.Parse(File.ReadLines(Path.Combine(Socket.Value, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    /// <summary>Why there is none; null when there can be one.</summary>
    public static string? Missing { get; } = OperatingSystem.IsWindows()
        ? "needs Unix sockets"
        : Programs is null
            ? "PostgreSQL is not installed (Debian: postgresql-15)"
            : IsRoot && !File.ReadLines("/etc/passwd").Any(line => line.StartsWith(OrdinaryUser + ":", StringComparison.Ordinal))
                ? $"root cannot start PostgreSQL, and there is no user '{OrdinaryUser}'"
                : null;

    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>Makes an empty database and gives its connection string.</summary>
    public static async Task<string> CreateDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref DatabaseCount)}");
        await ExecuteAsync($"CREATE DATABASE {name}");
        return ConnectionString(name);
    }

    /// <summary>Drops a database, whoever is connected to it.</summary>
    public static Task DropDatabaseAsync(string connection) =>
        ExecuteAsync($"DROP DATABASE {new NpgsqlConnectionStringBuilder(connection).Database} WITH (FORCE)");

    /// <summary>Runs a statement as the cluster's superuser.</summary>
    public static async Task ExecuteAsync(string statement)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder { Host = Socket.Value, Database = database, Username = "postgres", Pooling = database != "postgres" }.ToString();

    private static string? FindPrograms() =>
        (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal) : Enumerable.Empty<string>())
            .Select(version => Path.Combine(version, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));

    private static string Start()
    {
        // Short, because the path of a socket is; open, because the cluster may belong to another user.
        var folder = Directory.CreateTempSubdirectory("pg-").FullName;
        if (IsRoot) Run("chown", OrdinaryUser, folder);
        var data = Path.Combine(folder, "data");
        RunAsOrdinaryUser("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C");
        RunAsOrdinaryUser(
            "pg_ctl", "-D", data, "-l", Path.Combine(folder, "log"), "-w", "-s",
            "-o", $"-k {folder} -c listen_addresses= {(IsDurable ? "-c shared_buffers=256MB" : "-c fsync=off -c full_page_writes=off -c shared_buffers=16MB")} -c max_connections=300", "start");
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            RunAsOrdinaryUser("pg_ctl", "-D", data, "-m", "immediate", "-s", "stop");
            Directory.Delete(folder, recursive: true);
        };
        return folder;
    }

    private static void RunAsOrdinaryUser(string program, params string[] arguments)
    {
        var path = Path.Combine(Programs!, program);
        if (IsRoot) Run("setpriv", [$"--reuid={OrdinaryUser}", $"--regid={OrdinaryUser}", "--clear-groups", path, .. arguments]);
        else Run(path, arguments);
    }

    private static void Run(string program, params string[] arguments)
    {
        // Not captured: the started server would keep a pipe open for its whole life.
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = "/" })!;
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} exited {process.ExitCode}.");
    }
}
