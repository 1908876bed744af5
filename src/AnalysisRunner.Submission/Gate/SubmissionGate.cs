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

    private static readonly IGateRule[] RemoteRules =
    [
        new UnpushedRule(),
        new SubmoduleUnpushedRule(),
        new DefaultBranchRule(),
    ];

    /// <summary>Judges what is known without a network: all violated rules at once.</summary>
    public static IReadOnlyList<Problem> Judge(GateFacts facts) => [.. LocalRules.SelectMany(rule => rule.Judge(facts))];

    /// <summary>Judges what the remote said; asked only after <see cref="Judge"/> found nothing.</summary>
    public static IReadOnlyList<Problem> JudgeRemote(GateFacts facts) => [.. RemoteRules.SelectMany(rule => rule.Judge(facts))];
}
