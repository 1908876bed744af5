using System.Text.RegularExpressions;

namespace AnalysisRunner.Server.Images;

/// <summary>The name of a container image: <c>[registry/]repository[:tag][@digest]</c>, as container programs read it.</summary>
internal sealed partial record ImageReference
{
    /// <summary>The registry of names that say none.</summary>
    public const string DefaultRegistry = "docker.io";

    private const string DefaultTag = "latest";
    private const string OfficialFolder = "library/";
    private const int MaximumLength = 1024;

    private ImageReference(string name, string registry, string repository, string tag, string? digest) =>
        (Name, Registry, Repository, Tag, Digest) = (name, registry, repository, tag, digest);

    /// <summary>The name as it was written, without tag and digest.</summary>
    public string Name { get; }

    /// <summary>The registry's host, with its port where it has one.</summary>
    public string Registry { get; }

    /// <summary>The repository in the registry.</summary>
    public string Repository { get; }

    /// <summary>The tag; <c>latest</c> where none is written.</summary>
    public string Tag { get; }

    /// <summary>The digest, with its algorithm; null where none is written. It decides, whatever the tag is.</summary>
    public string? Digest { get; }

    /// <summary>Where the registry says which manifest the tag stands for (OCI Distribution, "Pulling manifests").</summary>
    public Uri Manifest => new($"{Scheme}://{Host}/v2/{Repository}/manifests/{Tag}");

    // As container programs have it: only this machine is spoken to without TLS.
    private string Scheme => Uri.TryCreate("http://" + Host, UriKind.Absolute, out var url) && url.IsLoopback ? "http" : "https";

    private string Host => Registry == DefaultRegistry ? "registry-1.docker.io" : Registry;

    /// <summary>Reads a name; untrusted.</summary>
    public static bool TryParse(string text, out ImageReference reference)
    {
        reference = null!;
        if (text.Length > MaximumLength || Pattern().Match(text) is not { Success: true } match) return false;
        var name = match.Groups["name"].Value;
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        var hasRegistry = first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost";
        var registry = hasRegistry ? first : DefaultRegistry;
        var repository = hasRegistry ? name[(slash + 1)..] : name;
        if (registry is "index.docker.io") registry = DefaultRegistry;
        if (registry == DefaultRegistry && !repository.Contains('/', StringComparison.Ordinal)) repository = OfficialFolder + repository;
        // A port may be none that there is.
        if (!RepositoryPattern().IsMatch(repository) || !Uri.TryCreate("https://" + registry, UriKind.Absolute, out _)) return false;
        reference = new ImageReference(
            name, registry, repository,
            match.Groups["tag"] is { Success: true } tag ? tag.Value : DefaultTag,
            match.Groups["digest"] is { Success: true } digest ? digest.Value : null);
        return true;
    }

    /// <summary>The name with a digest in place of the tag.</summary>
    public string At(string digest) => $"{Name}@{digest}";

    /// <summary>Whether a text is a digest that a manifest can have here.</summary>
    public static bool IsDigest(string text) => DigestPattern().IsMatch(text);

    [GeneratedRegex(
        @"\A(?<name>[A-Za-z0-9][A-Za-z0-9._-]*(?::[0-9]{1,5}(?=/))?(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"\A[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RepositoryPattern();

    [GeneratedRegex(@"\Asha256:[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex DigestPattern();
}
