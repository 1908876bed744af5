using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.EndToEnd.Tests.Fixtures;

/// <summary>A state folder for local runners that no other test uses, and what its runner says.</summary>
internal sealed class LocalRunnerState : IAsyncDisposable
{
    private LocalRunnerState(string folder)
    {
        Folder = folder;
        Environment = new Dictionary<string, string> { [LocalRunnerFile.StateVariable] = folder };
    }

    public string Folder { get; }

    public IReadOnlyDictionary<string, string> Environment { get; }

    public static LocalRunnerState Create() => new(Directory.CreateTempSubdirectory("runner state ").FullName);

    /// <summary>The runner that runner.json names, alive or not; null when there never was one.</summary>
    public LocalRunnerFile? Runner()
    {
        var path = Path.Combine(Folder, LocalRunnerFile.FileName);
        return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), ContractsJson.Default.LocalRunnerFile) : null;
    }

    public IAnalysisRunnerApi Api()
    {
        var runner = Runner().ShouldNotBeNull();
        return new AnalysisRunnerApi(new Uri(runner.Url), _ => ValueTask.FromResult<string?>(runner.Token));
    }

    /// <summary>The log of invocations, newest first.</summary>
    public async Task<IReadOnlyList<Invocation>> InvocationsAsync() => await Api().ListInvocationsAsync(100, CancellationToken.None);

    /// <summary>Waits, by the server's own events, until an invocation has reached its final state.</summary>
    public async Task<Invocation> FinalAsync(string arGuid)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var api = Api();
        await foreach (var _ in api.FollowEventsAsync(arGuid, 0, limit.Token).WithCancellation(limit.Token))
        {
            // The stream ends when the invocation is final.
        }
        return await api.GetInvocationAsync(arGuid, limit.Token);
    }

    public async Task<string> JobLogAsync(string batch, int job)
    {
        using var text = new MemoryStream();
        await foreach (var bytes in Api().ReadJobLogAsync(batch, job, null, 0, follow: false, CancellationToken.None)) text.Write(bytes.Span);
        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }

    public async Task<string> DriverLogAsync(string arGuid)
    {
        using var text = new MemoryStream();
        await foreach (var bytes in Api().ReadLogAsync(arGuid, null, 0, follow: false, CancellationToken.None)) text.Write(bytes.Span);
        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>Sends SIGKILL to the runner alone and waits until the process is gone.</summary>
    public async Task KillRunnerAsync()
    {
        using var process = Process.GetProcessById(Runner().ShouldNotBeNull().Pid);
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async Task<HttpResponseMessage> GetAsync(string path, HttpClient http, bool withToken = false)
    {
        var runner = Runner().ShouldNotBeNull();
        using var request = new HttpRequestMessage(HttpMethod.Get, runner.Url + path);
        if (withToken) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", runner.Token);
        return await http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        if (Runner() is { } runner && IsAlive(runner.Pid))
        {
            foreach (var invocation in (await InvocationsAsync()).Where(invocation => !invocation.IsFinal))
            {
                await Api().CancelAsync(invocation.ArGuid, CancellationToken.None);
                await FinalAsync(invocation.ArGuid);
            }
            await KillRunnerAsync();
        }
        Directory.Delete(Folder, recursive: true);
    }

    public static bool IsAlive(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
