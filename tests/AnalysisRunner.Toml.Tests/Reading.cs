using System.Globalization;

namespace AnalysisRunner.Toml.Tests;

/// <summary>What valid documents mean: the grammar, where the public cases are absent.</summary>
public sealed class Reading
{
    [Theory]
    [InlineData("\"a\\tb\\u00e9\\U0001F600\\\\\"", "a\tbé😀\\")]
    [InlineData("'a\\tb'", "a\\tb")]
    [InlineData("\"\"\"\nx\\\n   y\"\"\"", "xy")]
    [InlineData("\"\"\"\r\nx\r\ny\"\"\"", "x\ny")]
    [InlineData("'''\nx\n'y''''", "x\n'y'")]
    [InlineData("\"\"\"\"two\"\"\"\"\"", "\"two\"\"")]
    [InlineData("\"\"", "")]
    [InlineData("\"\\x41\\e\"", "A\u001b")]
    [InlineData("\"é😀\"", "é😀")]
    public void Reads_strings(string text, string expected) => Value(text).AsString().ShouldBe(expected);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("+1_000", 1000)]
    [InlineData("-17", -17)]
    [InlineData("-0", 0)]
    [InlineData("0xDEAD_beef", 0xDEADBEEF)]
    [InlineData("0o755", 493)]
    [InlineData("0b1101", 13)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    public void Reads_integers(string text, long expected) => Value(text).AsInteger().ShouldBe(expected);

    [Theory]
    [InlineData("1.0", 1.0)]
    [InlineData("-3.141_5", -3.1415)]
    [InlineData("5e+22", 5e22)]
    [InlineData("6.626E-34", 6.626e-34)]
    [InlineData("1e999", double.PositiveInfinity)]
    [InlineData("-inf", double.NegativeInfinity)]
    [InlineData("+nan", double.NaN)]
    public void Reads_floats(string text, double expected) => Value(text).AsFloat().ShouldBe(expected);

    [Theory]
    [InlineData("1979-05-27T07:32:00Z", TomlKind.OffsetDateTime, "1979-05-27T07:32:00Z")]
    [InlineData("1979-05-27 00:32:00.999999999-07:30", TomlKind.OffsetDateTime, "1979-05-27T00:32:00.999999999-07:30")]
    [InlineData("1979-05-27t07:32:00.5", TomlKind.LocalDateTime, "1979-05-27T07:32:00.5")]
    [InlineData("0000-02-29", TomlKind.LocalDate, "0000-02-29")]
    [InlineData("07:32", TomlKind.LocalTime, "07:32:00")]
    [InlineData("07:32:00.1234567891", TomlKind.LocalTime, "07:32:00.123456789")]
    public void Reads_dates_and_times_without_loss(string text, TomlKind kind, string expected)
    {
        var value = Value(text);
        value.Kind.ShouldBe(kind);
        value.RawText.ShouldBe(text);
        object read = kind switch
        {
            TomlKind.OffsetDateTime => value.AsOffsetDateTime(),
            TomlKind.LocalDateTime => value.AsLocalDateTime(),
            TomlKind.LocalDate => value.AsLocalDate(),
            _ => value.AsLocalTime(),
        };
        read.ToString().ShouldBe(expected);
    }

    [Fact]
    public void Every_key_and_value_knows_its_place()
    {
        var document = TomlDocument.Parse("# é\n[a.\"b c\"]\n'😀'.x = [\n  1,\n  { k = 2 } ]\n[[list]]\n");
        var a = Entry(document.Root, "a");
        (a.KeySpan.Line, a.KeySpan.Column, a.KeySpan.Length).ShouldBe((2, 2, 1));
        var bc = Entry(a.Value.AsTable(), "b c");
        (bc.KeySpan.Column, bc.KeySpan.Length).ShouldBe((4, 5));
        (bc.Value.Span.Column, bc.Value.RawText).ShouldBe((1, "[a.\"b c\"]"));
        var smile = Entry(bc.Value.AsTable(), "😀");
        var x = Entry(smile.Value.AsTable(), "x");
        (x.KeySpan.Line, x.KeySpan.Column).ShouldBe((3, 6));
        (x.Value.Span.Line, x.Value.Span.Column, x.Value.Span.EndLine, x.Value.Span.EndColumn).ShouldBe((3, 10, 5, 14));
        var k = Entry(x.Value.AsArray()[1].AsTable(), "k");
        (k.KeySpan.Line, k.KeySpan.Column, k.Value.Span.Column).ShouldBe((5, 5, 9));
        Entry(document.Root, "list").Value.AsArray()[0].Span.Line.ShouldBe(6);
    }

    [Fact]
    public void Columns_count_utf16_units_and_not_the_byte_order_mark()
    {
        var document = TomlDocument.Parse("\uFEFFa = '" + new string('é', 3000) + "😀' # x\n");
        var value = Entry(document.Root, "a");
        value.KeySpan.Column.ShouldBe(1);
        value.Value.Span.EndColumn.ShouldBe(5 + 3000 + 2 + 2);
    }

    [Fact]
    public void Tables_may_come_in_any_order_and_in_pieces()
    {
        var document = TomlDocument.Parse("[x.y.z]\na=1\n[x]\nb=2\n[[x.l]]\nc=3\n[x.l.m]\nd=4\n[[x.l]]\n[fruit]\napple.color=1\napple.taste.sweet=true\n[fruit.apple.texture]\nsmooth=true\n");
        document.Errors.ShouldBeEmpty();
        var x = Entry(document.Root, "x").Value.AsTable();
        x.Select(e => e.Key).ShouldBe(["y", "b", "l"]);
        var l = Entry(x, "l").Value.AsArray();
        l.Count.ShouldBe(2);
        l.IsArrayOfTables.ShouldBeTrue();
        l.Select(e => e.AsTable().Count).ShouldBe([2, 0]);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(5000)]
    public void Finds_every_key_and_no_other_without_allocating(int count)
    {
        var text = string.Concat(Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"\"ké\\u0079_{i}\" = {i}\n")));
        var table = TomlDocument.Parse(text).Root;
        var keys = Enumerable.Range(0, count).Select(i => $"kéy_{i}").ToArray();
        var found = 0;
        var misses = 0;
        for (var round = 0; round < 2; round++)
        {
            found = misses = 0;
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < keys.Length; i++)
            {
                if (table.TryGet(keys[i], out var value) && value.AsInteger() == i) found++;
                if (table.TryGet(keys[i].AsSpan(1), out _)) misses++;
            }

            if (round == 1) (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        }

        found.ShouldBe(count);
        misses.ShouldBe(0);
    }

    [Fact]
    public void Keys_of_any_length_and_spelling_are_one_key()
    {
        var longKey = new string('k', 70_000);
        var document = TomlDocument.Parse($"{longKey} = 1\n\"\\u006b\" = 2\n'{longKey}x' = 3\n[\"\"]\n");
        document.Errors.ShouldBeEmpty();
        document.Root.Select(e => e.Key).ShouldBe([longKey, "k", longKey + "x", ""]);
        document.Root.TryGet(longKey, out _).ShouldBeTrue();
        document.Root.TryGet(longKey + "x", out var value).ShouldBeTrue();
        value.AsInteger().ShouldBe(3);
        TomlDocument.Parse("k = 1\n\"\\u006b\" = 2").Errors.ShouldHaveSingleItem().Code.ShouldBe(TomlCodes.DuplicateKey);
        TomlDocument.Parse($"{longKey} = 1\n'{longKey}' = 2").Errors.ShouldHaveSingleItem().Code.ShouldBe(TomlCodes.DuplicateKey);
    }

    [Fact]
    public void Refuses_access_as_another_kind() =>
        Should.Throw<InvalidOperationException>(() => Value("1").AsString()).Message.ShouldBe("The value '1' is of kind Integer, not String.");

    [Fact]
    public void Reads_files_and_keeps_to_the_limit_before_reading_them()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "a = 1\nb = 01\n");
            var document = TomlDocument.Load(path);
            document.Path.ShouldBe(path);
            document.Errors.ShouldHaveSingleItem().ToString().ShouldStartWith($"{path}(2,5): AR4005: ");
            TomlDocument.Load(path, new TomlOptions { MaximumLength = 3 }).Errors.ShouldHaveSingleItem().Code.ShouldBe(TomlCodes.TooLong);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static TomlValue Value(string text)
    {
        var document = TomlDocument.Parse("v = " + text);
        document.Errors.ShouldBeEmpty();
        return Entry(document.Root, "v").Value;
    }

    private static TomlEntry Entry(TomlTable table, string key)
    {
        table.TryGetEntry(key, out var entry).ShouldBeTrue(key);
        entry.Key.ShouldBe(key);
        return entry;
    }
}
