namespace AnalysisRunner.Contracts;

/// <summary>What <c>GET /api/v1/version</c> answers.</summary>
/// <param name="Product">Always <see cref="ProductName"/>: tells this server from whatever else may listen on a port.</param>
/// <param name="Version">The server's version.</param>
/// <param name="Api">The newest <see cref="ApiLevel"/> that the server speaks.</param>
/// <param name="Local">Whether it is a local runner.</param>
/// <param name="Idle">Whether no invocation is running; only the local runner says so.</param>
/// <param name="Pid">The server's process id; only the local runner says so.</param>
public sealed record ServerVersion(string Product, string Version, int Api, bool Local, bool? Idle = null, int? Pid = null)
{
    /// <summary>The value of <see cref="Product"/>.</summary>
    public const string ProductName = "AnalysisRunner.Server";

    /// <summary>The level of the <c>/api/v1</c> contract in this build; raised when a client could no longer understand an older server.</summary>
    public const int ApiLevel = 1;
}
