using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>Every config file is in the commit, unless it is declared to be private.</summary>
internal sealed class ConfigRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts)
    {
        if (facts.WorkingCopy.Head is null) yield break;
        foreach (var file in facts.Options.Config)
        {
            var relative = facts.WorkingCopy.RelativePath(file.Path);
            var committed = relative is not null && facts.WorkingCopy.Holds(relative);
            if (committed || (file.Uncommitted && File.Exists(file.Path))) continue;
            var name = PathList.Quote(relative ?? file.Path);
            yield return new Problem(
                SubmissionCodes.ConfigNotInCommit,
                file.Uncommitted
                    ? $"The config file {name} does not exist. Create it, or take it out of {facts.Options.Names.Config}."
                    : $"The config file {name} is not in the commit, so the run would not have it. Commit it, or, if it may not be committed, set Uncommitted=\"true\" on its AnalysisConfig item: its text is then sent and recorded.",
                File: file.Path);
        }
    }
}
