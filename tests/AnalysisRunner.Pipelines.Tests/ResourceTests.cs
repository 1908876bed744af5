using AnalysisRunner.Config;

namespace AnalysisRunner.Pipelines.Tests;

/// <summary>Images and references by name (analysis-runner spec §5.2).</summary>
public sealed class ResourceTests
{
    private static readonly AnalysisConfig Config = AnalysisConfig.Parse("""
        [images]
        samtools = "registry.example/images/samtools:1.18"
        [images.tools]
        gatk = "registry.example/images/gatk:4.4"
        [references]
        panel = "gs://references/panel.vcf.gz"
        [references.broad]
        ref_fasta = "gs://references/hg38.fasta"
        """);

    [Fact]
    public void A_name_stands_for_what_config_has_also_in_a_table()
    {
        Config.ImagePath("samtools").ShouldBe("registry.example/images/samtools:1.18");
        Config.ImagePath("tools/gatk").ShouldBe("registry.example/images/gatk:4.4");
        Config.ReferencePath("panel").ShouldBe("gs://references/panel.vcf.gz");
        Config.ReferencePath("broad/ref_fasta").ShouldBe("gs://references/hg38.fasta");
    }

    [Theory]
    [InlineData("samtool", "AR4123", "There is no key \"samtool\" in [images]; asked for was \"images -> samtool\". Did you mean \"samtools\"?")]
    [InlineData("tools/", "AR4123", "There is no key \"\" in [images.tools]")]
    [InlineData("samtools/x", "AR4123", "There is no key \"x\" in \"images.samtools\", which is the string")]
    [InlineData("tools", "AR4103", "\"images.tools\" is a table; the code reads it as a string.")]
    public void What_config_lacks_is_named(string name, string code, string message)
    {
        var problem = Should.Throw<ConfigException>(() => Config.ImagePath(name)).Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe(code);
        problem.Message.ShouldStartWith(message);
    }

    [Fact]
    public void No_name_is_a_mistake_of_the_code() => Should.Throw<ArgumentException>(() => Config.ReferencePath(""));
}
