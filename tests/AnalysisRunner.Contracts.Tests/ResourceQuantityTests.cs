namespace AnalysisRunner.Contracts.Tests;

/// <summary>hail-batch spec §1.6: the regular expressions and roundings of resource texts.</summary>
public sealed class ResourceQuantityTests
{
    [Theory]
    [InlineData("1", 1000)]
    [InlineData("+2", 2000)]
    [InlineData("0.25", 250)]
    [InlineData(".5", 500)]
    [InlineData("250m", 250)]
    [InlineData("0.0015", 1)]
    public void Reads_cores(string text, int milliCpu)
    {
        ResourceQuantity.TryParseCpu(text, out var parsed).ShouldBeTrue();
        parsed.ShouldBe(milliCpu);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.")]
    [InlineData("2 ")]
    [InlineData("2M")]
    [InlineData("two")]
    [InlineData("99999999999999999999999999999999")]
    [InlineData("9999999999")]
    public void Refuses_other_texts_for_cores(string? text) => ResourceQuantity.TryParseCpu(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("0", 0)]
    [InlineData("10", 10)]
    [InlineData("1K", 1000)]
    [InlineData("1Ki", 1024)]
    [InlineData("1.5Gi", 1610612736)]
    [InlineData("4G", 4000000000)]
    [InlineData("4GB", 4000000000)]
    [InlineData("0.1", 1)]
    [InlineData("2Ti", 2199023255552)]
    public void Reads_bytes_and_rounds_up(string text, long bytes)
    {
        ResourceQuantity.TryParseBytes(text, out var parsed).ShouldBeTrue();
        parsed.ShouldBe(bytes);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("standard")]
    [InlineData("1k")]
    [InlineData("1 G")]
    [InlineData("-1G")]
    [InlineData("99999P")]
    public void Refuses_other_texts_for_bytes(string? text) => ResourceQuantity.TryParseBytes(text, out _).ShouldBeFalse();
}
