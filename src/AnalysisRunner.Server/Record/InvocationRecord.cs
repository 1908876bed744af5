using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Record;

/// <summary>An invocation as recorded: what the API shows of it, and what only the server needs.</summary>
public sealed record InvocationRecord
{
    /// <summary>What the API shows.</summary>
    public required Invocation Invocation { get; init; }

    /// <summary>When the driver ended; null while it runs. The invocation's batches may run longer.</summary>
    public DateTimeOffset? DriverEndedAt { get; init; }

    /// <summary>Why the driver ended, where its exit code (<see cref="Invocation.ExitCode"/>) does not say it.</summary>
    public string? DriverReason { get; init; }

    /// <summary><see cref="NewInvocation.StorageAddresses"/>.</summary>
    public IReadOnlyDictionary<string, string>? StorageAddresses { get; init; }
}
