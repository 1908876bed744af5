using System.ComponentModel;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace AnalysisRunner.Storage.Tests.Requirements;

/// <summary>A test that says which program it misses, and does not run.</summary>
public sealed class MissingProgramTestCase : XunitTestCase
{
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("For the deserializer.")]
    public MissingProgramTestCase()
    {
    }

    private MissingProgramTestCase(IMessageSink sink, ITestFrameworkDiscoveryOptions options, ITestMethod method)
        : base(sink, options.MethodDisplayOrDefault(), options.MethodDisplayOptionsOrDefault(), method)
    {
    }

    internal static MissingProgramTestCase? For(IMessageSink sink, ITestFrameworkDiscoveryOptions options, ITestMethod method) =>
        Reason(method) is null ? null : new MissingProgramTestCase(sink, options, method);

    protected override string? GetSkipReason(IAttributeInfo factAttribute) => Reason(TestMethod);

    private static string? Reason(ITestMethod method)
    {
        var missing = method.TestClass.Class.GetCustomAttributes(typeof(RequiresProgramAttribute))
            .Select(attribute => attribute.GetNamedArgument<string>(nameof(RequiresProgramAttribute.Program)))
            .Where(program => !RequiresProgramAttribute.Exists(program)).ToList();
        return missing.Count == 0 ? null : $"needs {string.Join(", ", missing)}";
    }
}
