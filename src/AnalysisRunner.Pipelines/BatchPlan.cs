using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Pipelines.Hosting;

namespace AnalysisRunner.Pipelines;

/// <summary>What a run would hand over, for people (<see cref="ToString"/>) and as JSON. The same description has the same digest on every machine.</summary>
public sealed class BatchPlan
{
    private readonly Lazy<string> _digest;

    private BatchPlan(BatchSpec spec)
    {
        Spec = spec;
        _digest = new(ComputeDigest);
    }

    /// <summary>The name of the batch.</summary>
    public string Name => Spec.Name;

    /// <summary>The batch as it would be handed over, without what belongs to one run: its key is the name, and there is no invocation.</summary>
    public BatchSpec Spec { get; }

    /// <summary><c>sha256:</c> and the lower-case digits of the hash of <see cref="Spec"/> as JSON.</summary>
    public string Digest => _digest.Value;

    /// <summary>Writes <c>{"digest":…,"batch":…}</c>, with the batch in the form that servers take.</summary>
    /// <param name="stream">Written as the JSON grows; never as a whole in memory.</param>
    /// <param name="cancellation">Ends the writing.</param>
    public async Task WriteJsonAsync(Stream stream, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"{{\"digest\":\"{Digest}\",\"batch\":"), cancellation).ConfigureAwait(false);
        await JsonSerializer.SerializeAsync(stream, Spec, ContractsJson.Default.BatchSpec, cancellation).ConfigureAwait(false);
        await stream.WriteAsync("}"u8.ToArray(), cancellation).ConfigureAwait(false);
    }

    /// <summary>The plan for people: each job with what it waits for, asks for, reads, writes and runs.</summary>
    public override string ToString() => PlanText.Of(this);

    internal static BatchPlan Of(Batch batch, int before) =>
        new(BatchComposer.Compose(batch, before, batch.Outputs, BatchComposer.KeyPart(batch.Name), null, new Dictionary<string, string>()));

    private string ComputeDigest()
    {
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
            JsonSerializer.Serialize(stream, Spec, ContractsJson.Default.BatchSpec);
        return string.Create(CultureInfo.InvariantCulture, $"sha256:{Convert.ToHexStringLower(hash.Hash!)}");
    }
}
