namespace AnalysisRunner.Contracts;

/// <summary>One of the servers that share an invocation log, as far as it has accepted something that has not ended.</summary>
/// <param name="Name">Its name: the content of <c>server.id</c> in its state folder.</param>
/// <param name="Unfinished">How many invocations only it can bring to their end.</param>
/// <param name="OldestAt">When the first of them was recorded.</param>
/// <param name="IsConnected">Whether it is connected to the database now.</param>
/// <param name="IsThis">Whether it is the one that answers.</param>
public sealed record ServerSummary(string Name, long Unfinished, DateTimeOffset OldestAt, bool IsConnected, bool IsThis);

/// <summary>What became of the invocations of a server that was declared lost.</summary>
/// <param name="Name">The server.</param>
/// <param name="Ended">How many invocations ended by that, as <c>failed</c>.</param>
public sealed record ServerLost(string Name, int Ended);
