using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AnalysisRunner.Toml.Benchmarks;

/// <summary>A config of the shape that analysis projects have: sections per cohort with settings, paths, lists, resources and comments.</summary>
internal static class RealisticConfig
{
    public static byte[] Toml(int bytes)
    {
        var text = new StringBuilder();
        text.Append("# The analysis of all cohorts.\n[workflow]\nname = \"cohorts\"\ndataset = \"fewgenomes\"\naccess_level = \"standard\"\n");
        var random = new Random(42);
        for (var i = 0; text.Length < bytes; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"""

                # Cohort {i}: sequenced in {2015 + (i % 10)}, see the data release notes.
                [cohorts.cohort_{i:D5}]
                description = "Whole genomes of cohort number {i}, batch {random.Next(100)}"
                enabled = {(i % 3 == 0 ? "false" : "true")}
                released = 20{10 + (i % 15)}-0{1 + (i % 9)}-1{i % 10}T0{i % 10}:30:00Z
                input_path = "gs://cpg-fewgenomes-main/cram/cohort_{i:D5}/batch-{random.Next(1000)}"
                reference = 'GRCh38/{i % 22}'
                sequencing_groups = ["CPG{random.Next(1000000)}", "CPG{random.Next(1000000)}", "CPG{random.Next(1000000)}", "CPG{random.Next(1000000)}"]
                minimum_depth = {random.Next(10, 60)}
                call_rate = {random.NextDouble():F4}
                skip_stages = []

                [cohorts.cohort_{i:D5}.resources]
                cpu = {1 << (i % 5)}
                memory = "{4 << (i % 4)}Gi"
                storage_gb = {random.Next(10, 500)}
                preemptible = true
                labels = {"{ team = \"analysis\", stage = \"joint-calling\" }"}

                """);
        }

        return Encoding.UTF8.GetBytes(text.Replace("\r\n", "\n").ToString());
    }

    /// <summary>The same content as compact JSON.</summary>
    public static byte[] Json(byte[] toml)
    {
        var document = TomlDocument.Parse(toml, options: Large);
        if (document.HasErrors) throw new InvalidOperationException(document.Errors[0].ToString());
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = false })) Write(writer, document.Root);
        return stream.ToArray();
    }

    public static TomlOptions Large { get; } = new() { MaximumLength = 1_000_000_000 };

    private static void Write(Utf8JsonWriter writer, TomlTable table)
    {
        writer.WriteStartObject();
        foreach (var entry in table)
        {
            writer.WritePropertyName(entry.Key);
            Write(writer, entry.Value);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, TomlValue value)
    {
        switch (value.Kind)
        {
            case TomlKind.String: writer.WriteStringValue(value.AsString()); break;
            case TomlKind.Integer: writer.WriteNumberValue(value.AsInteger()); break;
            case TomlKind.Float: writer.WriteNumberValue(value.AsFloat()); break;
            case TomlKind.Boolean: writer.WriteBooleanValue(value.AsBoolean()); break;
            case TomlKind.Table: Write(writer, value.AsTable()); break;
            case TomlKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.AsArray()) Write(writer, item);
                writer.WriteEndArray();
                break;
            default: writer.WriteStringValue(value.RawText); break;
        }
    }
}
