namespace AnalysisRunner.Package.Tests;

/// <summary>A library of steps that is a package brings the schema of its config along.</summary>
public sealed class LibrarySchemaTests
{
    private const string Config = "[align]\nthreads = 3\n[hello]\ntimes = 2\n";

    [Theory]
    [InlineData(Form.PinnedSdk, "<TargetFramework>net10.0</TargetFramework>")]
    [InlineData(Form.PackageReference, "<TargetFramework /><TargetFrameworks>net10.0</TargetFrameworks>")]
    public async Task Its_keys_are_known_to_whoever_comes_to_refer_to_it(Form form, string framework)
    {
        var library = await Consumer.CreateAsync(form, properties: $"<OutputType>Library</OutputType>{framework}<AssemblyName>Acme.Steps</AssemblyName><Version>{Packages.Version}</Version>");
        File.Delete(library.PathOf("Program.cs"));
        File.Delete(library.PathOf("hello.schema.toml"));
        library.Write("Analysis.csproj", library.Read("Analysis.csproj").Replace("<AnalysisConfig Include=\"hello.toml\" />", "", StringComparison.Ordinal));
        library.Write("schemas/align.schema.toml", "[schema]\nnamespace = \"Acme\"\n[align]\nthreads = { type = \"integer\" }\n");
        (await library.BuildAsync(["pack", "-p:PackageOutputPath=" + library.PathOf("feed")])).ShouldSucceed();

        // Over a project in between, which knows nothing of analyses.
        var consumer = await Consumer.CreateAsync(form, items: "<ProjectReference Include=\"middle/Middle.csproj\" /><Compile Remove=\"middle/**\" />");
        consumer.Write("nuget.config", $"""
            <configuration>
              <packageSources><add key="steps" value="{library.PathOf("feed")}" /></packageSources>
              <packageSourceMapping><packageSource key="steps"><package pattern="Acme.*" /></packageSource></packageSourceMapping>
            </configuration>
            """);
        consumer.Write("middle/Middle.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup><PackageReference Include="Acme.Steps" Version="{Packages.Version}" /></ItemGroup>
            </Project>
            """);
        consumer.Write("hello.toml", Config);
        consumer.Write("Program.cs", "Console.WriteLine(Acme.AlignConfig.Load().Align.Threads + Analysis.HelloConfig.Load().Hello.Times);\n");

        (await consumer.BuildAsync()).ShouldSucceed().Warnings.ShouldBeEmpty();
        (await consumer.DotnetAsync(["exec", "bin/Debug/net10.0/Analysis.dll"], ("CPG_CONFIG_PATH", consumer.PathOf("hello.toml")))).Output.Trim().ShouldBe("5");
        consumer.Read("bin/Debug/net10.0/hello.schema.json").ShouldContain("\"align\"");

        consumer.Write("hello.toml", Config.Replace("threads", "thread", StringComparison.Ordinal));
        (await consumer.BuildAsync(["build", "--no-restore"])).Errors.Select(error => error.Code).ShouldBe(["AR4102", "AR4101"]);
    }
}
