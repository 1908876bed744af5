using System.Text.Json;
using System.Text.Json.Serialization;

namespace AnalysisRunner.Submission.Local;

/// <summary>
/// What the last start used, beside the copies. It tells a runner that should be replaced because its own source folder was rebuilt from one that
/// another checkout started and that serves this one as well.
/// </summary>
internal sealed partial class StartRecord(StateFolder state)
{
    private string FileName => Path.Combine(state.Copies, "started.json");

    /// <summary>Whether the process was started from this folder, which holds other files by now.</summary>
    public bool IsRebuilt(int pid, string serverFolder)
    {
        if (Read() is not { } entry || entry.Pid != pid || entry.Source != serverFolder) return false;
        try
        {
            return entry.Copy != ServerCopy.PathFor(serverFolder, state);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Cleaned, or being rebuilt at this moment: there is nothing better to start.
            return false;
        }
    }

    /// <summary>Notes a start; called under the start lock.</summary>
    public void Write(int pid, string copy, string serverFolder)
    {
        var temporary = FileName + ".new";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(new Entry(pid, copy, serverFolder), RecordJson.Default.Entry));
        File.Move(temporary, FileName, overwrite: true);
    }

    private Entry? Read()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(FileName), RecordJson.Default.Entry);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            // Only a hint: without it, the runner that answers is good.
            return null;
        }
    }

    private sealed record Entry(int Pid, string Copy, string Source);

    [JsonSerializable(typeof(Entry))]
    private sealed partial class RecordJson : JsonSerializerContext;
}
