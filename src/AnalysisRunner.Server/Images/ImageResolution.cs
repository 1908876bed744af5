using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Policies;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Images;

/// <summary>
/// Finds the digest of the image that a run names. A tag means another image tomorrow, so levels standard and full run nothing whose digest is not known; at level
/// test it is recorded where it can be had.
/// </summary>
/// <remarks>
/// Only registries that the administrator names are asked, or whoever submits could have the server ask any host for them. What was found out stands for a
/// minute, so that submissions that arrive together make one question.
/// </remarks>
internal sealed class ImageResolution(TimeProvider time) : IDisposable
{
    private const int MaximumKnown = 10_000;

    private static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(5);

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5), PooledConnectionLifetime = TimeSpan.FromMinutes(5) });
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (Task<string> Digest, DateTimeOffset At)> _known = new(StringComparer.Ordinal);

    /// <summary>The image by its digest; null where there is no image, or its digest need not be known and is not.</summary>
    /// <param name="image">The image as it was named; untrusted.</param>
    /// <param name="dataset">Says which registries are named.</param>
    /// <param name="level">The level of the run.</param>
    /// <param name="credentials">The file of the registries' users; null where all are read without.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR6068</c>, <c>AR6069</c>, <c>AR6070</c> the digest has to be known and is not.</exception>
    public async Task<string?> ResolveAsync(string? image, DatasetPolicy dataset, AccessLevel level, string? credentials, CancellationToken cancellation)
    {
        if (image is null) return null;
        var isNamed = dataset.NamesImage(image);
        if (!ImageReference.TryParse(image, out var reference))
        {
            if (!isNamed || !level.NeedsReviewedCode()) return null;
            throw new AnalysisRunnerException([new Problem(ImageCodes.Malformed, $"{Quoted.Value(image)} is no name of an image; write it as 'registry/repository:tag' or 'registry/repository@sha256:…'.", "image")]);
        }
        if (reference.Digest is { } digest) return reference.At(digest);
        if (!isNamed) return null;
        try
        {
            return reference.At(await FindDigestAsync(reference, credentials).WaitAsync(cancellation));
        }
        catch (AnalysisRunnerException) when (!level.NeedsReviewedCode())
        {
            return null; // The record goes without it, as its lack of a digest shows.
        }
    }

    /// <summary>Whether a registry has to be asked about an image.</summary>
    public static bool Asks(string image, DatasetPolicy dataset) => dataset.NamesImage(image) && ImageReference.TryParse(image, out var reference) && reference.Digest is null;

    /// <summary>Lets go of connections.</summary>
    public void Dispose() => _http.Dispose();

    private Task<string> FindDigestAsync(ImageReference reference, string? credentials)
    {
        var now = time.GetUtcNow();
        var key = $"{reference.Registry}/{reference.Repository}:{reference.Tag}";
        lock (_lock)
        {
            if (_known.TryGetValue(key, out var known) && (!known.Digest.IsCompleted || (now - known.At).Duration() < (known.Digest.IsCompletedSuccessfully ? FreshFor : AskAgainAfter))) return known.Digest;
            if (_known.Count >= MaximumKnown) _known.Clear();
            var digest = Task.Run(() => new ImageRegistries(_http).FindDigestAsync(reference, credentials), CancellationToken.None);
            _known[key] = (digest, now);
            return digest;
        }
    }
}
