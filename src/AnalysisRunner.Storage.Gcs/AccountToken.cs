namespace AnalysisRunner.Storage.Gcs;

/// <summary>A token of a service account.</summary>
/// <param name="Text">The token, which is a secret.</param>
/// <param name="ExpiresAt">Until when it is good.</param>
internal sealed record AccountToken(string Text, DateTimeOffset ExpiresAt)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => $"a token until {ExpiresAt:u}";
}
