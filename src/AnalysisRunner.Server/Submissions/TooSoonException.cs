namespace AnalysisRunner.Server.Submissions;

/// <summary>Inside a refusal that is one only for now: says when to try again (<c>Retry-After</c>).</summary>
/// <param name="wait">After this time.</param>
internal sealed class TooSoonException(TimeSpan wait) : Exception
{
    /// <summary>The whole seconds to wait, at least one.</summary>
    public int Seconds { get; } = (int)Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, 3600);
}
