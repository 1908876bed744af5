using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Secrets;

namespace AnalysisRunner.Submission.Gate.Rules;

/// <summary>Nothing that looks like a secret gets into the record of a run.</summary>
internal sealed class SecretRule : IGateRule
{
    public IEnumerable<Problem> Judge(GateFacts facts) =>
        SecretSearch.InOptions(facts.Options)
            .Concat(facts.ConfigTexts.SelectMany(text => SecretSearch.InConfig(text.Key, text.Value)))
            .Select(place => new Problem(
                SubmissionCodes.Secret,
                $"{place.Place} looks like {place.Kind}, and would be recorded with the run and shown on its pages. Take it out; let the program read it from a store or a file that the dataset's identity may read, and submit the name only.",
                File: place.File,
                Line: place.Line,
                Column: place.Column));
}
