extern alias generators;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace AnalysisRunner.Generators.Tests;

public sealed class CompilerHost
{
    // The oldest compiler that is supported brings these, and nothing else: .NET SDK 9.0.300, Roslyn 4.14.
    private static readonly Dictionary<string, Version> Supplied = new()
    {
        ["netstandard"] = new(2, 0, 0, 0),
        ["Microsoft.CodeAnalysis"] = new(4, 14, 0, 0),
        ["Microsoft.CodeAnalysis.CSharp"] = new(4, 14, 0, 0),
        ["System.Collections.Immutable"] = new(9, 0, 0, 0),
        ["System.Memory"] = new(4, 0, 1, 2),
        ["System.Buffers"] = new(4, 0, 3, 0),
        ["System.Runtime.CompilerServices.Unsafe"] = new(6, 0, 0, 0),
    };

    [Fact]
    public void The_generator_references_only_what_the_oldest_compiler_has()
    {
        using var file = File.OpenRead(typeof(generators::AnalysisRunner.Generators.ConfigGenerator).Assembly.Location);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        var references = metadata.AssemblyReferences.Select(metadata.GetAssemblyReference)
            .Select(reference => (Name: metadata.GetString(reference.Name), reference.Version)).ToList();

        references.Select(reference => reference.Name).ShouldContain("netstandard");
        references.ShouldAllBe(reference => Supplied.ContainsKey(reference.Name) && reference.Version <= Supplied[reference.Name]);
    }

    [Fact]
    public void Every_code_of_the_rules_can_be_reported()
    {
        var reported = generators::AnalysisRunner.Generators.AllDescriptors.All.Select(descriptor => descriptor.Id).ToHashSet();
        // These arise at run time only: no config, unreadable and remote files, untyped access, storage paths; and writing TOML (AR403x).
        string[] runTimeOnly = ["AR4120", "AR4121", "AR4122", "AR4123", "AR4124"];
        var codes = new[] { typeof(AnalysisRunner.Config.Schema).Assembly.GetType("AnalysisRunner.Config.ConfigCodes")!, typeof(AnalysisRunner.Toml.TomlCodes) }
            .SelectMany(type => type.GetFields(System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Public))
            .Select(field => (string)field.GetRawConstantValue()!)
            .Where(code => !runTimeOnly.Contains(code) && !code.StartsWith("AR403", StringComparison.Ordinal));

        codes.ShouldAllBe(code => reported.Contains(code));
    }
}
