using AnalysisRunner.Server.Images;

namespace AnalysisRunner.Server.Tests.Images;

public sealed class ImageReferenceTests
{
    private const string Digest = "sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b";

    [Theory]
    [InlineData("ubuntu", "docker.io", "library/ubuntu", "latest", "https://registry-1.docker.io/v2/library/ubuntu/manifests/latest")]
    [InlineData("biocontainers/samtools:1.19", "docker.io", "biocontainers/samtools", "1.19", "https://registry-1.docker.io/v2/biocontainers/samtools/manifests/1.19")]
    [InlineData("docker.io/debian:12", "docker.io", "library/debian", "12", "https://registry-1.docker.io/v2/library/debian/manifests/12")]
    [InlineData("index.docker.io/a/b", "docker.io", "a/b", "latest", "https://registry-1.docker.io/v2/a/b/manifests/latest")]
    [InlineData("registry.example.org/a/b_c/d-e:V_1.2", "registry.example.org", "a/b_c/d-e", "V_1.2", "https://registry.example.org/v2/a/b_c/d-e/manifests/V_1.2")]
    [InlineData("my_team/tool:1", "docker.io", "my_team/tool", "1", "https://registry-1.docker.io/v2/my_team/tool/manifests/1")]
    [InlineData("registry.example.org:8443/a:1", "registry.example.org:8443", "a", "1", "https://registry.example.org:8443/v2/a/manifests/1")]
    [InlineData("localhost/a:1", "localhost", "a", "1", "http://localhost/v2/a/manifests/1")]
    [InlineData("127.0.0.1:5000/a", "127.0.0.1:5000", "a", "latest", "http://127.0.0.1:5000/v2/a/manifests/latest")]
    public void Reads_names_as_container_programs_do(string text, string registry, string repository, string tag, string manifest)
    {
        ImageReference.TryParse(text, out var found).ShouldBeTrue();
        (found.Registry, found.Repository, found.Tag, found.Digest).ShouldBe((registry, repository, tag, null));
        found.Manifest.ToString().ShouldBe(manifest);
    }

    [Theory]
    [InlineData("registry.example.org/a:1")]
    [InlineData("registry.example.org/a")]
    public void A_digest_takes_the_place_of_the_tag(string text)
    {
        ImageReference.TryParse($"{text}@{Digest}", out var found).ShouldBeTrue();
        found.Digest.ShouldBe(Digest);
        found.At(found.Digest!).ShouldBe($"registry.example.org/a@{Digest}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("Ubuntu")]
    [InlineData("registry.example.org/A")]
    [InlineData("a b")]
    [InlineData("a:")]
    [InlineData("a:-x")]
    [InlineData("a@sha256:abc")]
    [InlineData("a@md5:6b86b273ff34fce19d6b804eff5a3f57")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("https://registry.example.org/a")]
    [InlineData("user@registry.example.org/a")]
    [InlineData("registry.example.org:99999/a")]
    [InlineData("a?x=y")]
    [InlineData("a#b")]
    [InlineData("a\n")]
    public void Refuses_what_is_no_name(string text) => ImageReference.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("Bearer realm=\"https://auth.example.org/token?x=1\",service=\"a \\\"b\\\"\",scope=\"repository:a:pull,push\"", "https://auth.example.org/token?x=1&scope=repository%3Ateam%2Fa%3Apull&service=a%20%22b%22")]
    [InlineData("bearer Realm=https://auth.example.org", "https://auth.example.org/?scope=repository%3Ateam%2Fa%3Apull")]
    [InlineData("Bearer realm=\"http://127.0.0.1:1/t\"", "http://127.0.0.1:1/t?scope=repository%3Ateam%2Fa%3Apull")]
    [InlineData("Bearer realm=\"http://auth.example.org\"", null)]
    [InlineData("Bearer realm=\"file:///etc/passwd\"", null)]
    [InlineData("Bearer service=\"x\"", null)]
    [InlineData("Bearer", null)]
    [InlineData("Basic realm=\"https://auth.example.org\"", null)]
    public void A_token_is_asked_for_where_the_registry_says_for_reading_alone_and_never_in_clear(string challenge, string? address)
    {
        var parts = challenge.Split(' ', 2);
        var found = RegistryChallenge.Read(new System.Net.Http.Headers.AuthenticationHeaderValue(parts[0], parts.Length > 1 ? parts[1] : null));
        found?.TokenFor("team/a").AbsoluteUri.ShouldBe(address);
        (found is null).ShouldBe(address is null);
    }
}
