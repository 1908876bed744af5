using System.Runtime.Versioning;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace AnalysisRunner.Server.Tests.Runs;

/// <summary>Runs of a real server as real users of this machine: what each level can do, and what it cannot.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class IdentityTests : IDisposable
{
    private readonly OsUsers _users = new();

    public void Dispose() => _users.Dispose();

    [OsUserFact]
    public async Task A_test_driver_builds_on_its_own_and_reaches_test_storage_and_nothing_else()
    {
        await using var server = await StartAsync();
        var main = Storage(server, "ds1-main", "analysis");
        await RunAsync(server, "full", $"echo precious > {main}/data; mkdir {main}/deep; echo more > {main}/deep/data");
        await RunAsync(server, "test", $"echo other > {Storage(server, "other-test", "analysis")}/data; chmod 666 {Storage(server, "other-test", "analysis")}/data", "other");

        var run = await RunAsync(server, "test", $"""
            set +e
            id -un; stat -c '%U %a' . .git "$CPG_CONFIG_PATH" "$ANALYSIS_RUNNER_TOKEN_FILE" "$HOME" "$TMPDIR"; git log --format=%s; git status --porcelain
            grep -c . "$CPG_CONFIG_PATH" > /dev/null && echo config read
            echo made > {Storage(server, "ds1-test", "analysis")}/mine && cat {Storage(server, "ds1-test", "analysis")}/mine && rm {Storage(server, "ds1-test", "analysis")}/mine
            echo ==refused
            cat {main}/data {main}/deep/data; ls {main}; touch {main}/x; rm -rf {main}/deep
            cat {Storage(server, "other-test", "analysis")}/data; ls {Storage(server, "other-main", "analysis")}
            cat {server.State}/invocations.sqlite {server.State}/environment.key {server.State}/server.id
            ls {server.State} {server.State}/config {server.State}/mirrors {server.State}/runs {server.State}/engine/batches {server.State}/code
            cat {server.State}/runs/$ANALYSIS_RUNNER_AR_GUID/token {server.State}/config/$ANALYSIS_RUNNER_AR_GUID.toml {server.SettingsFile}
            for place in {server.State}/code/{_test} $(dirname $(cat .git/objects/info/alternates)); do touch $place/x; done; touch {server.State}/x {server.State}/runs/x
            echo ==end
            """);

        var log = await server.LogOfAsync(run.ArGuid);
        run.State.ShouldBe(InvocationState.Succeeded, log);
        run.Identity!.User.ShouldBe(_test);
        run.Unenforced.ShouldBeFalse();
        var lines = log.Split("==refused\n");
        lines[0].ShouldContain($"{_test}\n{_test} 775\n{_test} 775\n{_test} 600\n{_test} 600\n{_test} 700\n{_test} 700\na run\n", Case.Sensitive, log);
        lines[0].ShouldContain("config read\nmade\n");
        var refused = lines[1].Split("==end")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        refused.Length.ShouldBe(23, log);
        refused.ShouldAllBe(line => line.EndsWith("Permission denied", StringComparison.Ordinal));
        (await File.ReadAllTextAsync(Path.Combine(main, "data"))).ShouldBe("precious\n");
    }

    [OsUserFact]
    public async Task A_standard_driver_adds_to_main_and_neither_overwrites_nor_deletes()
    {
        await using var server = await StartAsync();
        var main = Storage(server, "ds1-main", "analysis");
        var first = await RunAsync(server, "standard", $"""
            mkdir {main}/out/v1/sub; echo one > {main}/out/v1/result; echo two > {main}/out/v1/sub/result; chmod 777 {main}/out/v1/sub; chmod 4755 {main}/out/v1/result
            echo changed > {main}/out/v1/result
            """, prefix: "out/v1");
        first.State.ShouldBe(InvocationState.Succeeded, await server.LogOfAsync(first.ArGuid));
        first.Identity!.User.ShouldBe(_standard);
        (await File.ReadAllTextAsync(Path.Combine(main, "out/v1/result"))).ShouldBe("changed\n");
        Stat(Path.Combine(main, "out/v1/result")).ShouldBe($"{_full} {_standard} 750");
        Stat(Path.Combine(main, "out/v1/sub")).ShouldBe($"{_full} {_standard} 2750");
        // What nothing was put into is not left behind.
        Directory.Exists(Path.Combine(Storage(server, "ds1-main", "web"), "out")).ShouldBeFalse();

        var second = await RunAsync(server, "standard", $"""
            set +e
            cat {main}/out/v1/result {main}/out/v1/sub/result {Storage(server, "ds1-test", "analysis")}/../analysis/t
            echo new > {main}/out/v1/other && echo new > {main}/out/v1/sub/other && echo added
            echo ==refused
            echo over > {main}/out/v1/result; echo over >> {main}/out/v1/sub/result; rm -f {main}/out/v1/result; mv {main}/out/v1/other {main}/out/v1/result; mv {main}/out/v1/sub {main}/out/v1/gone
            rm -rf {main}/out/v1/sub/result; chmod 777 {main}/out/v1/result; truncate -s0 {main}/out/v1/result; touch {main}/elsewhere; echo x > {Storage(server, "ds1-test", "analysis")}/t
            echo ==end
            """, prefix: "out/v1", before: $"echo t > {Storage(server, "ds1-test", "analysis")}/t");

        var log = await server.LogOfAsync(second.ArGuid);
        log.ShouldContain("changed\ntwo\nt\nadded\n");
        var refused = log.Split("==refused\n")[1].Split("==end")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        refused.Length.ShouldBe(10, log);
        refused.ShouldAllBe(line => line.EndsWith("Permission denied", StringComparison.Ordinal) || line.EndsWith("Operation not permitted", StringComparison.Ordinal));
        (await File.ReadAllTextAsync(Path.Combine(main, "out/v1/result"))).ShouldBe("changed\n");
        Stat(Path.Combine(main, "out/v1/sub/other")).ShouldBe($"{_full} {_standard} 640");

        var full = await RunAsync(server, "full", $"cat {main}/out/v1/result; echo over > {main}/out/v1/result; rm -r {main}/out/v1/sub; cat {Storage(server, "ds1-test", "analysis")}/t; echo f > {Storage(server, "ds1-test", "analysis")}/f");
        full.State.ShouldBe(InvocationState.Succeeded, await server.LogOfAsync(full.ArGuid));
        (await File.ReadAllTextAsync(Path.Combine(main, "out/v1/result"))).ShouldBe("over\n");
        Directory.Exists(Path.Combine(main, "out/v1/sub")).ShouldBeFalse();
    }

    [OsUserFact]
    public async Task What_is_written_beside_outputs_belongs_to_their_owner_and_goes_nowhere_else()
    {
        await using var server = await StartAsync();
        var folder = Storage(server, "ds1-test", "analysis") + "/p/1";
        var first = await RunAsync(server, "test", $"mkdir -p {folder}; echo x > {folder}/x", prefix: "p/1");
        first.Outputs.ShouldNotBeNull().ShouldBe(new OutputsSummary(first.Outputs!.ListedAt, 1, 2));
        Stat($"{folder}/.analysis-runner").Split(' ')[0].ShouldBe(_test);
        Stat($"{folder}/.analysis-runner/{first.ArGuid}.json").Split(' ')[0].ShouldBe(_test);

        // Where the server's own user could write, and theirs cannot.
        var second = await RunAsync(server, "test", $"rm -r {folder}/.analysis-runner; ln -s {server.State}/config {folder}/.analysis-runner; echo y > {folder}/y", prefix: "p/1");
        second.Outputs.ShouldNotBeNull().Problem.ShouldNotBeNull().ShouldContain("is a link to");
        File.Exists($"{server.State}/config/{second.ArGuid}.json").ShouldBeFalse();
    }

    [OsUserFact]
    public async Task Batches_of_a_driver_are_who_it_is_whatever_they_say()
    {
        await using var server = await StartAsync();
        var body = """{"key":"k","name":"b","jobs":[{"id":1,"name":"j","command":"id -un","parents":[],"environment":{},"attempts":1,"milliCpu":100}],"identity":{"user":"daemon"}}""";
        var run = await RunAsync(server, "test", $$"""
            exec 3<>"/dev/tcp/127.0.0.1/${ANALYSIS_RUNNER_URL##*:}"
            body='{{body}}'
            printf 'POST /api/v1/batches HTTP/1.0\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %s\r\n\r\n%s' \
              "${ANALYSIS_RUNNER_URL#http://}" "$(cat "$ANALYSIS_RUNNER_TOKEN_FILE")" "${#body}" "$body" >&3
            head -1 <&3
            """);
        run.State.ShouldBe(InvocationState.Succeeded, await server.LogOfAsync(run.ArGuid));
        var engine = server.Server.Services.GetRequiredService<Engines.IBatchEngine>();
        var log = "";
        await foreach (var piece in engine.ReadLogAsync(run.Batches.ShouldHaveSingleItem().Key, 1, null, 0, false, TestRunner.Limit())) log += System.Text.Encoding.UTF8.GetString(piece.Span);
        log.ShouldBe(_test + "\n");
    }

    [OsUserFact]
    public async Task The_server_is_not_led_astray_by_what_a_driver_leaves()
    {
        await using var server = await StartAsync();
        var precious = Directory.CreateDirectory(Path.Combine(server.Repository.Root, "precious")).FullName;
        await File.WriteAllTextAsync(Path.Combine(precious, "x"), "x");
        var run = await RunAsync(server, "standard", $"""
            cd ..; rm -f steps; mkfifo steps; ln -s {precious} link; mkdir -p d; chmod 500 d; ln -s {precious} {Storage(server, "ds1-main", "analysis")}/p/link; mkfifo {Storage(server, "ds1-main", "analysis")}/p/pipe
            """, prefix: "p");
        run.IsFinal.ShouldBeTrue();
        File.Exists(Path.Combine(precious, "x")).ShouldBeTrue();
        Stat(Path.Combine(precious, "x")).ShouldStartWith("root root");
        Directory.Exists(Path.Combine(server.State, "runs", run.ArGuid)).ShouldBeFalse();
    }

    [OsUserFact]
    public async Task Settings_whose_identities_would_keep_nothing_apart_are_refused()
    {
        await using var server = await StartAsync();
        IEnumerable<string> Refusal(string datasets)
        {
            server.WriteSettings(datasets);
            return Should.Throw<AnalysisRunnerException>(() => new SettingsSource(server.SettingsFile, null).Read()).Problems.Select(problem => $"{problem.Code} {problem.Field}");
        }
        var one = "[datasets.a]\nlevels = [\"test\", \"standard\"]\n";

        Refusal($"{one}[datasets.a.identity]\ntest = {{ user = \"{_test}\" }}\n").ShouldBe(["AR6082 datasets.a"]);
        Refusal($"{one}[datasets.a.identity]\ntest = {{ user = \"{_test}\" }}\nstandard = {{ user = \"{_test}\" }}\n").ShouldBe(["AR6080 datasets.a.identity.standard.user"]);
        Refusal($"{one}[datasets.a.identity]\ntest = {{ user = \"root\" }}\nstandard = {{ user = \"nobody-has-this-name\" }}\n").ShouldBe(["AR6080 datasets.a.identity.test.user", "AR6080 datasets.a.identity.standard.user"]);
        Refusal($"{one}[datasets.a.identity]\ntest = {{ user = \"{_test}\" }}\nstandard = {{ user = \"{_standard}\", s3_role = \"arn\" }}\nfull = {{ user = \"{_full}\" }}\n").ShouldBe(["AR6081 datasets.a.identity.standard.s3_role", "AR6044 datasets.a.identity.full"]);
        Refusal($"[datasets.a.identity]\ntest = {{ user = \"{_test}\" }}\n[datasets.b]\n").ShouldBe(["AR6082 datasets.b"]);
    }

    private readonly string _test, _standard, _full, _other;

    public IdentityTests() => (_test, _standard, _full, _other) = OsUsers.Available ? (_users.Add(), _users.Add(), _users.Add(), _users.Add()) : ("", "", "", "");

    private async Task<TestServer> StartAsync()
    {
        var server = await TestServer.StartAsync(
            $$"""
            [datasets.ds1]
            repositories = ["demo"]
            members = ["alice@example.org"]
            levels = ["test", "standard", "full"]

            [datasets.ds1.identity]
            test = { user = "{{_test}}" }
            standard = { user = "{{_standard}}" }
            full = { user = "{{_full}}" }

            [datasets.other]
            repositories = ["demo"]
            members = ["alice@example.org"]

            [datasets.other.identity]
            test = { user = "{{_other}}" }
            """,
            prepare: server =>
            {
                // A temporary folder is its owner's only, and the users of jobs have to come through to what is theirs.
                File.SetUnixFileMode(server.Repository.Root, File.GetUnixFileMode(server.Repository.Root) | UnixFileMode.OtherExecute);
                File.WriteAllText(server.SettingsFile, "");
                File.SetUnixFileMode(server.SettingsFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            });
        return server;
    }

    private static string Storage(TestServer server, string folder, string category) => Path.Combine(server.State, "storage", folder, category);

    private static async Task<Invocation> RunAsync(TestServer server, string level, string script, string dataset = "ds1", string? prefix = null, string? before = null)
    {
        if (before is not null) await RunAsync(server, "test", before);
        return await server.RunAsync(TestServer.Request(server.PushScript(script), "./run.sh") with { AccessLevel = level, Dataset = dataset, OutputPrefix = prefix });
    }

    private static string Stat(string path)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%U %G %a", path]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd().TrimEnd('\n');
        process.WaitForExit();
        return output;
    }
}
