using System.Globalization;
using System.Text.Json;
using AnalysisRunner.Cli.Commands;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Storage;

namespace AnalysisRunner.Cli.Storing;

/// <summary>Shows what a store knows of an object.</summary>
internal sealed class Looking(CommandContext context, Screen screen)
{
    public async Task<int> RunAsync(string text, bool asJson, CancellationToken cancellation)
    {
        var path = context.Parse(text);
        var stores = new ObjectStores();
        await using var opened = stores.ConfigureAwait(false);
        if (path.IsRoot || await stores.For(path).FindAsync(path, cancellation).ConfigureAwait(false) is not { } info) throw Paths.Missing(path);
        if (asJson)
        {
            screen.WriteJson(writer => Write(writer, info));
            return ExitCodes.Success;
        }
        screen.WriteFields(
        [
            ("path", info.Path.Show()),
            ("bytes", info.Length.ToString(CultureInfo.InvariantCulture)),
            ("modified", InvocationsCommand.Moment(info.Modified)),
            ("version", info.Version),
            ("sha256", info.Sha256),
            ("crc32c", info.Crc32C?.ToString("x8", CultureInfo.InvariantCulture)),
            ("content type", info.ContentType),
            .. info.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => ("metadata " + pair.Key, (string?)pair.Value)),
        ]);
        return ExitCodes.Success;
    }

    /// <summary>Writes several.</summary>
    public static void WriteJson(Screen screen, IReadOnlyList<ObjectInfo> objects) => screen.WriteJson(writer =>
    {
        writer.WriteStartArray();
        foreach (var info in objects) Write(writer, info);
        writer.WriteEndArray();
    });

    private static void Write(Utf8JsonWriter writer, ObjectInfo info)
    {
        writer.WriteStartObject();
        writer.WriteString("path", info.Path.Show());
        writer.WriteNumber("bytes", info.Length);
        writer.WriteString("modified", info.Modified);
        writer.WriteString("version", info.Version);
        if (info.Sha256 is { } sha256) writer.WriteString("sha256", sha256);
        if (info.Crc32C is { } crc) writer.WriteString("crc32c", crc.ToString("x8", CultureInfo.InvariantCulture));
        if (info.ContentType is { } type) writer.WriteString("contentType", type);
        if (info.Metadata.Count > 0)
        {
            writer.WriteStartObject("metadata");
            foreach (var (name, value) in info.Metadata) writer.WriteString(name, value);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }
}
