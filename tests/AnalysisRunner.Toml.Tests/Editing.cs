namespace AnalysisRunner.Toml.Tests;

/// <summary>Edits change what they must and no other byte.</summary>
public sealed class Editing
{
    private const string Text = """
        # The analysis.

        title = 'x' # keep

        [workflow] # head
          name = "a"
          list = [ 1, # one
                   2 ]
          point.x = 1

        # about images
        [images]
        [[steps]]
        id = 1
        [[steps]]
        id = 2
        [deep.below]
        k = { a = 1, b = 2 }

        """;

    [Theory]
    [InlineData("title", "title = 'x'", "title = \"new\"")]
    [InlineData("workflow.name", "name = \"a\"", "name = \"new\"")]
    [InlineData("workflow.list.1", "         2 ]", "         \"new\" ]")]
    [InlineData("workflow.point.x", "point.x = 1", "point.x = \"new\"")]
    [InlineData("workflow.point.y", "point.x = 1\n", "point.x = 1\n  point.y = \"new\"\n")]
    [InlineData("workflow.other", "point.x = 1\n", "point.x = 1\n  other = \"new\"\n")]
    [InlineData("images.a b", "[images]\n", "[images]\n\"a b\" = \"new\"\n")]
    [InlineData("steps.0.name", "id = 1\n", "id = 1\nname = \"new\"\n")]
    [InlineData("steps.0.sub.name", "id = 1\n", "id = 1\nsub.name = \"new\"\n")]
    [InlineData("deep.below.k.c", "b = 2 }", "b = 2, c = \"new\" }")]
    [InlineData("deep.below.k.c.d", "b = 2 }", "b = 2, c.d = \"new\" }")]
    [InlineData("deep.y", "b = 2 }\n", "b = 2 }\n\n[deep]\ny = \"new\"\n")]
    [InlineData("fresh.one.y", "b = 2 }\n", "b = 2 }\n\n[fresh.one]\ny = \"new\"\n")]
    [InlineData("top", "# keep\n", "# keep\ntop = \"new\"\n")]
    public void Set_changes_nothing_else(string path, string before, string after)
    {
        var editor = new TomlEditor(TomlDocument.Parse(Text));
        editor.Set(path.Split('.'), "new");
        editor.ToString().ShouldBe(Text.Replace(before, after, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("title", "title = 'x' # keep\n", "")]
    [InlineData("workflow.list", "  list = [ 1, # one\n           2 ]\n", "")]
    [InlineData("workflow.point.x", "  point.x = 1\n", "")]
    [InlineData("deep.below.k", "k = { a = 1, b = 2 }\n", "")]
    [InlineData("deep.below.k.a", "a = 1, b", "b")]
    [InlineData("deep.below.k.b", "a = 1, b = 2 }", "a = 1 }")]
    public void Remove_takes_the_key_and_nothing_else(string path, string before, string after)
    {
        var editor = new TomlEditor(TomlDocument.Parse(Text));
        editor.Remove(path.Split('.')).ShouldBeTrue();
        editor.ToString().ShouldBe(Text.Replace(before, after, StringComparison.Ordinal));
        editor.Remove(path.Split('.')).ShouldBeFalse();
    }

    [Theory]
    [InlineData("", "k = 1\n")]
    [InlineData("# about\n\n[t]\n", "# about\nk = 1\n\n[t]\n")]
    [InlineData("# about t\n[t]\n", "k = 1\n# about t\n[t]\n")]
    [InlineData("a = 1", "a = 1\nk = 1")]
    [InlineData("\uFEFFa = 1\r\n[t]\r\n", "\uFEFFa = 1\r\nk = 1\r\n[t]\r\n")]
    [InlineData("a.b = 1 # x\n[t]\n", "a.b = 1 # x\nk = 1\n[t]\n")]
    public void A_first_key_finds_its_place(string before, string after)
    {
        var editor = new TomlEditor(TomlDocument.Parse(before));
        editor.Set(["k"], 1);
        editor.ToString().ShouldBe(after);
    }

    [Theory]
    [InlineData("t = {}", "t = { k = 1 }")]
    [InlineData("t = { \"a.b\".'c' . d = 1 , }", "t = { \"a.b\".'c' . d = 1, k = 1 , }")]
    public void Inline_tables_take_new_keys(string before, string after)
    {
        var editor = new TomlEditor(TomlDocument.Parse(before));
        editor.Set(["t", "k"], 1);
        editor.ToString().ShouldBe(after);
    }

    [Fact]
    public void A_quoted_dotted_key_is_removed_whole()
    {
        var editor = new TomlEditor(TomlDocument.Parse("t = { x = 1, \"a\\\".b\" . 'c'.d = 1 }"));
        editor.Remove(["t", "a\".b", "c", "d"]).ShouldBeTrue();
        editor.ToString().ShouldBe("t = { x = 1 }");
    }

    [Theory]
    [InlineData("a = 1\n", "a.b")]
    [InlineData("[a]\nb = 1\n", "a")]
    [InlineData("a = [1]\n", "a.1")]
    [InlineData("a = [1]\n", "a.x")]
    public void Refuses_what_it_cannot_do_and_changes_nothing(string text, string path)
    {
        var editor = new TomlEditor(TomlDocument.Parse(text));
        Should.Throw<TomlWriteException>(() => editor.Set(path.Split('.'), 1)).Code.ShouldBe(TomlCodes.EditNotPossible);
        editor.ToString().ShouldBe(text);
    }

    [Fact]
    public void Refuses_a_document_with_errors() =>
        Should.Throw<TomlWriteException>(() => new TomlEditor(TomlDocument.Parse("a ="))).Code.ShouldBe(TomlCodes.DocumentHasErrors);
}
