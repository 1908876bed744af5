using AnalysisRunner.Config;

namespace AnalysisRunner.Server.Settings;

internal static partial class SettingsReader
{
    private static NotificationSettings ReadNotifications(SettingsText text, ConfigTable table) => new()
    {
        Webhooks = Map(table, "webhooks", (_, item) => new WebhookSettings(
            new Uri(item["url"].AsString()), ReadSecret(text, item, "secret")!, Strings(item["datasets"]).ToHashSet(StringComparer.Ordinal))),
        Mail = table.Find("mail")?.AsTable() is not { } mail ? null : new MailSettings
        {
            Host = mail["host"].AsString(),
            Port = (int)mail["port"].AsInteger(),
            UsesTls = mail["tls"].AsBoolean(),
            From = mail["from"].AsString(),
            User = mail.Find("user")?.AsString(),
            Password = ReadSecret(text, mail, "password"),
        },
        MailOf = Map(table, "datasets", (_, item) => Strings(item["mail"])),
    };

    private static SecretSource? ReadSecret(SettingsText text, ConfigTable table, string name) =>
        table.Find(name + "_file") is { } file ? new SecretSource(text.Absolute(file.AsString()), null)
        : table.Find(name + "_environment") is { } variable ? new SecretSource(null, variable.AsString())
        : null;
}
