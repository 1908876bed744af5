namespace AnalysisRunner.Server.Pages.Shared;

/// <summary>The pages of forges that show a commit.</summary>
internal static class ForgeLink
{
    /// <summary>The page of a commit; null where the forge is not known to have one.</summary>
    /// <param name="repository">The canonical URL of the repository.</param>
    /// <param name="commit">The full hash.</param>
    public static string? To(string? repository, string commit)
    {
        // Only https: what a user made the repository's URL must not become another kind of link.
        if (!Uri.TryCreate(repository, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps || commit.Length == 0) return null;
        var place = url.GetLeftPart(UriPartial.Path).TrimEnd('/');
        return url.Host switch
        {
            "bitbucket.org" => $"{place}/src/{commit}",
            _ when url.Host.Contains("gitlab", StringComparison.OrdinalIgnoreCase) => $"{place}/-/tree/{commit}",
            _ => $"{place}/tree/{commit}",
        };
    }
}
