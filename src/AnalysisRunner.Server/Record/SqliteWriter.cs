using System.Threading.Channels;
using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AnalysisRunner.Server.Record;

/// <summary>
/// The one writer of the database. Writes that wait at the same time share a transaction and so one flush to disk; each has a savepoint of
/// its own, so that one that fails takes nothing else along. A write is answered after its transaction is durable.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private const int QueueLength = 1024;
    private const int LargestGroup = 128;

    private readonly SqliteConnection _connection;
    private readonly Action<string> _changed;
    private readonly Channel<Write> _queue = Channel.CreateBounded<Write>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    private readonly Task _loop;
    private bool _secretsInLog;

    /// <summary>Takes over an open connection; <paramref name="changed"/> hears the ar-guids that durable writes concern.</summary>
    public SqliteWriter(SqliteConnection connection, Action<string> changed)
    {
        (_connection, _changed) = (connection, changed);
        _loop = Task.Run(WriteAllAsync);
    }

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction and answers when that is durable. What was taken up is no longer cancelled.
    /// </summary>
    public async Task<T> RunAsync<T>(Func<WriteScope, T> work, CancellationToken cancellation)
    {
        var write = new Write<T>(work, cancellation);
        try
        {
            await _queue.Writer.WriteAsync(write, cancellation);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(SqliteInvocationLog));
        }
        return await write.Answer;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
        await _connection.DisposeAsync();
    }

    private async Task WriteAllAsync()
    {
        var group = new List<Write>(LargestGroup);
        try
        {
            while (await _queue.Reader.WaitToReadAsync())
            {
                while (group.Count < LargestGroup && _queue.Reader.TryRead(out var write)) group.Add(write);
                WriteGroup(group);
                group.Clear();
                if (_secretsInLog) TruncateLog();
            }
        }
        finally
        {
            // Only a connection that cannot even roll back ends the loop early: then nobody may wait for an answer that never comes.
            _queue.Writer.TryComplete();
            while (_queue.Reader.TryRead(out var write)) write.Fail(new ObjectDisposedException(nameof(SqliteInvocationLog)));
        }
    }

    private void WriteGroup(List<Write> group)
    {
        var scope = new WriteScope(_connection);
        try
        {
            _connection.Execute("BEGIN IMMEDIATE");
            foreach (var write in group) write.Run(scope);
            _connection.Execute("COMMIT");
        }
        catch (Exception failure)
        {
            // Disk full, input/output error: nothing of the group is durable, and whoever asked for it hears so. The next group tries anew.
            if (InTransaction(_connection)) _connection.Execute("ROLLBACK");
            foreach (var write in group) write.Fail(failure);
            return;
        }
        _secretsInLog |= scope.SecretsCleared;
        foreach (var write in group) write.Complete();
        foreach (var arGuid in scope.Changed) _changed(arGuid);
    }

    // Deleted pages are overwritten (secure_delete), but older copies of them stay in the write-ahead log until it is emptied.
    private void TruncateLog()
    {
        try
        {
            _secretsInLog = _connection.ExecuteScalar<long>("PRAGMA wal_checkpoint(TRUNCATE)") != 0;
        }
        catch (SqliteException)
        {
            // The writes are durable all the same; tried again after the next group and at the next start.
            _secretsInLog = true;
        }
    }

    private static bool InTransaction(SqliteConnection connection) => raw.sqlite3_get_autocommit(connection.Handle) == 0;

    private abstract class Write
    {
        public abstract void Run(WriteScope scope);

        public abstract void Complete();

        public abstract void Fail(Exception failure);
    }

    private sealed class Write<T>(Func<WriteScope, T> work, CancellationToken cancellation) : Write
    {
        private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;
        private Exception? _failure;

        public Task<T> Answer => _answer.Task;

        public override void Run(WriteScope scope)
        {
            if (cancellation.IsCancellationRequested)
            {
                _failure = new OperationCanceledException(cancellation);
                return;
            }
            scope.Connection.Execute("SAVEPOINT item");
            try
            {
                _result = work(scope);
                scope.Connection.Execute("RELEASE item");
            }
            catch (Exception failure) when (InTransaction(scope.Connection))
            {
                // Where the transaction itself is gone, the whole group has failed and hears the cause.
                scope.Connection.Execute("ROLLBACK TO item; RELEASE item");
                _failure = failure;
            }
        }

        public override void Complete()
        {
            if (_failure is null) _answer.TrySetResult(_result!);
            else Fail(_failure);
        }

        public override void Fail(Exception failure)
        {
            if (failure is OperationCanceledException) _answer.TrySetCanceled(cancellation);
            else _answer.TrySetException(failure);
        }
    }
}

/// <summary>What a write works with.</summary>
internal sealed class WriteScope(SqliteConnection connection)
{
    /// <summary>The connection, inside the transaction.</summary>
    public SqliteConnection Connection => connection;

    /// <summary>The invocations that have something new.</summary>
    public HashSet<string> Changed { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether secret values were deleted, which then must leave the write-ahead log too.</summary>
    public bool SecretsCleared { get; set; }
}
