using AnalysisRunner.Config;

namespace AnalysisRunner.Pipelines.Tests;

public sealed class ConfigAccessTests
{
    private static readonly AnalysisConfig Config = AnalysisConfig.Parse("""
        top = "text"
        [a]
        integer = 3
        big = 5000000000
        number = 1.5
        flag = true
        empty = ""
        moment = 2026-01-02T03:04:05Z
        day = 2026-01-02
        time = 03:04:05
        wait = "1h30m"
        early = 0001-01-01T00:00:00+10:00
        nought = 0000-01-01
        names = ["x", "y"]
        sizes = [1, 2]
        mixed = [1, "x"]
        tables = [{ key = "in a table of an array" }]
        [a."b.c"]
        d = "deep"
        """);

    [Fact]
    public void Values_come_as_the_type_that_is_asked_for()
    {
        Config.Get<string>("top").ShouldBe("text");
        Config.Get<string>("a", "b.c", "d").ShouldBe("deep");
        Config.Get<int>("a", "integer").ShouldBe(3);
        Config.Get<int?>("a", "integer").ShouldBe(3);
        Config.Get<long>("a", "big").ShouldBe(5_000_000_000);
        Config.Get<double>("a", "number").ShouldBe(1.5);
        Config.Get<double>("a", "integer").ShouldBe(3);
        Config.Get<bool>("a", "flag").ShouldBeTrue();
        Config.Get<string>("a", "empty").ShouldBe("");
        Config.Get<DateTimeOffset>("a", "moment").ShouldBe(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        Config.Get<DateOnly>("a", "day").ShouldBe(new DateOnly(2026, 1, 2));
        Config.Get<TimeOnly>("a", "time").ShouldBe(new TimeOnly(3, 4, 5));
        Config.Get<TimeSpan>("a", "wait").ShouldBe(TimeSpan.FromMinutes(90));
        Config.Get<IReadOnlyList<string>>("a", "names").ShouldBe(["x", "y"]);
        Config.Get<IReadOnlyList<long>>("a", "sizes").ShouldBe([1, 2]);
        Config.Get<IReadOnlyList<double>>("a", "sizes").ShouldBe([1, 2]);
        Config.Get<ConfigNode>("a", "b.c").Children.ShouldHaveSingleItem().Key.ShouldBe("d");
    }

    [Fact]
    public void A_missing_key_is_named_with_its_table_and_path()
    {
        var problem = Problem(() => Config.Get<string>("a", "b.c", "e"));
        (problem.Code, problem.Key).ShouldBe(("AR4123", "a.\"b.c\".e"));
        problem.Message.ShouldContain("There is no key \"e\" in [a.\"b.c\"]; asked for was \"a -> b.c -> e\".");
        Problem(() => Config.Get<string>("tpo")).Message.ShouldContain("Did you mean \"top\"?");
    }

    [Theory]
    [InlineData("top", "ex")] // "ex" is a part of the text: still no key.
    [InlineData("a", "integer", "x")]
    [InlineData("a", "names", "x")]
    [InlineData("a", "tables", "key")]
    [InlineData("nowhere", "x")]
    public void A_path_through_something_that_is_no_table_is_an_absent_key(params string[] keys)
    {
        Problem(() => Config.Get<string>(keys)).Code.ShouldBe("AR4123");
        Config.Get(keys, "fallback").ShouldBe("fallback");
        Config.Get<string?>(keys, null).ShouldBeNull();
        Config.TryGet<string>(keys, out _).ShouldBeFalse();
    }

    [Fact]
    public void A_fallback_is_not_used_for_a_key_that_is_set()
    {
        Config.Get(["a", "empty"], "fallback").ShouldBe("");
        Config.TryGet<int>(["a", "integer"], out var found).ShouldBeTrue();
        found.ShouldBe(3);
    }

    [Fact]
    public void A_value_of_another_type_is_a_mistake_also_with_a_fallback()
    {
        (Action Misread, string Code)[] cases =
        [
            (() => Config.Get<int>("top"), "AR4103"),
            (() => Config.Get<string>("a", "integer"), "AR4103"),
            (() => Config.Get<string>("a"), "AR4103"),
            (() => Config.Get<long>("a", "number"), "AR4103"),
            (() => Config.Get<bool>(["a", "integer"], false), "AR4103"),
            (() => Config.TryGet<int?>(["top"], out _), "AR4103"),
            (() => Config.Get<IReadOnlyList<string>>("a", "mixed"), "AR4103"),
            (() => Config.Get<IReadOnlyList<string>>("top"), "AR4103"),
            (() => Config.Get<int>("a", "big"), "AR4104"),
            (() => Config.Get<TimeSpan>("top"), "AR4110"),
            (() => Config.Get<DateTimeOffset>("a", "early"), "AR4110"),
            (() => Config.Get<DateOnly>("a", "nought"), "AR4110"),
        ];
        foreach (var (misread, code) in cases) Problem(misread).Code.ShouldBe(code);

        var problem = Problem(() => Config.Get<int>("top"));
        (problem.File, problem.Span.Line, problem.Span.Column).ShouldBe(("config.toml", 1, 7));
        problem.Message.ShouldBe("\"top\" is the string \"text\"; the code reads it as an integer. Correct the value, or read another type.");
    }

    [Fact]
    public void Without_any_config_there_are_fallbacks() => AnalysisConfig.Empty.Get(["workflow", "name"], "none").ShouldBe("none");

    [Fact]
    public void A_path_without_keys_and_a_type_without_values_are_misuse()
    {
        Should.Throw<ArgumentException>(() => Config.Get<string>());
        Should.Throw<ArgumentException>(() => Config.Get<string>([], ""));
        Should.Throw<ArgumentException>(() => Config.Get<Version>("top"));
        Should.Throw<ArgumentException>(() => Config.TryGet<Version>(["absent"], out _));
    }

    [Fact]
    public void Files_merge_left_to_right_and_each_value_knows_its_origin()
    {
        using var folder = new ConfigFolder();
        var (low, high) = (folder.Write("low.toml", "[a]\nx = 1\ny = [1, 2]"), folder.Write("high.toml", "\n[a]\ny = [3]"));

        var config = AnalysisConfig.Load(low, high);

        config.Get<long>("a", "x").ShouldBe(1);
        config.Get<IReadOnlyList<long>>("a", "y").ShouldBe([3]);
        config.Explain("a", "y").ShouldBe($"a.y = [3], set by {high} (line 3)\n  replaced [1, 2], set by {low} (line 3)");
        config.Explain("a", "z").ShouldBeNull();
    }

    [Fact]
    public void All_files_that_cannot_be_used_are_told_at_once()
    {
        using var folder = new ConfigFolder();
        var (bad, good) = (folder.Write("bad.toml", "a = \nb = 1"), folder.Write("good.toml", "a = 1"));
        Problems(() => AnalysisConfig.Load(bad, good, good + ".absent", "ftp://host/c.toml")).Select(p => p.Code).ShouldBe(["AR4121", "AR4122", "AR4010"]);
    }

    [Fact]
    public void Files_without_a_key_are_no_config()
    {
        using var folder = new ConfigFolder();
        Problem(() => AnalysisConfig.Load(folder.Write("empty.toml", "# nothing\n"))).Code.ShouldBe("AR4120");
        Problem(() => AnalysisConfig.Load([])).Code.ShouldBe("AR4120");
        Problem(() => AnalysisConfig.Parse("a = ")).Code.ShouldBe("AR4010");
    }

    private static ConfigProblem Problem(Action action) => Problems(action).ShouldHaveSingleItem();

    private static IReadOnlyList<ConfigProblem> Problems(Action action) => Should.Throw<ConfigException>(action).Problems;

    private sealed class ConfigFolder : IDisposable
    {
        private readonly string _path = Directory.CreateTempSubdirectory("config-access-").FullName;

        public string Write(string name, string text)
        {
            var path = Path.Combine(_path, name);
            File.WriteAllText(path, text);
            return path;
        }

        public void Dispose() => Directory.Delete(_path, recursive: true);
    }
}
