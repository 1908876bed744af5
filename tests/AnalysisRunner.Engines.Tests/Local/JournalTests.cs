using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Tests.Local;

public sealed class JournalTests : IDisposable
{
    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_123);

    private readonly TemporaryFolder _folder = new();

    private string File => _folder["journal"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_record_reads_back_as_it_was_written()
    {
        JournalRecord[] records = [
            new BatchAcceptedRecord(Time), new AttemptStarted(Time, 12, 3), new AttemptVoided(Time, 1, 2),
            new AttemptStopRequested(Time, 1, 1, StopCause.TimedOut),
            new AttemptEnded(Time, 1, 1, new(AttemptOutcome.Failed, 3, null, "tab\t, newline\n, \"quote\", é"), Time.AddSeconds(-5)),
            new AttemptEnded(Time, 1, 1, new(AttemptOutcome.Succeeded, 0, null, null), Time),
            new AttemptEnded(Time, 1, 1, new(AttemptOutcome.FailedForGood, null, 9, ""), Time), new GroupCancelled(Time, 2, "why\tnot"),
            new AttemptEnded(Time, 2, 3, new(AttemptOutcome.Failed, 137, null, "x") { OutOfMemory = true, Usage = new(1234, 5L << 40) }, Time),
        ];

        records.Select(record => JournalRecord.Read(record.Write())).ShouldBe(records);
        records.ShouldAllBe(record => !record.Write().Contains('\n'));
    }

    [Theory]
    [InlineData("")]
    [InlineData("start\t1\t2")]
    [InlineData("start\t1\tx\t2")]
    [InlineData("end\t1\t1\t1\tNothing\t-\t-\t1\t-\t-\t-\t-")]
    [InlineData("cancel\t1\t0\tnot json")]
    [InlineData("unknown\t1")]
    public void A_line_that_is_no_record_is_none(string line) => JournalRecord.Read(line).ShouldBeNull();

    [Fact]
    public void A_torn_last_record_is_dropped_at_every_length_and_the_next_one_is_whole()
    {
        var whole = Journal.Line("the first");
        var torn = Journal.Line("the second");
        for (var length = 0; length < torn.Length; length++)
        {
            System.IO.File.WriteAllBytes(File, [.. whole, .. torn[..length]]);

            var content = Journal.Read(File);
            using (var journal = Journal.Open(File, content.ValidLength)) journal.Append("the third", keep: false);

            content.Lines.ShouldBe(["the first"]);
            content.Damaged.ShouldBe(0);
            Journal.Read(File).Lines.ShouldBe(["the first", "the third"]);
        }
    }

    [Fact]
    public void A_changed_byte_anywhere_costs_that_record_only_and_is_counted()
    {
        var middle = Journal.Line("the second");
        for (var i = 0; i < middle.Length - 1; i++)
        {
            var damaged = (byte[])middle.Clone();
            damaged[i] ^= 0x01;
            System.IO.File.WriteAllBytes(File, [.. Journal.Line("the first"), .. damaged, .. Journal.Line("the third")]);

            var content = Journal.Read(File);

            content.Lines.ShouldBe(["the first", "the third"]);
            content.Damaged.ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public void A_journal_cut_anywhere_is_a_prefix_of_itself_and_goes_on_from_there()
    {
        var texts = Enumerable.Range(1, 12).Select(i => new AttemptStarted(Time, i, i).Write()).ToArray();
        byte[] whole = [.. texts.SelectMany(Journal.Line)];
        for (var length = 0; length <= whole.Length; length++)
        {
            System.IO.File.WriteAllBytes(File, whole[..length]);

            var content = Journal.Read(File);
            content.Lines.ShouldBe(texts.Take(content.Lines.Count));
            content.Damaged.ShouldBe(0);
            using (var journal = Journal.Open(File, content.ValidLength)) journal.Append("more", keep: false);

            Journal.Read(File).Lines.ShouldBe([.. content.Lines, "more"]);
        }
    }

    [Fact]
    public void A_journal_with_any_byte_changed_to_anything_tells_nothing_that_was_not_written()
    {
        var texts = Enumerable.Range(1, 6).Select(i => $"record {i}").ToArray();
        byte[] whole = [.. texts.SelectMany(Journal.Line)];
        for (var i = 0; i < whole.Length; i++)
        {
            for (var value = 0; value < 256; value++)
            {
                if (value == whole[i]) continue;
                var damaged = (byte[])whole.Clone();
                damaged[i] = (byte)value;
                var content = Journal.Parse(damaged);

                // At most the record itself, and the next one when the line end between them is gone. Hex digits mean the same in capitals.
                var lost = texts.Except(content.Lines).ToArray();
                var isTold = lost.Length == 0 || content.Damaged > 0 || i == whole.Length - 1;
                (lost.Length <= 2 && content.Lines.SequenceEqual(texts.Except(lost)) && isTold).ShouldBeTrue($"byte {i} as {value}");
            }
        }
    }

    [Fact]
    public void Can_be_read_while_it_is_written()
    {
        System.IO.File.WriteAllBytes(File, []);
        using var journal = Journal.Open(File, 0);
        for (var i = 1; i <= 3; i++)
        {
            journal.Append("line", keep: false);
            Journal.Read(File).Lines.Count.ShouldBe(i);
        }
    }
}
