using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Code;

/// <summary>Decides where a submodule is fetched from: from the same place as its parent, or from a host that the settings allow.</summary>
internal static class SubmoduleSource
{
    /// <summary>The repository of a submodule; null, with a reason, when it may not be fetched.</summary>
    /// <param name="parent">The repository that has the submodule.</param>
    /// <param name="address">What <c>.gitmodules</c> says.</param>
    /// <param name="allowedHosts">Hosts beside the parent's own, in lower case.</param>
    /// <param name="fault">Why not, as the end of a sentence about the address.</param>
    public static RemoteRepository? Find(RemoteRepository parent, string? address, IReadOnlySet<string> allowedHosts, out string? fault)
    {
        fault = null;
        if (string.IsNullOrEmpty(address) || address.Any(char.IsControl) || address[0] == '-')
        {
            fault = "is missing or malformed";
            return null;
        }
        var absolute = address.StartsWith("./", StringComparison.Ordinal) || address.StartsWith("../", StringComparison.Ordinal) ? Resolve(parent.Address, address) : address;
        if (absolute is null)
        {
            fault = "leads out of its server";
            return null;
        }
        var from = new Uri(parent.Address);
        if (from.Scheme == "file") return FromFolder(parent, absolute, out fault);
        if (!RepositoryUrl.TryParse(absolute, out var url))
        {
            fault = "is no address of a repository on a server";
            return null;
        }
        var target = new Uri(url.ToString());
        if (!string.Equals(target.Host, from.Host, StringComparison.OrdinalIgnoreCase) && !allowedHosts.Contains(target.Host))
        {
            fault = $"is on the host '{target.Host}', which 'submodule_hosts' in [server] does not allow";
            return null;
        }
        // By the parent's own transport: whoever may read the parent has the credentials for that one.
        var written = from.Scheme == "ssh" ? $"ssh://{(from.UserInfo.Length > 0 ? from.UserInfo + "@" : "")}{target.Authority}{target.AbsolutePath}" : url.ToString();
        return parent with { Name = url.Name, Address = written, DefaultBranch = null };
    }

    private static RemoteRepository? FromFolder(RemoteRepository parent, string address, out string? fault)
    {
        fault = null;
        // Beside its parent, and nowhere else on the server's disk.
        var folder = parent.Address[..(parent.Address.TrimEnd('/').LastIndexOf('/') + 1)];
        if (address.StartsWith(folder, StringComparison.Ordinal) && !address[folder.Length..].Split('/').Any(name => name is "" or "." or ".."))
        {
            return parent with { Name = address[folder.Length..], Address = address, DefaultBranch = null };
        }
        fault = "does not lie beside its parent";
        return null;
    }

    // As git-submodule(1) resolves it: every '../' drops the last name of the parent's address.
    private static string? Resolve(string parent, string relative)
    {
        var start = parent.IndexOf("://", StringComparison.Ordinal) + 3;
        var names = parent[start..].TrimEnd('/').Split('/').ToList();
        foreach (var name in relative.Split('/'))
        {
            if (name == "..")
            {
                // The first name is the host.
                if (names.Count <= 1) return null;
                names.RemoveAt(names.Count - 1);
            }
            else if (name is not ("." or ""))
            {
                names.Add(name);
            }
        }
        return parent[..start] + string.Join('/', names);
    }
}
