namespace AnalysisRunner.Storage.S3;

/// <summary>How the server encrypts what is written.</summary>
public enum S3Encryption
{
    /// <summary>As the bucket says.</summary>
    BucketDefault,

    /// <summary>With keys of S3 (SSE-S3).</summary>
    S3Managed,

    /// <summary>With a key of the key management service (SSE-KMS); see <see cref="S3StoreOptions.KmsKey"/>.</summary>
    Kms,
}
