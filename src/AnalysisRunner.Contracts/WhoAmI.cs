namespace AnalysisRunner.Contracts;

/// <summary>Who the server takes the caller for.</summary>
/// <param name="Name">The name, as it is recorded: an e-mail address, a workflow, the owner of a local runner, or a driver.</param>
/// <param name="Kind"><c>user</c>, <c>workflow</c>, <c>owner</c> or <c>driver</c>.</param>
/// <param name="Datasets">The datasets that they are in; for the owner of a local runner, those that invocations were submitted to of late.</param>
/// <param name="Repository">The canonical URL of the one repository whose commits a workflow may submit.</param>
/// <param name="ArGuid">The one invocation that a driver's token speaks for.</param>
/// <param name="IsAdministrator">Whether they may read the denials of every dataset.</param>
public sealed record WhoAmI(
    string Name, string Kind, IReadOnlyList<string> Datasets, string? Repository = null, string? ArGuid = null, bool IsAdministrator = false);
