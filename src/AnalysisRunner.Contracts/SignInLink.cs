namespace AnalysisRunner.Contracts;

/// <summary>A link that signs its first user in.</summary>
/// <param name="Url">The page with its single-use code.</param>
/// <param name="ExpiresAt">When the code stops working.</param>
public sealed record SignInLink(string Url, DateTimeOffset ExpiresAt);
