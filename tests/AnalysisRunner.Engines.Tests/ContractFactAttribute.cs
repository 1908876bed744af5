using AnalysisRunner.Tests.Shared;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace AnalysisRunner.Engines.Tests;

/// <summary>A fact of the contract: skipped on Windows, and in a class that needs Slurm where that is not installed, saying so.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("AnalysisRunner.Engines.Tests.ContractFactDiscoverer", "AnalysisRunner.Engines.Tests")]
public sealed class ContractFactAttribute : FactAttribute;

/// <summary>Marks a class whose facts need the programs of Slurm.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsSlurmAttribute : Attribute;

/// <summary>Makes the test cases of <see cref="ContractFactAttribute"/>.</summary>
public sealed class ContractFactDiscoverer(IMessageSink messages) : FactDiscoverer(messages)
{
    protected override IXunitTestCase CreateTestCase(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        new ContractTestCase(
            DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod);
}

/// <summary>A test case that knows what its class needs.</summary>
public sealed class ContractTestCase : XunitTestCase
{
    [Obsolete("Called by the deserializer only.", error: true)]
    public ContractTestCase()
    {
    }

    public ContractTestCase(IMessageSink messages, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
        : base(messages, display, options, method)
    {
    }

    protected override string? GetSkipReason(IAttributeInfo factAttribute) =>
        OperatingSystem.IsWindows() ? "needs bash and POSIX processes"
        : TestMethod.TestClass.Class.GetCustomAttributes(typeof(NeedsSlurmAttribute).AssemblyQualifiedName).Any() && SlurmTestCluster.Missing is { } missing ? missing
        : base.GetSkipReason(factAttribute);
}
