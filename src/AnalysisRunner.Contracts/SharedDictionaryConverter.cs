using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AnalysisRunner.Contracts;

/// <summary>
/// Reads names and values so that equal ones that follow each other are one object. The jobs of a batch mostly have the same variables and attributes; a
/// million copies of them would be most of what a batch occupies.
/// </summary>
internal sealed class SharedDictionaryConverter : JsonConverter<IReadOnlyDictionary<string, string>>
{
    // There is one converter for each property, and so one of these. Weak: it is of use only as long as a batch has it.
    private volatile WeakReference<ReadOnlyDictionary<string, string>>? _last;

    public override IReadOnlyDictionary<string, string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException();
        if (_last is not null && _last.TryGetTarget(out var last))
        {
            var ahead = reader;
            if (IsNext(ref ahead, last))
            {
                reader = ahead;
                return last;
            }
        }
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null)) throw new JsonException();
            // Text can hold null where the type promises none; whoever takes a batch from outside looks for that.
            values[name] = reader.GetString()!;
        }
        var read = values.AsReadOnly();
        _last = new(read);
        return read;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, text) in value) writer.WriteString(name, text);
        writer.WriteEndObject();
    }

    private static bool IsNext(ref Utf8JsonReader reader, ReadOnlyDictionary<string, string> expected)
    {
        foreach (var (name, text) in expected)
        {
            if (text is null || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals(name)) return false;
            if (!reader.Read() || reader.TokenType != JsonTokenType.String || !reader.ValueTextEquals(text)) return false;
        }
        return reader.Read() && reader.TokenType == JsonTokenType.EndObject;
    }
}
