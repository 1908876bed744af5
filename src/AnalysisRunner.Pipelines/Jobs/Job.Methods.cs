using AnalysisRunner.Contracts;
using AnalysisRunner.Pipelines.Methods;

namespace AnalysisRunner.Pipelines;

public sealed partial class Job
{
    private int _calls;

    /// <summary>
    /// Runs a static method of this program in the job: the same built program is started again and calls the method before its <c>Main</c> would
    /// run. Arguments travel as JSON. A file is given by its path, to a parameter of type <see cref="string"/> or <see cref="FileInfo"/>; a group as
    /// a dictionary of paths by id; the result of another method as its value. Lists of these become lists. Using them is the dependency.
    /// </summary>
    /// <param name="method">A static method by name, such as <c>Stats.Sum</c>; it may return a value, a task, or nothing. It needs to be in the built
    /// program for the job to find it, so that lambdas, which are parts of the method around them, are refused.</param>
    /// <param name="arguments">One for each parameter; those left out at the end take the defaults of the method.</param>
    /// <returns>The result: as a value for further methods, in commands the path of a file with its JSON.</returns>
    /// <exception cref="AnalysisRunnerException"><c>AR5121</c>: the method cannot be called by a job; <c>AR5122</c>: an argument does not fit.</exception>
    public ResourceFile Run(Delegate method, params object?[] arguments)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(arguments);
        var at = CodeLine.OfCaller();
        at = Change(at.File, at.Line);
        var description = new MethodDescription(method, at);
        var call = description.Bind(arguments, at);
        foreach (var used in call.Resources) Use(used, at);
        var result = Output(++_calls == 1 ? "result.json" : FormattableString.Invariant($"result-{_calls}.json"), at.File, at.Line);
        result.ResultType = description.ResultType;
        Use(result, at);
        Append(call.Script(result.Path));
        return result;
    }
}
