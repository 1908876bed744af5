using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Policies.Rules;

/// <summary>The dataset has the level.</summary>
internal sealed class LevelExistsRule : IPolicyRule
{
    public Problem? Check(PolicyQuestion question)
    {
        if (question.Dataset is not { } dataset || (question.Level is { } level && dataset.Levels.ContainsKey(level))) return null;
        var levels = string.Join(", ", dataset.Levels.Keys.Order().Select(known => $"'{known.ToName()}'"));
        return new Problem(
            PolicyCodes.LevelNotAvailable,
            $"Invalid access level ({Quoted.Value(question.Request.AccessLevel)[1..^1]}) for {dataset.Name}: it has {(levels.Length == 0 ? "none" : levels)}. Choose one of them, or have an administrator add the level.",
            "accessLevel");
    }
}
