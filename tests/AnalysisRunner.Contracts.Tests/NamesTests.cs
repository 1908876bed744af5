namespace AnalysisRunner.Contracts.Tests;

public sealed class NamesTests
{
    [Theory]
    [InlineData("fewgenomes")]
    [InlineData("tob-wgs")]
    [InlineData("a")]
    [InlineData("x2")]
    public void Reads_dataset_names(string text)
    {
        DatasetName.TryParse(text, out var name).ShouldBeTrue();
        name.ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Few")]
    [InlineData("1abc")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a--b")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a\n")]
    public void Refuses_dataset_names_that_could_not_name_a_folder_or_a_bucket(string? text) =>
        DatasetName.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void A_dataset_name_has_at_most_63_characters()
    {
        DatasetName.TryParse(new string('a', 63), out _).ShouldBeTrue();
        DatasetName.TryParse(new string('a', 64), out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("out/v1", "out/v1")]
    [InlineData("out/v1///", "out/v1")]
    [InlineData("with space/ä", "with space/ä")]
    public void Reads_output_prefixes_and_drops_trailing_slashes(string text, string expected)
    {
        OutputPrefix.TryParse(text, out var prefix, out var fault).ShouldBeTrue();
        fault.ShouldBeNull();
        prefix.ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("/", "empty")]
    [InlineData("/abs", "absolute")]
    [InlineData("a//b", "absolute or has an empty name")]
    [InlineData("gs://bucket/x", "URL")]
    [InlineData("a/../b", "'..'")]
    [InlineData("..", "'..'")]
    [InlineData("a/./b", "'.'")]
    [InlineData("a\\b", "backslash")]
    [InlineData("a\u0000b", "control")]
    public void Refuses_output_prefixes_and_says_why(string? text, string why)
    {
        OutputPrefix.TryParse(text, out _, out var fault).ShouldBeFalse();
        fault!.ShouldContain(why);
    }

    [Fact]
    public void Bounds_the_length_and_depth_of_an_output_prefix()
    {
        OutputPrefix.TryParse(new string('a', 701), out _, out var tooLong).ShouldBeFalse();
        tooLong!.ShouldContain("700");
        OutputPrefix.TryParse(string.Join('/', Enumerable.Repeat("a", 65)), out _, out var tooDeep).ShouldBeFalse();
        tooDeep!.ShouldContain("64");
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef01234567")]
    [InlineData("0123456789ABCDEF0123456789abcdef01234567")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void Reads_full_commit_hashes_of_both_object_formats(string text)
    {
        CommitId.TryParse(text, out var commit).ShouldBeTrue();
        commit.ToString().ShouldBe(text.ToLowerInvariant());
        commit.Short.ShouldBe("0123456789ab");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("HEAD")]
    [InlineData("main")]
    [InlineData("0123456")]
    [InlineData("--upload-pack=touch /tmp/x;aaaaaaaaaaaaaaaaa")]
    [InlineData("0123456789abcdef0123456789abcdef0123456\n")]
    public void Refuses_whatever_is_not_a_full_hash(string? text) => CommitId.TryParse(text, out _).ShouldBeFalse();
}
