namespace AnalysisRunner.Engines.Local;

/// <summary>What the engine does with a job that names a container image.</summary>
public enum ImageRequests
{
    /// <summary>The batch is refused.</summary>
    Refuse,

    /// <summary>The job runs without the image; the first line of its log says so.</summary>
    Ignore,

    /// <summary>The job runs in a container of the image.</summary>
    Run,
}
