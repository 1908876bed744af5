namespace AnalysisRunner.Server.Submissions;

/// <summary>Where the command of a script lies in the repository, when it is a path.</summary>
internal static class ScriptPath
{
    /// <summary>
    /// Resolves <paramref name="path"/>, which may hold <c>.</c> and <c>..</c>, from <paramref name="folder"/>; null when it leaves the repository
    /// or names the root itself.
    /// </summary>
    public static string? Resolve(string folder, string path)
    {
        var names = new List<string>(folder.Split('/', StringSplitOptions.RemoveEmptyEntries));
        names.RemoveAll(name => name == ".");
        foreach (var name in path.Split('/'))
        {
            if (name is "" or ".") continue;
            if (name != "..")
            {
                names.Add(name);
            }
            else
            {
                if (names.Count == 0) return null;
                names.RemoveAt(names.Count - 1);
            }
        }
        return names.Count == 0 ? null : string.Join('/', names);
    }
}
