using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace AnalysisRunner.CodeFixes.Tests;

public sealed class EditorHost
{
    // The oldest editor that is supported brings these, and nothing else: Roslyn 4.14.
    private static readonly Dictionary<string, Version> Supplied = new()
    {
        ["netstandard"] = new(2, 0, 0, 0),
        ["Microsoft.CodeAnalysis"] = new(4, 14, 0, 0),
        ["Microsoft.CodeAnalysis.CSharp"] = new(4, 14, 0, 0),
        ["Microsoft.CodeAnalysis.Workspaces"] = new(4, 14, 0, 0),
        ["System.Collections.Immutable"] = new(9, 0, 0, 0),
        ["System.Composition.AttributedModel"] = new(9, 0, 0, 0),
        ["System.Memory"] = new(4, 0, 1, 2),
    };

    [Fact]
    public void The_fixes_reference_only_what_the_oldest_editor_has()
    {
        using var file = File.OpenRead(typeof(TypedKeyFix).Assembly.Location);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        var references = metadata.AssemblyReferences.Select(metadata.GetAssemblyReference)
            .Select(reference => (Name: metadata.GetString(reference.Name), reference.Version)).ToList();

        references.Select(reference => reference.Name).ShouldContain("Microsoft.CodeAnalysis.Workspaces");
        references.ShouldAllBe(reference => Supplied.ContainsKey(reference.Name) && reference.Version <= Supplied[reference.Name]);
    }
}
