using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace AnalysisRunner.Server.Hosting;

/// <summary>An entry of the server's log as a JSON object on one line.</summary>
internal static class JsonEntry
{
    private const string Template = "{OriginalFormat}";

    /// <summary>Composes it.</summary>
    /// <param name="time">When.</param>
    /// <param name="level">How serious.</param>
    /// <param name="category">Which part of the server.</param>
    /// <param name="message">The whole message.</param>
    /// <param name="values">The values in the message, by name.</param>
    /// <param name="exception">What was thrown.</param>
    public static byte[] Compose(
        DateTimeOffset time, LogLevel level, string category, string message, IEnumerable<KeyValuePair<string, object?>> values, Exception? exception)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("time", time.UtcDateTime);
            json.WriteString("level", level.ToString());
            json.WriteString("category", category);
            if (Activity.Current is { } activity)
            {
                json.WriteString("traceId", activity.TraceId.ToHexString());
                json.WriteString("spanId", activity.SpanId.ToHexString());
            }
            json.WriteString("message", message);
            json.WriteStartObject("values");
            foreach (var (name, value) in values.Where(value => value.Key != Template).DistinctBy(value => value.Key)) json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
            json.WriteEndObject();
            if (exception is not null) json.WriteString("exception", exception.ToString());
            json.WriteEndObject();
        }
        line.WriteByte((byte)'\n');
        return line.ToArray();
    }
}
