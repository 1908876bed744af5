using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>A script that is named by a path is in the commit. A bare name may be a program on the driver's PATH: the server knows.</summary>
internal sealed class ScriptRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts)
    {
        if (string.IsNullOrWhiteSpace(facts.Options.Script) || !ShellWords.TryParse(facts.Options.Script, out var words, out _)) yield break;
        if (words.Count == 0 || !words[0].Contains('/', StringComparison.Ordinal) || Path.IsPathFullyQualified(words[0])) yield break;
        var path = Path.GetFullPath(words[0], facts.Options.RunFolder);
        if (facts.WorkingCopy.Head is null || (facts.WorkingCopy.RelativePath(path) is { } relative && facts.WorkingCopy.Holds(relative))) yield break;
        yield return new Problem(
            SubmissionCodes.ScriptNotInCommit,
            $"The script {PathList.Quote(words[0])} is not a file of the commit (it was looked for in {PathList.Quote(facts.Options.RunFolder)}). Check {facts.Options.Names.Script}, or commit the file.",
            File: path);
    }
}
