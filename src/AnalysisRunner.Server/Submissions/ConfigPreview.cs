using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Policies;
using AnalysisRunner.Server.Policies.Rules;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Toml;
using Layer = AnalysisRunner.Config.ConfigLayer;

namespace AnalysisRunner.Server.Submissions;

/// <summary>Composes the config that a submission would get, and writes nothing (analysis-runner spec §2.4).</summary>
internal sealed class ConfigPreview(CurrentSettings current, ConfigComposition composition)
{
    private const string NoArGuid = "<generated-at-runtime>";

    // Code and enforcement are questions of a run; who asks, for which data and image, is one of its config too.
    private static readonly IPolicyRule[] Permissions = [new ImageRule(), new LevelExistsRule(), new LevelMembershipRule(), new UncommittedConfigRule()];

    /// <summary>The config.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="request">Dataset, level, output prefix, image and config; the rest is not looked at.</param>
    /// <param name="form">What is known to be wrong with its form.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="AnalysisRunnerException">Everything that is wrong.</exception>
    public async Task<ComposedConfig> ComposeAsync(Caller caller, SubmissionRequest request, IReadOnlyList<Problem> form, CancellationToken cancellation)
    {
        var settings = current.Value;
        var question = new PolicyQuestion(settings.Policy, caller, request);
        var problems = new List<Problem>(form);
        if (request.Dataset is not null)
        {
            if (PolicyRules.Access.Select(rule => rule.Check(question)).FirstOrDefault(problem => problem is not null) is { } outside) throw new AnalysisRunnerException([outside]);
            problems.AddRange(Permissions.Select(rule => rule.Check(question)).OfType<Problem>());
        }
        if (problems.Count == 0 && !OutputPrefix.TryParse(request.OutputPrefix, out _, out var fault))
        {
            problems.Add(new Problem(PolicyCodes.OutputPrefixInvalid, $"The output prefix {Quoted.Value(request.OutputPrefix)} {fault}; give a path such as 'cohort/v1'.", "output"));
        }
        var layers = (request.Config ?? []).Select(layer => Layer.FromUser(layer.Path, TomlDocument.Parse(layer.Content!, layer.Path))).ToList();
        problems.AddRange(layers.SelectMany(ConfigComposition.Check));
        if (problems.Count > 0) throw new AnalysisRunnerException(problems);

        _ = OutputPrefix.TryParse(request.OutputPrefix, out var prefix, out _);
        return await composition.ComposeAsync(
            new ServerValues(NoArGuid, question.Dataset!, question.Level!.Value, prefix.ToString(), request.Image ?? settings.DriverImage ?? ""), layers, cancellation);
    }
}
