namespace AnalysisRunner.Server.Record;

/// <summary>The part of the record that is about the servers that share it.</summary>
public interface IServerLog
{
    /// <summary>The servers that have claimed invocations which have not ended, by name.</summary>
    ValueTask<IReadOnlyList<ServerWork>> ListServersAsync(CancellationToken cancellation);

    /// <summary>
    /// Ends every unfinished invocation that a server has claimed, as <c>failed</c>, with its running batches, and has <paramref name="heir"/> tell of their end
    /// and of what else the server has not told. Null when the server is connected, and nothing is changed; otherwise how many ended. Repeated after a crash
    /// in the middle it does the rest.
    /// </summary>
    /// <param name="server">The server that is gone.</param>
    /// <param name="heir">The server that tells of the ends.</param>
    /// <param name="by">The user who says so.</param>
    /// <param name="cancellation">Gives up before the next invocations; those that ended stay so.</param>
    Task<int?> DeclareLostAsync(string server, string heir, string by, CancellationToken cancellation);
}

/// <summary>What a server has to bring to its end.</summary>
/// <param name="Name">By which it claims (<see cref="IInvocationLog.TryClaimAsync"/>).</param>
/// <param name="Unfinished">How many invocations.</param>
/// <param name="OldestAt">When the first of them was recorded.</param>
/// <param name="IsConnected">Whether it has this log open.</param>
public sealed record ServerWork(string Name, long Unfinished, DateTimeOffset OldestAt, bool IsConnected);
