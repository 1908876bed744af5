using AnalysisRunner.Server.Code;

namespace AnalysisRunner.Server.Tests.Code;

public sealed class ShellWordTests
{
    [Theory]
    [InlineData("", "''")]
    [InlineData("a-b_c.d/e:f,g@h%i+j", "a-b_c.d/e:f,g@h%i+j")]
    [InlineData("a b", "'a b'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("~", "'~'")]
    [InlineData("A=b", "'A=b'")]
    [InlineData("ü", "'ü'")]
    public void Quotes_what_a_shell_could_take_for_more_than_text(string text, string word) => ShellWord.Quote(text).ShouldBe(word);

    [Fact]
    public void Refuses_what_no_argument_can_carry() => Should.Throw<ArgumentException>(() => ShellWord.Quote("a\0b"));

    [GitFact]
    public void Bash_reads_every_word_back()
    {
        string[] texts = ["", "'", "''", "\\", "$(id)", "`id`", "$HOME", "a\nb", "\t", "*", "~", "!x", "-n", "ü🧬", "\"", "\u0001\u007f", "a'\"b", "#", "x;y&z|w<>()"];
        var random = new Random(20260304);
        var generated = Enumerable.Range(0, 300).Select(_ => string.Concat(Enumerable.Range(0, 8).Select(_ => (char)random.Next(1, 128))));
        string[] all = [.. texts, .. generated];
        var (exit, output, error) = UserRepository.Bash($"printf '%s\\0' {ShellWord.QuoteAll(all)}", "/");
        (exit, error).ShouldBe((0, ""));
        output.Split('\0')[..^1].ShouldBe(all);
    }
}
