using System.Reflection;

namespace AnalysisRunner.Sdk.Tests;

/// <summary>What is under test, as the build of the tests found it.</summary>
internal static class BuiltThings
{
    public static string Generator { get; } = Metadata("GeneratorAssembly");

    public static string Tasks { get; } = Metadata("TasksAssembly");

    public static string Sdk { get; } = Metadata("SdkDirectory");

    /// <summary>The folder with the libraries that analysis projects refer to.</summary>
    public static string Libraries { get; } = AppContext.BaseDirectory;

    private static string Metadata(string key) => typeof(BuiltThings).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
