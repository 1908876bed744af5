using System.Net.Mail;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Notifications;

/// <summary>Who is to be told of the end of an invocation.</summary>
internal static class NotificationTargets
{
    /// <summary>The webhooks and addresses that the settings name for it.</summary>
    public static IReadOnlyList<NotificationTarget> Of(NotificationSettings notifications, Invocation invocation)
    {
        var targets = notifications.Webhooks
            .Where(webhook => webhook.Value.Datasets.Count == 0 || webhook.Value.Datasets.Contains(invocation.Dataset))
            .Select(webhook => new NotificationTarget("webhook", webhook.Key)).ToList();
        if (notifications.Mail is null) return targets;
        foreach (var recipient in notifications.MailOf.GetValueOrDefault(invocation.Dataset, []))
        {
            var address = recipient == NotificationSettings.Submitter ? invocation.SubmittedBy : recipient;
            // A workflow has no address.
            if (MailAddress.TryCreate(address, out _)) targets.Add(new NotificationTarget("mail", address));
        }
        return targets;
    }
}
