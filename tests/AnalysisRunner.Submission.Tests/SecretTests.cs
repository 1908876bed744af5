using AnalysisRunner.Submission.Secrets;

namespace AnalysisRunner.Submission.Tests;

/// <summary>What is taken for a secret, and what is not. Tokens are put together here, so that no scanner takes this file for a leak.</summary>
public sealed class SecretTests
{
    private const string Letters = "aB3dE5gH7jK9mN1pQ2sT4vW6yZ8bC0eF2hJ4kL6nP8rS0uV2xA4cD6fG8iJ1lM3oP5qR7tU9wX1zB3";

    public static TheoryData<string, string> Forms => new()
    {
        { "-----BEGIN " + "PRIVATE KEY-----", "a private key" },
        { "-----BEGIN OPENSSH " + "PRIVATE KEY-----", "a private key" },
        { "-----BEGIN PGP " + "PRIVATE KEY BLOCK-----", "a private key" },
        { "AKIA" + "IOSFODNN7EXAMPLE", "an AWS access key" },
        { "ghp_" + Letters[..36], "a GitHub token" },
        { "github_pat_" + Letters[..60], "a GitHub token" },
        { "glpat-" + Letters[..20], "a GitLab token" },
        { "xoxb-" + "123456789012-abcdef", "a Slack token" },
        { "AIza" + Letters[..35], "a Google key or token" },
        { "ya29." + Letters[..40], "a Google key or token" },
        { "sk_live_" + Letters[..24], "a Stripe key" },
        { "npm_" + Letters[..36], "a token of a package registry" },
        { "oy2" + Letters[..43].ToLowerInvariant(), "a token of a package registry" },
        { "hf_" + Letters[..34], "a key of a model provider" },
        { "sk-ant-api03-" + Letters[..40], "a key of a model provider" },
        { "DefaultEndpointsProtocol=https;AccountKey=" + (Letters + Letters)[..86] + "==", "an Azure storage key" },
        { "eyJhbGciOiJub25l." + "eyJzdWIiOiIxIn0aaaa.abcdefghijkl", "a JSON Web Token" },
        { "https://me:hunter2" + "@example.org/data", "a URL with a password" },
        { "postgres://:s3cret" + "@db/analysis", "a URL with a password" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Tells_a_secret_by_its_form_wherever_it_stands(string secret, string kind)
    {
        SecretDetector.InText(secret).ShouldBe(kind);
        SecretDetector.InText($"run with {secret} please").ShouldBe(kind);
        SecretDetector.InValue("anything", secret).ShouldBe(kind);
    }

    [Theory]
    [InlineData("HAIL_TOKEN", "9f86d081884c7d659a2feaa0c55ad015")]
    [InlineData("hailToken", "2b1c6e0a-5f5d-4c9e-8f0e-2d3b4a5c6d7e")]
    [InlineData("client_secret", "Zk3pQ8vX2mT7aL5w")]
    [InlineData("--api-key", "Zk3pQ8vX2mT7aL5w")]
    [InlineData("aws_secret_access_key", "wJalrXUtnFEMI/K7MDENG+bPx7RfiCY9zzQ")]
    [InlineData("DB_PASSWORD", "hunter2")]
    [InlineData("password", "correct horse battery")]
    public void Tells_a_secret_by_name_and_value(string name, string value) => SecretDetector.InValue(name, value).ShouldNotBeNull();

    [Theory]
    [InlineData("commit", "9f86d081884c7d659a2feaa0c55ad0152ffa1b2c")]
    [InlineData("cache_key", "9f86d081884c7d659a2feaa0c55ad015")]
    [InlineData("tokenizer", "9f86d081884c7d659a2feaa0c55ad015")]
    [InlineData("token_count", "1234567890123456")]
    [InlineData("token", "")]
    [InlineData("token", "a-plain-name-for-a-token")]
    [InlineData("token", "$HAIL_TOKEN")]
    [InlineData("token", "<your token here 12345678>")]
    [InlineData("secret_name", "projects/fewgenomes/secrets/hail-token-2024/versions/12")]
    [InlineData("secret_name", "my-secret-name-2024-v1")]
    [InlineData("secret_arn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:hail")]
    [InlineData("token_file", "/run/secrets/9f86d081884c7d659a2feaa0c55ad015")]
    [InlineData("token_url", "gs://cpg-fewgenomes/9f86d081884c7d659a2feaa0c55ad015")]
    [InlineData("api_key", "20240521T101112Z")]
    [InlineData("password", "changeme")]
    [InlineData("password", "********")]
    [InlineData("password", "short")]
    [InlineData("password", "/run/secrets/db")]
    [InlineData("password_policy", "at least twelve")]
    [InlineData("reference", "gs://cpg-common-main/references/hg38/v0/Homo_sapiens_assembly38.fasta")]
    [InlineData("image", "europe-west1-docker.pkg.dev/cpg/images/picard:2.27.4@sha256:9f86d081884c7d659a2feaa0c55ad015")]
    [InlineData("remote", "ssh://git@github.com:22/acme/analysis.git")]
    [InlineData("time", "https://example.org/at/10:30@noon")]
    [InlineData("sample", "CPG123456,CPG123457,NA12878")]
    [InlineData("note", "task-force-for-the-sk-learn-model-with-a-very-long-name-indeed-yes")]
    public void Leaves_ordinary_values_alone(string name, string value) => SecretDetector.InValue(name, value).ShouldBeNull();

    [Theory]
    [InlineData("--token Zk3pQ8vX2mT7aL5w", "the value of '--token'")]
    [InlineData("--token=Zk3pQ8vX2mT7aL5w", "the value of '--token'")]
    [InlineData("TOKEN=Zk3pQ8vX2mT7aL5w", "the value of 'TOKEN'")]
    [InlineData("run --fast", null)]
    [InlineData("--token --fast Zk3pQ8vX2mT7aL5w", null)]
    public void Reads_names_in_arguments(string arguments, string? place)
    {
        var found = SecretSearch.InOptions(new SubmissionOptions { ProjectFile = "/p", Arguments = arguments });
        if (place is null) found.ShouldBeEmpty();
        else found.ShouldHaveSingleItem().Place.ShouldContain(place);
    }

    [Fact]
    public void Finds_the_line_in_a_config_file_and_its_comments()
    {
        var text = $"title = \"x\"\n[hail]\n  auth = {{ token = \"{Letters[..32]}\" }}\n# ghp_{Letters[..36]}\n[[db]]\npassword = \"hunter2\"\nnames = [\"a\"]\nbroken = \n";
        var places = SecretSearch.InConfig("/c.toml", text).ToList();
        places.Select(place => (place.Line, place.Kind)).ShouldBe([(4, "a GitHub token"), (3, "a secret"), (6, "a password")]);
        places[1].Column.ShouldBe(20);
    }

    [Fact]
    public void A_description_and_an_environment_variable_are_recorded_too()
    {
        var options = new SubmissionOptions
        {
            ProjectFile = "/p",
            Description = "Try ghp_" + Letters[..36],
            Environment = new Dictionary<string, string> { ["HAIL_TOKEN"] = Letters[..32], ["PLAIN"] = "value" },
        };
        SecretSearch.InOptions(options).Select(place => place.Place).ShouldBe(["AnalysisDescription", "AnalysisEnvironment 'HAIL_TOKEN'"]);
    }
}
