using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AnalysisRunner.Pipelines.Methods;

/// <summary>A method with its arguments.</summary>
internal sealed class BoundCall(MethodInfo method, JsonArray arguments, IReadOnlyList<Resource> resources)
{
    /// <summary>The resources among the arguments.</summary>
    public IReadOnlyList<Resource> Resources => resources;

    /// <summary>The command that makes the call in a job.</summary>
    public string Script(string result)
    {
        var call = new MethodCall(method.Module.Assembly.GetName().Name!, method.Module.ModuleVersionId, method.MetadataToken, arguments, result);
        // By standard input: an argument of a program is limited in length, a builtin's is not.
        return $"printf '%s' {Shell.Quote(JsonSerializer.Serialize(call))} | {ProgramStart.Of(method)}";
    }
}
