using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>The assembly that was built says that it came from the commit (pitfalls A22).</summary>
internal sealed class StampRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts)
    {
        if (facts.Assembly is not { } assembly || facts.WorkingCopy.Head is not { } head || assembly.Stamp == head) yield break;
        var name = PathList.Quote(assembly.Path);
        yield return new Problem(
            SubmissionCodes.StampDiffers,
            assembly switch
            {
                { Fault: { } fault } => $"The stamp of the built assembly {name} cannot be read: {fault} Build the project (without NoBuild) and submit again.",
                { Stamp: null } => $"The built assembly {name} has no stamp, so it cannot be shown to come from commit '{head.Short}'. GenerateAssemblyInfo, EnableAnalysisRunnerStamp and EnableSourceControlManagerQueries must not be false: set none of them so, and build again.",
                _ => $"The built assembly {name} was built from commit '{assembly.Stamp.Value.Short}', but HEAD is '{head.Short}'. Build again (without NoBuild).",
            });
    }
}
