using System.Data.Common;
using System.Text.Json;
using Dapper;

namespace AnalysisRunner.Server.Record.Migrations;

/// <summary>Fills the columns of version 2 for what version 1 has recorded, and seals the values that it kept in clear.</summary>
internal static class RecordUpgrade
{
    /// <summary>Runs inside the transaction of the step.</summary>
    public static void Fill(DbConnection writer, EnvironmentSeal seal)
    {
        // The order of recording, told by a clock that never goes back.
        var recordedAt = long.MinValue;
        foreach (var row in writer.Query<InvocationRow>("SELECT * FROM invocations ORDER BY position").ToList())
        {
            recordedAt = Math.Max(recordedAt, row.SubmittedAt);
            var words = SearchWords.Of(row.ToRecord([], [], null, "").Invocation);
            writer.Execute(
                "UPDATE invocations SET recorded_at = @recordedAt, search_words = @words WHERE position = @Position",
                new { recordedAt, words, row.Position });
        }
        foreach (var (position, arGuid, clear) in writer.Query<(long, string, string)>(
            "SELECT v.invocation, i.ar_guid, v.sealed FROM environments v JOIN invocations i ON i.position = v.invocation").ToList())
        {
            var values = JsonSerializer.Deserialize(clear, RecordJson.Default.DictionaryStringString) ?? [];
            writer.Execute(
                "UPDATE environments SET sealed = @text WHERE invocation = @position", new { text = seal.Seal(arGuid, values), position });
        }
        writer.Execute(
            "UPDATE submissions SET recorded_at = (SELECT recorded_at FROM invocations i WHERE i.position = submissions.invocation)");
    }
}
