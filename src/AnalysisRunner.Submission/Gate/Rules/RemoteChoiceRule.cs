using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>There is one remote to speak of, and the server can reach it (pitfalls A9, A16, A17).</summary>
internal sealed class RemoteChoiceRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts)
    {
        var copy = facts.WorkingCopy;
        if (facts.Options.IsLocal || copy.Repository is not null) yield break;
        if (copy.Remotes.Count == 0)
        {
            yield return new Problem(
                SubmissionCodes.NoRemote,
                $"The repository has no remote, so the server cannot fetch the commit. Run 'git remote add origin <url>' and 'git push'; without {facts.Options.Names.Server}, the local runner needs no remote.");
        }
        else if (copy.Remote is null && copy.RemoteName is { } name)
        {
            yield return new Problem(
                SubmissionCodes.RemoteAmbiguous,
                $"There is no remote '{name}'; the repository has {PathList.Quote(copy.Remotes.Keys.ToList())}. Set {facts.Options.Names.Remote} to one of them.",
                Field: facts.Options.Names.Remote);
        }
        else if (copy.Remote is null)
        {
            yield return new Problem(
                SubmissionCodes.RemoteAmbiguous,
                $"There are several remotes ({PathList.Quote(copy.Remotes.Keys.ToList())}), none is 'origin', and the branch tracks none of them. Run 'git branch --set-upstream-to=<remote>/<branch>', or name one with '{facts.Options.Names.Give(facts.Options.Names.Remote, "<remote>")}'.");
        }
        else
        {
            // The address itself is not repeated: it may hold a password.
            yield return new Problem(
                SubmissionCodes.NoRemote,
                $"The remote '{copy.Remote}' is not an address on a host, so the server cannot fetch from it. Give it an https or ssh address with 'git remote set-url {copy.Remote} <url>'.");
        }
    }
}
