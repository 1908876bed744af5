using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace AnalysisRunner.Server.Telemetry;

/// <summary>Keeps the figures of this server and of what it is built on, and writes them in the text format of Prometheus (version 0.0.4).</summary>
internal sealed class PrometheusFigures : IDisposable
{
    // More label sets than anything here has: against a client that could make up new ones.
    private const int MaximumSets = 500;

    private static readonly string[] Meters =
        [ServerMetrics.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql"];

    private static readonly double[] DefaultBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, Family> _families = new();

    /// <summary>Begins to listen.</summary>
    /// <param name="meters">The factory of this server's meters: those of another server in this process are not meant.</param>
    public PrometheusFigures(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            var isOwn = instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, meters);
            if (isOwn && Meters.Contains(instrument.Meter.Name, StringComparer.Ordinal)) listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument, new Family(instrument)));
        };
        _listener.SetMeasurementEventCallback<double>((_, value, tags, family) => ((Family)family!).Take(value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, family) => ((Family)family!).Take(value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, family) => ((Family)family!).Take(value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, family) => ((Family)family!).Take(value, tags));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, family) => ((Family)family!).Take(value, tags));
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, family) => ((Family)family!).Take(value, tags));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, family) => ((Family)family!).Take((double)value, tags));
        _listener.Start();
    }

    /// <summary>The figures of this moment.</summary>
    public string Write()
    {
        lock (_families)
        {
            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            // The same name may come from two meters, of the process and of the server: it stands once.
            foreach (var family in _families.Values.GroupBy(family => family.Name, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
            {
                family.First().WriteHead(text);
                foreach (var part in family) part.Write(text);
            }
            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    private sealed class Family
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<string, Series> _series = new(StringComparer.Ordinal);
        // By the tags themselves, because a measurement is taken far more often than its labels are written.
        private readonly Dictionary<KeyValuePair<string, object?>[], Series> _known = new(TagComparer.Instance);
        private readonly Instrument _instrument;
        private readonly double[]? _bounds;
        private readonly bool _isSum;
        private readonly string _type;

        public Family(Instrument instrument)
        {
            _instrument = instrument;
            var kind = instrument.GetType().Name;
            _type = kind.StartsWith("Histogram", StringComparison.Ordinal) ? "histogram" : kind.StartsWith("Counter", StringComparison.Ordinal) || kind.StartsWith("ObservableCounter", StringComparison.Ordinal) ? "counter" : "gauge";
            _isSum = kind.StartsWith("Counter", StringComparison.Ordinal) || kind.StartsWith("UpDownCounter", StringComparison.Ordinal);
            if (_type == "histogram") _bounds = instrument is Histogram<double> { Advice.HistogramBucketBoundaries: { Count: > 0 } advised } ? [.. advised] : DefaultBounds;
            Name = NameOf(instrument, _type);
        }

        public string Name { get; }

        public void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            lock (_lock)
            {
                if (Find(tags) is not { } series) return;
                series.Count++;
                if (_bounds is null)
                {
                    series.Value = _isSum ? series.Value + value : value;
                    return;
                }
                series.Value += value;
                for (var i = 0; i < _bounds.Length; i++) if (value <= _bounds[i]) series.Buckets[i]++;
            }
        }

        private Series? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var known = _known.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
            if (known.TryGetValue(tags, out var series)) return series;
            var labels = Labels(tags);
            if (!_series.TryGetValue(labels, out series))
            {
                if (_series.Count >= MaximumSets) return null;
                _series.Add(labels, series = new Series(_bounds is null ? [] : new long[_bounds.Length]));
            }
            if (_known.Count < MaximumSets) known[tags] = series;
            return series;
        }

        public void WriteHead(StringBuilder text)
        {
            if (_instrument.Description is { Length: > 0 } help) text.Append("# HELP ").Append(Name).Append(' ').Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
            text.Append("# TYPE ").Append(Name).Append(' ').Append(_type).Append('\n');
        }

        public void Write(StringBuilder text)
        {
            lock (_lock)
            {
                foreach (var (labels, series) in _series)
                {
                    if (_bounds is null)
                    {
                        Line(text, Name, labels, series.Value);
                        continue;
                    }
                    for (var i = 0; i < _bounds.Length; i++) Line(text, Name + "_bucket", With(labels, _bounds[i].ToString(CultureInfo.InvariantCulture)), series.Buckets[i]);
                    Line(text, Name + "_bucket", With(labels, "+Inf"), series.Count);
                    Line(text, Name + "_sum", labels, series.Value);
                    Line(text, Name + "_count", labels, series.Count);
                }
            }
        }

        private static string With(string labels, string bound) => (labels.Length == 0 ? "" : labels + ",") + $"le=\"{bound}\"";

        private static void Line(StringBuilder text, string name, string labels, double value)
        {
            text.Append(name);
            if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
            text.Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
        }

        private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var labels = new List<string>(tags.Length);
            foreach (var (name, value) in tags)
            {
                var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
                labels.Add($"{Word(name)}=\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"");
            }
            labels.Sort(StringComparer.Ordinal);
            return string.Join(',', labels);
        }

        private static string NameOf(Instrument instrument, string type)
        {
            var unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
            var name = Word(instrument.Name);
            if (!name.EndsWith(unit, StringComparison.Ordinal)) name += unit;
            return type == "counter" && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
        }

        private static string Word(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
    }

    private sealed class Series(long[] buckets)
    {
        public double Value { get; set; }

        public long Count { get; set; }

        public long[] Buckets { get; } = buckets;
    }
}
