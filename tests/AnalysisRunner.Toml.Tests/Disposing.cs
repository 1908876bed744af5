using System.Globalization;
using System.Text;

namespace AnalysisRunner.Toml.Tests;

public sealed class Disposing
{
    [Fact]
    public void A_disposed_document_gives_no_values_but_keeps_text_errors_and_spans()
    {
        var document = TomlDocument.Parse("a = 1\nb = ", "x.toml");
        var root = document.Root;
        var value = root.TryGet("a", out var found) ? found : default;
        document.Dispose();
        document.Dispose();

        Should.Throw<ObjectDisposedException>(() => root.Count);
        Should.Throw<ObjectDisposedException>(() => value.AsInteger());
        document.Path.ShouldBe("x.toml");
        Encoding.UTF8.GetString(document.Utf8.Span).ShouldBe("a = 1\nb = ");
        document.Errors.ShouldHaveSingleItem().Span.Line.ShouldBe(2);
    }

    [Fact]
    public void A_huge_document_reads_the_same_in_memory_that_another_has_used()
    {
        // Large enough that the memory of the tree is borrowed.
        var other = Text(240_000, i => $"other_{i} = [{{ x = {i} }}]\n");
        var mine = Text(300_000, i => $"key_{i} = {i}\n");
        var fresh = Sum(TomlDocument.Parse(mine));

        using (var used = TomlDocument.Parse(other)) used.Root.Count.ShouldBe(240_000);
        using var again = TomlDocument.Parse(mine);

        Sum(again).ShouldBe(fresh);
        again.Root.Count.ShouldBe(300_000);
        again.Root.TryGet("other_0", out _).ShouldBeFalse();
    }

    private static long Sum(TomlDocument document) => document.Root.Sum(entry => entry.Value.AsInteger() + entry.KeySpan.Line);

    private static string Text(int lines, Func<int, FormattableString> line)
    {
        var text = new StringBuilder();
        for (var i = 0; i < lines; i++) text.Append(line(i).ToString(CultureInfo.InvariantCulture));
        return text.ToString();
    }
}
