using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Pipelines;

/// <summary>The names of attributes that pipeline code may give.</summary>
internal static class AttributeName
{
    /// <summary>Ties batches and jobs to their invocation.</summary>
    public const string ArGuid = "ar-guid";

    private const string Name = "name";

    /// <summary>Refuses what is no attribute or is said elsewhere.</summary>
    public static void Check(string? name, string? value, CodeLine at)
    {
        var fault = name switch
        {
            null or "" => "it has no name",
            _ when string.IsNullOrWhiteSpace(name) || OneLine.HasControls(name) => "its name is not one line of visible characters",
            Name => "the name is what it was created with",
            ArGuid => "the invocation sets it",
            _ when value is null => "it has no value",
            _ => null,
        };
        if (fault is not null) throw at.Fault(PipelineCodes.NameMalformed, $"\"{name}\" cannot be an attribute: {fault}.");
    }
}
