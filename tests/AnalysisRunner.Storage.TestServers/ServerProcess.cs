using System.Diagnostics;

namespace AnalysisRunner.Storage.TestServers;

/// <summary>Programs that start servers, and the servers that they leave behind.</summary>
internal static class ServerProcess
{
    /// <summary>Runs a program to its end.</summary>
    internal static async Task RunAsync(string program, IEnumerable<string> arguments, TimeSpan patience)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true } };
        foreach (var argument in arguments) process.StartInfo.ArgumentList.Add(argument);
        process.Start();
        process.StandardInput.Close();
        // A daemon keeps the pipes of the program that started it, so only the exit is awaited, not the end of the output.
        var output = new System.Text.StringBuilder();
        process.OutputDataReceived += (_, line) => { lock (output) output.AppendLine(line.Data); };
        process.ErrorDataReceived += (_, line) => { lock (output) output.AppendLine(line.Data); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(patience);
        while (!process.HasExited)
        {
            if (limit.IsCancellationRequested)
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException($"{program} did not end within {patience}: {output}");
            }
            await Task.Delay(10, CancellationToken.None);
        }
        lock (output)
            if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {output}");
    }

    /// <summary>Ends a server that this program started, and waits until it is gone.</summary>
    internal static async Task EndAsync(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            while (!limit.IsCancellationRequested && !process.HasExited) await Task.Delay(10, CancellationToken.None);
        }
        catch (ArgumentException)
        {
            // It is gone already.
        }
    }
}
