namespace AnalysisRunner.Engines.Local.Isolation;

/// <summary>Starts the script of an attempt somewhere else than in the wrapper's own shell.</summary>
internal interface IScriptLauncher
{
    /// <summary>The command that takes the place of the script: it runs the script at the same path, with the same folders, and ends as the script ends.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="environment">What the command sees; the launcher may change what is only for itself.</param>
    IReadOnlyList<string> Command(Attempt attempt, Dictionary<string, string> environment);

    /// <summary>Ends what is not in the session of the wrapper, after that was ended by force.</summary>
    void EndRemains(Attempt attempt);

    /// <summary>The result, when the exit code is the launcher's own and not the script's; null when it is the script's.</summary>
    AttemptResult? OwnFailure(Attempt attempt, int? exitCode);
}
