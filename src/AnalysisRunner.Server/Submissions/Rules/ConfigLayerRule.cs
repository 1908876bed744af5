using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Code;

namespace AnalysisRunner.Server.Submissions.Rules;

/// <summary>Config layers name files of the repository. What is in them is judged when they have been read.</summary>
internal sealed class ConfigLayerRule : ISubmissionRule
{
    private const int MaximumCount = 64;

    public IEnumerable<Problem> Check(SubmissionRequest request)
    {
        if (request.Config is not { } layers) yield break;
        if (layers.Count > MaximumCount)
        {
            yield return new Problem(
                PolicyCodes.ConfigLayerInvalid, $"There are {layers.Count} config layers; at most {MaximumCount} can be given. Merge some of them.", "config");
            yield break;
        }
        for (var i = 0; i < layers.Count; i++)
        {
            var fault = FaultOf(layers[i]);
            if (fault is null) continue;
            yield return new Problem(
                PolicyCodes.ConfigLayerInvalid,
                $"The config layer {Quoted.Value(layers[i]?.Path)} {fault}; give a TOML file's path relative to the repository's root.",
                $"config[{i}]");
        }
    }

    private static string? FaultOf(ConfigLayer? layer) =>
        layer is null ? "is null"
        : !RepositoryPath.TryParse(layer.Path, out _, out var fault) ? fault
        : layer.Content?.Contains('\0') == true ? "has a NUL character in its content"
        : null;
}
