using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace AnalysisRunner.Server.Tests.Notifications;

/// <summary>A real HTTP server that keeps what is posted to it and answers as it is told.</summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    private readonly HttpListener _listener;
    private readonly Task _loop;
    private readonly Channel<(Dictionary<string, string> Headers, byte[] Body)> _received = Channel.CreateUnbounded<(Dictionary<string, string>, byte[])>();
    private readonly Queue<int> _answers;

    public HookReceiver(params int[] answers)
    {
        _answers = new Queue<int>(answers);
        (_listener, Url) = Listen();
        _loop = Task.Run(ServeAsync);
    }

    public Uri Url { get; }

    /// <summary>What was posted next.</summary>
    public async Task<(Dictionary<string, string> Headers, byte[] Body)> NextAsync(CancellationToken cancellation) => await _received.Reader.ReadAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _loop;
        _listener.Close();
    }

    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    // A listener of HTTP takes no port 0, and somebody else may take a free one first.
    private static (HttpListener Listener, Uri Url) Listen()
    {
        while (true)
        {
            var url = new Uri($"http://127.0.0.1:{FreePort()}/hook/");
            var listener = new HttpListener();
            listener.Prefixes.Add(url.ToString());
            try
            {
                listener.Start();
                return (listener, url);
            }
            catch (Exception e) when (e is HttpListenerException or SocketException)
            {
                listener.Close();
            }
        }
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return; // Stopped.
            }
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            var headers = context.Request.Headers.AllKeys.ToDictionary(key => key!, key => context.Request.Headers[key]!, StringComparer.OrdinalIgnoreCase);
            context.Response.StatusCode = _answers.TryDequeue(out var answer) ? answer : 204;
            if (context.Response.StatusCode == 302) context.Response.RedirectLocation = "http://127.0.0.1:1/";
            context.Response.Close();
            await _received.Writer.WriteAsync((headers, body.ToArray()));
        }
    }
}

/// <summary>A real SMTP server of the few verbs that a client needs; it keeps what it is given.</summary>
internal sealed class MailReceiver : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _loop;
    private readonly Channel<(List<string> Commands, string Text)> _received = Channel.CreateUnbounded<(List<string>, string)>();

    public MailReceiver()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _loop = Task.Run(ServeAsync);
    }

    public int Port { get; }

    public async Task<(List<string> Commands, string Text)> NextAsync(CancellationToken cancellation) => await _received.Reader.ReadAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _loop;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await TalkAsync(client.GetStream());
            }
            catch (SocketException)
            {
                return; // Stopped.
            }
        }
    }

    private async Task TalkAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var commands = new List<string>();
        await SayAsync(stream, "220 ready");
        while (await reader.ReadLineAsync() is { } line)
        {
            commands.Add(line);
            if (line.StartsWith("RCPT TO:<nobody", StringComparison.Ordinal)) await SayAsync(stream, "550 no such mailbox");
            else if (line == "DATA")
            {
                await SayAsync(stream, "354 go on");
                var text = new StringBuilder();
                while (await reader.ReadLineAsync() is { } part && part != ".") text.Append(part).Append('\n');
                await SayAsync(stream, "250 taken");
                await _received.Writer.WriteAsync((commands, text.ToString()));
            }
            else
            {
                await SayAsync(stream, line == "QUIT" ? "221 bye" : "250 ok");
                if (line == "QUIT") return;
            }
        }
    }

    private static ValueTask SayAsync(NetworkStream stream, string line) => stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"));
}
