using AnalysisRunner.Config;

namespace AnalysisRunner.Pipelines;

public sealed partial class AnalysisConfig
{
    /// <summary>The container image of a name, <c>images.&lt;name&gt;</c> (analysis-runner spec §5.2).</summary>
    /// <param name="name">Such as <c>samtools</c>; <c>tools/gatk</c> for one in a table of <c>[images]</c>.</param>
    /// <exception cref="ConfigException"><c>AR4123</c>: config has no such image; <c>AR4103</c>: it is no string.</exception>
    public string ImagePath(string name) => Resource("images", name);

    /// <summary>The path of a reference file, <c>references.&lt;name&gt;</c> (analysis-runner spec §5.2).</summary>
    /// <param name="name">Such as <c>panel</c>; <c>broad/ref_fasta</c> for one in a table of <c>[references]</c>.</param>
    /// <exception cref="ConfigException"><c>AR4123</c>: config has no such reference; <c>AR4103</c>: it is no string.</exception>
    public string ReferencePath(string name) => Resource("references", name);

    private string Resource(string section, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Get<string>([section, .. name.Split('/')]);
    }
}
