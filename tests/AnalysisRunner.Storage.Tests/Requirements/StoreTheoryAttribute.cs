using Xunit.Sdk;

namespace AnalysisRunner.Storage.Tests.Requirements;

/// <summary>A theory that is skipped where the class that runs it lacks a program that it requires.</summary>
[XunitTestCaseDiscoverer("AnalysisRunner.Storage.Tests.Requirements.StoreTheoryDiscoverer", "AnalysisRunner.Storage.Tests")]
public sealed class StoreTheoryAttribute : TheoryAttribute;
