using FsCheck;
using FsCheck.Fluent;

namespace AnalysisRunner.Storage.Tests;

public sealed class StoragePathTests
{
    [Theory]
    [InlineData("gs://bucket/a/b", "gs", "bucket", "a/b", "gs://bucket/a/b")]
    [InlineData("S3://bucket/a b/%20#?ü", "s3", "bucket", "a b/%20#?ü", "s3://bucket/a b/%20#?ü")]
    [InlineData("gs://bucket", "gs", "bucket", "", "gs://bucket")]
    [InlineData("gs://bucket/", "gs", "bucket", "", "gs://bucket")]
    [InlineData("gs://bucket/a/", "gs", "bucket", "a", "gs://bucket/a")]
    [InlineData("file:///data/a%20b%25%23%3F", "file", "", "data/a b%#?", "file:///data/a%20b%25%23%3F")]
    [InlineData("/data/a b%#?", "file", "", "data/a b%#?", "file:///data/a%20b%25%23%3F")]
    [InlineData("/", "file", "", "", "file:///")]
    public void Parses_what_is_a_path(string text, string scheme, string bucket, string key, string url)
    {
        var path = StoragePath.Parse(text);

        (path.Scheme, path.Bucket, path.Key, path.ToString()).ShouldBe((scheme, bucket, key, url));
        StoragePath.Parse(url).ShouldBe(path);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("gs://", "no bucket")]
    [InlineData("gs:///a", "no bucket")]
    [InlineData("gs://b", "bucket \"b\"")]
    [InlineData("gs://-bucket/a", "bucket")]
    [InlineData("gs://user@bucket/a", "bucket")]
    [InlineData("gs://bucket//a", "empty name")]
    [InlineData("gs://bucket/a//b", "empty name")]
    [InlineData("gs://bucket/a/../b", "\"..\"")]
    [InlineData("gs://bucket/./b", "\".\"")]
    [InlineData("gs://bucket/a\nb", "control character")]
    [InlineData("gs://bucket/a\u0085b", "control character")]
    [InlineData("https://host/a", "scheme \"https\"")]
    [InlineData("file://host/a", "host")]
    [InlineData("file:///a/../b", "\"..\"")]
    [InlineData("file:///a/%2e%2e/b", "\"..\"")]
    [InlineData("file:///a%2Fb", "encoded slash")]
    [InlineData("file:///a?b", "query")]
    [InlineData("file:///a%00b", "control character")]
    [InlineData("/data/../etc", "\"..\"")]
    [InlineData("//server/share", "two slashes")]
    [InlineData("/a\tb", "control character")]
    public void Refuses_what_is_none_and_says_why(string text, string why)
    {
        var error = Should.Throw<StorageException>(() => StoragePath.Parse(text));

        (error.Kind, error.Code).ShouldBe((StorageErrorKind.Invalid, StorageCodes.MalformedPath));
        error.Message.ShouldContain(why);
        error.Message.ShouldNotContain('\n');
    }

    [Fact]
    public void Refuses_half_a_surrogate_pair() =>
        Should.Throw<StorageException>(() => StoragePath.Parse("gs://bucket/" + "🧬"[0])).Message.ShouldContain("surrogate");

    [Fact]
    public void Refuses_keys_and_names_that_are_too_long()
    {
        StoragePath.Parse("gs://bucket/" + new string('a', 1024)).Key.Length.ShouldBe(1024);
        Should.Throw<StorageException>(() => StoragePath.Parse("gs://bucket/" + new string('a', 1025))).Message.ShouldContain("1024");
        Should.Throw<StorageException>(() => StoragePath.Parse("s3://bucket/" + new string('ü', 513))).Message.ShouldContain("1026 bytes");
        Should.Throw<StorageException>(() => StoragePath.Parse("/" + new string('a', 256))).Message.ShouldContain("255");
        Should.Throw<StorageException>(() => StoragePath.Parse("gs://bucket/" + new string('a', 1000)).Combine(new string('b', 24))).Message.ShouldContain("1024");
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("//a")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a/..")]
    [InlineData("a/./b")]
    [InlineData("gs://other/a")]
    [InlineData("a\0b")]
    public void A_suffix_cannot_leave_its_folder(string suffix)
    {
        foreach (var folder in new[] { "gs://bucket/f", "s3://bucket", "/data/f" })
            Should.Throw<StorageException>(() => StoragePath.Parse(folder).Combine(suffix)).Code.ShouldBe(StorageCodes.MalformedPath);
    }

    [Fact]
    public void A_relative_local_path_is_taken_from_the_current_folder()
    {
        StoragePath.Parse("a b/c").LocalPath.ShouldBe(Path.Combine(Environment.CurrentDirectory, "a b", "c"));
        StoragePath.Parse("./a").ShouldBe(StoragePath.Parse("a"));
        StoragePath.Parse(".").LocalPath.ShouldBe(Environment.CurrentDirectory);
        StoragePath.FromLocal("gs://bucket/x".Replace("//", "/", StringComparison.Ordinal)).Name.ShouldBe("x");
    }

    [Fact]
    public void Below_is_a_matter_of_whole_names()
    {
        var folder = StoragePath.Parse("gs://bucket/out");

        StoragePath.Parse("gs://bucket/out/x").IsBelow(folder).ShouldBeTrue();
        StoragePath.Parse("gs://bucket/out2/x").IsBelow(folder).ShouldBeFalse();
        StoragePath.Parse("gs://bucket2/out/x").IsBelow(folder).ShouldBeFalse();
        folder.IsBelow(folder).ShouldBeFalse();
        folder.IsBelow(folder.Parent).ShouldBeTrue();
        folder.Parent.Parent.ShouldBe(folder.Parent);
        Should.Throw<ArgumentException>(() => folder.RelativeTo(StoragePath.Parse("gs://bucket/o")));
    }

    [Fact]
    public void Text_and_path_are_the_same_thing() => ForAllPaths(path =>
    {
        StoragePath.Parse(path.ToString()).ShouldBe(path);
        if (path.IsFile) StoragePath.Parse(path.LocalPath).ShouldBe(path);
    });

    [Fact]
    public void Parent_and_name_and_combine_undo_each_other() => ForAllPaths(path =>
    {
        path.Parent.Combine(path.Name).ShouldBe(path);
        path.IsBelow(path.Parent).ShouldBeTrue();
        path.RelativeTo(path.Parent).ShouldBe(path.Name);
        path.Combine("x y/ü").Parent.Parent.ShouldBe(path);
        path.Parent.Combine(path.RelativeTo(path.Parent)).ShouldBe(path);
    });

    [Fact]
    public void Any_text_is_a_path_or_is_refused_with_a_reason() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
    {
        if (text is null) return;
        foreach (var candidate in new[] { text, "gs://bucket/" + text, "file:///" + text })
        {
            if (StoragePath.TryParse(candidate, out var path, out var complaint)) StoragePath.Parse(path.ToString()).ShouldBe(path);
            else complaint.ShouldNotBeNullOrEmpty();
        }
    }).QuickCheckThrowOnFailure();

    private static void ForAllPaths(Action<StoragePath> check)
    {
        const string Alphabet = "ab.%#? &+=~'()!*@:;,$[]{}|^`\"<>üé日🧬\u00a0";
        var characters = Alphabet.EnumerateRunes().Select(rune => rune.ToString()).ToArray();
        var names = Gen.Elements(characters).NonEmptyListOf().Select(parts => string.Concat(parts.Take(20))).Where(name => name is not ("." or ".."));
        var keys = names.NonEmptyListOf().Select(parts => string.Join('/', parts.Take(6)));
        var roots = Gen.Elements("gs://bucket/", "s3://my.bucket-1/", OperatingSystem.IsWindows() ? "C:/" : "/");
        // A local path with "://" reads as a URL; FromLocal is for those.
        var paths = from root in roots from key in keys where !key.Contains("://", StringComparison.Ordinal) select root + key;
        Prop.ForAll(Arb.From(paths), text => check(StoragePath.Parse(text))).QuickCheckThrowOnFailure();
    }
}
