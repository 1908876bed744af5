using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Code;

/// <summary>
/// Git refuses repositories that belong to another user, unless <c>safe.directory</c> of the user's or the machine's configuration names
/// them. The server's git sees neither configuration, so this setting, and no other, is copied from them into the one that it sees.
/// </summary>
internal sealed class TrustedFolders(GitProcess git, string globalConfig)
{
    /// <summary>Brings the file up to date with what the user trusts now.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        var text = new StringBuilder();
        foreach (var scope in new[] { "--system", "--global" })
        {
            // Exit code 1 is "not set"; --type=path expands ~, for which the server's git would lack HOME.
            var command = new GitCommand("config", scope, "--null", "--type=path", "--get-all", "safe.directory");
            var found = await git.RunWithUserConfigAsync(command, cancellation);
            if (!found.Succeeded) continue;
            foreach (var folder in Encoding.UTF8.GetString(found.Output).Split('\0')[..^1])
            {
                text.Append("[safe]\n\tdirectory = ").Append(Quote(folder)).Append('\n');
            }
        }
        var content = text.ToString();
        if (File.Exists(globalConfig) && await File.ReadAllTextAsync(globalConfig, cancellation) == content) return;

        var fresh = $"{globalConfig}.{Guid.NewGuid():n}";
        await File.WriteAllTextAsync(fresh, content, cancellation);
        File.Move(fresh, globalConfig, overwrite: true);
    }

    private static string Quote(string value)
    {
        if (value.Any(char.IsControl))
        {
            throw new AnalysisRunnerException(
                PolicyCodes.GitFailed, "A safe.directory of the git configuration has a control character, so it is not taken over; correct it.");
        }
        var escaped = value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"\"{escaped}\"";
    }
}
