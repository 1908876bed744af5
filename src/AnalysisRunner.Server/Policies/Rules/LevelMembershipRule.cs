using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Policies.Rules;

/// <summary>Where a level has members of its own, the caller is one of them.</summary>
internal sealed class LevelMembershipRule : IPolicyRule
{
    public Problem? Check(PolicyQuestion question)
    {
        if (question is not { Dataset: { } dataset, Level: { } level } || !dataset.Levels.TryGetValue(level, out var members)) return null;
        return members is null || members.Contains(question.Caller.Principal) ? null : new Problem(
            PolicyCodes.NotMemberOfLevel,
            $"{Quoted.Value(question.Caller.Name)} may not use level '{level.ToName()}' of {dataset.Name}; use another level, or have an administrator add you to 'members' of [datasets.{dataset.Name}.{level.ToName()}].",
            "accessLevel");
    }
}
