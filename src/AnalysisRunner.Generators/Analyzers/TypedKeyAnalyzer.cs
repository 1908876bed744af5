using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using AnalysisRunner.Config;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;

namespace AnalysisRunner.Generators;

/// <summary>AR5003: a key is read by strings although a schema of this project types it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class TypedKeyAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [PipelineDescriptors.TypedKey];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName(PipelineTypes.Config) is not { } config) return;
            var (options, cancellation) = (start.Options, start.CancellationToken);
            // Once for each compilation, and not at all where nothing is read by strings.
            var keys = new Lazy<TypedKeys>(() => TypedKeys.Of(options, cancellation));
            start.RegisterOperationAction(operation => Check(operation, config, keys), OperationKind.Invocation);
        });
    }

    private static void Check(OperationAnalysisContext context, INamedTypeSymbol config, Lazy<TypedKeys> typed)
    {
        var call = (IInvocationOperation)context.Operation;
        if (!call.TargetMethod.Is(config, "Get") && !call.TargetMethod.Is(config, "TryGet")) return;
        var argument = call.Arguments.FirstOrDefault(argument => argument.Parameter?.Name == "keys");
        if (ItemsOf(argument?.Value) is not { IsEmpty: false } items) return;
        var keys = new List<string>();
        foreach (var item in items)
        {
            if (item.ConstantValue.Value is not string key) return;
            keys.Add(key);
        }
        if (typed.Value.Find(keys) is not { } found) return;
        var span = TextSpan.FromBounds(items[0].Syntax.SpanStart, items[items.Length - 1].Syntax.Span.End);
        context.ReportDiagnostic(Diagnostic.Create(
            PipelineDescriptors.TypedKey, Location.Create(call.Syntax.SyntaxTree, span), PropertiesOf(found),
            found.Value.Path, found.Value.File, SchemaTypeNames.Described(found.Value.Type), found.Class.Name + ".Load()." + found.Members));
    }

    private static ImmutableDictionary<string, string?> PropertiesOf(TypedKey found)
    {
        var properties = ImmutableDictionary<string, string?>.Empty;
        if (!found.IsWhole) return properties;
        var @namespace = found.Class.Namespace;
        return properties.Add(FixProperties.Class, (@namespace.Length == 0 ? "" : @namespace + ".") + found.Class.Name)
            .Add(FixProperties.Members, found.Members);
    }

    private static ImmutableArray<IOperation> ItemsOf(IOperation? keys)
    {
        while (keys is IConversionOperation conversion) keys = conversion.Operand;
        return keys switch
        {
            IArrayCreationOperation { Initializer: { } written } => written.ElementValues,
            ICollectionExpressionOperation written => written.Elements,
            _ => [],
        };
    }
}
