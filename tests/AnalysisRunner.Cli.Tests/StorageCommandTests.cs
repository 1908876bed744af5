using System.Text.Json;

namespace AnalysisRunner.Cli.Tests;

/// <summary>Objects are listed, copied, looked at and removed. The stores themselves have their own tests; here it is files.</summary>
public sealed class StorageCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Lists_a_folder_and_all_below_it()
    {
        _folder.Write("data/a.txt", "12345");
        _folder.Write("data/deep/b.txt", "1");

        var listed = await Cli.RunAsync("storage", "ls", "data");
        listed.ExitCode.ShouldBe(0, listed.Error);
        listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).Select(cells => (cells[0], cells[2]))
            .ShouldBe([("5", _folder["data/a.txt"]), ("", _folder["data/deep"] + "/")]);

        using var all = JsonDocument.Parse((await Cli.RunAsync("storage", "ls", "-r", "--json", "data")).Output);
        all.RootElement.EnumerateArray().Select(entry => (entry.GetProperty("path").GetString(), entry.GetProperty("bytes").GetInt64()))
            .ShouldBe([(_folder["data/a.txt"], 5), (_folder["data/deep/b.txt"], 1)]);

        (await Cli.RunAsync("storage", "ls", "data/a.txt")).Output.ShouldContain("a.txt");
        (await Cli.RunAsync("storage", "ls", "none")).Error.ShouldContain("Nothing lies below");
    }

    [Fact]
    public async Task Copies_an_object_a_folder_and_nothing_over_what_is_kept()
    {
        _folder.Write("data/a.txt", "12345");
        _folder.Write("data/deep/b.txt", "1");
        Directory.CreateDirectory(_folder["there"]);

        (await Cli.RunAsync("storage", "cp", "data/a.txt", "there")).ExitCode.ShouldBe(0);
        File.ReadAllText(_folder["there/a.txt"]).ShouldBe("12345");
        (await Cli.RunAsync("storage", "cp", "data/a.txt", "new/name.txt")).ExitCode.ShouldBe(0);
        File.ReadAllText(_folder["new/name.txt"]).ShouldBe("12345");
        var copied = await Cli.RunAsync("storage", "cp", "-r", "--json", "data", "copy");
        copied.ExitCode.ShouldBe(0, copied.Error);
        using var written = JsonDocument.Parse(copied.Output);
        written.RootElement.GetArrayLength().ShouldBe(2);
        File.ReadAllText(_folder["copy/deep/b.txt"]).ShouldBe("1");

        _folder.Write("data/a.txt", "other");
        var kept = await Cli.RunAsync("storage", "cp", "--no-clobber", "data/a.txt", "there/a.txt");
        kept.ExitCode.ShouldBe(ExitCodes.Storage);
        kept.Error.ShouldContain("AR7004");
        File.ReadAllText(_folder["there/a.txt"]).ShouldBe("12345");
        (await Cli.RunAsync("storage", "cp", "-r", "data", "data/inside")).Error.ShouldContain("AR1072");
    }

    [Fact]
    public async Task Shows_what_is_known_of_an_object()
    {
        _folder.Write("a.txt", "12345");
        (await Cli.RunAsync("storage", "cp", "a.txt", "b.txt")).ExitCode.ShouldBe(0);
        var shown = await Cli.RunAsync("storage", "stat", "b.txt", "--json");
        shown.ExitCode.ShouldBe(0, shown.Error);
        using var json = JsonDocument.Parse(shown.Output);
        json.RootElement.GetProperty("bytes").GetInt64().ShouldBe(5);
        json.RootElement.GetProperty("sha256").GetString().ShouldBe("5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5");
        (await Cli.RunAsync("storage", "stat", "b.txt")).Output.ShouldContain("bytes:");
    }

    [Fact]
    public async Task Removes_what_is_named_and_asks_before_a_folder()
    {
        _folder.Write("data/a.txt", "");
        _folder.Write("data/deep/b.txt", "");
        (await Cli.RunAsync("storage", "rm", "data/a.txt")).ExitCode.ShouldBe(0);
        File.Exists(_folder["data/a.txt"]).ShouldBeFalse();
        (await Cli.RunAsync("storage", "rm", "data/a.txt")).Error.ShouldContain("AR7003");
        (await Cli.RunAsync("storage", "rm", "data")).ExitCode.ShouldBe(ExitCodes.Storage, "a folder is no object");

        var unasked = await Cli.RunAsync("storage", "rm", "-r", "data");
        (unasked.ExitCode, File.Exists(_folder["data/deep/b.txt"])).ShouldBe((ExitCodes.Declined, true));
        (await new InProcess(_folder.Path) { IsTerminal = true, Input = "n\n" }.RunAsync("storage", "rm", "-r", "data")).ExitCode.ShouldBe(ExitCodes.Declined);
        (await Cli.RunAsync("storage", "rm", "-r", "--yes", "data")).ExitCode.ShouldBe(0);
        File.Exists(_folder["data/deep/b.txt"]).ShouldBeFalse();
    }

    [Theory]
    [InlineData("AR7001", "ls", "ftp://host/x")]
    [InlineData("AR7003", "stat", "none.txt")]
    [InlineData("AR7003", "cp", "none.txt", "x")]
    [InlineData("AR7003", "cp", "-r", "none", "x")]
    public async Task Says_what_is_wrong_with_a_path(string code, params string[] words)
    {
        var outcome = await Cli.RunAsync(["storage", .. words]);
        outcome.ExitCode.ShouldBe(ExitCodes.Storage, outcome.Error);
        outcome.Error.ShouldContain(code);
    }

    public void Dispose() => _folder.Dispose();

    private InProcess Cli => new(_folder.Path);
}
