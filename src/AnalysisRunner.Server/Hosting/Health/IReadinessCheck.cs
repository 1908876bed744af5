namespace AnalysisRunner.Server.Hosting.Health;

/// <summary>Looks whether one part of the server does what it should.</summary>
internal interface IReadinessCheck
{
    /// <summary>What is wrong now; null when nothing is.</summary>
    Task<Trouble?> FindAsync(CancellationToken cancellation);
}

/// <summary>What is wrong with a part of the server. Anybody may read it, so it names places and codes and no values; the log has the rest.</summary>
/// <param name="Part">The part: one word.</param>
/// <param name="Text">What is wrong and what that means, as one or several lines.</param>
/// <param name="IsFatal">Whether nothing can be accepted until it is right again.</param>
internal sealed record Trouble(string Part, string Text, bool IsFatal);
