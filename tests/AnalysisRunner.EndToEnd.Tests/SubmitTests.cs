using AnalysisRunner.Contracts;
using AnalysisRunner.EndToEnd.Tests.Fixtures;

namespace AnalysisRunner.EndToEnd.Tests;

/// <summary>The whole way: build, gate, local runner, driver, batch, log.</summary>
public sealed class SubmitTests
{
    [Fact]
    public async Task Runs_the_committed_analysis_and_prints_what_its_jobs_printed()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        var commit = (await analysis.GitAsync("rev-parse", "HEAD")).Trim();

        var submit = await analysis.SubmitAsync();

        submit.ExitCode.ShouldBe(0, submit.Output);
        submit.Output.ShouldContain("Hello, World");
        var invocation = (await analysis.State.InvocationsAsync()).ShouldHaveSingleItem();
        submit.Output.ShouldContain(invocation.Url);
        invocation.State.ShouldBe(InvocationState.Succeeded);
        invocation.Commit.ShouldBe(commit);
        invocation.Dataset.ShouldBe("fewgenomes");
        invocation.AccessLevel.ShouldBe(AccessLevel.Test);
        invocation.Description.ShouldBe("Say hello");
        invocation.Project.ShouldBe("analysis/HelloBatch.csproj");
        invocation.OutputPrefix.ShouldBe($"HelloBatch/{commit[..12]}/{invocation.ArGuid}");
        invocation.Steps.Select(step => (step.Name, step.ExitCode)).ShouldBe([("checkout", 0), ("build", 0), ("run", 0)]);
        invocation.Steps.ShouldAllBe(step => step.StartedAt >= invocation.SubmittedAt && step.FinishedAt >= step.StartedAt);

        var batch = invocation.Batches.ShouldHaveSingleItem();
        batch.State.ShouldBe(BatchState.Succeeded);
        (await analysis.State.JobLogAsync(batch.Key, 2)).ShouldBe("Hello, World\n");
    }

    [Fact]
    public async Task Runs_again_without_a_change_as_an_invocation_of_its_own()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        (await analysis.SubmitAsync()).ExitCode.ShouldBe(0);
        var runner = analysis.State.Runner();

        var again = await analysis.SubmitAsync();

        again.ExitCode.ShouldBe(0, again.Output);
        analysis.State.Runner().ShouldBe(runner, "the runner that was there is used");
        var invocations = await analysis.State.InvocationsAsync();
        invocations.Count.ShouldBe(2);
        invocations[0].Commit.ShouldBe(invocations[1].Commit);
        invocations[0].OutputPrefix.ShouldNotBe(invocations[1].OutputPrefix);
    }

    [Fact]
    public async Task A_double_click_makes_one_run()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        (await analysis.BuildAsync()).ExitCode.ShouldBe(0);

        // Two windows, one click each: only one compiles, so that they do not write the same files.
        await using var first = analysis.StartSubmit("-p:NoBuild=true");
        await using var second = analysis.StartSubmit("-p:NoBuild=true");
        (await first.EndAsync()).ShouldBe(0, first.Output);
        (await second.EndAsync()).ShouldBe(0, second.Output);

        (await analysis.State.InvocationsAsync()).ShouldHaveSingleItem();
        (first.Output + second.Output).ShouldContain("makes no second run");
        (await analysis.SubmitAsync("-p:NoBuild=true")).ExitCode.ShouldBe(0);
        (await analysis.State.InvocationsAsync()).Count.ShouldBe(2, "a third click after the first was accepted is meant");
    }

    [Fact]
    public async Task Refuses_secrets_and_repeats_none()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        var secret = "ghp_" + new string('x', 36);
        analysis.Edit("analysis/HelloBatch.csproj", "<AnalysisConfig Include", $"<AnalysisEnvironment Include=\"GIT_TOKEN\" Value=\"{secret}\" Condition=\"'$(Secret)' == 'environment'\" /><AnalysisConfig Include=\"private.toml\" Uncommitted=\"true\" Condition=\"'$(Secret)' == 'config'\" /><AnalysisConfig Include");
        analysis.Write(".gitignore", "bin/\nobj/\nprivate.toml\n");
        await analysis.CommitAsync("A secret on demand");
        analysis.Write("analysis/private.toml", "[hello]\ngreeting = \"Psst\" # " + secret + "\n");

        foreach (var (argument, place) in new[]
        {
            ("-p:Secret=environment", "'GIT_TOKEN'"), ("-p:Secret=config", "private.toml(2"), ("-p:AnalysisArguments=--token " + secret, "'--token'"),
            ("-p:AnalysisDescription=" + secret, "AnalysisDescription"),
        })
        {
            var refused = await analysis.SubmitAsync("-p:AnalysisDryRun=true", argument);
            refused.ShouldBeRefused("AR2029", place);
            refused.Output.ShouldNotContain(secret);
        }
    }

    [Fact]
    public async Task Refuses_uncommitted_code_by_name_and_runs_it_once_it_is_committed()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        (await analysis.SubmitAsync()).ExitCode.ShouldBe(0);
        analysis.Edit("analysis/hello.toml", "Hello", "Howdy");
        analysis.Write("analysis/New.cs", "// not committed\n");

        var refused = await analysis.SubmitAsync();

        refused.ExitCode.ShouldNotBe(0);
        refused.Output.ShouldContain("error AR2001");
        refused.Output.ShouldContain("analysis/hello.toml");
        refused.Output.ShouldContain("error AR2002");
        refused.Output.ShouldContain("analysis/New.cs");
        (await analysis.State.InvocationsAsync()).Count.ShouldBe(1);

        var commit = await analysis.CommitAsync("Say howdy");
        var accepted = await analysis.SubmitAsync();

        accepted.ExitCode.ShouldBe(0, accepted.Output);
        accepted.Output.ShouldContain("Howdy, World");
        (await analysis.State.InvocationsAsync())[0].Commit.ShouldBe(commit);
    }

    [Fact]
    public async Task Runs_the_commit_in_a_folder_that_later_edits_do_not_reach()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        await using var stop = await DriverStop.AddToAsync(analysis);
        var commit = await analysis.CommitAsync("Wait for the test");

        await using var submit = analysis.StartSubmit();
        var line = await submit.LineAsync(DriverStop.Reached);
        var folder = line[(line.IndexOf(" in ", StringComparison.Ordinal) + 4)..].Trim();
        analysis.Edit("analysis/hello.toml", "Hello", "Edited");

        folder.ShouldNotStartWith(analysis.Root);
        await using (var git = Command.Start("git", ["rev-parse", "HEAD"], folder, analysis.State.Environment))
        {
            (await git.EndAsync()).ShouldBe(0, git.Output);
            git.Output.Trim().ShouldBe(commit);
        }
        await using (var git = Command.Start("git", ["status", "--porcelain"], folder, analysis.State.Environment))
        {
            (await git.EndAsync()).ShouldBe(0, git.Output);
            git.Output.ShouldBe("", "the driver's checkout is clean but for what the repository ignores");
        }
        (await analysis.State.InvocationsAsync()).ShouldHaveSingleItem().Commit.ShouldBe(commit);

        await stop.OpenAsync();
        (await submit.EndAsync()).ShouldBe(0, submit.Output);
        submit.Output.ShouldContain("Hello, World");
        submit.Output.ShouldNotContain("Edited, World");
        Directory.Exists(folder).ShouldBeFalse("the checkout goes when the invocation has ended");
    }

    [Fact]
    public async Task Two_checkouts_that_submit_to_a_cold_runner_at_once_share_one()
    {
        await using var state = LocalRunnerState.Create();
        await using var first = await AnalysisRepository.CreateAsync(state);
        await using var second = await AnalysisRepository.CreateAsync(state);
        second.Edit("analysis/hello.toml", "Hello", "Servus");
        await second.CommitAsync("Say servus");

        var outcomes = await Task.WhenAll(first.SubmitAsync(), second.SubmitAsync());

        outcomes[0].ExitCode.ShouldBe(0, outcomes[0].Output);
        outcomes[1].ExitCode.ShouldBe(0, outcomes[1].Output);
        outcomes[0].Output.ShouldContain("Hello, World");
        outcomes[1].Output.ShouldContain("Servus, World");
        var invocations = await state.InvocationsAsync();
        invocations.Select(invocation => invocation.WorkTree!.TrimEnd('/')).Order().ShouldBe(new[] { first.Root, second.Root }.Order());
        invocations.ShouldAllBe(invocation => invocation.State == InvocationState.Succeeded);
        invocations.Select(invocation => new Uri(invocation.Url).Authority).Distinct().ShouldHaveSingleItem("one server served both");
    }

    [Fact]
    public async Task Standard_takes_what_is_on_the_default_branch_and_nothing_else()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        await analysis.GitAsync("checkout", "--quiet", "-b", "feature");
        analysis.Edit("analysis/hello.toml", "Hello", "Unreviewed");
        await analysis.CommitAsync("Not reviewed");

        var refused = await analysis.SubmitAsync("-c", "Standard");
        refused.ExitCode.ShouldNotBe(0);
        refused.Output.ShouldContain("error AR6031");
        (await analysis.State.InvocationsAsync()).ShouldBeEmpty();

        await analysis.GitAsync("checkout", "--quiet", "main");
        var accepted = await analysis.SubmitAsync("-c", "Standard");

        accepted.ExitCode.ShouldBe(0, accepted.Output);
        accepted.Output.ShouldContain("Hello, World");
        var invocation = (await analysis.State.InvocationsAsync()).ShouldHaveSingleItem();
        invocation.AccessLevel.ShouldBe(AccessLevel.Standard);
        invocation.Namespace.ShouldBe("main");
        invocation.Configuration.ShouldBe("Standard");
    }

    [Fact]
    public async Task A_dry_run_checks_everything_prints_the_request_and_sends_nothing()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        var commit = (await analysis.GitAsync("rev-parse", "HEAD")).Trim();

        var dry = await analysis.SubmitAsync("-p:AnalysisDryRun=true");

        dry.ExitCode.ShouldBe(0, dry.Output);
        dry.Output.ShouldContain(commit);
        dry.Output.ShouldContain("\"dataset\": \"fewgenomes\"");
        analysis.State.Runner().ShouldBeNull("nothing was sent, so nothing was started");
        analysis.Edit("analysis/hello.toml", "Hello", "Dirty");
        (await analysis.SubmitAsync("-p:AnalysisDryRun=true")).ShouldBeRefused("AR2001", "hello.toml");
    }

    [TerminalFact]
    public async Task The_terminal_logger_shows_the_link_and_what_the_jobs_print()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();

        await using var terminal = Command.Start(
            "script",
            ["-qfec", "dotnet build analysis -t:Submit -p:Dataset=fewgenomes -nodeReuse:false -tl:on", "/dev/null"],
            analysis.Root,
            analysis.State.Environment);

        (await terminal.EndAsync()).ShouldBe(0, terminal.Output);
        terminal.Output.ShouldContain("Hello, World");
        terminal.Output.ShouldContain((await analysis.State.InvocationsAsync()).ShouldHaveSingleItem().Url);
    }

    [Fact]
    public async Task Works_from_a_shallow_clone_and_from_a_worktree()
    {
        await using var origin = await AnalysisRepository.CreateAsync();
        await origin.GitAsync("commit", "--quiet", "--allow-empty", "--message", "Another");
        var shallow = Directory.CreateTempSubdirectory("shallow ").FullName;
        try
        {
            await origin.GitAsync("clone", "--quiet", "--depth", "1", new Uri(origin.Root).AbsoluteUri, Path.Combine(shallow, "clone"));
            await origin.GitAsync("worktree", "add", "--quiet", "--detach", Path.Combine(shallow, "tree"), "HEAD");

            foreach (var checkout in new[] { "clone", "tree" })
            {
                await using var submit = Command.Start(
                    "dotnet",
                    ["build", "analysis", "-t:Submit", "-p:Dataset=fewgenomes", "-nodeReuse:false", "-tl:off"],
                    Path.Combine(shallow, checkout),
                    origin.State.Environment);
                (await submit.EndAsync()).ShouldBe(0, submit.Output);
                submit.Output.ShouldContain("Hello, World");
            }
        }
        finally
        {
            Directory.Delete(shallow, recursive: true);
        }
    }
}
