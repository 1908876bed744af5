using System.Text.Json;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Tests;

public sealed class BatchSpecJsonTests
{
    [Theory]
    [InlineData("""{"key":"b","name":"n","jobs":[{"id":1,"name":"j","command":"true"}]}""")]
    [InlineData("""{"key":"b","name":"n","attributes":null,"jobs":[{"id":1,"name":"j","command":"true","parents":null,"outputs":null,"environment":null,"attributes":null,"regions":null,"inputFiles":null,"outputFiles":null}],"groups":null}""")]
    public void Collections_that_the_text_leaves_out_are_empty(string json)
    {
        var spec = JsonSerializer.Deserialize(json, ContractsJson.Default.BatchSpec)!;

        spec.Attributes.ShouldBeEmpty();
        spec.Jobs[0].Parents.ShouldBeEmpty();
        spec.Jobs[0].Outputs.ShouldBeEmpty();
        spec.Jobs[0].Environment.ShouldBeEmpty();
        spec.Jobs[0].Attributes.ShouldBeEmpty();
        spec.Groups.ShouldBeEmpty();
        spec.Jobs[0].Regions.ShouldBeEmpty();
        spec.Jobs[0].InputFiles.ShouldBeEmpty();
        spec.Jobs[0].OutputFiles.ShouldBeEmpty();
    }
}
