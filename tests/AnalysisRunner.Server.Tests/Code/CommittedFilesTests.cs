using System.Runtime.Versioning;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Code;

namespace AnalysisRunner.Server.Tests.Code;

[UnsupportedOSPlatform("windows")]
public sealed class CommittedFilesTests
{
    private static CancellationToken None => CancellationToken.None;

    [GitFact]
    public async Task Finds_and_reads_what_the_commit_has()
    {
        using var user = new UserRepository();
        File.WriteAllText(Path.Combine(user.Folder, "run.sh"), "#!/bin/sh\n");
        File.SetUnixFileMode(Path.Combine(user.Folder, "run.sh"), (UnixFileMode)0b111_101_101);
        File.CreateSymbolicLink(Path.Combine(user.Folder, "link"), "run.sh");
        Directory.CreateSymbolicLink(Path.Combine(user.Folder, "dirlink"), "a dir");
        File.WriteAllText(Path.Combine(user.Folder, ":(glob)*"), "magic");
        var sha = user.Commit("one", "a dir/ü 🧬.toml", "x = 1\r\n\u0001");
        File.WriteAllText(Path.Combine(user.Folder, "later.txt"), "uncommitted");
        var (mirrors, commit) = (user.Mirrors(), await user.ResolveAsync(sha));

        async Task<(CommittedKind, bool)?> Kind(string path) =>
            await mirrors.FindAsync(commit, ParsePath(path), None) is { } entry ? (entry.Kind, entry.IsExecutable) : null;
        (await Kind("run.sh")).ShouldBe((CommittedKind.File, true));
        (await Kind("link")).ShouldBe((CommittedKind.SymbolicLink, false));
        (await Kind("a dir")).ShouldBe((CommittedKind.Folder, false));
        (await Kind("a dir/ü 🧬.toml")).ShouldBe((CommittedKind.File, false));
        (await Kind("dirlink/ü 🧬.toml")).ShouldBeNull();
        (await Kind("run.sh/x")).ShouldBeNull();
        (await Kind("later.txt")).ShouldBeNull();
        (await Kind("*")).ShouldBeNull();
        (await Kind("a*")).ShouldBeNull();
        (await Kind(":(glob)*")).ShouldBe((CommittedKind.File, false));

        var content = await mirrors.ReadFileAsync(commit, ParsePath("a dir/ü 🧬.toml"), 8, None);
        Encoding.UTF8.GetString(content!).ShouldBe("x = 1\r\n\u0001");
        (await mirrors.FindAsync(commit, ParsePath("a dir/ü 🧬.toml"), None))!.Size.ShouldBe(8);
        (await mirrors.ReadFileAsync(commit, ParsePath("link"), 100, None)).ShouldBeNull();
        (await mirrors.ReadFileAsync(commit, ParsePath("a dir"), 100, None)).ShouldBeNull();
        (await mirrors.ReadFileAsync(commit, ParsePath("absent"), 100, None)).ShouldBeNull();
        var refusal = await Should.ThrowAsync<AnalysisRunnerException>(mirrors.ReadFileAsync(commit, ParsePath("a dir/ü 🧬.toml"), 7, None));
        refusal.Problems.ShouldHaveSingleItem().Message.ShouldContain("8 bytes");
    }

    [GitFact]
    public async Task Lists_submodules()
    {
        using var user = new UserRepository();
        var one = user.Commit("one");
        user.Git("update-index", "--add", "--cacheinfo", $"160000,{one},deps/lib ü");
        user.Git("commit", "--quiet", "-m", "two");
        var (mirrors, two) = (user.Mirrors(), user.Git("rev-parse", "HEAD"));
        (await mirrors.ListSubmodulesAsync(await user.ResolveAsync(one), None)).ShouldBeEmpty();
        var commit = await user.ResolveAsync(two);
        (await mirrors.ListSubmodulesAsync(commit, None)).ShouldBe([new Submodule("deps/lib ü", UserRepository.Id(one), null)]);
        (await mirrors.FindAsync(commit, ParsePath("deps/lib ü"), None))!.Kind.ShouldBe(CommittedKind.Submodule);
    }

    private static RepositoryPath ParsePath(string text) =>
        RepositoryPath.TryParse(text, out var path, out var fault) ? path : throw new ArgumentException(fault);
}
