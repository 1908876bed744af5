using Microsoft.CodeAnalysis.Text;

namespace AnalysisRunner.Generators;

/// <summary>What an additional file is to us.</summary>
internal enum FileRole
{
    /// <summary>A schema from which types are generated.</summary>
    Schema,

    /// <summary>A schema of a referenced project or package: its keys are known, its types are generated there.</summary>
    KnownSchema,

    /// <summary>A config file to be judged.</summary>
    Config,
}

/// <summary>An additional file of ours, by value: a save without a change changes nothing.</summary>
/// <param name="Path">The path that the compiler gave.</param>
/// <param name="ShownPath">The path that goes into generated code: the same on every machine.</param>
/// <param name="Text">The text.</param>
/// <param name="Role">What it is to us.</param>
/// <param name="Order">The place of a config file among its layers.</param>
internal sealed record InputFile(string Path, string ShownPath, string Text, FileRole Role, int Order);

/// <summary>What the project says about itself.</summary>
/// <param name="RootNamespace">The project's namespace, as a valid one; empty for none.</param>
/// <param name="IsLibrary">Whether others use it, so that config may contain what it does not know.</param>
/// <param name="EmitsSourceRevision">Whether the source revision is wanted.</param>
internal sealed record ProjectOptions(string RootNamespace, bool IsLibrary, bool EmitsSourceRevision);

/// <summary>A diagnostic by value.</summary>
internal sealed record DiagnosticModel(string Code, string Message, string Path, TextSpan Span, LinePositionSpan Lines);
