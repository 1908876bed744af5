using System.Text.Json.Serialization;

namespace AnalysisRunner.Contracts;

/// <summary>Credentials of a run's role for S3, in the form in which the clients of AWS fetch them (container credentials).</summary>
/// <param name="AccessKeyId">The key.</param>
/// <param name="SecretAccessKey">Its secret.</param>
/// <param name="Token">The session.</param>
/// <param name="Expiration">Until when they are good; clients fetch new ones before.</param>
/// <param name="RoleArn">The role.</param>
public sealed record JobCredentials(
    [property: JsonPropertyName("AccessKeyId")] string AccessKeyId,
    [property: JsonPropertyName("SecretAccessKey")] string SecretAccessKey,
    [property: JsonPropertyName("Token")] string Token,
    [property: JsonPropertyName("Expiration")] DateTimeOffset Expiration,
    [property: JsonPropertyName("RoleArn")] string RoleArn)
{
    /// <summary>Without the secrets.</summary>
    public override string ToString() => $"{RoleArn} until {Expiration:u}";
}
