namespace AnalysisRunner.Pipelines.Tests;

public sealed class QuotingTests
{
    // Every value must arrive as itself, wherever it may stand.
    public static TheoryData<string> Values =>
    [
        "World", "", " ", "Hello, World", "it's", "'", "''", "\"", "a\"b", "\\", "\\'", "a\\", "$HOME", "$(touch pwned)", "`touch pwned`", "${x}", "$",
        "; touch pwned", "& touch pwned", "| touch pwned", "> pwned", "\n", "a\nb", "\ntouch pwned\n", "\t", "\r\n", "*", "?", "[a]", "~", "{a,b}", "!", "!!",
        "#", "# x", "-n", "--", "EOF", "\nEOF\ntouch pwned\n", "a=b", "x'; touch pwned; echo 'y", "x\"; touch pwned; echo \"y", "\\\"; touch pwned; \\\"",
        "'\\''; touch pwned; '", "é ü 漢 🧬", "\u001b[31m", "()", "<(touch pwned)", "%s", "\\n", "\\c", "))", "a[$(touch pwned)]", "if", "}",
    ];

    [TheoryWithBash]
    [MemberData(nameof(Values))]
    public void A_value_is_one_word_outside_quotes(string value) =>
        Bash.Run(Described.Script($"printf '%s|' {value} end")).ShouldBe(value + "|end|");

    [TheoryWithBash]
    [MemberData(nameof(Values))]
    public void A_value_stays_itself_within_double_quotes(string value) =>
        Bash.Run(Described.Script($"printf '%s|' \"<{value}>\" end")).ShouldBe($"<{value}>|end|");

    [TheoryWithBash]
    [MemberData(nameof(Values))]
    public void A_value_stays_itself_within_single_quotes(string value) =>
        Bash.Run(Described.Script($"printf '%s|' '<{value}>' end")).ShouldBe($"<{value}>|end|");

    [TheoryWithBash]
    [MemberData(nameof(Values))]
    public void A_value_stays_itself_within_substitutions(string value) =>
        Bash.Run(Described.Script($"printf '%s|' \"$(printf '%s.' {value} \"$(printf '%s' \"{value}\")\")\" end")).ShouldBe($"{value}.{value.TrimEnd('\n')}.|end|"); // A substitution drops line ends.

    [TheoryWithBash]
    [MemberData(nameof(Values))]
    public void A_value_stays_itself_among_other_syntax(string value) =>
        Bash.Run(Described.Script($$"""
            # it's a comment with "quotes" and $(
            n=${#HOME} # more of ${it
            cat > /dev/null <<-'EOF' # "
            it's $( " `
            EOF
            case x in (y) ;; x) v=$(( (1 + 2) << 1 )) ;; esac
            for w in {{value}} end; do printf '%s|' "$w"; done; echo $'it\'s' "$#" ${v:+"$v"}
            printf %s {{value}}
            """)).ShouldBe($"{value}|end|it's 0 6\n{value}");

    [FactWithBash]
    public void A_collection_becomes_several_words() =>
        Bash.Run(Described.Script($"printf '%s|' {new[] { "a b", "it's", "" }} end")).ShouldBe("a b|it's||end|");

    [FactWithBash]
    public void An_empty_collection_becomes_nothing() =>
        Bash.Run(Described.Script($"printf '%s|' {Array.Empty<string>()} end")).ShouldBe("end|");

    [FactWithBash]
    public void Numbers_and_times_are_written_the_same_everywhere() =>
        Bash.Run(Described.Script(
            $"echo {1234.5} {true} {new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)} {0.25:P0} {DayOfWeek.Friday} $(( 3 - {-4} ))"))
            .ShouldBe("1234.5 true 2026-01-02T03:04:05.0000000+00:00 25 % Friday 7\n");

    [FactWithBash]
    public void Raw_text_is_spliced() =>
        Bash.Run(Described.Script($"{Shell.Raw("echo one; ")}{Shell.Raw("echo \"")}{"$HOME"}\"")).ShouldBe("one\n$HOME\n");

    [FactWithBash]
    public void Quoting_survives_raw_text_that_splits_a_token() =>
        Bash.Run(Described.Script($"echo $({Shell.Raw("(")}1 + {2}))")).ShouldBe("3\n");

    [FactWithBash]
    public void A_file_is_a_path_whatever_the_folder_is_called()
    {
        var batch = Described.Batch();
        var first = batch.NewJob("first job").Command($"true");
        first.Output("it's $a \"file\".txt");
        var second = batch.NewJob("second").Command($"cat {first["it's $a \"file\".txt"]} \"{first["it's $a \"file\".txt"]}\"");

        Bash.Run(second.Spec().Command, resources =>
        {
            Directory.CreateDirectory(Path.Combine(resources, "first_job-1"));
            File.WriteAllText(Path.Combine(resources, "first_job-1", "it's $a \"file\".txt"), "Hello\n");
        }).ShouldBe("Hello\nHello\n");
    }

    [Fact]
    public void Windows_line_ends_of_the_source_do_not_reach_bash() =>
        Described.Script($"echo a\r\necho {"b\r\n"}").ShouldBe("echo a\necho 'b\r\n'");

    [Fact]
    public void Constant_text_is_quoted_too()
    {
        const string Constant = "a b";
        Described.Script($"echo {Constant}").ShouldBe("echo 'a b'");
    }

    [Fact]
    public void Quote_gives_one_word_and_refuses_nul()
    {
        Shell.Quote("it's").ShouldBe(@"'it'\''s'");
        Should.Throw<ArgumentException>(() => Shell.Quote("a\0b"));
        Should.Throw<ArgumentException>(() => Shell.Raw("a\0b"));
    }
}
