namespace AnalysisRunner.Server.Record.Databases;

/// <summary>A write that waits for its turn, and whoever waits for its answer.</summary>
internal abstract class RecordWrite
{
    /// <summary>Does it.</summary>
    public abstract void Run(WriteScope scope);

    /// <summary>Notes that it failed and the transaction goes on without it.</summary>
    public abstract void FailAlone(Exception failure);

    /// <summary>Answers, now that the transaction is durable.</summary>
    public abstract void Complete();

    /// <summary>Answers that nothing was written.</summary>
    public abstract void Fail(Exception failure);
}

/// <summary>A write with an answer.</summary>
/// <param name="cancellation">Gives up before it is run.</param>
internal abstract class RecordWrite<T>(CancellationToken cancellation) : RecordWrite
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;
    private Exception? _failure;

    /// <summary>Completes when the transaction is durable, or nothing was written.</summary>
    public Task<T> Answer => _answer.Task;

    /// <inheritdoc />
    public override void FailAlone(Exception failure) => _failure = failure;

    /// <inheritdoc />
    public override void Complete()
    {
        if (_failure is null) _answer.TrySetResult(_result!);
        else Fail(_failure);
    }

    /// <inheritdoc />
    public override void Fail(Exception failure)
    {
        if (failure is OperationCanceledException) _answer.TrySetCanceled(cancellation);
        else _answer.TrySetException(failure);
    }

    /// <summary>Notes what it will answer.</summary>
    protected void Note(T result) => _result = result;

    /// <summary>Whether nobody wants it any more; then it answers that.</summary>
    protected bool IsGivenUp()
    {
        if (!cancellation.IsCancellationRequested) return false;
        _failure = new OperationCanceledException(cancellation);
        return true;
    }
}

/// <summary>A write that looks at what it finds and then decides.</summary>
internal sealed class DecidingWrite<T>(Func<WriteScope, T> work, CancellationToken cancellation) : RecordWrite<T>(cancellation)
{
    /// <inheritdoc />
    public override void Run(WriteScope scope)
    {
        if (!IsGivenUp()) Note(work(scope));
    }
}

/// <summary>A write of statements alone; it answers whether the first of them has changed a row.</summary>
/// <param name="statements">What it does.</param>
/// <param name="arGuid">The invocation that then has something new; null where nobody follows that.</param>
/// <param name="cancellation">Gives up before it is run.</param>
internal sealed class StatementWrite(IReadOnlyList<Statement> statements, string? arGuid, CancellationToken cancellation) : RecordWrite<bool>(cancellation)
{
    /// <inheritdoc />
    public override void Run(WriteScope scope) => RunTogether([this], scope);

    /// <summary>Runs several on one journey to the database.</summary>
    public static void RunTogether(IReadOnlyList<StatementWrite> writes, WriteScope scope)
    {
        var wanted = writes.Where(write => !write.IsGivenUp()).ToList();
        if (wanted.Count == 0) return;
        var changed = scope.Execute([.. wanted.SelectMany(write => write.Statements)]);
        var first = 0;
        foreach (var write in wanted)
        {
            write.Note(changed[first] > 0, scope);
            first += write.Statements.Count;
        }
    }

    private IReadOnlyList<Statement> Statements => statements;

    private void Note(bool isChanged, WriteScope scope)
    {
        Note(isChanged);
        if (isChanged && arGuid is not null) scope.Changed.Add(arGuid);
    }
}
