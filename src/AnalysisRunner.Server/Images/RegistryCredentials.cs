using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace AnalysisRunner.Server.Images;

/// <summary>
/// The users and passwords of registries, in the file that <c>docker login</c> and <c>podman login</c> write. It is read at each use: whoever renews a password
/// need not restart the server.
/// </summary>
internal static class RegistryCredentials
{
    private const int MaximumLength = 1024 * 1024;

    /// <summary>What is wrong with a file, as the end of a sentence about it; null when nothing is.</summary>
    public static string? FindFault(string path)
    {
        try
        {
            _ = Read(path);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return $"names a file that cannot be read: {e.Message} Correct the path, or the rights of the file.";
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return $"names a file that is not what 'docker login' writes: {e.Message} Log in to the registries once with that file as the program's configuration.";
        }
    }

    /// <summary>What to send to a registry that wants a user; null where the file has none for it.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="FormatException">It is of another form.</exception>
    public static AuthenticationHeaderValue? Find(string path, string registry) => Read(path).TryGetValue(registry, out var found) ? new AuthenticationHeaderValue("Basic", found) : null;

    private static Dictionary<string, string> Read(string path)
    {
        if (new FileInfo(path).Length > MaximumLength) throw new FormatException($"It has more than {MaximumLength} bytes.");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("auths", out var auths) || auths.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("It has no object 'auths'.");
        }
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in auths.EnumerateObject())
        {
            // An entry without one is kept by a credential helper, which the server does not run.
            if (entry.Value.ValueKind != JsonValueKind.Object || !entry.Value.TryGetProperty("auth", out var auth) || auth.ValueKind != JsonValueKind.String) continue;
            var text = auth.GetString()!;
            if (!Encoding.UTF8.GetString(Convert.FromBase64String(text)).Contains(':', StringComparison.Ordinal)) throw new FormatException($"The entry '{entry.Name}' has no user and password.");
            found[Registry(entry.Name)] = text;
        }
        return found;
    }

    // Docker writes the address of its own registry, and older programs those of others.
    private static string Registry(string name)
    {
        var host = name.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(name, UriKind.Absolute, out var url) ? url.Authority : name.Split('/')[0];
        return host is "index.docker.io" or "registry-1.docker.io" ? ImageReference.DefaultRegistry : host;
    }
}
