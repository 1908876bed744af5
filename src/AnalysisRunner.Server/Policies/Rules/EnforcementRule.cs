using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Policies.Rules;

/// <summary>
/// Levels above test promise that a job cannot reach more than its level. The engine gives every job the rights of the server's own user, so they run
/// only where an administrator has said that this is known.
/// </summary>
internal sealed class EnforcementRule : IPolicyRule
{
    public Problem? Check(PolicyQuestion question)
    {
        if (question is not { Dataset: { IsUnenforced: false } dataset, Level: { } level } || level == AccessLevel.Test || !dataset.Levels.ContainsKey(level)) return null;
        return new Problem(
            PolicyCodes.LevelNotEnforced,
            $"Level '{level.ToName()}' of {dataset.Name} is not enforced: the server's engine runs every job as its own user, who may do more than the level. Use level 'test', or have an administrator set 'unenforced = true' in [datasets.{dataset.Name}].",
            "accessLevel");
    }
}
