using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;

namespace AnalysisRunner.Server.Tests.Api;

/// <summary>What the original client sees (analysis-runner spec §2, §3, appendices A and B); one server serves all rows.</summary>
public sealed class CompatibleRoutesTests(CompatibleRoutesTests.OneServer fixture) : IClassFixture<CompatibleRoutesTests.OneServer>
{
    private const string Datasets = TestServer.DefaultDatasets +
        """
        [datasets.noproject]
        repositories = ["demo"]
        members = ["alice@example.org"]

        [datasets.closed]
        project = "closed"
        repositories = ["demo"]
        members = ["alice@example.org"]
        levels = ["full"]

        """;

    private static readonly JsonObject Good = new()
    {
        ["dataset"] = "ds1",
        ["output"] = "out/v1/",
        ["accessLevel"] = "test",
        ["script"] = new JsonArray("./run.sh", "a b"),
        ["description"] = "d",
        ["repo"] = "demo",
        ["commit"] = "{sha}",
        ["branch"] = "main",
        ["cwd"] = "sub",
    };

    private TestServer Server => fixture.Server;

    /// <summary>Changes of a good body as JSON (null removes the key unless it is written 'null!'), and what the original answers.</summary>
    public static TheoryData<string, int, string> Rows => new()
    {
        { "{\"dataset\": null}", 400, "Missing request parameter: dataset" },
        { "{\"output\": null}", 400, "Missing request parameter: output" },
        { "{\"accessLevel\": null}", 400, "Missing request parameter: accessLevel" },
        { "{\"description\": null}", 400, "Missing request parameter: description" },
        { "{\"script\": null}", 400, "Missing script parameter" },
        { "{\"script\": []}", 400, "Missing script parameter" },
        { "{\"script\": \"./run.sh\"}", 400, "Script parameter expects an array" },
        { "{\"script\": [1, 2]}", 400, "Script parameter expects an array" },
        { "{\"script\": [null]}", 400, "Script parameter expects an array" },
        { "{\"script\": [\"python\"]}", 400, "Missing script parameter" },
        { "{\"script\": [\"\", \"\"]}", 400, "Missing script parameter" },
        { "{\"dataset\": \"nothing\"}", 403, "not in the server's settings" },
        { "{\"dataset\": \"noproject\"}", 400, "does not support the environment" },
        { "{\"dataset\": \"other\"}", 403, "is not a member of the other analysis group" },
        { "{\"accessLevel\": \"root\"}", 400, "Invalid access level (root) for ds1" },
        { "{\"dataset\": \"closed\"}", 400, "Invalid access level (test) for closed" },
        { "{\"repo\": \"evil\"}", 403, "not in the list" },
        { "{\"repo\": \"--upload-pack=touch /tmp/x\"}", 400, "neither the name nor the URL" },
        { "{\"commit\": null}", 400, "Missing commit parameter" },
        { "{\"repo\": null}", 400, "Missing repo parameter" },
        { "{\"commit\": \"HEAD\"}", 400, "Invalid commit parameter" },
        { "{\"commit\": \"--all\"}", 400, "Invalid commit parameter" },
        { "{\"output\": \"gs://bucket/x\"}", 400, "Output directory cannot start with \"gs://\"" },
        { "{\"output\": 5}", 400, "a text is expected" },
        { "{\"output\": \"../up\"}", 400, "'..'" },
        { "{\"output\": \"/abs\"}", 400, "is absolute" },
        { "{\"cloud_environment\": \"azure\"}", 400, "not yet supported" },
        { "{\"accessLevel\": \"full\", \"image\": \"evil.example.org/x\"}", 400, "Invalid image \"evil.example.org/x\"" },
        { "{\"environmentVariables\": [\"A\"]}", 400, "dictionary" },
        { "{\"environmentVariables\": {\"A\": 1, \"B\": \"x\"}}", 400, "A=1" },
        { "{\"environmentVariables\": {\"CPG_CONFIG_PATH\": \"x\"}}", 400, "reserved" },
        { "{\"config\": [1]}", 400, "no object" },
        { "{\"config\": {\"a\": [null]}}", 400, "null" },
        { "{\"config\": {\"workflow\": {\"access_level\": \"full\"}}}", 400, "workflow.access_level" },
        { "{\"cpu\": \"many\"}", 400, "cores" },
        { "{\"cpu\": []}", 400, "a number or a text is expected" },
        { "{\"preemptible\": \"yes\"}", 400, "true or false is expected" },
        { "{\"cwd\": 7}", 400, "a text is expected" },
        { "{\"cwd\": \"../..\"}", 400, "'..'" },
    };

    [GitTheory]
    [MemberData(nameof(Rows))]
    public async Task Each_row_of_the_table_is_answered_as_the_original_does(string change, int status, string message)
    {
        using var http = Server.Http(Server.Issuer.Token());
        using var response = await http.PostAsync("/", Body(Changed(change)));
        await ShouldBeErrorAsync(response, status, message);
    }

    [GitTheory]
    [InlineData(null, 401, "Missing authorization header")]
    [InlineData("Bearer garbage", 403, "Invalid authorization header")]
    [InlineData("Basic abc", 403, "Invalid authorization header")]
    [InlineData("no email", 400, "Missing request parameter: email")]
    public async Task Callers_are_identified_on_both_routes(string? authorization, int status, string message)
    {
        foreach (var path in new[] { "/", "/config" })
        {
            using var http = Server.Http();
            if (authorization == "no email")
            {
                var claims = Server.Issuer.Claims();
                claims.Remove("email");
                authorization = "Bearer " + Server.Issuer.Sign(claims);
            }
            if (authorization is not null) http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
            using var response = await http.PostAsync(path, Body(Changed("{}")));
            await ShouldBeErrorAsync(response, status, message);
        }
    }

    [GitTheory]
    [InlineData("", "no JSON")]
    [InlineData("{\"dataset\":", "no JSON")]
    [InlineData("[1]", "object")]
    [InlineData("null", "object")]
    [InlineData("{\"dataset\": \"\\ud800\"}", "Unicode")]
    public async Task Bodies_that_are_no_object_are_refused(string body, string message)
    {
        using var http = Server.Http(Server.Issuer.Token());
        foreach (var path in new[] { "/", "/config" })
        {
            using var response = await http.PostAsync(path, new StringContent(body));
            await ShouldBeErrorAsync(response, 400, message);
        }
    }

    [GitTheory]
    [InlineData("GET", "/config", 405, "Method Not Allowed")]
    [InlineData("PUT", "/", 405, "Method Not Allowed")]
    [InlineData("DELETE", "/", 405, "Method Not Allowed")]
    [InlineData("POST", "/nothing", 404, "Not Found")]
    [InlineData("GET", "/nothing", 404, "Not Found")]
    [InlineData("POST", "/cromwell", 404, "Not Found")]
    public async Task Other_routes_and_methods_have_the_same_shape(string method, string path, int status, string message)
    {
        using var http = Server.Http(Server.Issuer.Token());
        using var response = await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        await ShouldBeErrorAsync(response, status, message);
    }

    [GitFact]
    public async Task A_body_of_more_than_a_mebibyte_is_too_large()
    {
        using var http = Server.Http(Server.Issuer.Token());
        using var response = await http.PostAsync("/", Body(Changed($"{{\"description\": \"{new string('x', 1024 * 1024)}\"}}")));
        await ShouldBeErrorAsync(response, 413, "Request Entity Too Large");
    }

    public static TheoryData<string> CapturedBodies => new()
    {
        // A.1, with the explicit nulls of the Python client.
        """{"dataset": "ds1", "output": "out/v1", "accessLevel": "test", "script": ["./run.sh", "--flag", "x"], "description": "hi", "image": null, "cpu": null, "memory": null, "storage": null, "preemptible": true, "repo": "demo", "commit": "{sha}", "branch": "main", "cwd": "sub"}""",
        """{"dataset": "ds1", "output": "out/v1/", "accessLevel": "test", "script": ["./sub/run.sh", "a b"], "description": "hi", "image": "img:1", "cpu": "2", "memory": "4G", "storage": "10G", "preemptible": false, "repo": "demo", "commit": "{sha}", "branch": "main", "cwd": null, "environmentVariables": {"A": "1", "B": "x=y", "C": ""}, "config": {"a": {"x": 1, "y": "s", "z": null}}}""",
        // --skip-repo-checkout
        """{"dataset": "ds1", "output": "out/v1", "accessLevel": "test", "script": ["bash", "-c", "true"], "description": "hi", "image": null, "cpu": null, "memory": "highmem", "storage": null, "preemptible": true}""",
        // A.2
        """{"dataset": "ds1", "output": "out/v1/", "accessLevel": "test", "script": ["./run.sh", "a b"], "description": "d", "repo": "demo", "commit": "{sha}", "cwd": "sub", "branch": "main", "unknown": {"keys": "are ignored"}}""",
        // The deploy smoke test.
        """{"output": "ci-test-batch/v42", "dataset": "ds1", "accessLevel": "test", "repo": "demo", "commit": "{sha}", "cwd": "sub", "script": ["./run.sh"], "description": "d", "wait": true}""",
    };

    [GitTheory]
    [MemberData(nameof(CapturedBodies))]
    public async Task Every_captured_body_is_accepted_and_answered_with_the_drivers_address(string body)
    {
        using var http = Server.Http(Server.Issuer.Token("ALICE@example.org"));
        http.DefaultRequestHeaders.UserAgent.ParseAdd("python-requests/2.31.0");
        using var response = await http.PostAsync("/", new StringContent(body.Replace("{sha}", fixture.Commit, StringComparison.Ordinal)));

        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        response.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; charset=utf-8");
        text.ShouldMatch(@"\Ahttps://runner\.example\.org/batches/[a-f][0-9a-f-]{35}/jobs/1\n\z");
        var run = await Server.EndOfAsync(ArGuidOf(text));
        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        run.SubmittedBy.ShouldBe("ALICE@example.org");
        run.Client.ShouldBe(new ClientInfo("python-requests", "2.31.0"));
        run.OutputPrefix.ShouldBe(JsonNode.Parse(body)!["output"]!.GetValue<string>().TrimEnd('/'));
    }

    [GitFact]
    public async Task The_address_opens_the_invocation_in_a_browser()
    {
        var arGuid = ArGuidOf(await SubmitAsync("{}"));
        using var api = Server.Connect();
        using var http = Server.Http();
        using var signedIn = await http.GetAsync(new Uri((await api.CreateSignInLinkAsync(TestRunner.Limit())).Url).PathAndQuery);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/batches/{arGuid}/jobs/1");
        request.Headers.Add("Cookie", signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);

        using var response = await http.SendAsync(request);

        response.Headers.Location!.ToString().ShouldBe($"/invocations/{arGuid}");
    }

    [GitFact]
    public async Task Empty_words_are_dropped_and_every_word_reaches_the_program_as_it_is()
    {
        var text = await SubmitAsync("""{"script": ["./run.sh", "x y.py", "", "$(id)", "--a=b", "'", "ü\n"], "cwd": "sub"}""");
        var run = await Server.EndOfAsync(ArGuidOf(text));
        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        (await Server.LogOfAsync(run.ArGuid)).ShouldContain("<x y.py><$(id)><--a=b><'><ü\n>");
    }

    [GitTheory]
    [InlineData("v1.0", "v1.0")]
    [InlineData("feature/x", "feature/x")]
    public async Task A_tag_or_branch_is_resolved_and_kept_as_a_hint(string name, string hint)
    {
        var text = await SubmitAsync($"{{\"commit\": \"{name}\", \"branch\": null}}");
        var run = await Server.EndOfAsync(ArGuidOf(text));
        run.Commit.ShouldBe(fixture.Commit);
        run.Branch.ShouldBe(hint);
    }

    [GitFact]
    public async Task Waiting_for_a_run_that_fails_says_so()
    {
        using var http = Server.Http(Server.Issuer.Token());
        using var response = await http.PostAsync("/", Body(Changed("""{"script": ["./run.sh", "fail"], "wait": true}""")));
        await ShouldBeErrorAsync(response, 500, "failed");
    }

    [GitFact]
    public async Task The_preview_is_the_config_as_json_and_writes_nothing()
    {
        using var http = Server.Http(Server.Issuer.Token());
        var before = Directory.Exists(Path.Combine(Server.State, "config")) ? Directory.GetFiles(Path.Combine(Server.State, "config")).Length : 0;
        using var response = await http.PostAsync("/config", Body(JsonNode.Parse(
            """{"dataset": "ds1", "output": "out/v1/", "accessLevel": "standard", "image": null, "config": {"my": {"n": 1, "f": 1.5, "list": ["a", "b"], "on": true, "none": null}}}""")!));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var config = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        config["workflow"]!.ToJsonString().ShouldBe(
            $$"""{"ar-guid":"\u003Cgenerated-at-runtime\u003E","access_level":"standard","dataset":"ds1","dataset_gcp_project":"ds1-proj","driver_image":"{{TestServer.DriverImage}}","output_prefix":"out/v1","status_reporter":"analysis-runner"}""");
        config["my"]!.ToJsonString().ShouldBe("""{"n":1,"f":1.5,"list":["a","b"],"on":true}""");
        config["hail"]!["billing_project"]!.GetValue<string>().ShouldBe("ds1");
        config["storage"]!["ds1"]!["default"]!.GetValue<string>().ShouldEndWith("ds1-main/default");
        config["storage"]!["default"]!["test"]!["default"]!.GetValue<string>().ShouldEndWith("ds1-test/default");
        (Directory.Exists(Path.Combine(Server.State, "config")) ? Directory.GetFiles(Path.Combine(Server.State, "config")).Length : 0).ShouldBe(before);
    }

    [GitTheory]
    [InlineData("{\"dataset\": null}", 400, "Missing request parameter: dataset")]
    [InlineData("{\"output\": null}", 400, "Missing request parameter: output")]
    [InlineData("{\"output\": \"gs://x\"}", 400, "Output directory cannot start with \"gs://\"")]
    [InlineData("{\"accessLevel\": null}", 400, "Missing request parameter: accessLevel")]
    [InlineData("{\"accessLevel\": \"root\"}", 400, "Invalid access level")]
    [InlineData("{\"dataset\": \"nothing\"}", 403, "not in the server's settings")]
    [InlineData("{\"dataset\": \"other\"}", 403, "is not a member of the other analysis group")]
    [InlineData("{\"accessLevel\": \"full\", \"image\": \"evil\"}", 400, "Invalid image \"evil\"")]
    [InlineData("{\"config\": {\"workflow\": 1}}", 400, "workflow")]
    public async Task The_preview_asks_the_same_questions(string change, int status, string message)
    {
        using var http = Server.Http(Server.Issuer.Token());
        using var response = await http.PostAsync("/config", Body(Changed(change)));
        await ShouldBeErrorAsync(response, status, message);
    }

    [GitFact]
    public async Task Missing_templates_are_listed_on_both_routes()
    {
        await using var server = await TestServer.StartAsync(Datasets, prepare: server => Directory.CreateDirectory(Path.Combine(server.State, "config", "templates")));
        var sha = server.PushScript("true");
        using var http = server.Http(server.Issuer.Token());
        foreach (var path in new[] { "/", "/config" })
        {
            using var response = await http.PostAsync(path, Body(JsonNode.Parse($$"""{"dataset": "ds1", "output": "out/v1", "accessLevel": "test", "script": ["./run.sh"], "description": "d", "repo": "demo", "commit": "{{sha}}"}""")!));
            await ShouldBeErrorAsync(response, 400, "templates/storage/gcp/ds1-test.toml");
        }
    }

    private async Task<string> SubmitAsync(string change)
    {
        using var http = Server.Http(Server.Issuer.Token());
        using var response = await http.PostAsync("/", Body(Changed(change)));
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return text;
    }

    private JsonObject Changed(string change)
    {
        var body = JsonNode.Parse(Good.ToJsonString().Replace("{sha}", fixture.Commit, StringComparison.Ordinal))!.AsObject();
        foreach (var (key, value) in JsonNode.Parse(change)!.AsObject())
        {
            if (value is null && key != "branch") body.Remove(key);
            else body[key] = value?.DeepClone();
        }
        return body;
    }

    private static StringContent Body(JsonNode body) => new(body.ToJsonString(), Encoding.UTF8, "application/json");

    private static string ArGuidOf(string address) => address.Split('/')[^3];

    private static async Task ShouldBeErrorAsync(HttpResponseMessage response, int status, string message)
    {
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(status, text);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        using var body = JsonDocument.Parse(text);
        body.RootElement.EnumerateObject().Select(member => member.Name).ShouldBe(["message", "success", "traceback"]);
        body.RootElement.GetProperty("message").GetString()!.ShouldContain(message);
        body.RootElement.GetProperty("success").GetBoolean().ShouldBeFalse();
        body.RootElement.GetProperty("traceback").GetString()!.ShouldNotContain(" at ");
    }

    /// <summary>The server of all rows, with a commit on main, a tag and a branch.</summary>
    public sealed class OneServer : IAsyncLifetime
    {
        internal TestServer Server { get; private set; } = null!;

        internal string Commit { get; private set; } = "";

        public async Task InitializeAsync()
        {
            if (GitRequirement.Missing is not null) return;
            Server = await TestServer.StartAsync(Datasets);
            Directory.CreateDirectory(Path.Combine(Server.Repository.Folder, "sub"));
            Commit = Server.Repository.Commit(
                "a run", "sub/run.sh", "#!/bin/bash\nset -euo pipefail\nprintf '<%s>' \"$@\"\n[ \"${1-}\" != fail ]\n");
            Server.Push();
            Server.Push("HEAD:refs/heads/feature/x");
            Server.Push("HEAD:refs/tags/v1.0");
        }

        public async Task DisposeAsync()
        {
            if (Server is not null) await Server.DisposeAsync();
        }
    }
}
