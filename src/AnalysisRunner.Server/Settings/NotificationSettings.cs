namespace AnalysisRunner.Server.Settings;

/// <summary>Who is told of the end of invocations.</summary>
internal sealed record NotificationSettings
{
    /// <summary>The webhooks by name.</summary>
    public IReadOnlyDictionary<string, WebhookSettings> Webhooks { get; init; } = new Dictionary<string, WebhookSettings>();

    /// <summary>How mail is sent; null where none is.</summary>
    public MailSettings? Mail { get; init; }

    /// <summary>Who gets mail, by dataset: addresses, and <see cref="Submitter"/>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> MailOf { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Stands for whoever submitted the invocation.</summary>
    public const string Submitter = "submitter";
}

/// <summary>A webhook.</summary>
/// <param name="Url">Where messages are posted to.</param>
/// <param name="Secret">What they are signed with.</param>
/// <param name="Datasets">The datasets whose invocations it hears of; empty is all.</param>
internal sealed record WebhookSettings(Uri Url, SecretSource Secret, IReadOnlySet<string> Datasets);

/// <summary>How mail is sent.</summary>
internal sealed record MailSettings
{
    /// <summary>The SMTP server.</summary>
    public required string Host { get; init; }

    /// <summary>Its port.</summary>
    public required int Port { get; init; }

    /// <summary>Whether the connection turns to TLS before anything is said (STARTTLS); false only for servers that need no password.</summary>
    public required bool UsesTls { get; init; }

    /// <summary>The sender's address.</summary>
    public required string From { get; init; }

    /// <summary>The user; null where the server wants none.</summary>
    public string? User { get; init; }

    /// <summary>The password of <see cref="User"/>.</summary>
    public SecretSource? Password { get; init; }
}
