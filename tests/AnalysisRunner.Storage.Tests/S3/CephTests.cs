namespace AnalysisRunner.Storage.Tests.S3;

[CollectionDefinition(Name)]
public sealed class CephTests : ICollectionFixture<CephFixture>
{
    public const string Name = "Ceph";
}
