using AnalysisRunner.Storage.Files;

namespace AnalysisRunner.Storage.Tests;

public sealed class ObjectStoresTests
{
    [Theory]
    [InlineData("gs://bucket/x", "AnalysisRunner.Storage.Gcs")]
    [InlineData("s3://bucket/x", "AnalysisRunner.Storage.S3")]
    public void A_scheme_whose_package_is_absent_says_which_to_add(string path, string package)
    {
        var stores = new ObjectStores([], _ => null);

        var error = Should.Throw<StorageException>(() => stores.For(StoragePath.Parse(path)));

        (error.Kind, error.Code, error.Path).ShouldBe((StorageErrorKind.Invalid, StorageCodes.NoStore, path));
        error.Message.ShouldContain($"dotnet add package {package}.");
    }

    [Fact]
    public async Task Files_need_no_package_and_a_given_store_is_used()
    {
        await using var stores = new ObjectStores();
        stores.For(StoragePath.Parse("/tmp")).ShouldBeOfType<FileStore>();

        var given = new FileStore();
        await using var own = new ObjectStores(given);
        own.For(StoragePath.Parse("/tmp")).ShouldBeSameAs(given);
        Should.Throw<ArgumentException>(() => new ObjectStores(given, given));
    }
}
