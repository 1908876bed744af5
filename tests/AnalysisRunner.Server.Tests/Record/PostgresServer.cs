using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace AnalysisRunner.Server.Tests.Record;

/// <summary>
/// A throw-away PostgreSQL cluster on a socket in a temporary folder, run by an ordinary user, because PostgreSQL refuses root. Can be stopped and started
/// again.
/// </summary>
public sealed class PostgresServer : IDisposable
{
    private const string OrdinaryUser = "postgres";

    private static readonly string? Programs = FindPrograms();

    private readonly string _folder;
    private readonly string _options;

    /// <summary>Makes and starts one.</summary>
    /// <param name="isDurable">Whether it waits for the disk, as a cluster of users does and tests need not.</param>
    public PostgresServer(bool isDurable = false)
    {
        // Short, because the path of a socket is; open, because the cluster may belong to another user.
        _folder = Directory.CreateTempSubdirectory("pg-").FullName;
        if (IsRoot) Run("chown", OrdinaryUser, _folder);
        RunAsOrdinaryUser("initdb", "-D", Data, "-U", "postgres", "-A", "trust", "--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C");
        var disk = isDurable ? "-c shared_buffers=256MB" : "-c fsync=off -c full_page_writes=off -c shared_buffers=16MB";
        _options = $"-k {_folder} -c listen_addresses= {disk} -c max_connections=300";
        Start();
    }

    /// <summary>Why there is none; null when there can be one.</summary>
    public static string? Missing { get; } = OperatingSystem.IsWindows()
        ? "needs Unix sockets"
        : Programs is null
            ? "PostgreSQL is not installed (Debian: postgresql-15)"
            : IsRoot && !File.ReadLines("/etc/passwd").Any(line => line.StartsWith(OrdinaryUser + ":", StringComparison.Ordinal))
                ? $"root cannot start PostgreSQL, and there is no user '{OrdinaryUser}'"
                : null;

    /// <summary>The process id of the running cluster, which is the parent of the processes of its connections.</summary>
    public int ProcessId => int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    private static bool IsRoot => Environment.UserName == "root";

    private string Data => Path.Combine(_folder, "data");

    public void Start() => RunAsOrdinaryUser("pg_ctl", "-D", Data, "-l", Path.Combine(_folder, "log"), "-w", "-s", "-o", _options, "start");

    /// <summary>Ends it without waiting for anybody, as a crash does.</summary>
    public void Stop() => RunAsOrdinaryUser("pg_ctl", "-D", Data, "-m", "immediate", "-w", "-s", "stop");

    /// <summary>Runs a statement as the cluster's superuser.</summary>
    public async Task ExecuteAsync(string statement)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }

    public string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder { Host = _folder, Database = database, Username = "postgres", Pooling = database != "postgres" }.ToString();

    public void Dispose()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid"))) Stop();
        Directory.Delete(_folder, recursive: true);
    }

    private static string? FindPrograms() =>
        (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal) : Enumerable.Empty<string>())
            .Select(version => Path.Combine(version, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));

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
