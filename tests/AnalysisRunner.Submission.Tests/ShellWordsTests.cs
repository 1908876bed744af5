namespace AnalysisRunner.Submission.Tests;

public sealed class ShellWordsTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("  \t\n ", new string[0])]
    [InlineData("one two", new[] { "one", "two" })]
    [InlineData("  one\ttwo\n", new[] { "one", "two" })]
    [InlineData("'one two' three", new[] { "one two", "three" })]
    [InlineData("\"one two\" three", new[] { "one two", "three" })]
    [InlineData("''", new[] { "" })]
    [InlineData("\"\" x", new[] { "", "x" })]
    [InlineData("a'b c'd", new[] { "ab cd" })]
    [InlineData("--name=\"two words\"", new[] { "--name=two words" })]
    [InlineData("a\\ b", new[] { "a b" })]
    [InlineData("'a\\b'", new[] { "a\\b" })]
    [InlineData("\"a\\\"b\"", new[] { "a\"b" })]
    [InlineData("\"a\\\\b\"", new[] { "a\\b" })]
    [InlineData("\"a\\nb\"", new[] { "a\\nb" })]
    [InlineData("\"it's\"", new[] { "it's" })]
    [InlineData("'it'\\''s'", new[] { "it's" })]
    [InlineData("a\\\nb", new[] { "ab" })]
    [InlineData("\"a\\\nb\"", new[] { "ab" })]
    [InlineData("$HOME *.txt ~ `x` a;b a|b", new[] { "$HOME", "*.txt", "~", "`x`", "a;b", "a|b" })]
    [InlineData("größe 'δ ε'", new[] { "größe", "δ ε" })]
    public void Splits_as_a_shell_does(string text, string[] expected)
    {
        ShellWords.TryParse(text, out var words, out _).ShouldBeTrue();
        words.ShouldBe(expected);
    }

    [Theory]
    [InlineData("'open", "single quote at position 1")]
    [InlineData("a \"open", "double quote at position 3")]
    [InlineData("\"ends in escape\\\"", "double quote at position 1")]
    [InlineData("a\\", "ends with a backslash")]
    public void Refuses_what_a_shell_would_ask_more_for(string text, string fault)
    {
        ShellWords.TryParse(text, out _, out var found).ShouldBeFalse();
        found.ShouldNotBeNull().ShouldContain(fault);
    }

    [Theory]
    [InlineData("plain", "", "two words", "it's", "$x;%y", "back\\slash", "\"q\"", "line\nbreak")]
    public void Joins_so_that_it_splits_again(params string[] words)
    {
        ShellWords.TryParse(ShellWords.Join(words), out var again, out _).ShouldBeTrue();
        again.ShouldBe(words);
    }
}
