namespace AnalysisRunner.Config.Tests;

public sealed class LoaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("config-tests-").FullName;
    private readonly ConfigLoader _loader = ConfigLoader.ForSchemas(true, ("hello.schema.toml", "[hello]\nrepeat = { type = \"integer\" }\nword = { type = \"string\", default = \"Hi\" }"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Files_merge_left_to_right()
    {
        var table = _loader.Load([Write("a.toml", "[hello]\nrepeat = 1\nword = \"a\""), Write("b.toml", "[hello]\nrepeat = 2")]).Section("hello");
        (table["repeat"].AsInteger(), table["word"].AsString()).ShouldBe((2, "a"));
    }

    [Fact]
    public void All_problems_of_all_files_come_at_once()
    {
        var (a, b) = (Write("a.toml", "[hello]\nrepeat = \"1\""), Write("b.toml", "[hello]\nrepeat = 0\nx = 1\n"));
        var missing = Path.Combine(_folder, "absent.toml");
        var error = Should.Throw<ConfigException>(() => _loader.Load([a, missing, b, "gs://bucket/c.toml"]));
        error.Problems.Select(p => p.Code).ShouldBe(["AR4121", "AR4122", "AR4103", "AR4101"]);
        error.Message.ShouldContain(a + "(2,10): AR4103: \"hello.repeat\" is the string \"1\"");
    }

    [Fact]
    public void No_file_at_all_is_an_error() =>
        Should.Throw<ConfigException>(() => _loader.Load([])).Problems.ShouldHaveSingleItem().Code.ShouldBe("AR4120");

    [Fact]
    public void A_file_with_a_byte_order_mark_has_the_same_positions()
    {
        var path = Path.Combine(_folder, "bom.toml");
        File.WriteAllText(path, "hello.repeat = \"1\"", new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        var problem = Should.Throw<ConfigException>(() => _loader.Load([path])).Problems.ShouldHaveSingleItem();
        (problem.Span.Line, problem.Span.Column).ShouldBe((1, 16));
    }

    [Fact]
    public void Deprecated_keys_do_not_stop_a_program()
    {
        var loader = ConfigLoader.ForSchemas(true, ("s", "[a]\nx = { type = \"integer\", deprecated = true, default = 1 }"));
        loader.Parse("a.x = 2").Section("a")["x"].AsInteger().ShouldBe(2);
    }

    [Fact]
    public void The_environment_lists_the_files()
    {
        var (a, b) = (Write("a.toml", "[hello]\nrepeat = 1"), Write("b.toml", "[hello]\nrepeat = 2"));
        var before = Environment.GetEnvironmentVariable(ConfigLoader.PathVariable);
        try
        {
            Environment.SetEnvironmentVariable(ConfigLoader.PathVariable, $"{a}, {b},");
            _loader.Load().Section("hello")["repeat"].AsInteger().ShouldBe(2);
            MergedConfig.Load().Get("hello", "repeat").Value.AsInteger().ShouldBe(2);

            Environment.SetEnvironmentVariable(ConfigLoader.PathVariable, ",");
            Should.Throw<ConfigException>(() => _loader.Load()).Problems.ShouldHaveSingleItem().Code.ShouldBe("AR4120");
            Should.Throw<ConfigException>(() => MergedConfig.Load()).Problems.ShouldHaveSingleItem().Code.ShouldBe("AR4120");
        }
        finally
        {
            Environment.SetEnvironmentVariable(ConfigLoader.PathVariable, before);
        }
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
