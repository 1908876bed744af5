namespace AnalysisRunner.Storage.Tests;

/// <summary>Content that is the same for the same seed.</summary>
internal static class RandomContent
{
    public static byte[] Of(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
