using System.Reflection;
using System.Text.Json;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Pipelines.Methods;

/// <summary>Makes the call that a job was made for.</summary>
internal static class MethodJob
{
    private const int Failed = 1;

    /// <summary>Calls the method that standard input describes and writes its result; the exit code of the job.</summary>
    public static int Run(TextReader input, string folder, TextWriter errors)
    {
        try
        {
            var call = JsonSerializer.Deserialize<MethodCall>(input.ReadToEnd())!;
            var module = Assembly.Load(new AssemblyName(call.Assembly)).ManifestModule;
            if (module.ModuleVersionId != call.Module)
            {
                errors.WriteLine($"\"{call.Assembly}\" was built again after this job was described, so that its methods may be others. Submit again.");
                return Failed;
            }
            var method = (MethodInfo)module.ResolveMethod(call.Token)!;
            var result = Complete(method.Invoke(null, Arguments(method, call, folder)));
            File.WriteAllText(Path.Combine(folder, call.Result), JsonSerializer.Serialize(result, result?.GetType() ?? typeof(object), MethodCall.Json) + "\n");
            return 0;
        }
        catch (TargetInvocationException e) when (e.InnerException is { } thrown)
        {
            errors.WriteLine(thrown is AnalysisRunnerException ? thrown.Message : thrown.ToString());
            return Failed;
        }
    }

    private static object?[] Arguments(MethodInfo method, MethodCall call, string folder) => [.. method.GetParameters().Select((parameter, i) =>
        i < call.Arguments.Count
            ? ArgumentForm.Resolve(call.Arguments[i]!, folder).Deserialize(parameter.ParameterType, MethodCall.Json)
            : parameter.DefaultValue)];

    /// <summary>Waits for what the method began.</summary>
    private static object? Complete(object? returned)
    {
        if (returned is ValueTask nothing) returned = nothing.AsTask();
        else if (returned?.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ValueTask<>))
            returned = type.GetMethod(nameof(ValueTask<>.AsTask))!.Invoke(returned, null);
        if (returned is not Task task) return returned;
        try
        {
            task.GetAwaiter().GetResult();
        }
        catch (Exception e)
        {
            throw new TargetInvocationException(e);
        }
        return task.GetType().GetProperty(nameof(Task<>.Result)) is { } result && result.PropertyType.Name != "VoidTaskResult" ? result.GetValue(task) : null;
    }
}
