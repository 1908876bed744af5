namespace AnalysisRunner.CodeFixes.Tests;

public sealed class BucketInCodeFixTests
{
    [Theory]
    [InlineData("\"gs://cpg-demo-main/a/b.txt\"", "config.DatasetPath(\"a/b.txt\", dataset: \"demo\")")]
    [InlineData("\"gs://cpg-demo-main/\"", "config.DatasetPath(\"\", dataset: \"demo\")")]
    [InlineData("@\"gs://cpg-demo-main-web/a\"", "config.DatasetPath(\"a\", category: \"web\", dataset: \"demo\")")]
    [InlineData("\"gs://cpg-my-test-set-main-analysis/a\"", "config.DatasetPath(\"a\", category: \"analysis\", dataset: \"my-test-set\")")]
    [InlineData("\"gs://cpg-demo-test-tmp/a\"", "config.DatasetPath(\"a\", category: \"tmp\", dataset: \"demo\", test: true)")]
    [InlineData("$\"gs://cpg-demo-main/{x}/b\"", "config.DatasetPath($\"{x}/b\", dataset: \"demo\")")]
    [InlineData("$\"gs://cpg-demo-main/a-{x:D3}.txt\"", "config.DatasetPath($\"a-{x:D3}.txt\", dataset: \"demo\")")]
    [InlineData("(\"gs://cpg-demo-main/a\").Length", "(config.DatasetPath(\"a\", dataset: \"demo\")).Length")]
    public async Task Asks_config_for_a_path_in_a_datasets_storage(string path, string better)
    {
        using var editor = new EditorUnderTest(Method(path));
        (await editor.FixAsync()).ShouldBe(Method(better));
    }

    [Theory]
    [InlineData("\"gs://cpg-demo-main\"")]
    [InlineData("\"gs://cpg-demo-archive/x\"")]
    [InlineData("\"gs://cpg-demo-main-else/x\"")]
    [InlineData("\"s3://bucket/x\"")]
    [InlineData("\"cp gs://cpg-demo-main/x .\"")]
    [InlineData("\"gs://cpg-demo-main/../x\"")]
    [InlineData("\"gs://cpg-demo-main//x\"")]
    [InlineData("\"gs://cpg-demo-main/a\\\\b\"")]
    [InlineData("$\"gs://cpg-{x}-main/y\"")]
    [InlineData("$\"{x} gs://cpg-demo-main/y\"")]
    [InlineData("$\"gs://cpg-demo-main/{x}/../y\"")]
    [InlineData("(System.FormattableString)$\"gs://cpg-demo-main/{x}\"")]
    [InlineData("\"gs://cpg-demo-main/x\"u8.ToArray()")]
    public async Task Offers_nothing_for_what_is_not_such_a_path_as_a_whole(string path)
    {
        using var editor = new EditorUnderTest(Method(path));
        (await editor.OffersAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("const string X = \"gs://cpg-demo-main/x\";")]
    [InlineData("string M(AnalysisConfig config, string x = \"gs://cpg-demo-main/x\") => x;")]
    [InlineData("bool M(AnalysisConfig config, string x) => x is \"gs://cpg-demo-main/x\";")]
    [InlineData("string M() => \"gs://cpg-demo-main/x\";")]
    [InlineData("void M(AnalysisConfig config, Job job) => job.Command($\"gs://cpg-demo-main/{job}\");")]
    [InlineData("void M(AnalysisConfig config, System.Text.StringBuilder text, int x) => text.Append($\"gs://cpg-demo-main/{x}\");")]
    public async Task Offers_nothing_where_the_code_would_not_compile_or_mean_the_same(string member)
    {
        using var editor = new EditorUnderTest($"using AnalysisRunner.Pipelines;\nclass P {{ {member} }}");
        (await editor.OffersAsync()).ShouldBeEmpty();
    }

    private static string Method(string expression) => $$"""
        using AnalysisRunner.Pipelines;
        class P
        {
            object M(AnalysisConfig config, int x) => {{expression}};
        }
        """;
}
