using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Policies.Rules;

/// <summary>At levels standard and full, an image comes from one of the registries that the settings name (analysis-runner spec §3, check 18).</summary>
internal sealed class ImageRule : IPolicyRule
{
    public Problem? Check(PolicyQuestion question) =>
        question is { Dataset: { } dataset, Level: { } level, Request.Image: { Length: > 0 } image } ? Judge(dataset, level, image) : null;

    /// <summary>Why no driver or job of a level may have an image; null when it may.</summary>
    public static Problem? Judge(DatasetPolicy dataset, AccessLevel level, string image)
    {
        if (dataset.ImagePrefixes is not { } prefixes || !level.NeedsReviewedCode() || dataset.NamesImage(image)) return null;
        return new Problem(
            PolicyCodes.ImageNotAllowed,
            $"Invalid image \"{Quoted.Value(image)[1..^1]}\": level '{level.ToName()}' takes images of {(prefixes.Count == 0 ? "no registry" : string.Join(" or ", prefixes.Select(prefix => $"'{prefix}'")))} only; push it there, use the server's own image, or use level 'test'.",
            "image");
    }
}
