using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>Level full, which may overwrite and delete, is asked for twice.</summary>
internal sealed class ConfirmationRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts)
    {
        var options = facts.Options;
        if (!AccessLevelNames.TryParse(options.AccessLevel, out var level) || level != AccessLevel.Full || options.Confirm == options.Dataset) yield break;
        var given = string.IsNullOrEmpty(options.Confirm) ? "" : $" ({options.Names.Confirm} is '{options.Confirm}')";
        yield return new Problem(
            SubmissionCodes.FullNotConfirmed,
            $"Access level 'full' may overwrite and delete everything of dataset '{options.Dataset}', so the name is asked for twice{given}. Add '{options.Names.Give(options.Names.Confirm, options.Dataset ?? "")}', or use level 'standard'.",
            Field: options.Names.Confirm);
    }
}
