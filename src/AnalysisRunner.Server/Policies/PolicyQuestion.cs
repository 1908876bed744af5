using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Security;

namespace AnalysisRunner.Server.Policies;

/// <summary>May this caller have this? Everything that a rule may look at.</summary>
/// <param name="Policy">The policy of this moment.</param>
/// <param name="Caller">Who asks.</param>
/// <param name="Request">What for; its form was found right, as far as a rule looks at it.</param>
/// <param name="Repository">The repository that the server knows under the name that the request gives; null when the request names none.</param>
internal sealed record PolicyQuestion(Policy Policy, Caller Caller, SubmissionRequest Request, NamedRepository? Repository = null)
{
    /// <summary>The dataset; null when the policy has none of that name.</summary>
    public DatasetPolicy? Dataset { get; } = Policy.Find(Request.Dataset);

    /// <summary>The level; null when it is no level.</summary>
    public AccessLevel? Level { get; } = AccessLevelNames.TryParse(Request.AccessLevel, out var level) ? level : null;
}

/// <summary>A repository of the server.</summary>
/// <param name="Name">Its name in the policy.</param>
/// <param name="Url">Where it is, in the canonical form; a <c>file://</c> address stays as it is.</param>
internal sealed record NamedRepository(string Name, string Url);
