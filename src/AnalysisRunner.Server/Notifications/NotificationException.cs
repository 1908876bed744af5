namespace AnalysisRunner.Server.Notifications;

/// <summary>A receiver did not take a message.</summary>
/// <param name="message">Why, without anything secret.</param>
/// <param name="isFinal">Whether it would never take it.</param>
/// <param name="inner">The cause.</param>
internal sealed class NotificationException(string message, bool isFinal = false, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether it would never take it, so that trying again is no use.</summary>
    public bool IsFinal { get; } = isFinal;
}
