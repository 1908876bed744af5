using System.Text;
using AnalysisRunner.Storage.Integrity;

namespace AnalysisRunner.Storage.Tests;

public sealed class IntegrityTests
{
    /// <summary>RFC 3720, appendix B.4, and the check value of the catalogue of CRCs.</summary>
    [Fact]
    public void Crc32C_is_the_published_one()
    {
        Crc32C.Append(0, Encoding.ASCII.GetBytes("123456789")).ShouldBe(0xE3069283u);
        Crc32C.Append(0, new byte[32]).ShouldBe(0x8A9136AAu);
        Crc32C.ToBase64(0xE3069283u).ShouldBe("4waSgw==");
        Crc32C.FromBase64("4waSgw==").ShouldBe(0xE3069283u);
        Crc32C.FromBase64("?").ShouldBeNull();
    }

    [Fact]
    public void Crc32C_of_two_contents_is_that_of_both_end_to_end()
    {
        var content = RandomContent.Of(100_003);
        foreach (var cut in new[] { 0, 1, 7, 8, 50_000, 100_002, 100_003 })
        {
            var (first, second) = (Crc32C.Append(0, content.AsSpan(0, cut)), Crc32C.Append(0, content.AsSpan(cut)));
            Crc32C.Append(first, content.AsSpan(cut)).ShouldBe(Crc32C.Append(0, content));
            Crc32C.Combine(first, second, content.Length - cut).ShouldBe(Crc32C.Append(0, content));
        }
    }

    [Fact]
    public void Keys_are_ordered_by_their_bytes()
    {
        string[] keys = ["", "a", "a.txt", "a/b", "aa", "ü", "\uD7FF", "\uE000", "\uFFFD", "🧬"];

        foreach (var x in keys)
            foreach (var y in keys)
                Math.Sign(KeyOrder.Instance.Compare(x, y)).ShouldBe(Math.Sign(Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y))), $"{x} {y}");
    }
}
