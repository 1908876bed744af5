using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Policies;

namespace AnalysisRunner.Server.Settings;

/// <summary>The settings that are in force, and why newer ones are not.</summary>
/// <param name="first">The settings of the start.</param>
internal sealed class CurrentSettings(ServerSettings first)
{
    private volatile ServerSettings _value = first;
    private volatile IReadOnlyList<Problem> _refused = [];

    /// <summary>The settings in force. Take them once for a request: they may be others the next time.</summary>
    public ServerSettings Value => _value;

    /// <summary>The policy in force.</summary>
    public Policy Policy => _value.Policy;

    /// <summary>Why what is written now is not in force; empty when it is.</summary>
    public IReadOnlyList<Problem> Refused => _refused;

    /// <summary>Puts newer settings in force.</summary>
    public void Accept(ServerSettings settings) => (_value, _refused) = (settings, []);

    /// <summary>Keeps the settings in force in spite of newer ones.</summary>
    public void Refuse(IReadOnlyList<Problem> problems) => _refused = problems;
}
