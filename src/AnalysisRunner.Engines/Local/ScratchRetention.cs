namespace AnalysisRunner.Engines.Local;

/// <summary>How long the scratch files of a batch stay. What was delivered, logs and records are no scratch.</summary>
public enum ScratchRetention
{
    /// <summary>Until the batch has succeeded; those of one that failed stay until it is forgotten, to be looked at.</summary>
    UntilSuccess,

    /// <summary>Until the batch has ended, however it ended.</summary>
    UntilEnd,

    /// <summary>Until the batch is forgotten.</summary>
    UntilForgotten,
}
