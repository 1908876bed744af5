using Xunit.Sdk;

namespace AnalysisRunner.Storage.Tests.Requirements;

/// <summary>A fact that is skipped where the class that runs it lacks a program that it requires.</summary>
[XunitTestCaseDiscoverer("AnalysisRunner.Storage.Tests.Requirements.StoreFactDiscoverer", "AnalysisRunner.Storage.Tests")]
public sealed class StoreFactAttribute : FactAttribute;
