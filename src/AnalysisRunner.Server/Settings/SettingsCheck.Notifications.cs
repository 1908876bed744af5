using System.Net.Mail;
using AnalysisRunner.Config;

namespace AnalysisRunner.Server.Settings;

internal sealed partial class SettingsCheck
{
    private void CheckNotifications(MergedConfig settings)
    {
        foreach (var webhook in Tables(settings, "webhooks"))
        {
            Url(webhook.Find("url"), "https", "loopback");
            Secret(webhook, "secret", isRequired: true);
            foreach (var (place, name) in Items(webhook.Find("datasets")))
            {
                if (settings.Find("datasets", name) is null) Report(place, $"names the dataset \"{name}\", which there is none of; correct it.");
            }
        }
        if (settings.Find("mail") is { } mail)
        {
            Secret(mail, "password", isRequired: mail.Find("user") is not null);
            Mailbox(mail.Find("from"));
            if (mail.Find("user") is { } user && mail.Find("tls") is { Value: { Kind: Toml.TomlKind.Boolean } tls } && !tls.AsBoolean())
            {
                Report(user, "would be sent with its password in the clear; remove 'tls = false', or the user.");
            }
        }
        foreach (var identity in Tables(settings, "identity"))
        {
            Secret(identity, "client_secret", isRequired: false);
            if (identity.Find("client_id") is { } client && identity.Find("workflow_repositories") is not null) Report(client, "signs browsers in, and the tokens of this issuer are those of workflows; remove one of the two.");
            if (identity.Find("cli_client_id") is { } commandLine && identity.Find("workflow_repositories") is not null) Report(commandLine, "signs people in, and the tokens of this issuer are those of workflows; remove one of the two.");
        }
        foreach (var dataset in Tables(settings, "datasets"))
        {
            foreach (var (place, recipient) in Items(dataset.Find("mail")))
            {
                if (recipient != NotificationSettings.Submitter && !MailAddress.TryCreate(recipient, out _))
                {
                    Report(place, $"has the recipient \"{recipient}\"; write mail addresses, and '{NotificationSettings.Submitter}' for whoever submitted.");
                }
            }
            if (Items(dataset.Find("mail")).Count > 0 && settings.Find("mail") is null) Report(dataset.Find("mail")!, "names recipients, and no [mail] says how mail is sent; add it.");
        }
    }

    // The secret itself is not looked for in a variable: it may be given to the service alone.
    private void Secret(ConfigNode table, string name, bool isRequired)
    {
        var (file, variable) = (table.Find(name + "_file"), table.Find(name + "_environment"));
        if (file is not null && variable is not null) Report(variable, $"gives the secret a second place; keep one of '{name}_file' and '{name}_environment'.");
        if (isRequired && file is null && variable is null) Report(table, $"has no secret; set '{name}_file' or '{name}_environment'.");
        if (Text(file) is { } path && !File.Exists(text.Absolute(path))) Report(file!, "names a file that does not exist; correct the path, or make the file.");
    }

    private void Mailbox(ConfigNode? node)
    {
        if (Text(node) is { } address && !MailAddress.TryCreate(address, out _)) Report(node!, "is no mail address; correct it.");
    }
}
