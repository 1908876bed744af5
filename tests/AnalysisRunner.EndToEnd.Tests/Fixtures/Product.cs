using System.Reflection;

namespace AnalysisRunner.EndToEnd.Tests.Fixtures;

/// <summary>The built product that the consumers under test use.</summary>
internal static class Product
{
    public static string RepositoryRoot { get; } = Metadata("RepositoryRoot");

    public static string Generator { get; } = Path.Combine(Output("AnalysisRunner.Generators"), "AnalysisRunner.Generators.dll");

    public static string Tasks { get; } = Path.Combine(Output("AnalysisRunner.Sdk"), "AnalysisRunner.Sdk.dll");

    public static string Server { get; } = Output("AnalysisRunner.Server") + Path.DirectorySeparatorChar;

    public static string Pipelines { get; } = Output("AnalysisRunner.Pipelines");

    private static string Output(string project) => Path.Combine(Metadata("OutputFolder"), project, Metadata("OutputPivot"));

    private static string Metadata(string key) => typeof(Product).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;
}
