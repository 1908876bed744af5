using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Runs;

namespace AnalysisRunner.Server.Tests.Runs;

public sealed class DriverFactsTests
{
    private static readonly string Digest = new('a', 64);

    [Fact]
    public void Every_fact_is_read_and_the_first_of_a_name_counts() =>
        DriverFacts.Parse($"os debian 12 Linux 6.1.0 x86_64\nsdk 10.0.401\nruntime 10.0.1-rc.1\nlock {Digest}\npackages {Digest}\nsdk 9.0.100\n").ShouldBe(new Toolchain
        {
            Os = "debian 12 Linux 6.1.0 x86_64",
            Sdk = "10.0.401",
            Runtime = "10.0.1-rc.1",
            LockFileSha256 = Digest,
            PackagesSha256 = Digest,
        });

    [Theory]
    [InlineData("")]
    [InlineData("sdk")]
    [InlineData("sdk \n")]
    [InlineData("sdk ten\n")]
    [InlineData("sdk 10.0.401")]
    [InlineData("sdk 10.0.401\r\n")]
    [InlineData("sdk 10.0.401; rm -rf /\n")]
    [InlineData("runtime <b>10</b>\n")]
    [InlineData("os \u001b[31mred\n")]
    [InlineData("lock abc\n")]
    [InlineData("packages AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n")]
    [InlineData("unknown fact\n\n \n")]
    public void Nonsense_is_passed_over(string text) => DriverFacts.Parse(text).ShouldBe(new Toolchain());

    [Fact]
    public void A_file_that_is_none_or_too_long_tells_nothing()
    {
        var folder = Directory.CreateTempSubdirectory("facts-").FullName;
        try
        {
            DriverFacts.Read(Path.Combine(folder, "absent")).ShouldBeNull();
            File.WriteAllText(Path.Combine(folder, "long"), "sdk 10.0.401\n" + new string('x', 20_000));
            DriverFacts.Read(Path.Combine(folder, "long")).ShouldBeNull();
            File.WriteAllText(Path.Combine(folder, "facts"), "sdk 10.0.401\n");
            DriverFacts.Read(Path.Combine(folder, "facts")).ShouldNotBeNull().Sdk.ShouldBe("10.0.401");
            if (OperatingSystem.IsLinux())
            {
                File.CreateSymbolicLink(Path.Combine(folder, "link"), Path.Combine(folder, "facts"));
                DriverFacts.Read(Path.Combine(folder, "link")).ShouldBeNull();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
