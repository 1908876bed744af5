using Amazon.Runtime;
using AnalysisRunner.Storage.S3;
using AnalysisRunner.Storage.TestServers;
using Microsoft.AspNetCore.Http;

namespace AnalysisRunner.Storage.Tests.S3;

/// <summary>Answers that Amazon documents and Ceph does not give: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html.</summary>
public sealed class S3AnswerTests
{
    private static readonly StoragePath X = StoragePath.Parse("s3://bucket/x");

    [Theory]
    [InlineData(301, "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint.", StorageErrorKind.Invalid, StorageCodes.WrongRegion, "Set AWS_REGION")]
    [InlineData(400, "AuthorizationHeaderMalformed", "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'", StorageErrorKind.Invalid, StorageCodes.WrongRegion, "expecting 'eu-west-1'")]
    [InlineData(400, "ExpiredToken", "The provided token has expired.", StorageErrorKind.Denied, StorageCodes.BadCredentials, "expired")]
    [InlineData(403, "RequestTimeTooSkewed", "The difference between the request time and the server's time is too large.", StorageErrorKind.Denied, StorageCodes.BadCredentials, "clock")]
    [InlineData(503, "SlowDown", "Please reduce your request rate.", StorageErrorKind.Throttled, StorageCodes.Throttled, "Lower the parallelism")]
    [InlineData(400, "BadDigest", "The Content-MD5 you specified did not match what we received.", StorageErrorKind.Corrupt, StorageCodes.Corrupt, "BadDigest")]
    [InlineData(500, "InternalError", "We encountered an internal error.", StorageErrorKind.Unavailable, StorageCodes.Unavailable, "InternalError")]
    public async Task Each_answer_is_told_as_what_it_is(int status, string code, string message, StorageErrorKind kind, string expected, string says)
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/xml";
            if (context.Request.Method != "HEAD") await context.Response.WriteAsync($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>");
        });
        await using var store = new S3Store(new S3StoreOptions { Endpoint = server.Endpoint, Credentials = new BasicAWSCredentials("k", "s"), Attempts = 1 });

        (await store.PutAsync(X, "x").RefusedAsync(kind, expected)).Message.ShouldContain(says);
        (await store.OpenReadAsync(X).RefusedAsync(kind, expected)).Message.ShouldContain(says);
        if (status < 500) await store.FindAsync(X).RefusedAsync(kind, expected);
    }

    [Theory]
    [InlineData(S3Encryption.S3Managed, null, "AES256")]
    [InlineData(S3Encryption.Kms, "arn:aws:kms:key", "aws:kms")]
    public async Task Encryption_is_asked_for(S3Encryption encryption, string? key, string header)
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = 403;
        });
        await using var store = new S3Store(new S3StoreOptions { Endpoint = server.Endpoint, Credentials = new BasicAWSCredentials("k", "s"), Encryption = encryption, KmsKey = key });

        await Should.ThrowAsync<StorageException>(() => store.PutAsync(X, "x"));

        var headers = server.Faults.Headers.First();
        (headers["x-amz-server-side-encryption"].ToString(), headers["x-amz-server-side-encryption-aws-kms-key-id"].ToString()).ShouldBe((header, key ?? ""));
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_is_unavailable_or_timed_out()
    {
        await using var store = new S3Store(new S3StoreOptions { Endpoint = new Uri("http://127.0.0.1:1"), Credentials = new BasicAWSCredentials("k", "s"), Attempts = 1 });
        await store.FindAsync(X).RefusedAsync(StorageErrorKind.Unavailable, StorageCodes.Unavailable);

        await using var server = await LoopbackServer.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        await using var silent = new S3Store(new S3StoreOptions { Endpoint = server.Endpoint, Credentials = new BasicAWSCredentials("k", "s"), Attempts = 1, Timeout = TimeSpan.FromMilliseconds(300) });
        await silent.FindAsync(X).RefusedAsync(StorageErrorKind.Unavailable, StorageCodes.TimedOut);
    }

    [Fact]
    public async Task Without_credentials_it_is_told_where_they_are_looked_for()
    {
        using var home = new EnvironmentVariable("AWS_SHARED_CREDENTIALS_FILE", "/no/such/file");
        using var instance = new EnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");
        await using var store = new S3Store(new S3StoreOptions { Endpoint = new Uri("http://127.0.0.1:1") });

        (await store.FindAsync(X).RefusedAsync(StorageErrorKind.Denied, StorageCodes.NoCredentials)).Message.ShouldContain("AWS_ACCESS_KEY_ID");
    }

    [Fact]
    public void Settings_that_make_no_sense_are_refused()
    {
        foreach (var options in new[]
        {
            new S3StoreOptions { PartSize = 1000 }, new S3StoreOptions { Parallelism = 0 }, new S3StoreOptions { Attempts = 21 }, new S3StoreOptions { KmsKey = "k" },
            new S3StoreOptions { Endpoint = new Uri("ftp://x") }, new S3StoreOptions { Anonymous = true, Credentials = new AnonymousAWSCredentials() },
        })
            Should.Throw<StorageException>(() => new S3Store(options)).Code.ShouldBe(StorageCodes.BadSetting);
    }

    [Fact]
    public void The_package_is_found_by_its_scheme() => new ObjectStores().For(X).ShouldBeOfType<S3Store>();
}
