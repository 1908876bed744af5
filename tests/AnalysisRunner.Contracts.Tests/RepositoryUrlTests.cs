using FsCheck;
using FsCheck.Fluent;

namespace AnalysisRunner.Contracts.Tests;

public sealed class RepositoryUrlTests
{
    [Theory]
    [InlineData("https://github.com/acme/analysis")]
    [InlineData("https://github.com/acme/analysis.git")]
    [InlineData("https://github.com/acme/analysis/")]
    [InlineData("https://github.com/acme/analysis.git/")]
    [InlineData("https://GitHub.com/acme/analysis")]
    [InlineData("https://github.com:443/acme/analysis")]
    [InlineData("http://github.com/acme/analysis")]
    [InlineData("https://user:token@github.com/acme/analysis.git")]
    [InlineData("https://user:to@ken@github.com/acme/analysis.git")]
    [InlineData("https://user:t%40ken@github.com/acme/analysis.git")]
    [InlineData("ssh://git@github.com/acme/analysis.git")]
    [InlineData("ssh://git@github.com:22/acme/analysis.git")]
    [InlineData("git@github.com:acme/analysis.git")]
    [InlineData("git@github.com:/acme/analysis.git")]
    [InlineData("github.com:acme/analysis")]
    [InlineData("git://github.com/acme/analysis.git")]
    public void Every_form_of_one_repository_has_one_canonical_form(string text)
    {
        RepositoryUrl.TryParse(text, out var url).ShouldBeTrue();
        url.ToString().ShouldBe("https://github.com/acme/analysis");
        url.Name.ShouldBe("analysis");
    }

    [Theory]
    [InlineData("https://git.example.org:8443/group/sub/analysis.git", "https://git.example.org:8443/group/sub/analysis")]
    [InlineData("https://git.example.org/a%20b/analysis", "https://git.example.org/a b/analysis")]
    public void Keeps_what_tells_repositories_apart(string text, string canonical)
    {
        RepositoryUrl.TryParse(text, out var url).ShouldBeTrue();
        url.ToString().ShouldBe(canonical);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("/srv/repositories/analysis")]
    [InlineData("../analysis")]
    [InlineData("file:///srv/repositories/analysis")]
    [InlineData("C:\\repositories\\analysis")]
    [InlineData("C:/repositories/analysis")]
    [InlineData("https://github.com")]
    [InlineData("https://github.com/")]
    [InlineData("https:///acme/analysis")]
    [InlineData("https://github.com/acme/../analysis")]
    [InlineData("https://github.com/acme//analysis")]
    [InlineData("https://github.com/acme/analysis?x=1")]
    [InlineData("https://github.com/acme/analysis%0Ax")]
    [InlineData("https://github.com/acme/analysis\n--upload-pack=x")]
    [InlineData("--upload-pack=touch:x")]
    [InlineData("ext::sh -c touch")]
    [InlineData("-oProxyCommand=x:y")]
    public void Refuses_what_names_no_remote_repository(string? text)
    {
        RepositoryUrl.TryParse(text, out var url).ShouldBeFalse();
        url.ToString().ShouldBe("");
    }

    [Fact]
    public void Canonical_forms_are_their_own_canonical_form_and_hold_no_user()
    {
        var name = Gen.Elements("acme", "Group", "a-b", "x.y", "data_2", "ä");
        var user = Gen.Elements("", "git@", "me:secret@", "me:se@cret@", "me:s%40@");
        var host = Gen.Elements("github.com", "GIT.example.org", "10.0.0.1", "localhost");
        var urls =
            from scheme in Gen.Elements("https://", "ssh://", "http://", "")
            from u in user
            from h in host
            from path in name.NonEmptyListOf()
            from tail in Gen.Elements("", ".git", "/", ".git/")
            where scheme.Length > 0 || !u.Contains(':')
            select (text: $"{scheme}{u}{h}{(scheme.Length > 0 ? "/" : ":")}{string.Join('/', path)}{tail}", path: string.Join('/', path));

        Prop.ForAll(urls.ToArbitrary(), sample =>
        {
            RepositoryUrl.TryParse(sample.text, out var url).ShouldBeTrue(sample.text);
            url.ToString().ShouldEndWith("/" + sample.path);
            url.ToString().ShouldNotContain("@");
            url.ToString().ShouldNotContain("cret");
            RepositoryUrl.TryParse(url.ToString(), out var again).ShouldBeTrue();
            again.ShouldBe(url);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void However_a_remote_is_written_it_is_the_same_repository()
    {
        var repositories =
            from host in Gen.Elements("github.com", "git.example.org", "10.0.0.1")
            from path in Gen.Elements("acme", "Group", "a-b", "x.y", "data_2").NonEmptyListOf()
            from secret in Gen.Elements("me", "me:pass", "me:p%40ss", "me:p@ss", ":token", "oauth2:a.b-c_d")
            select (host, path: string.Join('/', path), secret);

        Prop.ForAll(repositories.ToArbitrary(), sample =>
        {
            var (host, path, secret) = sample;
            string[] forms =
            [
                $"https://{host}/{path}", $"https://{host}/{path}.git", $"https://{host}/{path}/", $"https://{host}:443/{path}.git", $"HTTPS://{host.ToUpperInvariant()}/{path}",
                $"https://{secret}@{host}/{path}.git", $"ssh://git@{host}/{path}.git", $"ssh://git@{host}:2222/{path}", $"git@{host}:{path}.git", $"git@{host}:/{path}", $"{host}:{path}",
                $"git://{host}/{path}.git",
            ];
            foreach (var form in forms)
            {
                RepositoryUrl.TryParse(form, out var url).ShouldBeTrue(form);
                url.ToString().ShouldBe($"https://{host}/{path}", form);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Never_throws()
    {
        foreach (var scheme in new[] { "", "https://", "ssh://git@", "git@host:" })
        {
            Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
                RepositoryUrl.TryParse(scheme + text, out var url) == (url.ToString().Length > 0)).QuickCheckThrowOnFailure();
        }
    }
}
