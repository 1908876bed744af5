namespace AnalysisRunner.Pipelines.Hosting;

/// <summary>What the runner's own section <c>hail</c> of the config says about every batch (analysis-runner spec §4.2).</summary>
internal static class ConfiguredDefaults
{
    private const string Section = "hail";

    /// <summary>Gives the batch the settings of the config.</summary>
    public static void Apply(Batch batch, AnalysisConfig config, CodeLine at)
    {
        if (config.TryGet<double>([Section, "default_timeout"], out var seconds)) batch.Defaults.Timeout(TimeSpan.FromSeconds(seconds), at.File, at.Line);
        if (config.TryGet<string>([Section, "default_memory"], out var memory)) batch.Defaults.Memory(memory, at.File, at.Line);
        if (config.TryGet<int>([Section, "cancel_after_n_failures"], out var failures)) batch.CancelAfterFailures(failures, at.File, at.Line);
        batch.PlansOnly = config.Get([Section, "dry_run"], false);
    }
}
