using System.Text;
using AnalysisRunner.Toml.TestAdapter;
using FsCheck;
using FsCheck.Fluent;

namespace AnalysisRunner.Toml.Tests;

public sealed class Properties
{
    [Fact]
    public void What_is_written_is_read_back_equal() => ForAllSeeds(400, seed =>
    {
        var text = TomlWriter.Write(new RandomModel(seed, portable: false).Table(), TomlDialect.Full);
        var document = TomlDocument.Parse(text, options: new TomlOptions { Version = TomlVersion.V1_0 });
        document.Errors.ShouldBeEmpty(text);
        TomlWriter.Write(TomlMap.From(document.Root), TomlDialect.Full).ShouldBe(text);
        var json = TaggedJson.Write(document.Root);
        TaggedJson.Write(TomlDocument.Parse(TomlWriter.Write(TaggedJson.Read(json), TomlDialect.Full)).Root).ShouldBe(json);
    });

    [Fact]
    public void A_damaged_document_never_throws_and_its_errors_lie_inside_it() => ForAllSeeds(2000, seed =>
    {
        var random = new Random(seed);
        var bytes = Encoding.UTF8.GetBytes(TomlWriter.Write(new RandomModel(seed, portable: false).Table(), TomlDialect.Full) + Samples[random.Next(Samples.Length)]);
        var position = random.Next(bytes.Length);
        switch (random.Next(4))
        {
            case 0: bytes[position] = (byte)random.Next(256); break;
            case 1: bytes[position] = (byte)"[]{}\"'\\\n#=.,"[random.Next(12)]; break;
            case 2: bytes = [.. bytes[..position], .. bytes[(position + 1)..]]; break;
            default: bytes = [.. bytes[..position], (byte)"[]{}\"'\\\n#=.,"[random.Next(12)], .. bytes[position..]]; break;
        }

        Judge(bytes);
    });

    [Fact]
    public void Random_bytes_never_throw() => ForAllSeeds(2000, seed =>
    {
        var random = new Random(seed);
        const string Alphabet = "ab01 \n\n[]{}\"\"''\\#=.,-_:+eTZxu\t\r\u00e9\u0001";
        Judge(Encoding.UTF8.GetBytes([.. Enumerable.Range(0, random.Next(60)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]));
        var raw = new byte[random.Next(30)];
        random.NextBytes(raw);
        Judge(raw);
    });

    [Fact]
    public void A_set_value_is_there_and_everything_else_is_as_before() => ForAllSeeds(400, seed =>
    {
        var document = TomlDocument.Parse(TomlWriter.Write(new RandomModel(seed, portable: false).Table(), TomlDialect.Full));
        var random = new Random(seed);
        var editor = new TomlEditor(document);
        var path = RandomPath(document.Root, random);
        try
        {
            editor.Set([.. path, "new key"], 42);
        }
        catch (TomlWriteException e)
        {
            e.Code.ShouldBe(TomlCodes.EditNotPossible);
            editor.Document.ShouldBeSameAs(document);
            return;
        }

        editor.Remove([.. path, "new key"]).ShouldBeTrue();
        TomlWriter.Write(editor.Document.Root, TomlDialect.Full).ShouldBe(TomlWriter.Write(document.Root, TomlDialect.Full));
    });

    private static readonly string[] Samples =
    [
        "[t]\na.b = { c = [1, { d = 'x' }], 'e' = 1979-05-27 07:32:00Z } # end\n",
        "s = \"\"\"\nx \\\n  y\"\"\"\nl = '''\nx'''\n[[a]]\n[[a.b]]\nq = [\n  1,\n  # two\n  2,\n]\n",
        "f = 1_0.5e-3\nh = 0xff\nb = true\nt = 07:32:00.5\n\"k\\u00e9\" = inf\n",
    ];

    private static List<string> RandomPath(TomlTable table, Random random)
    {
        var path = new List<string>();
        while (true)
        {
            var children = table.Where(e => e.Value.Kind == TomlKind.Table).ToList();
            if (children.Count == 0 || random.Next(3) == 0) return path;
            var child = children[random.Next(children.Count)];
            path.Add(child.Key);
            table = child.Value.AsTable();
        }
    }

    private static void Judge(byte[] bytes)
    {
        foreach (var version in new[] { TomlVersion.V1_0, TomlVersion.V1_1 })
        {
            var document = TomlDocument.Parse(bytes, options: new TomlOptions { Version = version });
            foreach (var error in document.Errors)
            {
                (error.Span.Start + error.Span.Length).ShouldBeLessThanOrEqualTo(bytes.Length);
                error.Span.Line.ShouldBeGreaterThan(0);
                error.Span.Column.ShouldBeGreaterThan(0);
                error.Message.ShouldNotBeEmpty();
            }

            // Whatever was read can be walked to its leaves, also beside errors.
            TaggedJson.Write(document.Root).ShouldNotBeEmpty();
        }
    }

    private static void ForAllSeeds(int count, Action<int> property) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(count), Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), property));
}
