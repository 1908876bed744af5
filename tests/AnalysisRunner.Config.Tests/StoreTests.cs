using System.Text;

namespace AnalysisRunner.Config.Tests;

/// <summary>Config in object stores.</summary>
public sealed class StoreTests
{
    private static readonly ConfigLoader Loader = ConfigLoader.ForSchemas(true, ("s", "[a]\nx = { type = \"integer\" }\ny = { type = \"integer\", default = 0 }"));

    [Fact]
    public void Objects_merge_with_each_other_in_the_order_of_the_list()
    {
        ConfigStores.Register(new Memory("memory", new() { ["memory://b/one.toml"] = "a.x = 1\na.y = 1", ["memory://b/two.toml"] = "a.x = 2" }));
        var table = Loader.Load(["memory://b/one.toml", "memory://b/two.toml"]).Section("a");
        (table["x"].AsInteger(), table["y"].AsInteger()).ShouldBe((2, 1));
    }

    [Fact]
    public void Problems_name_the_object()
    {
        ConfigStores.Register(new Memory("broken", new() { ["broken://b/one.toml"] = "a.x = \"1\"" }));
        Should.Throw<ConfigException>(() => Loader.Load(["broken://b/one.toml", "broken://b/absent.toml"])).Problems.Select(p => p.ToString()).ShouldBe(
        [
            "broken://b/absent.toml(1,1): AR4121: The config file \"broken://b/absent.toml\" cannot be read: There is no such object. Correct the path, or the rights of the file.",
            "broken://b/one.toml(1,7): AR4103: \"a.x\" is the string \"1\"; the schema wants an integer.",
        ]);
    }

    [Theory]
    [InlineData("gs://bucket/run.toml", "this program has no store that reads gs://. Add the packages \"AnalysisRunner.Pipelines\" and \"AnalysisRunner.Storage.Gcs\"")]
    [InlineData("https://host/run.toml", "config is read from local files, gs:// and s3:// only.")]
    public void Without_a_store_the_remedy_is_named(string address, string remedy)
    {
        var problem = Should.Throw<ConfigException>(() => MergedConfig.Load([address])).Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe("AR4122");
        problem.Message.ShouldStartWith($"\"{address}\" is not a local file, and {remedy}");
    }

    private sealed class Memory(string scheme, Dictionary<string, string> objects) : IConfigStore
    {
        public string Scheme => scheme;

        public ReadOnlyMemory<byte> Read(string address) =>
            objects.TryGetValue(address, out var text) ? Encoding.UTF8.GetBytes(text) : throw new IOException("There is no such object.");
    }
}
