namespace PipelineTour;

#region methods-callee
/// <summary>Methods that run as jobs: static, with arguments and results that JSON can hold.</summary>
internal static class Stats
{
    public static int Sum(FileInfo numbers, int offset) =>
        File.ReadLines(numbers.FullName).Sum(int.Parse) + offset;

    public static async Task<Summary> SummariseAsync(int[] sums, string title)
    {
        await Console.Out.WriteLineAsync($"{title}: {sums.Length} sums");
        return new Summary(title, sums.Max(), sums.Average());
    }
}

internal sealed record Summary(string Title, int Largest, double Mean);
#endregion
