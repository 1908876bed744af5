namespace AnalysisRunner.Toml.Tests;

/// <summary>One typo, one error, at the place where it is; and what stands around it is read.</summary>
public sealed class Recovery
{
    private const string After = "\nafter = 1\n[last]\nkey = true\n";

    [Theory]
    [InlineData("a = ", TomlCodes.ExpectedValue, 1, 5, 0)]
    [InlineData("a = # none", TomlCodes.ExpectedValue, 1, 5, 1)]
    [InlineData("a = hello world", TomlCodes.ExpectedValue, 1, 5, 5)]
    [InlineData("a = True", TomlCodes.ExpectedValue, 1, 5, 4)]
    [InlineData("a 1", TomlCodes.ExpectedEquals, 1, 3, 1)]
    [InlineData("a", TomlCodes.ExpectedEquals, 1, 2, 0)]
    [InlineData("= 1", TomlCodes.ExpectedKey, 1, 1, 1)]
    [InlineData("é = 1", TomlCodes.ExpectedKey, 1, 1, 2)]
    [InlineData("a. = 1", TomlCodes.ExpectedKey, 1, 4, 1)]
    [InlineData("\"\"\"a\"\"\" = 1", TomlCodes.ExpectedKey, 1, 1, 1)]
    [InlineData("a = \"x", TomlCodes.UnterminatedString, 1, 5, 2)]
    [InlineData("a = 'x", TomlCodes.UnterminatedString, 1, 5, 2)]
    [InlineData("a = \"\\q\"", TomlCodes.BadEscape, 1, 6, 2)]
    [InlineData("a = \"😀\\q\"", TomlCodes.BadEscape, 1, 8, 2)]
    [InlineData("a = \"\\uD800\"", TomlCodes.BadEscape, 1, 6, 6)]
    [InlineData("a = \"\\u12\"", TomlCodes.BadEscape, 1, 6, 4)]
    [InlineData("a = 01", TomlCodes.BadNumber, 1, 5, 2)]
    [InlineData("a = 1__0", TomlCodes.BadNumber, 1, 5, 4)]
    [InlineData("a = 1.", TomlCodes.BadNumber, 1, 5, 2)]
    [InlineData("a = 0xG", TomlCodes.BadNumber, 1, 5, 3)]
    [InlineData("a = 9223372036854775808", TomlCodes.IntegerOutOfRange, 1, 5, 19)]
    [InlineData("a = 2024-02-30", TomlCodes.BadDateTime, 1, 5, 10)]
    [InlineData("a = 2024-01-01 25:00:00", TomlCodes.BadDateTime, 1, 5, 19)]
    [InlineData("a = 1 2", TomlCodes.ExpectedEndOfLine, 1, 7, 1)]
    [InlineData("[a] b", TomlCodes.ExpectedEndOfLine, 1, 5, 1)]
    [InlineData("[a", TomlCodes.HeaderNotClosed, 1, 3, 0)]
    [InlineData("[[a]", TomlCodes.HeaderNotClosed, 1, 4, 1)]
    [InlineData("[]", TomlCodes.ExpectedKey, 1, 2, 1)]
    [InlineData("a = [1, 2", TomlCodes.ArrayNotClosed, 2, 1, 5)]
    [InlineData("a = [1, 2,", TomlCodes.ArrayNotClosed, 2, 1, 5)]
    [InlineData("a = [1 2]", TomlCodes.ArrayNotClosed, 1, 8, 1)]
    [InlineData("a = [1,\n  x,\n  3]", TomlCodes.ExpectedValue, 2, 3, 1)]
    [InlineData("a = [\n  \"x,\n  \"y\"\n]", TomlCodes.UnterminatedString, 2, 3, 3)]
    [InlineData("a = [1,, 2]", TomlCodes.ExpectedValue, 1, 8, 1)]
    [InlineData("a = {b = 1", TomlCodes.InlineTableNotClosed, 2, 1, 5)]
    [InlineData("a = {b = 1 c = 2}", TomlCodes.InlineTableNotClosed, 1, 12, 1)]
    [InlineData("a = {b = 1\n c = 2}", TomlCodes.InlineTableNotClosed, 2, 2, 1)]
    [InlineData("a = {b 1}", TomlCodes.ExpectedEquals, 1, 8, 1)]
    [InlineData("a = 1\na = 2", TomlCodes.DuplicateKey, 2, 1, 1)]
    [InlineData("a = {b = 1, b = 2}", TomlCodes.DuplicateKey, 1, 13, 1)]
    [InlineData("a = 1\na.b = 2", TomlCodes.NotExtensible, 2, 1, 1)]
    [InlineData("[a]\n[a]\nb = 1\nb = 1", TomlCodes.RedefinedTable, 2, 2, 1)]
    [InlineData("[a]\nb = {}\n[a.b.c]", TomlCodes.NotExtensible, 3, 4, 1)]
    [InlineData("[a.b]\nx = 1\n[a]\nb.y = 1", TomlCodes.NotExtensible, 4, 1, 1)]
    [InlineData("a = \"x\u0001y\"", TomlCodes.ControlCharacter, 1, 7, 1)]
    [InlineData("# x\u0001y", TomlCodes.ControlCharacter, 1, 4, 1)]
    [InlineData("a = 1\rb = 2", TomlCodes.ControlCharacter, 1, 6, 1)]
    public void One_typo_is_one_error_at_its_place(string text, string code, int line, int column, int length)
    {
        // A duplicate in the table that the bad header would have been is reported on its own; that is why that case has it twice.
        var document = TomlDocument.Parse(text + After, "x.toml");
        var errors = code == TomlCodes.RedefinedTable ? document.Errors.Take(1).ToList() : document.Errors;
        var error = errors.ShouldHaveSingleItem();
        error.Code.ShouldBe(code, error.ToString());
        (error.Span.Line, error.Span.Column, error.Span.Length).ShouldBe((line, column, length), error.ToString());
        error.Path.ShouldBe("x.toml");
        document.Root.TryGet("last", out var last).ShouldBeTrue();
        last.AsTable().TryGet("key", out _).ShouldBeTrue();
    }

    [Fact]
    public void Reports_all_errors_in_document_order()
    {
        var document = TomlDocument.Parse("a = 01\nb = 2\nc = 'x\n[t\nd = 1\n[u]\nd = tru\n");
        document.Errors.Select(e => e.Code).ShouldBe([TomlCodes.BadNumber, TomlCodes.UnterminatedString, TomlCodes.HeaderNotClosed, TomlCodes.ExpectedValue]);
        document.Root.Select(e => e.Key).ShouldBe(["b", "u"]);
    }

    [Fact]
    public void Reports_each_line_that_is_not_utf8_once_and_reads_the_others()
    {
        byte[] bytes = [.. "a = \""u8, 0xFF, 0xFE, .. "\"\nb = 1\n# "u8, 0xC0, .. "\nc = 01\n"u8];
        var document = TomlDocument.Parse(bytes);
        document.Errors.Select(e => (e.Code, e.Span.Line, e.Span.Column)).ShouldBe([(TomlCodes.InvalidUtf8, 1, 6), (TomlCodes.InvalidUtf8, 3, 3), (TomlCodes.BadNumber, 4, 5)]);
        TomlDocument.Parse("a = \"\uD800\"").Errors.ShouldHaveSingleItem().Code.ShouldBe(TomlCodes.InvalidUtf8);
        TomlDocument.Parse(new byte[] { 0xFF, 0xFE, (byte)'a', 0 }).Errors.ShouldHaveSingleItem().Message.ShouldContain("UTF-16");
    }

    [Fact]
    public void Names_the_line_of_the_first_of_two_keys()
    {
        TomlDocument.Parse("x = 1\n\n'x' = 2").Errors.ShouldHaveSingleItem().Message.ShouldBe("The key ''x'' is given already in line 1. Keep one of the two.");
    }

    [Theory]
    [InlineData("a = [[[]]]", 2, false)]
    [InlineData("a = [[[]]]", 3, true)]
    [InlineData("a.b.c = 1", 1, false)]
    [InlineData("a.b.c = 1", 2, true)]
    [InlineData("[a.b.c]", 2, false)]
    [InlineData("[a.b.c]", 3, true)]
    [InlineData("[a.b]\nc = {d = {}}", 3, false)]
    public void Refuses_what_nests_deeper_than_the_limit(string text, int limit, bool allowed)
    {
        var errors = TomlDocument.Parse(text, options: new TomlOptions { MaximumDepth = limit }).Errors;
        errors.Select(e => e.Code).ShouldBe(allowed ? [] : [TomlCodes.TooDeep]);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a=")]
    [InlineData("a.")]
    public void Survives_hostile_depth_at_the_highest_limit(string unit)
    {
        var text = "x = " + string.Concat(Enumerable.Repeat(unit, 200_000));
        TomlDocument.Parse(text, options: new TomlOptions { MaximumDepth = TomlOptions.DepthCeiling }).HasErrors.ShouldBeTrue();
    }

    [Fact]
    public void Refuses_what_is_longer_than_the_limit()
    {
        var options = new TomlOptions { MaximumLength = 5 };
        TomlDocument.Parse("a = 1", options: options).HasErrors.ShouldBeFalse();
        TomlDocument.Parse("a = 12", options: options).Errors.ShouldHaveSingleItem().Code.ShouldBe(TomlCodes.TooLong);
        TomlDocument.Parse("'é'=1"u8.ToArray(), options: options).Errors.ShouldHaveSingleItem().Code.ShouldBe(TomlCodes.TooLong);
    }

    [Fact]
    public void Stops_after_the_greatest_number_of_errors()
    {
        var errors = TomlDocument.Parse(string.Concat(Enumerable.Repeat("x\n", 50)), options: new TomlOptions { MaximumErrors = 3 }).Errors;
        errors.Count.ShouldBe(4);
        errors[3].Code.ShouldBe(TomlCodes.TooManyErrors);
        errors[3].Span.Line.ShouldBe(4);
    }

    [Theory]
    [InlineData("a = {b = 1,}", 11)]
    [InlineData("a = {\nb = 1}", 6)]
    [InlineData("a = \"\\e\"", 6)]
    [InlineData("a = \"\\x41\"", 6)]
    [InlineData("a = 07:32", 5)]
    [InlineData("a = 1979-05-27T07:32Z", 5)]
    public void Newer_syntax_is_one_error_in_1_0_and_none_in_1_1(string text, int column)
    {
        TomlDocument.Parse(text).Errors.ShouldBeEmpty();
        var error = TomlDocument.Parse(text, options: new TomlOptions { Version = TomlVersion.V1_0 }).Errors.ShouldHaveSingleItem();
        error.Code.ShouldBe(TomlCodes.NewerSyntax);
        error.Span.Column.ShouldBe(column);
    }
}
