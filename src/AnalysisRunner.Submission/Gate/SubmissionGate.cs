using AnalysisRunner.Contracts;
using AnalysisRunner.Submission.Gate.Rules;

namespace AnalysisRunner.Submission.Gate;

/// <summary>The rules in the order in which they are reported: most basic first. There is no override.</summary>
public static class SubmissionGate
{
    private static readonly IGateRule[] LocalRules =
    [
        new NoCommitRule(),
        new OperationInProgressRule(),
        new HeadMovedRule(),
        new ConflictRule(),
        new ModifiedRule(),
        new LineEndingsRule(),
        new SubmodulePositionRule(),
        new SubmoduleContentRule(),
        new UntrackedRule(),
        new HiddenRule(),
        new InputsRule(),
        new ConfigRule(),
        new ScriptRule(),
        new SecretRule(),
        new StampRule(),
        new ConfirmationRule(),
        new TransientMergeRule(),
        new RemoteChoiceRule(),
    ];

    // Those that judge what is asked for, and no work tree.
    private static readonly IGateRule[] RequestRules = [new SecretRule(), new ConfirmationRule()];

    private static readonly IGateRule[] RemoteRules =
    [
        new UnpushedRule(),
        new SubmoduleUnpushedRule(),
        new DefaultBranchRule(),
    ];

    /// <summary>Judges what is known without a network: all violated rules at once.</summary>
    public static IReadOnlyList<Problem> Judge(GateFacts facts) => [.. LocalRules.SelectMany(rule => rule.Judge(facts))];

    /// <summary>Judges a submission of code that is not here: all violated rules at once. What the code is, is the server's to judge.</summary>
    public static IReadOnlyList<Problem> JudgeRequest(SubmissionOptions options, IReadOnlyDictionary<string, string> configTexts)
    {
        var facts = new GateFacts { WorkingCopy = new Git.WorkingCopyFacts { Root = "", VisibleRoot = "" }, Options = options, ConfigTexts = configTexts };
        return [.. RequestRules.SelectMany(rule => rule.Judge(facts))];
    }

    /// <summary>Judges what the remote said; asked only after <see cref="Judge"/> found nothing.</summary>
    public static IReadOnlyList<Problem> JudgeRemote(GateFacts facts) => [.. RemoteRules.SelectMany(rule => rule.Judge(facts))];
}
