namespace AnalysisRunner.CodeFixes.Tests;

public sealed class TypedKeyFixTests
{
    [Theory]
    [InlineData("config.Get<string>(\"hello\", \"greeting\")", "hello.Hello.Greeting")]
    [InlineData("config.Get<string>(nameof(hello), \"greeting\")", "hello.Hello.Greeting")]
    [InlineData("config.Get<string>(\"hello\", \"greeting\").Length", "hello.Hello.Greeting.Length")]
    [InlineData("config.Get<long>(\"hello\", \"repeat\") + 1", "hello.Hello.Repeat + 1")]
    [InlineData("config.Get<IReadOnlyList<string>>(\"hello\", \"names\")", "hello.Hello.Names")]
    [InlineData("config.Get([\"hello\", \"label\"], \"none\")", "(hello.Hello.Label ?? \"none\")")]
    [InlineData("config.Get([\"hello\", \"limit\"], 3L) + 1", "(hello.Hello.Limit ?? 3L) + 1")]
    public async Task Reads_the_property_of_a_value_that_is_at_hand(string read, string better)
    {
        using var editor = new EditorUnderTest(Method(read));
        (await editor.FixAsync()).ShouldBe(Method(better));
    }

    [Theory]
    [InlineData("config.Get<int>(\"hello\", \"repeat\")")]
    [InlineData("config.Get<string>(\"hello\", \"mode\")")]
    [InlineData("config.Get<string>(\"hello\", \"label\")")]
    [InlineData("config.Get<string>(\"hello\", \"old\")")]
    [InlineData("config.Get<string>(\"extra\", \"x\")")]
    [InlineData("config.Get<long>(\"hello\", \"sizes\", \"one\")")]
    [InlineData("config.Get([\"hello\", \"repeat\"], 3L)")]
    [InlineData("config.Get([\"hello\", \"label\"], System.Guid.NewGuid().ToString())")]
    [InlineData("config.TryGet<string>([\"hello\", \"greeting\"], out var _)")]
    public async Task Offers_nothing_where_the_property_would_mean_something_else(string read)
    {
        using var editor = new EditorUnderTest(Method(read));
        (await editor.OffersAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("var config = AnalysisConfig.Load(); var hello = HelloConfig.Load();", "hello.Hello.Greeting")]
    [InlineData("var config = AnalysisConfig.Load(); var @class = HelloConfig.Load();", "@class.Hello.Greeting")]
    [InlineData("var config = AnalysisConfig.Load(); HelloConfig hello; hello = HelloConfig.Load();", "hello.Hello.Greeting")]
    [InlineData("var config = AnalysisConfig.Load();", null)]
    [InlineData("var config = AnalysisConfig.Load(\"other.toml\"); var hello = HelloConfig.Load();", null)]
    [InlineData("var config = AnalysisConfig.Load(); var hello = HelloConfig.Parse(\"\");", null)]
    [InlineData("var config = AnalysisConfig.Load(); var hello = HelloConfig.Load(); hello = HelloConfig.Parse(\"\");", null)]
    [InlineData("var config = AnalysisConfig.Load(); HelloConfig hello; if (config.Merged.Layers.Count > 9) { hello = HelloConfig.Load(); hello.ToString(); }", null)]
    public async Task Offers_it_only_where_both_are_the_config_of_the_run(string before, string? better)
    {
        using var editor = new EditorUnderTest(Body(before + " return config.Get<string>(\"hello\", \"greeting\");"));
        if (better is null) (await editor.OffersAsync()).ShouldBeEmpty();
        else (await editor.FixAsync()).ShouldBe(Body(before + " return " + better + ";"));
    }

    [Fact]
    public async Task A_value_that_is_declared_below_is_not_at_hand()
    {
        using var editor = new EditorUnderTest(Body(
            "var greeting = AnalysisConfig.Load().Get<string>(\"hello\", \"greeting\"); var hello = HelloConfig.Load(); return greeting + hello.Hello.Greeting;"));
        (await editor.OffersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Members_are_at_hand_where_code_may_use_them()
    {
        const string Class = """
            using AnalysisRunner.Pipelines;
            using Demo;
            sealed class P(AnalysisConfig config, HelloConfig given)
            {
                private readonly HelloConfig _hello = given;
                private HelloConfig Mine { get; } = HelloConfig.Load();
                string M() => config.Get<string>("hello", "greeting");
                string N() => config + _hello.Hello.Greeting + Mine.Hello.Greeting;
            }
            """;
        using (var editor = new EditorUnderTest(Class))
            (await editor.OffersAsync()).ShouldBe(["Use 'Mine.Hello.Greeting'", "Use '_hello.Hello.Greeting'"]);

        using (var editor = new EditorUnderTest("""
            using AnalysisRunner.Pipelines;
            using Demo;
            sealed class P(HelloConfig given)
            {
                private readonly HelloConfig _hello = given;
                static string M(AnalysisConfig config) => config.Get<string>("hello", "greeting");
                string N() => _hello.Hello.Greeting;
            }
            """))
            (await editor.OffersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Mends_all_of_a_document_at_once()
    {
        using var editor = new EditorUnderTest(Method("config.Get<string>(\"hello\", \"greeting\") + config.Get<long>(\"hello\", \"repeat\") + config.Get<int>(\"hello\", \"repeat\")"));
        (await editor.FixAllAsync(new TypedKeyFix())).ShouldBe(Method("hello.Hello.Greeting + hello.Hello.Repeat + config.Get<int>(\"hello\", \"repeat\")"));
    }

    private static string Method(string expression) => $$"""
        using System.Collections.Generic;
        using AnalysisRunner.Pipelines;
        using Demo;
        class P
        {
            object M(AnalysisConfig config, HelloConfig hello) => {{expression}}; // kept
            IReadOnlyList<string> N() => [];
        }
        """;

    private static string Body(string statements) => $$"""
        using AnalysisRunner.Pipelines;
        using Demo;
        class P
        {
            string M() { {{statements}} }
        }
        """;
}
