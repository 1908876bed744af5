using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Runs;

/// <summary>
/// What administrators do about a server that will not come back: its drivers and files are where only it could look, so no other server can tell what became of
/// them, and a person has to say that they are lost.
/// </summary>
internal sealed class LostServers(IInvocationLog log, ServerIdentity identity, CurrentSettings current, ILogger<LostServers> logger)
{
    /// <summary>The servers that have something to bring to its end.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6071</c> the caller is no administrator.</exception>
    public async Task<IReadOnlyList<ServerSummary>> ListAsync(Caller caller, CancellationToken cancellation)
    {
        RequireAdministrator(caller);
        return [.. (await log.ListServersAsync(cancellation)).Select(server => new ServerSummary(server.Name, server.Unfinished, server.OldestAt, server.IsConnected || IsThis(server.Name), IsThis(server.Name)))];
    }

    /// <summary>Ends the invocations of a server that is gone.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6071</c> the caller is no administrator; <c>AR6072</c> the server is there; <c>AR6040</c> no server of that name has unfinished invocations.</exception>
    public async Task<ServerLost> DeclareAsync(Caller caller, string server, CancellationToken cancellation)
    {
        RequireAdministrator(caller);
        if (IsThis(server)) throw NotLost(server, "is the one that answers you");
        if (!(await log.ListServersAsync(cancellation)).Any(one => one.Name == server))
        {
            throw new AnalysisRunnerException(PolicyCodes.Unknown, $"No server {Quoted.Value(server)} has invocations that have not ended; '/api/v1/servers' lists those that have.");
        }
        var ended = await log.DeclareLostAsync(server, identity.Name, caller.Name, cancellation) ?? throw NotLost(server, "is connected to the database");
        logger.LogWarning("{User} declared the server {Server} lost; {Count} invocations ended.", caller.Name, server, ended);
        return new ServerLost(server, ended);
    }

    private bool IsThis(string server) => server == identity.Name;

    private void RequireAdministrator(Caller caller)
    {
        if (caller.IsOwner || current.Value.Administrators.Contains(caller.Principal)) return;
        throw new AnalysisRunnerException(
            ServerCodes.AdministratorsOnly, $"{Quoted.Value(caller.Name)} is not among 'administrators' of [server], and what is of all datasets is theirs to decide; ask one of them.");
    }

    private static AnalysisRunnerException NotLost(string server, string why) => new(
        ServerCodes.NotLost, $"The server {Quoted.Value(server)} {why}, so its runs are not lost; cancel them, or stop it and bring its state folder back to another machine.");
}
