using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record.Databases;
using AnalysisRunner.Server.Record.Imports;
using Dapper;

namespace AnalysisRunner.Server.Record;

public sealed partial class InvocationLog
{
    private const string ImportReason = "Imported from the log of another server, which does not say how it ended.";

    // Whoever is told of ends is not told of these: they were over before this server was there.
    private const string CompleteImport =
        """
        UPDATE invocations SET state = @state, reason = @reason, finished_at = submitted_at, final_sequence = last_sequence, announced_at = @now,
            engine = @engine, driver_handle = @driverHandle
        WHERE position = @position;
        INSERT INTO events (invocation, sequence, type, at, detail) VALUES (@position, 1, 'state', @now, @state);
        INSERT INTO imports (invocation, imported_at, record) VALUES (@position, @now, @record);
        """;

    /// <summary>
    /// Records what another server has recorded, all of it or nothing; what an earlier import has brought stays as it is. In the list each stands at its own
    /// time where nothing later was recorded before it: import before this server records its first.
    /// </summary>
    /// <param name="invocations">In the order of their time.</param>
    /// <param name="cancellation">Gives up before anything is recorded.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR1078</c>: one has the ar-guid of an invocation of this server.</exception>
    public Task<ImportResult> ImportAsync(IReadOnlyList<ImportedInvocation> invocations, CancellationToken cancellation) => _writer.RunAsync(
        scope =>
        {
            var (now, imported) = (Now(), 0);
            foreach (var one in invocations)
            {
                var row = InvocationRow.From(one.Invocation, []);
                if (scope.Execute([Inserting(row, lastSequence: 1, Math.Min(row.SubmittedAt, now), key: null)])[0] == 0)
                {
                    RequireImported(scope, one.Invocation.ArGuid);
                    continue;
                }
                var position = scope.Connection.ExecuteScalar<long>("SELECT position FROM invocations WHERE ar_guid = @arGuid", new { arGuid = one.Invocation.ArGuid });
                scope.Connection.Execute(
                    CompleteImport,
                    new
                    {
                        position,
                        now,
                        state = InvocationState.Imported.ToName(),
                        reason = ImportReason,
                        engine = one.Invocation.Engine,
                        driverHandle = one.Invocation.DriverHandle,
                        record = one.Record,
                    });
                imported++;
            }
            return new ImportResult(imported, invocations.Count - imported);
        },
        cancellation);

    private static void RequireImported(WriteScope scope, string arGuid)
    {
        if (scope.Connection.ExecuteScalar<string>("SELECT state FROM invocations WHERE ar_guid = @arGuid", new { arGuid }) == InvocationState.Imported.ToName()) return;
        throw new AnalysisRunnerException(
            CommandLineCodes.ImportUnusable, $"The invocation '{arGuid}' was recorded by this server itself, so a record of the same ar-guid is not imported over it. Leave it out; nothing was imported.");
    }
}
