namespace AnalysisRunner.Pages.Benchmarks;

/// <summary>How a page came.</summary>
/// <param name="FirstByte">After so many milliseconds its first byte.</param>
/// <param name="Whole">After so many all of it.</param>
/// <param name="Bytes">How long it is.</param>
/// <param name="Rows">How many rows its tables have.</param>
internal sealed record PageTimes(double FirstByte, double Whole, long Bytes, int Rows);
