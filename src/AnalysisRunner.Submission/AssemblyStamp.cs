using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Submission;

/// <summary>Reads the stamp that a build left in an assembly, without loading it.</summary>
public static class AssemblyStamp
{
    /// <summary>The key of the assembly metadata that holds the commit.</summary>
    public const string CommitKey = "AnalysisRunner.Commit";

    /// <summary>The commit that the assembly says it was built from; null when it says none.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="BadImageFormatException">The file is not an assembly.</exception>
    public static CommitId? ReadCommit(string assemblyFile)
    {
        using var file = new FileStream(assemblyFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var image = new PEReader(file);
        if (!image.HasMetadata) throw new BadImageFormatException("The file has no .NET metadata.");
        var reader = image.GetMetadataReader();
        foreach (var handle in reader.GetAssemblyDefinition().GetCustomAttributes())
        {
            var attribute = reader.GetCustomAttribute(handle);
            if (!IsAssemblyMetadata(reader, attribute)) continue;
            var value = reader.GetBlobReader(attribute.Value);
            // ECMA-335 II.23.3: the prolog 0x0001, then the two strings of the constructor.
            if (value.ReadUInt16() != 1 || value.ReadSerializedString() != CommitKey) continue;
            return CommitId.TryParse(value.ReadSerializedString(), out var commit) ? commit : null;
        }
        return null;
    }

    private static bool IsAssemblyMetadata(MetadataReader reader, CustomAttribute attribute)
    {
        if (attribute.Constructor.Kind != HandleKind.MemberReference) return false;
        var parent = reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent;
        if (parent.Kind != HandleKind.TypeReference) return false;
        var type = reader.GetTypeReference((TypeReferenceHandle)parent);
        return reader.StringComparer.Equals(type.Name, "AssemblyMetadataAttribute")
            && reader.StringComparer.Equals(type.Namespace, "System.Reflection");
    }
}
