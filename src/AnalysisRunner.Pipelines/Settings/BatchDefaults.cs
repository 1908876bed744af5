namespace AnalysisRunner.Pipelines;

/// <summary>The settings that jobs begin with when they are created; a job's own settings replace them.</summary>
public sealed class BatchDefaults : JobSettings<BatchDefaults>
{
    private readonly string _batch;

    internal BatchDefaults(string batch)
        : base(SettingValues.Standard) => _batch = batch;

    private protected override string Subject => $"the jobs of the batch \"{_batch}\"";

    private protected override CodeLine Change(string file, int line) => new(file, line);
}
