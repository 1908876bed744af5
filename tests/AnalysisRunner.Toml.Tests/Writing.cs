namespace AnalysisRunner.Toml.Tests;

public sealed class Writing
{
    [Fact]
    public void Writes_plain_keys_first_and_a_header_for_every_table()
    {
        var map = new TomlMap
        {
            ["sub"] = new TomlMap { ["deep"] = new TomlMap(), ["x"] = 1 },
            ["list"] = new List<object> { new TomlMap { ["a"] = "é\n" }, new TomlMap() },
            ["a b"] = new[] { 1.5, 5e22, -0.0, 1e-7 },
            ["at"] = new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromHours(10)),
        };
        TomlWriter.Write(map).ShouldBe("""
            "a b" = [1.5, 5.0e+22, -0.0, 1.0e-07]
            at = 2024-02-29T01:02:03+10:00

            [sub]
            x = 1

            [sub.deep]

            [[list]]
            a = "é\n"

            [[list]]

            """);
    }

    [Theory]
    [InlineData("a = [1, 'x']", TomlCodes.MixedArray)]
    [InlineData("a = [1, 1.5]", TomlCodes.MixedArray)]
    [InlineData("a = [1, {}]", TomlCodes.MixedArray)]
    [InlineData("a = [[{}]]", TomlCodes.MixedArray)]
    [InlineData("a = 07:32:00.123456789", TomlCodes.ValueOutOfRange)]
    [InlineData("a = 0000-01-01", TomlCodes.ValueOutOfRange)]
    [InlineData("a = '\"\"x'", TomlCodes.TextNotWritable)]
    [InlineData("a = \"\\u0001\\\\u\"", TomlCodes.TextNotWritable)]
    [InlineData("a = [',x']", TomlCodes.TextNotWritable)]
    [InlineData("a = [['[']]", TomlCodes.TextNotWritable)]
    [InlineData("a = {\"b\\n\" = 1}", TomlCodes.TextNotWritable)]
    [InlineData("[a.\"\"]", TomlCodes.TextNotWritable)]
    public void Refuses_for_python_what_python_cannot_hold(string text, string code)
    {
        var document = TomlDocument.Parse(text);
        document.Errors.ShouldBeEmpty();
        var refusal = Should.Throw<TomlWriteException>(() => TomlWriter.Write(document.Root));
        refusal.Code.ShouldBe(code);
        refusal.Message.ShouldStartWith("Key 'a");
        TomlWriter.Write(document.Root, TomlDialect.Full).ShouldNotBeEmpty();
    }

    [Fact]
    public void Refuses_what_toml_has_no_form_for()
    {
        Should.Throw<TomlWriteException>(() => TomlWriter.WriteValue(ulong.MaxValue)).Code.ShouldBe(TomlCodes.IntegerOutOfRange);
        Should.Throw<TomlWriteException>(() => TomlWriter.WriteValue(new object())).Code.ShouldBe(TomlCodes.UnsupportedValue);
        Should.Throw<TomlWriteException>(() => TomlWriter.WriteValue(new object?[] { null })).Code.ShouldBe(TomlCodes.UnsupportedValue);
        Should.Throw<TomlWriteException>(() => TomlWriter.WriteValue("\uD800", TomlDialect.Full)).Code.ShouldBe(TomlCodes.TextNotWritable);
        var cycle = new TomlMap();
        cycle["self"] = cycle;
        Should.Throw<TomlWriteException>(() => TomlWriter.Write(cycle)).Code.ShouldBe(TomlCodes.TooDeep);
    }

    [Fact]
    public void Refusals_repeat_no_control_characters() =>
        Should.Throw<TomlWriteException>(() => TomlWriter.Write(new TomlMap { ["a\n\u001b"] = 1 })).Message.ShouldStartWith("Key 'a\uFFFD\uFFFD' cannot");
}
