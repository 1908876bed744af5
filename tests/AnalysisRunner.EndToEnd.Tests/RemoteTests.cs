using AnalysisRunner.EndToEnd.Tests.Fixtures;

namespace AnalysisRunner.EndToEnd.Tests;

/// <summary>What the git remote must have before a server is asked, through real builds and a real remote.</summary>
public sealed class RemoteTests
{
    [Fact]
    public async Task Refuses_what_the_remote_does_not_have_and_takes_what_it_has()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        await using var remote = await HostedRemote.CreateAsync(analysis);
        var pushed = await remote.DryRunAsync(analysis);
        pushed.ExitCode.ShouldBe(0, pushed.Output);
        pushed.Output.ShouldContain("\"repository\": \"https://git.example.org/acme/analysis\"");

        await analysis.GitAsync("checkout", "--quiet", "-b", "feature");
        await analysis.GitAsync("commit", "--quiet", "--allow-empty", "--message", "Not pushed");
        (await remote.DryRunAsync(analysis)).ShouldBeRefused("AR2003", "'origin'");

        await remote.GitAsync(analysis.Root, "push", "--quiet", "origin", "HEAD:refs/tags/v1");
        (await remote.DryRunAsync(analysis)).ExitCode.ShouldBe(0, "a tag holds it");
        (await remote.DryRunAsync(analysis, null, "-c", "Standard")).ShouldBeRefused("AR2015", "'main'");
        (await remote.DryRunAsync(analysis, null, "-c", "Full", "-p:AnalysisConfirm=fewgenomes")).ShouldBeRefused("AR2015", "'full'");

        await remote.GitAsync(analysis.Root, "push", "--quiet", "origin", "HEAD:main");
        var standard = await remote.DryRunAsync(analysis, null, "-c", "Standard");
        standard.ExitCode.ShouldBe(0, standard.Output);
        var full = await remote.DryRunAsync(analysis, null, "-c", "Full", "-p:AnalysisConfirm=fewgenomes");
        full.ExitCode.ShouldBe(0, full.Output);
    }

    [Fact]
    public async Task Chooses_among_several_remotes_or_says_that_it_cannot()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        await using var remote = await HostedRemote.CreateAsync(analysis);
        await remote.AddAsync("fork");
        await analysis.GitAsync("remote", "add", "fork", "git@git.example.org:acme/fork.git");
        await analysis.GitAsync("commit", "--quiet", "--allow-empty", "--message", "On the fork only");
        await remote.GitAsync(analysis.Root, "push", "--quiet", "fork", "main");

        (await remote.DryRunAsync(analysis)).ShouldBeRefused("AR2003", "GitRepositoryRemoteName=fork");
        (await remote.DryRunAsync(analysis, null, "-p:GitRepositoryRemoteName=fork")).Output.ShouldContain("https://git.example.org/acme/fork");
        (await remote.DryRunAsync(analysis, null, "-p:GitRepositoryRemoteName=none")).ShouldBeRefused("AR2021", "'none'");
        await analysis.GitAsync("remote", "rename", "origin", "upstream");
        (await remote.DryRunAsync(analysis)).ShouldBeRefused("AR2021", "'upstream'");
    }

    [Fact]
    public async Task Refuses_a_remote_that_does_not_answer_or_is_no_host()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        await using var remote = await HostedRemote.CreateAsync(analysis);
        await analysis.GitAsync("remote", "set-url", "origin", "git@git.example.org:acme/gone.git");
        (await remote.DryRunAsync(analysis)).ShouldBeRefused("AR2020", "'origin'");
        await analysis.GitAsync("remote", "set-url", "origin", "../somewhere");
        (await remote.DryRunAsync(analysis)).ShouldBeRefused("AR2004", "'origin'");
    }

    [Fact]
    public async Task Refuses_a_submodule_that_was_not_pushed()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        await using var remote = await HostedRemote.CreateAsync(analysis);
        await remote.AddAsync("part");
        await remote.GitAsync(analysis.Root, "push", "--quiet", "git@git.example.org:acme/part.git", "main");
        await remote.GitAsync(analysis.Root, "submodule", "--quiet", "add", "git@git.example.org:acme/part.git", "part");
        await remote.GitAsync(Path.Combine(analysis.Root, "part"), "commit", "--quiet", "--allow-empty", "--message", "Only here");
        await analysis.CommitAsync("With a part");
        await remote.GitAsync(analysis.Root, "push", "--quiet", "origin", "main");
        (await remote.DryRunAsync(analysis)).ShouldBeRefused("AR2026", "'part'");

        await remote.GitAsync(Path.Combine(analysis.Root, "part"), "push", "--quiet", "origin", "HEAD:main");
        var pushed = await remote.DryRunAsync(analysis);
        pushed.ExitCode.ShouldBe(0, pushed.Output);
    }

    [Fact]
    public async Task Refuses_the_merge_that_CI_makes_for_a_pull_request()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        await using var remote = await HostedRemote.CreateAsync(analysis);
        await analysis.GitAsync("checkout", "--quiet", "-b", "feature");
        analysis.Write("notes.md", "A feature\n");
        await analysis.CommitAsync("A feature");
        await analysis.GitAsync("checkout", "--quiet", "--detach", "main");
        await analysis.GitAsync("merge", "--quiet", "--no-ff", "--message", "Merge feature into main", "feature");
        await remote.GitAsync(analysis.Root, "push", "--quiet", "origin", "HEAD:refs/pull/7/merge", "feature");
        (string, string)[][] hosts =
        [
            [("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_REF", "refs/pull/7/merge")],
            [("CI_MERGE_REQUEST_EVENT_TYPE", "merged_result"), ("CI_MERGE_REQUEST_REF_PATH", "refs/merge-requests/7/head")],
            [("SYSTEM_PULLREQUEST_PULLREQUESTID", "7"), ("BUILD_SOURCEBRANCH", "refs/pull/7/merge")],
        ];
        foreach (var host in hosts)
            (await remote.DryRunAsync(analysis, host.ToDictionary(entry => entry.Item1, entry => entry.Item2))).ShouldBeRefused("AR2007", "merge");

        // Outside of CI it is a commit like any other, which no branch holds.
        (await remote.DryRunAsync(analysis)).ShouldBeRefused("AR2003", "'origin'");
    }
}
