using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Policies.Rules;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Images;

/// <summary>
/// The images of jobs are judged and resolved like that of their driver, when their batch is handed over: before that nobody knows them. Each distinct one is
/// looked at once, however many jobs name it.
/// </summary>
/// <param name="current">The settings now.</param>
/// <param name="resolution">Finds digests.</param>
internal sealed class JobImages(CurrentSettings current, ImageResolution resolution)
{
    /// <summary>How many images of one batch registries are asked about: code that nobody has reviewed could have the server ask for ever.</summary>
    public const int MaximumAsked = 100;

    private const int AskedAtOnce = 16;

    /// <summary>The batch with the digests of its images, as far as they can be had.</summary>
    /// <exception cref="AnalysisRunnerException">
    /// <c>AR6050</c> the run's dataset is none of the server's any more. For each image, <c>AR6056</c> the invocation's level does not take it, or <c>AR6068</c>, <c>AR6069</c>, <c>AR6070</c> its digest has to be known and is not;
    /// <c>AR6120</c> there are too many to ask about.
    /// </exception>
    public async Task<ResolvedBatch> ResolveAsync(BatchSpec batch, Invocation invocation, CancellationToken cancellation)
    {
        var settings = current.Value;
        // Nothing of a dataset that was taken out of the settings is judged by any, so nothing more of it starts.
        var dataset = settings.Policy.Find(invocation.Dataset) ?? throw new AnalysisRunnerException([new Problem(
            PolicyCodes.DatasetUnknown, $"The dataset '{invocation.Dataset}' of the run is not in the server's settings any more; ask an administrator why, and submit again when it is.", "dataset")]);
        var images = batch.Jobs.Select(job => job.Image).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var refused = images.Select(image => ImageRule.Judge(dataset, invocation.AccessLevel, image)).OfType<Problem>().ToList();
        if (refused.Count > 0) throw new AnalysisRunnerException(refused);
        var asked = images.Count(image => ImageResolution.Asks(image, dataset));
        if (asked > MaximumAsked) throw TooMany(asked);

        var (found, problems) = (new string?[images.Count], new IReadOnlyList<Problem>?[images.Count]);
        await Parallel.ForAsync(0, images.Count, new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnce, CancellationToken = cancellation }, async (index, token) =>
        {
            try
            {
                found[index] = await resolution.ResolveAsync(images[index], dataset, invocation.AccessLevel, settings.ImageCredentials, token);
            }
            catch (AnalysisRunnerException refusal)
            {
                problems[index] = refusal.Problems;
            }
        });
        if (problems.Any(some => some is not null)) throw new AnalysisRunnerException([.. problems.SelectMany(some => some ?? [])]);
        var digests = images.Zip(found).Where(pair => pair.Second is not null).ToDictionary(pair => pair.First, pair => pair.Second!, StringComparer.Ordinal);
        return new ResolvedBatch(With(batch, digests), [.. digests.Where(pair => pair.Key != pair.Value).Select(pair => (pair.Key, pair.Value))]);
    }

    // A batch may have a million jobs: where nothing changes, nothing is copied. What whoever sends it says that its images mean does not count.
    private static BatchSpec With(BatchSpec batch, Dictionary<string, string> digests)
    {
        if (batch.Jobs.All(job => job.ResolvedImage == Of(job))) return batch;
        return batch with { Jobs = [.. batch.Jobs.Select(job => Of(job) is var digest && digest == job.ResolvedImage ? job : job with { ResolvedImage = digest })] };

        string? Of(JobSpec job) => job.Image is { } image ? digests.GetValueOrDefault(image) : null;
    }

    private static AnalysisRunnerException TooMany(int asked) => new([new Problem(
        ImageCodes.TooMany,
        $"The batch names {asked} images by tags, and registries are asked about {MaximumAsked} for one batch; name the images by their digests ('registry/repository@sha256:…'), or hand the jobs over in several batches.",
        "image")]);
}

/// <summary>A batch whose images were looked up.</summary>
/// <param name="Batch">The batch, each job with the digest of its image where that is known.</param>
/// <param name="Found">What the images mean that were not named by their digests.</param>
internal sealed record ResolvedBatch(BatchSpec Batch, IReadOnlyList<(string Image, string Resolved)> Found);
