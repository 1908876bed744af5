using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace AnalysisRunner.Generators;

/// <summary>All descriptors by code.</summary>
internal static class AllDescriptors
{
    private static readonly Dictionary<string, DiagnosticDescriptor> ByCode = new DiagnosticDescriptor[]
    {
        SchemaDescriptors.UnknownKeyword,
        SchemaDescriptors.UnknownType,
        SchemaDescriptors.KeywordValue,
        SchemaDescriptors.KeywordNotForType,
        SchemaDescriptors.BadDefault,
        SchemaDescriptors.BadPattern,
        SchemaDescriptors.EmptyRange,
        SchemaDescriptors.NameCollision,
        SchemaDescriptors.ReservedName,
        SchemaDescriptors.DeclaredTwice,
        SchemaDescriptors.ItemsMissing,
        SchemaDescriptors.BadClassName,
        SchemaDescriptors.BadEnum,
        SchemaDescriptors.OptionalWithDefault,
        SchemaDescriptors.BuiltInKey,
        SchemaDescriptors.BadExample,
        SyntaxDescriptors.InvalidUtf8,
        SyntaxDescriptors.ControlCharacter,
        SyntaxDescriptors.UnterminatedString,
        SyntaxDescriptors.BadEscape,
        SyntaxDescriptors.BadNumber,
        SyntaxDescriptors.IntegerOutOfRange,
        SyntaxDescriptors.BadDateTime,
        SyntaxDescriptors.ExpectedKey,
        SyntaxDescriptors.ExpectedEquals,
        SyntaxDescriptors.ExpectedValue,
        SyntaxDescriptors.ExpectedEndOfLine,
        SyntaxDescriptors.ArrayNotClosed,
        SyntaxDescriptors.InlineTableNotClosed,
        SyntaxDescriptors.HeaderNotClosed,
        SyntaxDescriptors.DuplicateKey,
        SyntaxDescriptors.RedefinedTable,
        SyntaxDescriptors.NotExtensible,
        SyntaxDescriptors.NewerSyntax,
        SyntaxDescriptors.TooDeep,
        SyntaxDescriptors.TooLong,
        SyntaxDescriptors.TooManyErrors,
        ConfigDescriptors.UnknownKey,
        ConfigDescriptors.MissingKey,
        ConfigDescriptors.WrongType,
        ConfigDescriptors.OutOfRange,
        ConfigDescriptors.PatternMismatch,
        ConfigDescriptors.NotInEnum,
        ConfigDescriptors.WrongLength,
        ConfigDescriptors.DuplicateItem,
        ConfigDescriptors.Deprecated,
        ConfigDescriptors.MalformedText,
        ConfigDescriptors.ProtectedKey,
    }.ToDictionary(descriptor => descriptor.Id, System.StringComparer.Ordinal);

    internal static IEnumerable<DiagnosticDescriptor> All => ByCode.Values;

    internal static DiagnosticDescriptor For(string code) => ByCode[code];
}
