using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Record;

namespace AnalysisRunner.Server.Tests.Durability;

/// <summary>Two server programs, each with its own state folder, on one PostgreSQL database.</summary>
public sealed class TwoServersTests
{
    [CurlAndPostgresFact]
    public async Task Two_servers_share_the_work_and_nothing_runs_twice_when_one_is_killed()
    {
        var database = await PostgresCluster.CreateDatabaseAsync();
        await using var server = await DurableServer.CreateAsync($"database = \"{database}\"");
        await using var second = server.AddProgram(Path.Combine(server.Root, "second-state"), $"database = \"{database}\"");
        (await server.Program.StartAsync()).ShouldBeTrue(string.Join('\n', server.Program.Log));
        (await second.StartAsync()).ShouldBeTrue(string.Join('\n', second.Log));

        // One key at both at once is one invocation.
        var both = await Task.WhenAll(server.SubmitAsync("both"), server.SubmitAsync("both", second));
        both[0].ShouldBe(both[1]);
        await server.EndOfAsync(both[0], second);
        server.Hold();
        var held = await server.SubmitAsync("held");
        await server.StartedAsync(held);
        await server.Program.KillAsync();

        // The other goes on with its own, shows what the killed one left, and leaves it alone: its driver may be running.
        server.Release();
        var own = await server.EndOfAsync(await server.SubmitAsync("own", second), second);
        own.IsFinal.ShouldBeTrue();
        using (var api = second.Connect(server.Issuer)) (await api.GetInvocationAsync(held, TestRunner.Limit())).IsFinal.ShouldBeFalse();
        await second.KillAsync();
        (await second.StartAsync()).ShouldBeTrue(string.Join('\n', second.Log));
        using (var api = second.Connect(server.Issuer)) (await api.GetInvocationAsync(held, TestRunner.Limit())).IsFinal.ShouldBeFalse();

        (await server.Program.StartAsync()).ShouldBeTrue(string.Join('\n', server.Program.Log));
        await server.EndOfAsync(held, second);
        await server.ShouldHaveLostAndDoubledNothingAsync(second);
        await PostgresCluster.DropDatabaseAsync(database);
    }

    [CurlAndPostgresFact]
    public async Task The_runs_of_a_server_that_will_not_come_back_are_ended_by_an_administrator_and_stay_so_when_it_does()
    {
        var database = await PostgresCluster.CreateDatabaseAsync();
        var settings = $"database = \"{database}\"\nadministrators = [\"Carol@example.org\"]";
        await using var server = await DurableServer.CreateAsync(settings);
        await using var second = server.AddProgram(Path.Combine(server.Root, "second-state"), settings);
        (await server.Program.StartAsync()).ShouldBeTrue(string.Join('\n', server.Program.Log));
        (await second.StartAsync()).ShouldBeTrue(string.Join('\n', second.Log));
        server.Hold();
        var held = await server.SubmitAsync("held");
        await server.StartedAsync(held);
        var gone = (await ServersAsync(server, second)).ShouldHaveSingleItem();
        (gone.Unfinished, gone.IsConnected, gone.IsThis).ShouldBe((1, true, false));

        // While it is there nothing of it is lost, and only administrators say so.
        (await DeclareAsync(server, second, gone.Name, "alice@example.org")).ShouldBe((HttpStatusCode.Forbidden, ServerCodes.AdministratorsOnly));
        (await DeclareAsync(server, second, gone.Name)).ShouldBe((HttpStatusCode.Conflict, ServerCodes.NotLost));
        (await DeclareAsync(server, server.Program, gone.Name)).ShouldBe((HttpStatusCode.Conflict, ServerCodes.NotLost));
        (await DeclareAsync(server, second, "nobody")).ShouldBe((HttpStatusCode.NotFound, PolicyCodes.Unknown));
        await server.Program.KillAsync();
        (await DeclareAsync(server, second, gone.Name)).ShouldBe((HttpStatusCode.OK, null));

        var lost = await server.EndOfAsync(held, second);
        lost.State.ShouldBe(InvocationState.Failed);
        lost.Reason.ShouldNotBeNull().ShouldContain(gone.Name);
        lost.Outputs!.Problem.ShouldNotBeNull().ShouldContain(gone.Name);
        using (var api = second.Connect(server.Issuer))
        {
            var events = new List<InvocationEvent>();
            await foreach (var found in api.FollowEventsAsync(held, 0, TestRunner.Limit())) events.Add(found);
            events[^1].By.ShouldBe("carol@example.org");
        }
        (await ServersAsync(server, second)).ShouldBeEmpty();

        // It does come back: its driver, which still waits, is ended, and the state stays.
        (await server.Program.StartAsync()).ShouldBeTrue(string.Join('\n', server.Program.Log));
        await server.GoneAsync(held);
        (await server.EndOfAsync(held)).State.ShouldBe(InvocationState.Failed);
        server.Release();
        (await server.EndOfAsync(await server.SubmitAsync("next"))).State.ShouldBe(InvocationState.Succeeded);
        File.Exists(server.Jobs).ShouldBeTrue();
        (await File.ReadAllLinesAsync(server.Jobs)).ShouldNotContain(held);
        await PostgresCluster.DropDatabaseAsync(database);
    }

    private static async Task<IReadOnlyList<ServerSummary>> ServersAsync(DurableServer server, ServerProgram program)
    {
        using var http = Http(server, program, "carol@example.org");
        return (await http.GetFromJsonAsync("/api/v1/servers", ContractsJson.Default.IReadOnlyListServerSummary, TestRunner.Limit()))!;
    }

    private static async Task<(HttpStatusCode Status, string? Code)> DeclareAsync(DurableServer server, ServerProgram program, string name, string user = "carol@example.org")
    {
        using var http = Http(server, program, user);
        using var response = await http.PostAsync($"/api/v1/servers/{name}/lost", null, TestRunner.Limit());
        if (response.IsSuccessStatusCode)
        {
            (await response.Content.ReadFromJsonAsync(ContractsJson.Default.ServerLost)).ShouldBe(new ServerLost(name, 1));
            return (response.StatusCode, null);
        }
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync(ContractsJson.Default.ApiProblem))!.Code);
    }

    private static HttpClient Http(DurableServer server, ServerProgram program, string user)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = program.Url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Issuer.Token(user));
        return http;
    }
}
