using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Submissions.Rules;

/// <summary>Resource quantities, when given, can be read; memory may also be one of Hail Batch's words for so much a core (analysis-runner spec §4.5).</summary>
internal sealed class ResourcesRule : ISubmissionRule
{
    public IEnumerable<Problem> Check(SubmissionRequest request)
    {
        if (request.Cpu is not null && !ResourceQuantity.TryParseCpu(request.Cpu, out _))
        {
            yield return new Problem(PolicyCodes.Resources, $"{Quoted.Value(request.Cpu)} is not a number of cores; write '2' or '500m'.", "cpu");
        }
        if (request.Memory is not (null or "lowmem" or "standard" or "highmem") && !ResourceQuantity.TryParseBytes(request.Memory, out _))
        {
            yield return new Problem(PolicyCodes.Resources, $"{Quoted.Value(request.Memory)} is not an amount of memory; write '4Gi' or '500M'.", "memory");
        }
        if (request.Storage is not null && !ResourceQuantity.TryParseBytes(request.Storage, out _))
        {
            yield return new Problem(PolicyCodes.Resources, $"{Quoted.Value(request.Storage)} is not an amount of storage; write '10Gi' or '500M'.", "storage");
        }
    }
}
