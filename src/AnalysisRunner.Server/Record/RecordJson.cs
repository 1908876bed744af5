using System.Text.Json;
using System.Text.Json.Serialization;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Record;

/// <summary>The JSON of columns that hold lists; read with <c>json_each</c> where SQL looks inside.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyList<Problem>))]
[JsonSerializable(typeof(JobIdentity))]
[JsonSerializable(typeof(Toolchain))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class RecordJson : JsonSerializerContext;
