using System.Globalization;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Hosting;

/// <summary>Says whether the server does everything that it should, and what is wrong when it does not.</summary>
internal sealed class Readiness(CurrentSettings settings)
{
    /// <summary>
    /// The state for operators. Anybody may ask, so the answer names places and codes and no values; the log has the rest.
    /// </summary>
    public string Describe()
    {
        var refused = settings.Refused;
        if (refused.Count == 0) return "ready\n";
        var lines = refused.Select(problem => string.Create(
            CultureInfo.InvariantCulture, $"  {Path.GetFileName(problem.File)}({problem.Line},{problem.Column}): {problem.Code} {problem.Field}\n"));
        return "degraded\nsettings: the file has changed and is not in force; the ones before are\n" + string.Concat(lines);
    }
}
