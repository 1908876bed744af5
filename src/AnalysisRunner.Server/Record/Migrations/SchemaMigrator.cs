using System.Data.Common;
using System.Globalization;
using System.Reflection;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record.Databases;
using Dapper;

namespace AnalysisRunner.Server.Record.Migrations;

/// <summary>
/// Makes an older or empty database a current one: numbered steps, forward only, each in an exclusive transaction of its own together with the
/// number it leads to. The steps are the files <c>Migrations/&lt;dialect&gt;/&lt;number&gt;.sql</c>; one that was released is never changed.
/// </summary>
internal static class SchemaMigrator
{
    /// <summary>The version that this server reads and writes: the number of the last step.</summary>
    public const int CurrentVersion = 10;

    /// <summary>Brings the database to <paramref name="target"/>.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6038</c> it is another program's database or a newer server's.</exception>
    public static void Migrate(IRecordDatabase database, DbConnection writer, EnvironmentSeal seal, int target = CurrentVersion)
    {
        while (true)
        {
            // Looked at under the lock: of two servers that start at once, the second finds the first one's work done.
            database.BeginExclusive(writer);
            try
            {
                var version = database.ReadVersion(writer);
                if (version > CurrentVersion) throw TooNew(database, version);
                if (version >= target)
                {
                    writer.Execute("COMMIT");
                    break;
                }
                if (version == 0 && database is PostgresDatabase) PostgresDatabase.CreateSchema(writer);
                writer.Execute(Script(database.Dialect, version + 1));
                if (version + 1 == 2) RecordUpgrade.Fill(writer, seal);
                database.WriteVersion(writer, version + 1);
                writer.Execute("COMMIT");
            }
            catch
            {
                if (database.IsInTransaction(writer)) writer.Execute("ROLLBACK");
                throw;
            }
        }
        if (target == CurrentVersion) database.AfterMigration(writer);
    }

    /// <summary>Refuses a database that would have to be migrated.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6038</c>.</exception>
    public static void RequireCurrent(IRecordDatabase database, DbConnection writer)
    {
        if (database.ReadVersion(writer) is var version && version < CurrentVersion)
        {
            throw new AnalysisRunnerException(
                PolicyCodes.LogNotCompatible,
                $"The invocation log \"{database.Name}\" has version {version}, and this program reads version {CurrentVersion}: "
                + "start this version's server on it once, or use the program of the server that it belongs to.");
        }
    }

    private static string Script(string dialect, int version)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"Migrations.{dialect}.{version:0000}.sql");
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly holds no migration \"{name}\".");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static AnalysisRunnerException TooNew(IRecordDatabase database, int version) => new(
        PolicyCodes.LogNotCompatible,
        $"The invocation log \"{database.Name}\" has version {version}, and this server knows versions up to {CurrentVersion}: "
        + "a newer server has used it. Start that server again, or name another database.");
}
