using System.Security.Cryptography;
using System.Text.Json;

namespace AnalysisRunner.Package.Tests;

/// <summary>An SDK, an additive SDK, a PackageReference, and both at once: the same properties, items, targets and results.</summary>
public sealed class FormTests
{
    private const string Properties =
        "UsingAnalysisRunnerSdk,Configurations,Configuration,AccessLevel,Optimize,DefineConstants,DebugType,SubmitDependsOn,AnalysisWait,AnalysisDryRun,EnableAnalysisRunnerStamp,"
        + "EnableAnalysisRunnerConfig,EnableAnalysisRunnerSubmit,EnableAnalysisRunnerPipelines,AnalysisRunnerTasksAssembly,AnalysisRunnerServerDirectory,PublishRelease,PackRelease,"
        + "AssemblyName,TargetPath,GenerateDocumentationFile,RestoreSuccess";

    [FactWithGit]
    public async Task Every_form_gives_the_same_properties_items_targets_and_assembly()
    {
        var consumer = await Consumer.CreateAsync();
        // The forms stand in the same commit, so that their assemblies may be compared byte for byte.
        await consumer.CommitAsync();
        var expected = await ObserveAsync(consumer, Form.Sdk);
        expected.Commit.ShouldNotBeEmpty();

        foreach (var form in Enum.GetValues<Form>().Except([Form.Sdk]))
        {
            var found = await ObserveAsync(consumer, form);

            found.Properties.ShouldBe(expected.Properties, form.ToString());
            found.Items.ShouldBe(expected.Items, form.ToString());
            found.Targets.ShouldBe(expected.Targets, form.ToString());
            found.Outputs.ShouldBe(expected.Outputs, form.ToString());
            found.Assembly.ShouldBe(expected.Assembly, form.ToString());
        }
    }

    private static async Task<Observation> ObserveAsync(Consumer consumer, Form form)
    {
        if (Directory.Exists(consumer.PathOf("obj"))) Directory.Delete(consumer.PathOf("obj"), recursive: true);
        if (Directory.Exists(consumer.PathOf("bin"))) Directory.Delete(consumer.PathOf("bin"), recursive: true);
        File.Delete(consumer.PathOf("global.json"));
        if (form is Form.PinnedSdk) consumer.PinSdk();
        consumer.Write("Analysis.csproj", Consumer.ProjectText(form));

        var build = (await consumer.BuildAsync(["build", "-p:Configuration=Standard"])).ShouldSucceed();
        build.Warnings.ShouldBeEmpty(form.ToString());
        build.Programs.ShouldBeEmpty();
        build.Compilations.ShouldBe(1);
        (await consumer.BuildAsync(["build", "--no-restore", "-p:Configuration=Standard"])).ShouldSucceed().Compilations.ShouldBe(0);

        var state = await consumer.AskAsync(
            "-t:ResolveReferences;GetAssemblyAttributes", "-p:Configuration=Standard", $"-getProperty:{Properties}", "-getItem:Analyzer,AdditionalFiles,ReferencePath,AssemblyMetadata,CompilerVisibleProperty");
        var properties = state.GetProperty("Properties").EnumerateObject().Select(property => $"{property.Name} = {property.Value.GetString()}");
        var items = state.GetProperty("Items").EnumerateObject().SelectMany(
            type => type.Value.EnumerateArray().Select(item => $"{type.Name}: {Shown(type.Name, item)}").Order(StringComparer.Ordinal));
        return new Observation(
            [.. properties],
            [.. items],
            build.OurTargets,
            consumer.Files("bin"),
            Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(consumer.PathOf("bin/Standard/net10.0/Analysis.dll")))),
            string.Concat(items.Where(item => item.Contains("AnalysisRunner.Commit", StringComparison.Ordinal))));
    }

    private static string Shown(string type, JsonElement item) => type switch
    {
        "AssemblyMetadata" => item.GetProperty("Identity").GetString() + " " + item.GetProperty("Value").GetString(),
        // NuGet writes the analyzer's path without our "targets/..".
        "Analyzer" => Path.GetFullPath(item.GetProperty("Identity").GetString()!),
        _ => item.GetProperty("Identity").GetString()!,
    };

    private sealed record Observation(
        IReadOnlyList<string> Properties, IReadOnlyList<string> Items, IReadOnlyList<string> Targets, IReadOnlyList<string> Outputs, string Assembly, string Commit);
}
