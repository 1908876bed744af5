using System.Text.RegularExpressions;

namespace AnalysisRunner.Submission.Secrets;

/// <summary>
/// Tells values that look like secrets: by a form that only tokens and keys have, or by a name that says so and a value that fits. The list is in
/// docs/concepts/what-may-be-submitted.md. A false alarm has no way around it, so a guess needs both, the name and the value.
/// </summary>
public static partial class SecretDetector
{
    private const int ShortestPassword = 6;
    private const int ShortestRandom = 16;
    private const int ShortestRun = 12;
    private const double LeastEntropy = 3.0;

    private static readonly (string Kind, Regex Form)[] Forms =
    [
        ("a private key", PrivateKey()),
        ("an AWS access key", AwsAccessKey()),
        ("a GitHub token", GitHubToken()),
        ("a GitLab token", GitLabToken()),
        ("a Slack token", SlackToken()),
        ("a Google key or token", GoogleToken()),
        ("a Stripe key", StripeKey()),
        ("a token of a package registry", RegistryToken()),
        ("a key of a model provider", ModelProviderKey()),
        ("an Azure storage key", AzureStorageKey()),
        ("a SendGrid key", SendGridKey()),
        ("a JSON Web Token", JsonWebToken()),
    ];

    private static readonly string[] PasswordWords = ["password", "passwd", "pwd", "passphrase"];
    private static readonly string[] SecretWords = ["token", "secret", "apikey", "credential", "credentials"];
    private static readonly string[] KeyOwners = ["api", "access", "private", "secret", "auth", "signing", "encryption", "master"];
    private static readonly string[] Placeholders = ["changeme", "change_me", "change-me", "password", "passwd", "secret", "example", "placeholder", "redacted", "unknown", "prompt"];

    /// <summary>What a text holds that only a secret looks like; null for nothing of the kind.</summary>
    /// <returns>The kind, with its article.</returns>
    public static string? InText(string text)
    {
        foreach (var (kind, form) in Forms)
            if (form.IsMatch(text)) return kind;
        foreach (Match match in UrlWithPassword().Matches(text))
            if (!IsReference(match.Groups[1].Value) && !IsPlaceholder(match.Groups[1].Value)) return "a URL with a password";
        return null;
    }

    /// <summary>What a value looks like, given the name that it goes by.</summary>
    /// <returns>The kind, with its article; null when it looks like no secret.</returns>
    public static string? InValue(string name, string value) =>
        InText(value) is { } known ? known
        : IsReference(value) || IsPlaceholder(value) || IsPathOrUrl(value) || value.All(c => !char.IsLetter(c)) ? null
        : IsNameOfPassword(name) ? value.Length >= ShortestPassword ? "a password" : null
        : IsNameOfSecret(name) && IsRandom(value) ? "a secret"
        : null;

    private static bool IsNameOfPassword(string name) => Words(name) is [.., var last] && PasswordWords.Contains(last);

    private static bool IsNameOfSecret(string name)
    {
        var words = Words(name);
        return words.Any(SecretWords.Contains)
            || words.Zip(words.Skip(1)).Any(pair => KeyOwners.Contains(pair.First) && pair.Second is "key" or "keys");
    }

    /// <summary>The words of a name in lower case: <c>HAIL_TOKEN</c>, <c>hail-token</c> and <c>hailToken</c> are two each; <c>tokenizer</c> is one.</summary>
    private static List<string> Words(string name) => [.. Word().Matches(name).Select(match => match.Value.ToLowerInvariant())];

    /// <summary>Whether it has a run without separators that mixes letters and digits as no word, date or version does.</summary>
    private static bool IsRandom(string value) =>
        value.Length >= ShortestRandom
        && Run().Matches(value).Select(match => match.Value).Any(run =>
            run.Length >= ShortestRun && run.Count(char.IsAsciiDigit) >= 2 && run.Count(char.IsAsciiLetter) >= 3 && Entropy(run) >= LeastEntropy);

    /// <summary>Bits per character.</summary>
    private static double Entropy(string text) =>
        -text.GroupBy(c => c).Select(group => (double)group.Count() / text.Length).Sum(share => share * Math.Log2(share));

    private static bool IsReference(string value) => value.Length == 0 || value[0] is '$' or '<' or '{' or '%' or '*';

    private static bool IsPlaceholder(string value) => Placeholders.Contains(value.ToLowerInvariant()) || value.Distinct().Count() <= 2;

    private static bool IsPathOrUrl(string value) =>
        value[0] is '/' or '~' or '.' || value.Contains("://", StringComparison.Ordinal) || (value.Length > 2 && value[1] == ':' && value[2] is '\\' or '/');

    [GeneratedRegex(@"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----")]
    private static partial Regex PrivateKey();

    [GeneratedRegex(@"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")]
    private static partial Regex AwsAccessKey();

    [GeneratedRegex(@"\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_[A-Za-z0-9_]{50}")]
    private static partial Regex GitHubToken();

    [GeneratedRegex(@"\bgl(?:pat|dt|rt|cbt|ptt|soat|ft|imt|agent)-[A-Za-z0-9_-]{20}")]
    private static partial Regex GitLabToken();

    [GeneratedRegex(@"\bxox[abeoprs]-[A-Za-z0-9-]{10}|\bhooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{20}")]
    private static partial Regex SlackToken();

    [GeneratedRegex(@"\bAIza[A-Za-z0-9_-]{35}|\bya29\.[A-Za-z0-9_-]{20}|\bGOCSPX-[A-Za-z0-9_-]{28}")]
    private static partial Regex GoogleToken();

    [GeneratedRegex(@"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16}")]
    private static partial Regex StripeKey();

    [GeneratedRegex(@"\bnpm_[A-Za-z0-9]{36}|\bpypi-[A-Za-z0-9_-]{50}|\bdckr_[op]at_[A-Za-z0-9_-]{20}|\boy2[a-z0-9]{43}\b")]
    private static partial Regex RegistryToken();

    [GeneratedRegex(@"\bhf_[A-Za-z0-9]{30}|\bsk-[A-Za-z0-9]{48}|\bsk-(?:proj|svcacct|admin|ant-[a-z0-9]+)-[A-Za-z0-9_-]{20}")]
    private static partial Regex ModelProviderKey();

    [GeneratedRegex(@"\bAccountKey=[A-Za-z0-9+/]{86}==")]
    private static partial Regex AzureStorageKey();

    [GeneratedRegex(@"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}")]
    private static partial Regex SendGridKey();

    [GeneratedRegex(@"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{10}")]
    private static partial Regex JsonWebToken();

    [GeneratedRegex(@"\b[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@?#]*:([^\s/@?#]+)@")]
    private static partial Regex UrlWithPassword();

    [GeneratedRegex(@"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"[A-Za-z0-9+=]+")]
    private static partial Regex Run();
}
