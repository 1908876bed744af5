using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;
using Dapper;
using Npgsql;
using static AnalysisRunner.Server.Tests.Record.Samples;

namespace AnalysisRunner.Server.Tests.Record;

[NeedsPostgres]
public sealed class PostgresInvocationLogTests : InvocationLogContract
{
    private string _connection = "";
    private string? _another;

    protected override string Database => _connection;

    protected override async Task<InvocationLogOptions> AnotherAsync() => Options with { Database = _another ??= await PostgresCluster.CreateDatabaseAsync() };

    public override async Task InitializeAsync()
    {
        _connection = await PostgresCluster.CreateDatabaseAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await PostgresCluster.DropDatabaseAsync(_connection);
        if (_another is not null) await PostgresCluster.DropDatabaseAsync(_another);
    }

    [ContractFact]
    public async Task The_database_itself_refuses_to_rewrite_history()
    {
        await Log.RecordAsync(Submission(1), CancellationToken.None);
        await Log.ChangeStateAsync(ArGuid(1), new StateChange(InvocationState.Succeeded), CancellationToken.None);
        string[] statements =
        [
            "UPDATE events SET detail = 'x'",
            "DELETE FROM events",
            "DELETE FROM invocations",
            "UPDATE invocations SET state = 'running', finished_at = NULL, final_sequence = NULL",
        ];
        await using var raw = await RawAsync();
        foreach (var statement in statements) await Should.ThrowAsync<PostgresException>(() => raw.ExecuteAsync(statement));
    }

    [ContractFact]
    public async Task A_follower_at_one_server_sees_what_another_records()
    {
        await Log.RecordAsync(Submission(1), CancellationToken.None);
        await using var other = await OpenAsync();
        await using var follower = other.FollowEventsAsync(ArGuid(1), 1, CancellationToken.None).GetAsyncEnumerator();
        var waiting = follower.MoveNextAsync().AsTask();
        await Log.ChangeStateAsync(ArGuid(1), new StateChange(InvocationState.Running, By: "bob"), CancellationToken.None);
        (await waiting.WaitAsync(TimeSpan.FromMinutes(1))).ShouldBeTrue();
        (follower.Current.Detail, follower.Current.By).ShouldBe(("running by bob", "bob"));
    }

    [ContractFact]
    public async Task Writes_fail_while_the_database_is_away_and_go_on_when_it_is_back()
    {
        await Log.RecordAsync(Submission(1), CancellationToken.None);
        var name = new NpgsqlConnectionStringBuilder(_connection).Database;
        await PostgresCluster.ExecuteAsync($"ALTER DATABASE {name} ALLOW_CONNECTIONS false");
        await PostgresCluster.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        await Should.ThrowAsync<Exception>(Log.RecordAsync(Submission(2), CancellationToken.None));
        (await Should.ThrowAsync<AnalysisRunnerException>(Log.RecordAsync(Submission(2), CancellationToken.None))).Problems[0].Code.ShouldBe("AR6130");

        await PostgresCluster.ExecuteAsync($"ALTER DATABASE {name} ALLOW_CONNECTIONS true");
        (await Log.RecordAsync(Submission(3), CancellationToken.None)).Outcome.ShouldBe(RecordOutcome.Recorded);
        (await Log.ListAsync(new InvocationQuery(), CancellationToken.None)).Records.Select(one => one.Invocation.ArGuid).ShouldBe([ArGuid(3), ArGuid(1)]);
    }

    [ContractFact]
    public async Task Refuses_the_schema_of_another_program()
    {
        await using var raw = await RawAsync();
        await raw.ExecuteAsync("DROP TABLE analysis_runner.schema_version");
        (await Should.ThrowAsync<AnalysisRunnerException>(OpenAsync())).Problems[0].Code.ShouldBe("AR6038");
    }

    [ContractFact]
    public async Task Refuses_the_database_of_a_newer_server()
    {
        await using var raw = await RawAsync();
        await raw.ExecuteAsync("UPDATE analysis_runner.schema_version SET version = 1000");
        (await Should.ThrowAsync<AnalysisRunnerException>(OpenAsync())).Problems[0].Message.ShouldContain("version 1000");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("Host=/nowhere;Database=x;Nonsense=1")]
    [InlineData("Host=/nowhere/at/all;Database=x;Username=y")]
    public async Task A_wrong_connection_string_says_what_to_do_and_no_password(string connection)
    {
        var options = new InvocationLogOptions { Database = connection + ";Password=hunter2", SqliteFile = "/unused", PageOf = guid => guid };
        var problem = (await Should.ThrowAsync<AnalysisRunnerException>(InvocationLog.OpenAsync(options))).Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe("AR6130");
        problem.Message.ShouldNotContain("hunter2");
    }

    private async Task<NpgsqlConnection> RawAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_connection) { SearchPath = "analysis_runner" }.ToString());
        await connection.OpenAsync();
        return connection;
    }
}
