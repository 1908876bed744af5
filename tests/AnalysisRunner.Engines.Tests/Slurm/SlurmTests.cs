using AnalysisRunner.Tests.Shared;

namespace AnalysisRunner.Engines.Tests.Slurm;

/// <summary>One cluster for all tests that need one.</summary>
public sealed class SlurmFixture : SlurmTestCluster, IAsyncLifetime;

/// <summary>The tests that share one cluster; nothing of them runs at the same time.</summary>
[CollectionDefinition(Name)]
public sealed class SlurmTests : ICollectionFixture<SlurmFixture>
{
    public const string Name = "Slurm";
}

/// <summary>A test that needs a cluster.</summary>
public sealed class SlurmFactAttribute : FactAttribute
{
    public SlurmFactAttribute() => Skip = SlurmTestCluster.Missing;
}
