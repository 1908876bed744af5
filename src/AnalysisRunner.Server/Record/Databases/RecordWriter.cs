using System.Data.Common;
using System.Threading.Channels;
using AnalysisRunner.Server.Hosting;
using Dapper;

namespace AnalysisRunner.Server.Record.Databases;

/// <summary>
/// The one writer of a process. Writes that wait at the same time share a transaction and so one flush to disk. A write is answered after its
/// transaction is durable; one that fails takes nothing else along.
/// </summary>
internal sealed class RecordWriter : IAsyncDisposable
{
    private const int QueueLength = 1024;
    private const int LargestGroup = 128;

    private readonly IRecordDatabase _database;
    private readonly Action<string> _changed;
    private readonly Channel<RecordWrite> _queue = Channel.CreateBounded<RecordWrite>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    private readonly Task _loop;
    private DbConnection? _connection;

    /// <summary>Takes over an open connection; <paramref name="changed"/> hears the ar-guids that durable writes concern.</summary>
    public RecordWriter(IRecordDatabase database, DbConnection connection, Action<string> changed)
    {
        (_database, _connection, _changed) = (database, connection, changed);
        _loop = Task.Run(WriteAllAsync);
    }

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction and answers when that is durable. What was taken up is no longer cancelled. The work may
    /// be run again when its transaction was rolled back because of another write.
    /// </summary>
    public async Task<T> RunAsync<T>(Func<WriteScope, T> work, CancellationToken cancellation)
    {
        var write = new DecidingWrite<T>(work, cancellation);
        await EnqueueAsync(write, cancellation);
        return await write.Answer;
    }

    /// <summary>
    /// Executes statements in a transaction and answers, when that is durable, whether the first has changed a row; then <paramref name="arGuid"/>, where it
    /// is given, has something new. Those that wait at the same time travel to the database together.
    /// </summary>
    public async Task<bool> RunAsync(IReadOnlyList<Statement> statements, string? arGuid, CancellationToken cancellation)
    {
        var write = new StatementWrite(statements, arGuid, cancellation);
        await EnqueueAsync(write, cancellation);
        return await write.Answer;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
        if (_connection is not null) await _connection.DisposeAsync();
    }

    private async Task EnqueueAsync(RecordWrite write, CancellationToken cancellation)
    {
        try
        {
            await _queue.Writer.WriteAsync(write, cancellation);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(InvocationLog));
        }
    }

    private async Task WriteAllAsync()
    {
        var group = new List<RecordWrite>(LargestGroup);
        try
        {
            while (await _queue.Reader.WaitToReadAsync())
            {
                while (group.Count < LargestGroup && _queue.Reader.TryRead(out var write)) group.Add(write);
                // A savepoint around each write costs more than the write. Almost always none fails, so they are made only after one has.
                if (!TryWrite(group, eachInSavepoint: false)) TryWrite(group, eachInSavepoint: true);
                group.Clear();
            }
        }
        finally
        {
            // Nobody may wait for an answer that never comes.
            _queue.Writer.TryComplete();
            while (_queue.Reader.TryRead(out var write)) write.Fail(new ObjectDisposedException(nameof(InvocationLog)));
        }
    }

    /// <summary>False when nothing was written because one of several failed, so that it is worth another try.</summary>
    private bool TryWrite(List<RecordWrite> group, bool eachInSavepoint)
    {
        var isCommitting = false;
        try
        {
            _connection ??= _database.OpenWriter();
            var scope = new WriteScope(_database, _connection);
            if (eachInSavepoint) group.ForEach(write => RunInSavepoint(write, scope));
            else RunTogether(group, scope);
            isCommitting = true;
            Failpoint.Pass(Failpoint.Written);
            scope.Commit();
            Failpoint.Pass(Failpoint.Committed);
            foreach (var write in group) write.Complete();
            foreach (var arGuid in scope.Changed) _changed(arGuid);
            return true;
        }
#pragma warning disable CA1031 // Whatever it was, those who wait hear it, and the next group tries anew.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            var rolledBack = TryRollBack();
            // After a failed commit nobody knows whether it was one: then a second try could write twice.
            if (rolledBack && !isCommitting && !eachInSavepoint && group.Count > 1) return false;
            foreach (var write in group) write.Fail(failure);
            return true;
        }
    }

    private static void RunTogether(List<RecordWrite> group, WriteScope scope)
    {
        var together = new List<StatementWrite>();
        foreach (var write in group)
        {
            if (write is StatementWrite statements)
            {
                together.Add(statements);
                continue;
            }
            // In their order: it may look at what those before it have written.
            StatementWrite.RunTogether(together, scope);
            together.Clear();
            write.Run(scope);
        }
        StatementWrite.RunTogether(together, scope);
    }

    private void RunInSavepoint(RecordWrite write, WriteScope scope)
    {
        scope.Connection.Execute("SAVEPOINT item");
        try
        {
            write.Run(scope);
            scope.Connection.Execute("RELEASE SAVEPOINT item");
        }
        catch (Exception failure) when (_database.IsInTransaction(scope.Connection))
        {
            // Where the transaction itself is gone, the whole group has failed and hears the cause.
            scope.Connection.Execute("ROLLBACK TO SAVEPOINT item; RELEASE SAVEPOINT item");
            write.FailAlone(failure);
        }
    }

    private bool TryRollBack()
    {
        if (_connection is null) return false;
        try
        {
            if (_database.IsInTransaction(_connection)) _connection.Execute("ROLLBACK");
            if (_connection.State == System.Data.ConnectionState.Open) return true;
        }
        catch (DbException)
        {
            // A connection that cannot even roll back is given up; closing it ends its transaction.
        }
        _connection.Dispose();
        _connection = null;
        return false;
    }
}
