using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AnalysisRunner.Server.Runs;

namespace AnalysisRunner.Server.Hosting;

/// <summary>
/// The socket that a local runner listens on: a random port of 127.0.0.1. A runner that follows another takes its port again if it can, because drivers
/// that go on meanwhile know no other address.
/// </summary>
internal static class LoopbackSocket
{
    private const string FileName = "port";

    /// <summary>Binds the socket and notes its port in the state folder.</summary>
    public static Socket Bind(string stateFolder)
    {
        var file = Path.Combine(stateFolder, FileName);
        var earlier = File.Exists(file) && int.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536 ? port : 0;
        var socket = (earlier > 0 ? TryBind(earlier) : null) ?? TryBind(0) ?? throw new IOException("No port of 127.0.0.1 is free.");
        PrivateFile.Replace(file, PortOf(socket).ToString(CultureInfo.InvariantCulture));
        return socket;
    }

    /// <summary>The port of a bound socket.</summary>
    public static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    private static Socket? TryBind(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null; // Somebody else has it: any other port will do.
        }
    }
}
