using System.Text.Json;

namespace AnalysisRunner.Cli.Tests;

/// <summary>Config files are explained and judged.</summary>
public sealed class ConfigCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ConfigCommandTests()
    {
        _folder.Write("hello.schema.toml", "[hello]\ngreeting = { type = \"string\" }\ntimes = { type = \"integer\", default = 1, maximum = 5 }\n");
        _folder.Write("base.toml", "[hello]\ngreeting = \"Hello\"\ntimes = 2\n");
        _folder.Write("cohort.toml", "# cohort\n[hello]\ntimes = 3\n");
    }

    [Fact]
    public async Task Explains_which_file_and_line_set_a_key_and_what_it_replaced()
    {
        var outcome = await Cli.RunAsync("config", "explain", "hello.times", "base.toml", "cohort.toml");
        outcome.ExitCode.ShouldBe(0, outcome.Error);
        var lines = outcome.Output.Split('\n');
        lines[0].ShouldStartWith("hello.times = 3  # ");
        lines[0].ShouldEndWith("cohort.toml, line 3");
        lines[1].ShouldContain("instead of 2");
        lines[1].ShouldEndWith("base.toml, line 3");
    }

    [Fact]
    public async Task Explains_a_table_value_by_value_and_as_JSON()
    {
        var outcome = await Cli.RunAsync("config", "explain", "hello", "base.toml", "--json");
        outcome.ExitCode.ShouldBe(0, outcome.Error);
        using var json = JsonDocument.Parse(outcome.Output);
        json.RootElement.EnumerateArray().Select(value => value.GetProperty("key").GetString()).ShouldBe(["hello.greeting", "hello.times"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("AR1067", "hello.time", "base.toml")]
    [InlineData("none.toml", "hello.times", "none.toml")]
    public async Task Says_what_cannot_be_explained(string what, string key, string file)
    {
        var outcome = await Cli.RunAsync("config", "explain", key, file);
        outcome.ExitCode.ShouldBe(ExitCodes.Config, outcome.Error);
        outcome.Error.ShouldContain(what);
    }

    [Fact]
    public async Task Checks_with_the_schemas_of_the_folder_and_the_codes_of_the_compiler()
    {
        (await Cli.RunAsync("config", "check", "base.toml", "cohort.toml")).ExitCode.ShouldBe(0);

        _folder.Write("wrong.toml", "[hello]\ngreting = \"Hi\"\ntimes = 9\n");
        var outcome = await Cli.RunAsync("config", "check", "base.toml", "wrong.toml");

        outcome.ExitCode.ShouldBe(ExitCodes.Config);
        outcome.Output.ShouldMatch(@"wrong\.toml\(2,1\): .*AR41\d\d.*greting");
        outcome.Output.ShouldMatch(@"wrong\.toml\(3,\d+\): .*AR41\d\d.*9");
    }

    [Fact]
    public async Task Reports_every_syntax_error_of_every_file_with_its_place()
    {
        _folder.Write("broken.toml", "a = \nb = 'x\n");
        var outcome = await Cli.RunAsync("config", "check", "broken.toml", "--schema", "hello.schema.toml");
        outcome.ExitCode.ShouldBe(ExitCodes.Config);
        outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => line.StartsWith("broken.toml(", StringComparison.Ordinal)).ShouldBeGreaterThan(1);
        (await Cli.RunAsync("config", "check", "none.toml")).Error.ShouldContain("AR1068");
    }

    public void Dispose() => _folder.Dispose();

    private InProcess Cli => new(_folder.Path);
}
