using System.Diagnostics;
using System.Runtime.CompilerServices;
using AnalysisRunner.Submission.Git;

namespace AnalysisRunner.Submission.Tests;

/// <summary>A real git repository with one commit, one project and nothing of the machine's own git settings.</summary>
internal sealed class TestRepository : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TestRepository(bool commit = true)
    {
        Directory.CreateDirectory(Path);
        Git("init", "--quiet", "--initial-branch=main");
        Write("app.csproj", "<Project/>");
        Write("Program.cs", "// one\n");
        Write(".gitignore", "obj/\n*.ignored\n");
        if (commit) Commit("First analysis");
    }

    public string Path => _folder["work tree"];

    public string Project => System.IO.Path.Combine(Path, "app.csproj");

    public string Outside => _folder.Path;

    public string Head => Git("rev-parse", "HEAD").Trim();

    public GitWorkingCopy WorkingCopy => new(Path);

    /// <summary>The product's own git processes see the same neutral settings as those of the tests.</summary>
    [ModuleInitializer]
    public static void Neutralise()
    {
        Environment.SetEnvironmentVariable("GIT_CONFIG_GLOBAL", "/dev/null");
        Environment.SetEnvironmentVariable("GIT_CONFIG_NOSYSTEM", "1");
        foreach (var name in new[] { "GITHUB_EVENT_NAME", "CI_MERGE_REQUEST_EVENT_TYPE", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE" })
            Environment.SetEnvironmentVariable(name, null);
    }

    public string Write(string name, string text)
    {
        var file = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return file;
    }

    public void Commit(string message)
    {
        Git("add", "--all");
        Git("commit", "--quiet", "--allow-empty", "-m", message);
    }

    public string Git(params string[] arguments) => GitIn(Path, arguments);

    public static string GitIn(string folder, params string[] arguments)
    {
        var result = TryGitIn(folder, arguments);
        return result.ExitCode == 0 ? result.Output : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {result.Error}");
    }

    public static (int ExitCode, string Output, string Error) TryGitIn(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // Another test may be showing, in this process, that the product is not misled by it.
        start.Environment.Remove("GIT_DIR");
        string[] all = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "protocol.file.allow=always", .. arguments];
        foreach (var argument in all)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    public void Dispose() => _folder.Dispose();
}
