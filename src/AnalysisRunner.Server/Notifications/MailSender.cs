using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Notifications;

/// <summary>
/// Sends plain-text mail over SMTP with the runtime's own client: STARTTLS, or in the clear to a server that wants no password. TLS from the first byte
/// (port 465) is not within its means.
/// </summary>
internal sealed class MailSender(CurrentSettings settings) : INotificationSender
{
    private const int LimitSeconds = 30;
    private const int MaximumSubject = 150;

    /// <inheritdoc/>
    public string Kind => "mail";

    /// <inheritdoc/>
    public async Task SendAsync(DueNotification message, Invocation invocation, CancellationToken cancellation)
    {
        if (settings.Value.Notifications.Mail is not { } mail) throw new NotificationException("The settings name no mail server any more.", isFinal: true);
        using var client = new SmtpClient(mail.Host, mail.Port) { EnableSsl = mail.UsesTls, Timeout = LimitSeconds * 1000 };
        if (mail.User is not null) client.Credentials = new NetworkCredential(mail.User, mail.Password!.Read());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(LimitSeconds));
        try
        {
            using var text = Compose(mail.From, message, invocation);
            await client.SendMailAsync(text, limit.Token);
        }
        catch (SmtpFailedRecipientException e)
        {
            throw new NotificationException($"The mail server does not take mail for this address: {e.Message}", isFinal: e.StatusCode == SmtpStatusCode.MailboxUnavailable, e);
        }
        catch (Exception e) when (e is SmtpException or IOException or FormatException)
        {
            throw new NotificationException($"The mail server did not take it: {e.GetBaseException().Message}", inner: e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new NotificationException($"The mail server did not take it within {LimitSeconds} s.", inner: e);
        }
    }

    private static MailMessage Compose(string from, DueNotification message, Invocation invocation)
    {
        var subject = $"[{invocation.Dataset}] {invocation.State.ToName()}: {invocation.Description}";
        // Headers are lines: what a user wrote must not begin another.
        var line = new string([.. subject.Select(c => char.IsControl(c) ? ' ' : c).Take(MaximumSubject)]);
        var body = new StringBuilder();
        void Say(string name, string? value)
        {
            if (value is { Length: > 0 }) body.Append(name).Append(": ").Append(value).Append('\n');
        }
        Say("State", invocation.State.ToName());
        Say("Reason", invocation.Reason);
        Say("Description", invocation.Description);
        Say("Dataset", $"{invocation.Dataset}, level {invocation.AccessLevel.ToName()}");
        Say("Submitted", string.Create(CultureInfo.InvariantCulture, $"{invocation.SubmittedAt:u} by {invocation.SubmittedBy}"));
        Say("Ended", invocation.FinishedAt?.ToString("u", CultureInfo.InvariantCulture));
        Say("Code", invocation.Repository is null ? null : $"{invocation.Repository} at {invocation.Commit}");
        Say("Outputs", invocation.Outputs is { } outputs ? string.Create(CultureInfo.InvariantCulture, $"{outputs.Count} objects, {outputs.Bytes} bytes, in {invocation.OutputPath}") : null);
        Say("Page", invocation.Url);
        var mail = new MailMessage(from, message.Target) { Subject = line, Body = body.ToString(), SubjectEncoding = Encoding.UTF8, BodyEncoding = Encoding.UTF8 };
        // By which a receiver that got it twice knows it again.
        mail.Headers.Add("Message-ID", string.Create(CultureInfo.InvariantCulture, $"<{invocation.ArGuid}.{message.Id}@{new MailAddress(from).Host}>"));
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        return mail;
    }
}
