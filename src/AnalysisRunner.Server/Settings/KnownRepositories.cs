using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Code;
using AnalysisRunner.Server.Policies;

namespace AnalysisRunner.Server.Settings;

/// <summary>Finds the repository that a request means, by its name or by its address. Only what the settings can name has an address.</summary>
internal static class KnownRepositories
{
    /// <summary>The repository; null when the settings know no address for it.</summary>
    /// <param name="code">The settings.</param>
    /// <param name="repository">A name, or the canonical URL that a build stamped; untrusted.</param>
    public static NamedRepository? Find(CodeSettings code, string? repository)
    {
        if (string.IsNullOrEmpty(repository)) return null;
        if (IsName(repository)) return AddressOf(code, repository) is { } address ? new NamedRepository(repository, Canonical(address)) : null;
        var wanted = Canonical(repository);
        foreach (var (name, settings) in code.Repositories)
        {
            if (settings.Url is { } url && Canonical(url) == wanted) return new NamedRepository(name, wanted);
        }
        if (code.RepositoryBase is not { } start || CanonicalBase(start) is not { } prefix || !wanted.StartsWith(prefix, StringComparison.Ordinal)) return null;
        var rest = wanted[prefix.Length..];
        return IsName(rest) && code.Repositories.GetValueOrDefault(rest)?.Url is null ? new NamedRepository(rest, wanted) : null;
    }

    /// <summary>How the server fetches a repository that <see cref="Find"/> found.</summary>
    public static RemoteRepository Locate(CodeSettings code, NamedRepository repository) => new()
    {
        Name = repository.Name,
        Address = AddressOf(code, repository.Name) ?? throw new ArgumentException($"'{repository.Name}' has no address.", nameof(repository)),
        DefaultBranch = code.Repositories.GetValueOrDefault(repository.Name)?.DefaultBranch ?? code.DefaultBranch,
        Credentials = code.GitCredentials,
        TimeLimit = code.FetchTimeLimit,
        SizeLimit = code.FetchSizeLimit,
    };

    /// <summary>Whether a text can be the name of a repository, and not its address.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= 200 && text[0] is not ('-' or '.') && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/')
        && text.Split('/').All(part => part is not ("" or "." or ".."));

    private static string? AddressOf(CodeSettings code, string name) =>
        code.Repositories.GetValueOrDefault(name)?.Url ?? (code.RepositoryBase is { } start ? start + name : null);

    private static string Canonical(string address) => RepositoryUrl.TryParse(address, out var url) ? url.ToString() : address;

    // Canonical addresses have no trailing slash; a name is appended and taken off again.
    private static string? CanonicalBase(string start) => RepositoryUrl.TryParse(start + "x", out var url) ? url.ToString()[..^1] : start;
}
