using System.Text.Json;
using System.Text.Json.Serialization;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Client;

/// <summary>How answers are read: a newer server may say more than this client knows, so unknown members are skipped.</summary>
internal static class ApiJson
{
    public static ContractsJson Lenient { get; } =
        new(new JsonSerializerOptions(ContractsJson.Default.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip });
}
