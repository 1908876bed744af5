namespace AnalysisRunner.Server.Record;

/// <summary>The approval that an invocation needs, to be recorded with it.</summary>
/// <param name="Document">Exactly what is to run, as text.</param>
/// <param name="Digest">The SHA-256 of its UTF-8, lower-case hexadecimal.</param>
/// <param name="ExpiresAt">Until when it can be approved.</param>
public sealed record NewApproval(string Document, string Digest, DateTimeOffset ExpiresAt);

/// <summary>What became of an approval.</summary>
public enum ApprovalOutcome
{
    /// <summary>The invocation is approved now.</summary>
    Approved,

    /// <summary>It needs no approval, was approved before, is being cancelled, or has ended.</summary>
    NotWaiting,

    /// <summary>The digest is that of something else.</summary>
    OtherDigest,

    /// <summary>The time for it is over.</summary>
    Expired,

    /// <summary>Who submitted cannot approve.</summary>
    Own,

    /// <summary>No invocation has the ar-guid.</summary>
    Unknown,
}
