using AnalysisRunner.Contracts;

namespace AnalysisRunner.Submission.Gate;

/// <summary>One reason to refuse a submission. A rule is pure: it judges facts and asks nobody.</summary>
internal interface IGateRule
{
    /// <summary>The problems found; none when the rule holds or does not apply.</summary>
    IEnumerable<Problem> Judge(GateFacts facts);
}
