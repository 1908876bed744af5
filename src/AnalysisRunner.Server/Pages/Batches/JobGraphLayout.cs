using System.Globalization;
using System.Text.RegularExpressions;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Pages.Shared;

namespace AnalysisRunner.Server.Pages.Batches;

/// <summary>
/// Where the boxes of a batch's picture stand: in layers from left to right, each job in the first layer after all that it waits for. Above
/// <see cref="MostJobs"/> jobs, those of one layer whose names differ only in their digits share a box.
/// </summary>
public sealed partial class JobGraphLayout
{
    /// <summary>How many jobs are drawn one by one.</summary>
    public const int MostJobs = 200;

    /// <summary>The width of a box.</summary>
    public const int NodeWidth = 190;

    /// <summary>The height of a box.</summary>
    public const int NodeHeight = 26;

    private const int LongestLabel = 24;
    private const int LayerWidth = 250;
    private const int RowHeight = 36;
    private const int Margin = 8;

    // What a reader looks for first stands for the whole group.
    private static readonly JobState[] ByImportance = [JobState.Failed, JobState.Running, JobState.Cancelled, JobState.Ready, JobState.Pending, JobState.Succeeded];

    private JobGraphLayout(IReadOnlyList<JobGraphNode> nodes, IReadOnlyList<string> edges, bool isGrouped, int layers)
    {
        (Nodes, Edges, IsGrouped, Layers) = (nodes, edges, isGrouped, layers);
        Width = nodes.Count == 0 ? 0 : nodes.Max(node => node.X) + NodeWidth + Margin;
        Height = nodes.Count == 0 ? 0 : nodes.Max(node => node.Y) + NodeHeight + Margin;
    }

    /// <summary>The boxes.</summary>
    public IReadOnlyList<JobGraphNode> Nodes { get; }

    /// <summary>The lines between them, as SVG paths.</summary>
    public IReadOnlyList<string> Edges { get; }

    /// <summary>Whether boxes stand for several jobs.</summary>
    public bool IsGrouped { get; }

    /// <summary>How many layers there are.</summary>
    public int Layers { get; }

    /// <summary>The width of the picture.</summary>
    public int Width { get; }

    /// <summary>The height of the picture.</summary>
    public int Height { get; }

    /// <summary>Draws a batch; null when even its groups are too many for a picture.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="specs">What was asked for, all jobs.</param>
    /// <param name="jobs">Where they are, in the same order.</param>
    public static JobGraphLayout? Create(string key, IReadOnlyList<JobSpec> specs, IReadOnlyList<JobSummary> jobs)
    {
        var layers = LayersOf(specs);
        var isGrouped = specs.Count > MostJobs;
        var groups = new Dictionary<(int Layer, string Name), List<int>>();
        for (var i = 0; i < specs.Count; i++)
        {
            var name = isGrouped ? Digits().Replace(specs[i].Name, "*") : string.Create(CultureInfo.InvariantCulture, $"{specs[i].Id}");
            if (!groups.TryGetValue((layers[i], name), out var members)) groups.Add((layers[i], name), members = []);
            members.Add(i);
        }
        if (groups.Count > MostJobs) return null;

        var boxOf = new int[specs.Count];
        var boxes = groups.OrderBy(group => group.Key.Layer).ThenBy(group => group.Value[0]).ToArray();
        for (var box = 0; box < boxes.Length; box++)
        {
            foreach (var member in boxes[box].Value) boxOf[member] = box;
        }
        var parents = boxes.Select(box => box.Value.SelectMany(member => specs[member].Parents).Select(parent => boxOf[parent - 1]).ToHashSet()).ToArray();
        var rows = RowsOf([.. boxes.Select(box => box.Key.Layer)], parents);
        var nodes = boxes.Select((box, i) => Node(key, box.Value, specs, jobs, Margin + (box.Key.Layer * LayerWidth), Margin + (rows[i] * RowHeight))).ToArray();
        var edges = parents.SelectMany((from, to) => from.Where(parent => parent != to).Order().Select(parent => Edge(nodes[parent], nodes[to]))).ToArray();
        return new JobGraphLayout(nodes, edges, isGrouped, boxes.Length == 0 ? 0 : boxes[^1].Key.Layer + 1);
    }

    private static int[] LayersOf(IReadOnlyList<JobSpec> specs)
    {
        var children = new List<int>?[specs.Count];
        var open = new int[specs.Count];
        var layers = new int[specs.Count];
        var ready = new Queue<int>();
        for (var i = 0; i < specs.Count; i++)
        {
            open[i] = specs[i].Parents.Count;
            if (open[i] == 0) ready.Enqueue(i);
            foreach (var parent in specs[i].Parents) (children[parent - 1] ??= []).Add(i);
        }
        while (ready.TryDequeue(out var job))
        {
            foreach (var child in children[job] ?? [])
            {
                layers[child] = Math.Max(layers[child], layers[job] + 1);
                if (--open[child] == 0) ready.Enqueue(child);
            }
        }
        return layers;
    }

    // In each layer by the mean row of what is waited for, so that few lines cross.
    private static int[] RowsOf(int[] layers, HashSet<int>[] parents)
    {
        var rows = new int[layers.Length];
        foreach (var layer in Enumerable.Range(0, layers.Length).GroupBy(box => layers[box]))
        {
            var row = 0;
            foreach (var box in layer.OrderBy(box => parents[box].Count == 0 ? box : parents[box].Average(parent => rows[parent])).ThenBy(box => box)) rows[box] = row++;
        }
        return rows;
    }

    private static JobGraphNode Node(string key, List<int> members, IReadOnlyList<JobSpec> specs, IReadOnlyList<JobSummary> jobs, int x, int y)
    {
        var first = specs[members[0]];
        var state = ByImportance.First(state => members.Any(member => jobs[member].State == state)).ToName();
        if (members.Count == 1)
        {
            var name = first.Name.Length == 0 ? $"job {Texts.Number(first.Id)}" : first.Name;
            return new(Cut(name), $"job {Texts.Number(first.Id)} \"{first.Name}\": {state}", state, BatchUrl.Of(key, first.Id), x, y);
        }
        var counts = members.GroupBy(member => jobs[member].State).OrderBy(group => group.Key).Select(group => $"{Texts.Number(group.Count())} {group.Key.ToName()}");
        var label = Digits().Replace(first.Name, "*");
        return new(
            $"{Texts.Number(members.Count)} × {Cut(label)}", $"{label}: {string.Join(", ", counts)}", state,
            string.Create(CultureInfo.InvariantCulture, $"{BatchUrl.Of(key)}?after={first.Id - 1}"), x, y);
    }

    private static string Edge(JobGraphNode from, JobGraphNode to)
    {
        var (x1, y1, x2, y2) = (from.X + NodeWidth, from.Y + (NodeHeight / 2), to.X, to.Y + (NodeHeight / 2));
        var middle = (x1 + x2) / 2;
        return string.Create(CultureInfo.InvariantCulture, $"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}");
    }

    private static string Cut(string name) => name.Length <= LongestLabel ? name : name[..(LongestLabel - 1)] + "…";

    [GeneratedRegex("[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();
}
