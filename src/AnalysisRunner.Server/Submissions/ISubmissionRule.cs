using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Submissions;

/// <summary>One pure rule about what a request says. All rules of <see cref="SubmissionRules"/> run, in their order, whatever the others found.</summary>
internal interface ISubmissionRule
{
    /// <summary>Every breach of the rule; empty when the request keeps it.</summary>
    IEnumerable<Problem> Check(SubmissionRequest request);
}
