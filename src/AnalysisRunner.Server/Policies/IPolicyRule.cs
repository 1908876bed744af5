using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Policies;

/// <summary>
/// One pure rule about who may have what. A rule that cannot be judged, because the dataset or the level does not exist, is silent: another rule says so.
/// </summary>
internal interface IPolicyRule
{
    /// <summary>Why the answer is no; null when this rule does not object. The problem's code names the rule, also in the record of denials.</summary>
    Problem? Check(PolicyQuestion question);
}
