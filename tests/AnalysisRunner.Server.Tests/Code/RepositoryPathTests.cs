using AnalysisRunner.Server.Code;

namespace AnalysisRunner.Server.Tests.Code;

public sealed class RepositoryPathTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("a/b c/ü🧬.toml")]
    [InlineData(".gitignore")]
    [InlineData("...")]
    [InlineData("a/-b")]
    [InlineData(".github/x")]
    public void Reads_paths_inside_the_repository(string text)
    {
        RepositoryPath.TryParse(text, out var path, out var fault).ShouldBeTrue(fault);
        path.ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("./a")]
    [InlineData("a/.")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData(".git")]
    [InlineData("a/.GIT/config")]
    [InlineData("-rf")]
    [InlineData("--upload-pack=x")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("a\u0085b")]
    [InlineData("a\\b")]
    [InlineData("C:\\x")]
    public void Refuses_everything_else(string? text)
    {
        RepositoryPath.TryParse(text, out var path, out var fault).ShouldBeFalse();
        fault.ShouldNotBeNullOrEmpty();
        path.ToString().ShouldBeEmpty();
    }

    // Not inline data: an attribute cannot hold these.
    [Fact]
    public void Refuses_text_that_is_not_well_formed()
    {
        foreach (var text in new[] { "\ud800", "a\udc00b", "\udc00\ud800", "a\ud83e" }) RepositoryPath.TryParse(text, out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void Refuses_paths_of_more_than_4096_characters()
    {
        RepositoryPath.TryParse(new string('a', 4096), out _, out _).ShouldBeTrue();
        RepositoryPath.TryParse(new string('a', 4097), out _, out _).ShouldBeFalse();
    }
}
