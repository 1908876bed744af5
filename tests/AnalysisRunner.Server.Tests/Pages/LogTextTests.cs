using System.Text;
using AnalysisRunner.Server.Pages.Logs;

namespace AnalysisRunner.Server.Tests.Pages;

/// <summary>Logs, piece by piece.</summary>
public sealed class LogTextTests
{
    private const string Log = "one\ntwo ünï\nthrée 🧬 four\nlast";

    [Fact]
    public async Task A_tail_begins_with_a_whole_line_and_says_where()
    {
        var bytes = Encoding.UTF8.GetBytes(Log);

        var (text, from, to) = await LogText.ReadAsync(Pieces(bytes[6..], 5), 6);

        text.ShouldBe("thrée 🧬 four\nlast");
        from.ShouldBe(Encoding.UTF8.GetByteCount("one\ntwo ünï\n"));
        to.ShouldBe(bytes.Length);
    }

    [Fact]
    public async Task A_character_that_is_cut_is_left_for_the_next_read()
    {
        var bytes = Encoding.UTF8.GetBytes("a🧬");

        for (var cut = 2; cut < bytes.Length; cut++)
        {
            var (text, _, to) = await LogText.ReadAsync(Pieces(bytes[..cut], 100), 0);
            (text, to).ShouldBe(("a", 1L));
        }
    }

    [Fact]
    public async Task Decoding_gives_every_character_and_the_byte_to_go_on_from()
    {
        var bytes = Encoding.UTF8.GetBytes(Log);
        for (var size = 1; size < 9; size++)
        {
            var all = "";
            var end = 0L;
            await foreach (var (text, at) in LogText.Decode(Pieces(bytes, size), 0))
            {
                all += text;
                end = at;
                Encoding.UTF8.GetByteCount(all).ShouldBe((int)at);
            }
            (all, end).ShouldBe((Log, bytes.Length));
        }
    }

    [Fact]
    public async Task A_search_finds_lines_whatever_the_case_up_to_its_limit()
    {
        var bytes = Encoding.UTF8.GetBytes("Error one\nfine\n\x1b[31mERROR\x1b[0m two\nerror three\n");

        (await LogText.SearchAsync(Pieces(bytes, 7), "error", 10)).ShouldBe([new(1, "Error one"), new(3, "ERROR two"), new(4, "error three")]);
        (await LogText.SearchAsync(Pieces(bytes, 7), "error", 2)).Count.ShouldBe(2);
        (await LogText.SearchAsync(Pieces(bytes, 7), "nothing", 2)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_line_that_does_not_end_is_searched_in_parts()
    {
        var line = new string('x', 1_000_000) + "needle";

        var match = (await LogText.SearchAsync(Pieces(Encoding.UTF8.GetBytes(line), 60_000), "needle", 10)).ShouldHaveSingleItem();

        match.Number.ShouldBe(1);
        match.Text.Length.ShouldBeLessThan(5000);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Pieces(byte[] bytes, int size)
    {
        foreach (var piece in bytes.Chunk(size))
        {
            await Task.Yield();
            yield return piece;
        }
    }
}
