using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace AnalysisRunner.Pipelines.Methods;

/// <summary>A call of a method as a job finds it on its standard input.</summary>
/// <param name="Assembly">The name of the method's assembly.</param>
/// <param name="Module">The identity of the build; the job must run the very same.</param>
/// <param name="Token">The method within that build.</param>
/// <param name="Arguments">The arguments, in which resources are still paths below <c>BATCH_TMPDIR</c> (<see cref="ArgumentForm"/>).</param>
/// <param name="Result">Where the result goes, below <c>BATCH_TMPDIR</c>.</param>
internal sealed record MethodCall(string Assembly, Guid Module, int Token, JsonArray Arguments, string Result)
{
    /// <summary>Tells a program that it runs in such a job.</summary>
    public const string Variable = "ANALYSIS_RUNNER_METHOD";

    /// <summary>How arguments and results are written.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Strict)
    {
        Converters = { new PathConverter<FileInfo>(path => new FileInfo(path)), new PathConverter<DirectoryInfo>(path => new DirectoryInfo(path)), new JsonStringEnumConverter() },
        RespectNullableAnnotations = false,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        IncludeFields = true,
        // Results are read by commands, too; nothing here goes into HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Files are paths.</summary>
    private sealed class PathConverter<T>(Func<string, T> create) : JsonConverter<T>
        where T : FileSystemInfo
    {
        public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString() is { } path ? create(path) : null;

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.FullName);
    }
}
