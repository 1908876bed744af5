using System.Globalization;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Hosting.Health;

/// <summary>Whether the settings in force are those of the file.</summary>
internal sealed class SettingsInForce(CurrentSettings settings) : IReadinessCheck
{
    public Task<Trouble?> FindAsync(CancellationToken cancellation)
    {
        var refused = settings.Refused;
        if (refused.Count == 0) return Task.FromResult<Trouble?>(null);
        var lines = refused.Select(problem => string.Create(
            CultureInfo.InvariantCulture, $"\n  {Path.GetFileName(problem.File)}({problem.Line},{problem.Column}): {problem.Code} {problem.Field}"));
        return Task.FromResult<Trouble?>(new Trouble("settings", "the file has changed and is not in force; the ones before are" + string.Concat(lines), IsFatal: false));
    }
}
