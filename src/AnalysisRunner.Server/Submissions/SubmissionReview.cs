using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Code;
using AnalysisRunner.Server.Images;
using AnalysisRunner.Server.Policies;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Submissions;

/// <summary>A request that may run.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Dataset">What holds for its dataset.</param>
/// <param name="Level">Its level.</param>
/// <param name="Found">What the server found in its own mirror.</param>
/// <param name="Image">The image of the driver; null where none is asked for and the server has none.</param>
/// <param name="PolicyVersion">The settings that it was judged by (<see cref="ServerSettings.Version"/>); null on a local runner.</param>
internal sealed record ReviewedSubmission(SubmissionRequest Request, DatasetPolicy Dataset, AccessLevel Level, CommittedSubmission Found, string? Image, string? PolicyVersion)
{
    /// <summary>The image by its digest; null where that is not known and need not be.</summary>
    public string? ResolvedImage { get; init; }
}

/// <summary>Everything that has to be right before a request is recorded: its form, the policy, and the commit that it names.</summary>
internal sealed class SubmissionReview(CurrentSettings current, IRepositoryMirrors mirrors, CommitExamination examination, LargeFiles largeFiles, ImageResolution images)
{
    /// <summary>Judges a request.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="request">What for.</param>
    /// <param name="known">What is wrong with its form, where the route has found something; then nothing more is said about its form.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="AnalysisRunnerException">Everything that is wrong; but nothing beyond that to callers who are not in the dataset.</exception>
    public async Task<ReviewedSubmission> ReviewAsync(Caller caller, SubmissionRequest request, IReadOnlyList<Problem> known, CancellationToken cancellation)
    {
        var settings = current.Value;
        var repository = KnownRepositories.Find(settings.Code, request.Repository);
        var form = known.Count > 0 ? known : SubmissionRules.Check(settings.Code.UsesWorkTrees ? SubmissionRules.Local : SubmissionRules.Shared, request);
        // A dataset whose name is malformed does not exist either, and the form says what is wrong with it.
        var policy = request.Dataset is null || form.Any(problem => problem.Code == PolicyCodes.Dataset) ? [] : PolicyRules.Check(new PolicyQuestion(settings.Policy, caller, request, repository));
        if (policy is [{ Code: PolicyCodes.DatasetUnknown or PolicyCodes.NotMember }]) throw new AnalysisRunnerException(policy);
        if (form.Count + policy.Count > 0) throw new AnalysisRunnerException([.. form, .. policy]);

        _ = AccessLevelNames.TryParse(request.AccessLevel, out var level);
        var found = await examination.ExamineAsync(request, SourceOf(settings.Code, request, repository), cancellation);
        if (found.Commit is { } commit) found = found with { Commit = await largeFiles.BringAsync(commit, RemoteOf(settings.Code, request, repository)) };
        var (dataset, image) = (settings.Policy.Find(request.Dataset)!, request.Image ?? settings.DriverImage);
        return new ReviewedSubmission(request, dataset, level, found, image, settings.Version)
        {
            ResolvedImage = await images.ResolveAsync(image, dataset, level, settings.ImageCredentials, cancellation),
        };
    }

    private static RemoteRepository RemoteOf(CodeSettings code, SubmissionRequest request, NamedRepository? repository) => repository is not null && !code.UsesWorkTrees
        ? KnownRepositories.Locate(code, repository)
        : new RemoteRepository { Name = request.WorkTree!, Address = new Uri(request.WorkTree!).AbsoluteUri };

    private ICodeSource? SourceOf(CodeSettings code, SubmissionRequest request, NamedRepository? repository)
    {
        if (repository is not null && !code.UsesWorkTrees) return new RemoteSource(mirrors, KnownRepositories.Locate(code, repository), request.Commit!, code.SubmoduleHosts);
        if (!code.UsesWorkTrees) return null;
        _ = CommitId.TryParse(request.Commit, out var commit);
        return new WorkTreeSource(mirrors, request.WorkTree!, commit, RepositoryUrl.TryParse(request.Repository, out var url) ? url : null);
    }
}
