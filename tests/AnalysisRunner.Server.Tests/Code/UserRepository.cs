using System.Diagnostics;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Code;

namespace AnalysisRunner.Server.Tests.Code;

/// <summary>A folder of its own with repositories as users have them, and a folder of mirrors beside them.</summary>
public sealed class UserRepository : IDisposable
{
    public UserRepository(string name = "work tree ü", string objectFormat = "sha1", string branch = "main", bool init = true)
    {
        Root = Directory.CreateTempSubdirectory("user-repository-").FullName;
        Folder = Path.Combine(Root, name);
        Directory.CreateDirectory(Folder);
        if (init) Git("init", "--quiet", $"--object-format={objectFormat}", $"--initial-branch={branch}");
    }

    public string Root { get; }

    public string Folder { get; }

    public string MirrorFolder => Path.Combine(Root, "state", "mirrors");

    public RepositoryMirrors Mirrors() => new(MirrorFolder, GitProcess.FindProgram());

    public Task<ResolvedCommit> ResolveAsync(string sha, string? workTree = null) =>
        Mirrors().ResolveAsync(workTree ?? Folder, Id(sha), CancellationToken.None);

    public static CommitId Id(string sha) => CommitId.TryParse(sha, out var id) ? id : throw new ArgumentException(sha);

    /// <summary>Writes a file and commits it; the answer is the commit's hash.</summary>
    public string Commit(string message, string file = "a.txt", string? content = null)
    {
        var path = Path.Combine(Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content ?? message);
        Git("add", "--all");
        Git("commit", "--quiet", "--allow-empty", "-m", message);
        return Git("rev-parse", "HEAD");
    }

    public string Git(params string[] arguments) => GitIn(Folder, arguments);

    public static string GitIn(string folder, params string[] arguments)
    {
        var (exit, output, error) = Run("git", folder, [.. arguments]);
        return exit == 0 ? output.TrimEnd('\n') : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {error}");
    }

    public static (int Exit, string Output, string Error) Bash(string script, string folder, params (string Name, string Value)[] environment) =>
        Run("/bin/bash", folder, ["-c", "set -euo pipefail\n" + script], environment);

    public static (int Exit, string Output, string Error) Run(
        string program, string folder, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }
        foreach (var who in new[] { "AUTHOR", "COMMITTER" })
        {
            start.Environment[$"GIT_{who}_NAME"] = "Alice";
            start.Environment[$"GIT_{who}_EMAIL"] = "alice@example.org";
        }
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
