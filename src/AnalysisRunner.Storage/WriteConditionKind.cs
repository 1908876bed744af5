namespace AnalysisRunner.Storage;

/// <summary>What a <see cref="WriteCondition"/> demands.</summary>
public enum WriteConditionKind
{
    /// <summary>Nothing: an object that exists is replaced.</summary>
    None,

    /// <summary>That no object exists at the path.</summary>
    CreateOnly,

    /// <summary>That the object exists at one version.</summary>
    MatchVersion,
}
