using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;

namespace AnalysisRunner.Server.Notifications;

/// <summary>Takes one kind of message to its receiver.</summary>
internal interface INotificationSender
{
    /// <summary>Such as <c>webhook</c>.</summary>
    string Kind { get; }

    /// <summary>
    /// Sends a message. When this returns, the receiver has taken it. It may be sent again: a crash can come between the receiver's answer and its record.
    /// </summary>
    /// <exception cref="NotificationException">The receiver did not take it.</exception>
    Task SendAsync(DueNotification message, Invocation invocation, CancellationToken cancellation);
}
