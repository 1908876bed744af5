namespace AnalysisRunner.Sdk.Tests;

/// <summary>What is stamped in the situations that a work tree can be in.</summary>
public sealed class StampSituationTests
{
    private const string Remote = "https://git.example.org/acme/analysis.git";

    [FactWithGit]
    public async Task A_linked_work_tree_has_the_commit_of_its_own_branch()
    {
        using var project = new AnalysisProject();
        await project.CommitAsync(Remote);
        await project.GitAsync("worktree", "add", "-q", "-b", "feature/x", project.PathOf("linked tree"));
        project.Write("linked tree/notes.txt", "more");
        await project.GitAsync("-C", "linked tree", "add", "-A");
        await project.GitAsync("-C", "linked tree", "commit", "-q", "-m", "more");

        (await project.StampToBeAsync(project.PathOf("linked tree"))).ShouldBe((await project.GitAsync("rev-parse", "feature/x"), Remote));
        (await project.StampToBeAsync()).ShouldBe((await project.GitAsync("rev-parse", "main"), Remote));
    }

    [FactWithGit]
    public async Task A_project_in_a_submodule_has_the_commit_and_the_address_of_the_submodule()
    {
        using var inner = new AnalysisProject();
        var commit = await inner.CommitAsync("https://git.example.org/acme/inner.git");
        using var outer = new AnalysisProject();
        await outer.CommitAsync(Remote);
        await outer.GitAsync("-c", "protocol.file.allow=always", "submodule", "add", "-q", inner.PathOf("."), "inner");
        await outer.GitAsync("-C", "inner", "remote", "set-url", "origin", "git@git.example.org:acme/inner.git");
        await outer.CommitAsync();

        var (stamped, repository) = await outer.StampToBeAsync(outer.PathOf("inner"));

        stamped.ShouldBe(commit);
        repository.ShouldBe("ssh://git.example.org/acme/inner.git");
    }

    [FactWithGit]
    public async Task Detached_shallow_and_sparse_checkouts_have_their_commit()
    {
        using var project = new AnalysisProject();
        project.Write("data/large.txt", "large");
        await project.CommitAsync(Remote);
        var commit = await project.CommitAsync();

        await project.GitAsync("checkout", "-q", "--detach");
        (await project.StampToBeAsync()).Commit.ShouldBe(commit);

        await project.GitAsync("clone", "-q", "--depth", "1", "file://" + project.PathOf("."), project.PathOf("shallow"));
        (await project.StampToBeAsync(project.PathOf("shallow"))).Commit.ShouldBe(commit);

        await project.GitAsync("sparse-checkout", "set", "--no-cone", "/*", "!/data");
        File.Exists(project.PathOf("data/large.txt")).ShouldBeFalse();
        (await project.StampToBeAsync()).ShouldBe((commit, Remote));
    }

    [FactWithGit]
    public async Task Without_a_remote_or_with_a_local_one_there_is_a_commit_and_no_repository()
    {
        using var project = new AnalysisProject();
        var commit = await project.CommitAsync();
        (await project.StampToBeAsync()).ShouldBe((commit, null));

        await project.GitAsync("remote", "add", "origin", "../somewhere");
        (await project.StampToBeAsync()).ShouldBe((commit, null));
    }

    [FactWithGit]
    public async Task Commits_of_sha256_are_stamped_whole()
    {
        using var project = new AnalysisProject();
        await project.GitAsync("init", "-q", "-b", "main", "--object-format=sha256");
        await project.GitAsync("remote", "add", "origin", Remote);
        var commit = await project.CommitAsync();

        commit.Length.ShouldBe(64);
        (await project.StampToBeAsync()).ShouldBe((commit, Remote));
    }

    [FactWithGit]
    public async Task Variables_that_point_git_elsewhere_change_nothing()
    {
        using var elsewhere = new AnalysisProject();
        await elsewhere.CommitAsync();
        using var project = new AnalysisProject();
        var commit = await project.CommitAsync(Remote);

        (await project.StampToBeAsync(null, ("GIT_DIR", elsewhere.PathOf(".git")), ("GIT_WORK_TREE", elsewhere.PathOf(".")))).ShouldBe((commit, Remote));
    }

    [FactAsAdministrator]
    public async Task A_folder_of_another_owner_is_stamped()
    {
        using var project = new AnalysisProject();
        var commit = await project.CommitAsync(Remote);
        (await Command.RunAsync(project.PathOf("."), "chown", ["-R", "65534", "."])).ExitCode.ShouldBe(0);
        (await Command.RunAsync(project.PathOf("."), "git", ["status"])).ExitCode.ShouldBe(128);

        (await project.StampToBeAsync()).ShouldBe((commit, Remote));
    }

    [TheoryWithGit]
    [InlineData("git@git.example.org:acme/analysis.git", "ssh://git.example.org/acme/analysis.git")]
    [InlineData("ssh://git@git.example.org:2222/acme/analysis", "ssh://git.example.org:2222/acme/analysis")]
    [InlineData("https://user:t%40ken@git.example.org/acme/analysis.git", "https://git.example.org/acme/analysis.git")]
    [InlineData("acme:analysis.git", "https://git.example.org/acme/analysis.git")]
    public async Task Every_form_of_an_address_is_stamped_without_its_user(string remote, string repository)
    {
        using var project = new AnalysisProject();
        var commit = await project.CommitAsync(remote);
        await project.GitAsync("config", "url.https://git.example.org/acme/.insteadOf", "acme:");

        (await project.StampToBeAsync()).ShouldBe((commit, repository));
    }

    [FactWithGit]
    public async Task Versions_that_somebody_else_makes_stay_as_they_are()
    {
        using var project = new AnalysisProject();
        // What a package that derives versions from git does: properties of its own, set by a target before the SDK's.
        project.Write("Directory.Build.targets", """
            <Project>
              <Target Name="VersionFromElsewhere" BeforeTargets="GetAssemblyVersion;GetAssemblyAttributes">
                <PropertyGroup>
                  <Version>4.5.6-g0123456789</Version>
                  <AssemblyVersion>4.5.0.0</AssemblyVersion>
                  <AssemblyFileVersion>4.5.6.7</AssemblyFileVersion>
                  <FileVersion>4.5.6.7</FileVersion>
                  <InformationalVersion>4.5.6+0123456789</InformationalVersion>
                  <AssemblyInformationalVersion>4.5.6+0123456789</AssemblyInformationalVersion>
                  <IncludeSourceRevisionInInformationalVersion>false</IncludeSourceRevisionInInformationalVersion>
                  <GitCommitId>0123456789</GitCommitId>
                </PropertyGroup>
              </Target>
              <Target Name="Say" AfterTargets="Build"><Message Importance="high" Text="GitCommitId=$(GitCommitId) Version=$(Version)" /></Target>
            </Project>
            """);
        var commit = await project.CommitAsync(Remote);

        var build = (await project.BuildAsync("-v:m")).ShouldSucceed();

        var assembly = System.Diagnostics.FileVersionInfo.GetVersionInfo(project.Assembly());
        (assembly.ProductVersion, assembly.FileVersion).ShouldBe(("4.5.6+0123456789", "4.5.6.7"));
        System.Reflection.AssemblyName.GetAssemblyName(project.Assembly()).Version.ShouldBe(new Version(4, 5, 0, 0));
        project.Stamp()["AnalysisRunner.Commit"].ShouldBe(commit);
        build.Messages.ShouldContain("GitCommitId=0123456789 Version=4.5.6-g0123456789");
    }
}
