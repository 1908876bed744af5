using System.Runtime.CompilerServices;

namespace AnalysisRunner.Pipelines;

/// <summary>
/// Marks what is done for each job of a batch. The runtime first compiles a method without optimisation and counts its calls, and looks at the counts when
/// nothing new was called for a while; a program that describes a hundred thousand jobs would be half done by then.
/// </summary>
internal static class HotPath
{
    /// <summary>Optimise at the first call.</summary>
    public const MethodImplOptions Method = MethodImplOptions.AggressiveOptimization;
}
