namespace AnalysisRunner.Pipelines.Tests;

/// <summary>Methods that run as jobs in tests.</summary>
public static class Callees
{
    public static int Add(FileInfo numbers, int offset = 100) => File.ReadLines(numbers.FullName).Sum(int.Parse) + offset;

    public static int Twice(int value) => value * 2;

    public static string Describe(string text) => text;

    public static string Gather(IReadOnlyList<string> paths) => string.Join(' ', paths.Select(path => string.Join(',', File.ReadLines(path))));

    public static string Keys(IReadOnlyDictionary<string, string> group) => string.Join(' ', group.Keys);

    public static async Task<int> Later(int value)
    {
        await Task.Yield();
        return value;
    }

    public static ValueTask<int> LaterValue(int value) => ValueTask.FromResult(value);

    public static void Nothing()
    {
    }

    public static void Fails() => throw new InvalidOperationException("it broke");

    public static async Task FailsLater()
    {
        await Task.Yield();
        throw new InvalidOperationException("it broke later");
    }

    public static T? Generic<T>() => default;
}
