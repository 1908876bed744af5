using System.Text.Json;
using System.Text.Json.Serialization;

namespace AnalysisRunner.Contracts;

/// <summary>The JSON form of the contracts: camelCase, nulls left out, unknown members refused.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(SubmissionRequest))]
[JsonSerializable(typeof(SubmissionAccepted))]
[JsonSerializable(typeof(ApprovalRequest))]
[JsonSerializable(typeof(Invocation))]
[JsonSerializable(typeof(IReadOnlyList<Invocation>))]
[JsonSerializable(typeof(InvocationEvent))]
[JsonSerializable(typeof(IReadOnlyList<InvocationOutput>))]
[JsonSerializable(typeof(IReadOnlyList<NotificationSummary>))]
[JsonSerializable(typeof(WhoAmI))]
[JsonSerializable(typeof(IReadOnlyList<DatasetSummary>))]
[JsonSerializable(typeof(IReadOnlyList<DenialSummary>))]
[JsonSerializable(typeof(BatchSpec))]
[JsonSerializable(typeof(BatchSummary))]
[JsonSerializable(typeof(BatchAccepted))]
[JsonSerializable(typeof(IReadOnlyList<JobSummary>))]
[JsonSerializable(typeof(JobSummary))]
[JsonSerializable(typeof(IReadOnlyList<AttemptSummary>))]
[JsonSerializable(typeof(IReadOnlyList<JobGroupSummary>))]
[JsonSerializable(typeof(ServerVersion))]
[JsonSerializable(typeof(IReadOnlyList<ServerSummary>))]
[JsonSerializable(typeof(ServerLost))]
[JsonSerializable(typeof(JobCredentials))]
[JsonSerializable(typeof(SignInLink))]
[JsonSerializable(typeof(ProtectedResource))]
[JsonSerializable(typeof(LocalRunnerFile))]
[JsonSerializable(typeof(ApiProblem))]
public sealed partial class ContractsJson : JsonSerializerContext;
