using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

// Started as `dotnet exec AnalysisRunner.Server.dll --local --state <folder>`. What it does is steered by files: `server.json` beside the program (what it
// says of itself) and `last-words` and `busy` in the state folder.
var state = args[Array.IndexOf(args, "--state") + 1];
await File.AppendAllTextAsync(Path.Combine(state, "starts"), Environment.ProcessId + "\n");
await File.WriteAllLinesAsync(Path.Combine(state, "environment"), Environment.GetEnvironmentVariables().Keys.Cast<string>());
if (File.Exists(Path.Combine(state, "last-words")))
{
    await Console.Error.WriteAsync(await File.ReadAllTextAsync(Path.Combine(state, "last-words")));
    return 3;
}

var says = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "server.json")), ContractsJson.Default.ServerVersion)!;
var (listener, url) = Listen();
var token = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
var file = Path.Combine(state, LocalRunnerFile.FileName);
var runner = new LocalRunnerFile(url, token, Environment.ProcessId, says.Version);
await File.WriteAllBytesAsync(file + ".new", JsonSerializer.SerializeToUtf8Bytes(runner, ContractsJson.Default.LocalRunnerFile));
File.Move(file + ".new", file, overwrite: true);
Native.SayReady();
Native.LeaveTerminal();

while (true)
{
    var context = await listener.GetContextAsync();
    var busy = File.Exists(Path.Combine(state, "busy"));
    if (context.Request.Headers["Authorization"] != "Bearer " + token)
    {
        await AnswerAsync(context, 401, "application/problem+json", JsonSerializer.SerializeToUtf8Bytes(Refusal("AR6000", "Who?", 401), ContractsJson.Default.ApiProblem));
    }
    else if (context.Request.Url!.AbsolutePath == "/api/v1/version")
    {
        var answer = says with { Idle = !busy, Pid = Environment.ProcessId };
        await AnswerAsync(context, 200, "application/json", JsonSerializer.SerializeToUtf8Bytes(answer, ContractsJson.Default.ServerVersion));
    }
    else if (context.Request.Url.AbsolutePath == "/api/v1/shutdown" && busy && context.Request.Url.Query != "?force=true")
    {
        await AnswerAsync(context, 409, "application/problem+json", JsonSerializer.SerializeToUtf8Bytes(Refusal(PolicyCodes.Busy, "A run is going.", 409), ContractsJson.Default.ApiProblem));
    }
    else if (context.Request.Url.AbsolutePath == "/api/v1/shutdown")
    {
        await AnswerAsync(context, 202, "application/json", []);
        File.Delete(file);
        return 0;
    }
    else
    {
        await AnswerAsync(context, 404, "text/plain", []);
    }
}

static ApiProblem Refusal(string code, string detail, int status) =>
    new() { Type = code, Title = detail, Status = status, Code = code, Detail = detail, Problems = [new Problem(code, detail)] };

static async Task AnswerAsync(HttpListenerContext context, int status, string type, byte[] body)
{
    context.Response.StatusCode = status;
    context.Response.ContentType = type;
    await context.Response.OutputStream.WriteAsync(body);
    context.Response.Close();
}

static (HttpListener Listener, string Url) Listen()
{
    while (true)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
        free.Stop();
        var listener = new HttpListener();
        listener.Prefixes.Add(url + "/");
        try
        {
            listener.Start();
            return (listener, url);
        }
        catch (HttpListenerException)
        {
            // Somebody else was given the port in between.
        }
    }
}

internal static partial class Native
{
    /// <summary>One line on standard output, whatever it says.</summary>
    public static void SayReady()
    {
        byte[] line = [(byte)'{', (byte)'}', (byte)'\n'];
        if (write(1, line, line.Length) != line.Length) throw new InvalidOperationException("nobody listens");
    }

    /// <summary>A session of its own, and the standard streams on nothing.</summary>
    public static void LeaveTerminal()
    {
        if (setsid() < 0) throw new InvalidOperationException("setsid failed");
        using var nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        for (var descriptor = 0; descriptor <= 2; descriptor++) _ = dup2((int)nothing.DangerousGetHandle(), descriptor);
    }

    [DllImport("libc")]
    private static extern int setsid();

    [DllImport("libc")]
    private static extern nint write(int descriptor, byte[] bytes, nint count);

    [DllImport("libc")]
    private static extern int dup2(int from, int to);
}
