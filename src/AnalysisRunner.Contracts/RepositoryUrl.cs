namespace AnalysisRunner.Contracts;

/// <summary>
/// The one canonical form of a repository's address: <c>https://host[:port]/path</c> with a lower-case host and without user, password,
/// <c>.git</c> or trailing slash, whichever of the https, ssh, git or scp-like forms it was written in (pitfalls A13, A14).
/// </summary>
public readonly record struct RepositoryUrl
{
    private readonly string? _value;

    private RepositoryUrl(string value) => _value = value;

    /// <summary>The last part of the path: the repository's name.</summary>
    public string Name => ToString()[(ToString().LastIndexOf('/') + 1)..];

    /// <summary>Reads any of the forms that git accepts for a remote host; false for local paths, <c>file:</c> and anything malformed.</summary>
    public static bool TryParse(string? text, out RepositoryUrl url)
    {
        url = default;
        if (string.IsNullOrWhiteSpace(text) || text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))) return false;
        if (!Split(text, out var host, out var port, out var path)) return false;

        path = path.Trim('/');
        if (path.EndsWith(".git", StringComparison.OrdinalIgnoreCase)) path = path[..^4].TrimEnd('/');
        if (host.Length == 0 || host[0] == '-' || path.Length == 0) return false;
        if (path.Split('/').Any(name => name is "" or "." or "..")) return false;
        if (path.Any(c => char.IsControl(c) || c is '?' or '#' or '\\')) return false;
        url = new RepositoryUrl($"https://{host.ToLowerInvariant()}{(port < 0 ? "" : ":" + port.ToString(System.Globalization.CultureInfo.InvariantCulture))}/{path}");
        return true;
    }

    /// <summary>The canonical URL.</summary>
    public override string ToString() => _value ?? "";

    private static bool Split(string text, out string host, out int port, out string path)
    {
        (host, port, path) = ("", -1, "");
        if (text.Contains("://", StringComparison.Ordinal))
        {
            // Everything up to the last '@' of the authority is user information; Uri would stop at the first, and a password may hold one.
            var start = text.IndexOf("://", StringComparison.Ordinal) + 3;
            var slash = text.IndexOf('/', start);
            if (slash < 0) return false;
            var at = text.LastIndexOf('@', slash, slash - start + 1);
            var clean = at < 0 ? text : text[..start] + text[(at + 1)..];
            if (!Uri.TryCreate(clean, UriKind.Absolute, out var uri)) return false;
            if (uri.Scheme is not ("https" or "http" or "ssh" or "git" or "git+ssh" or "ssh+git")) return false;
            host = uri.IdnHost;
            // A port belongs to the transport it was written for: only that of https says something about the canonical form.
            port = uri.Scheme is "https" && !uri.IsDefaultPort ? uri.Port : -1;
            // Not the Uri's path: it has resolved ".." already, and git would not.
            path = Uri.UnescapeDataString(text[slash..]);
            return true;
        }

        // scp-like: [user@]host:path, where no slash precedes the colon (git-clone(1)); a one-letter host is a Windows drive.
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 1 || text.AsSpan(0, colon).Contains('/') || text.AsSpan(0, colon).Contains('\\')) return false;
        host = text[(text.LastIndexOf('@', colon) + 1)..colon];
        path = text[(colon + 1)..];
        return host.Length > 0 && Uri.CheckHostName(host) != UriHostNameType.Unknown;
    }
}
