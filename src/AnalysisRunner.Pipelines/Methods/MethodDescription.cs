using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Pipelines.Methods;

/// <summary>A method that a job is to call, checked when the job is described.</summary>
internal sealed class MethodDescription
{
    private readonly MethodInfo _method;

    public MethodDescription(Delegate method, CodeLine at)
    {
        _method = method.Method;
        var fault = this switch
        {
            _ when method.GetInvocationList().Length > 1 => "is several methods",
            _ when _method.Name.Contains('<', StringComparison.Ordinal) && !_method.Name.Contains("g__", StringComparison.Ordinal) =>
                "is a lambda, a part of the method around it that a job cannot find again",
            _ when method.Target is not null || !_method.IsStatic => "is not static, and what it belongs to is not in the job",
            _ when _method.ContainsGenericParameters || _method.IsGenericMethod || _method.DeclaringType is { IsGenericType: true } => "is generic",
            _ when _method.GetParameters().Any(parameter => parameter.ParameterType.IsByRef || parameter.ParameterType.IsByRefLike) => "has a parameter by reference",
            _ when _method.Module.Assembly.IsDynamic || ProgramStart.Of(_method) is null => "is not in a built program",
            _ when AppContext.TryGetSwitch("System.StartupHookProvider.IsSupported", out var supported) && !supported =>
                "needs start-up hooks, which this program switches off (StartupHookSupport)",
            _ => null,
        };
        if (fault is not null)
            throw at.Fault(PipelineCodes.MethodNotCallable, $"\"{Name}\" cannot run as a job: it {fault}. Give a static method by its name, as in Run(Stats.Sum, …).");
        ResultType = ResultOf(_method.ReturnType);
    }

    /// <summary>What the method gives; <see cref="void"/> when nothing.</summary>
    public Type ResultType { get; }

    private string Name => $"{_method.DeclaringType?.Name}.{_method.Name}";

    /// <summary>Puts arguments to the parameters.</summary>
    public BoundCall Bind(object?[] arguments, CodeLine at)
    {
        var parameters = _method.GetParameters();
        if (arguments.Length > parameters.Length || parameters.Skip(arguments.Length).Any(parameter => !parameter.HasDefaultValue))
        {
            throw at.Fault(PipelineCodes.ArgumentUnfit, string.Create(CultureInfo.InvariantCulture,
                $"\"{Name}\" takes {parameters.Length} arguments ({string.Join(", ", parameters.Select(parameter => $"{parameter.ParameterType.Name} {parameter.Name}"))}), but {arguments.Length} are given."));
        }
        var resources = new List<Resource>();
        var forms = arguments.Select((argument, i) => Form(argument, parameters[i].ParameterType, parameters[i].Name!, resources, at)).ToArray();
        return new BoundCall(_method, new JsonArray(forms), resources);
    }

    private JsonObject Form(object? argument, Type type, string parameter, List<Resource> resources, CodeLine at)
    {
        switch (argument)
        {
            case ResourceFile file:
                resources.Add(file);
                if (file.ResultType is { } result && type.IsAssignableFrom(result)) return ArgumentForm.Result(file.Path);
                return type == typeof(string) || type == typeof(FileInfo) || type == typeof(DirectoryInfo)
                    ? ArgumentForm.File(file.Path)
                    : throw Unfit($"the {file.Description}{(file.ResultType is { } given ? $", a {given.Name}," : "")} cannot be given as {type.Name}");
            case ResourceGroup group:
                resources.Add(group);
                return type.IsAssignableFrom(typeof(Dictionary<string, string>))
                    ? ArgumentForm.Map(group.Named.Select(member => KeyValuePair.Create(member.Id, ArgumentForm.File(member.File.Path))))
                    : throw Unfit($"the group \"{group.Name}\" can be given as IReadOnlyDictionary<string, string> only");
            case Job or Batch:
                throw Unfit("a job or a batch is no argument; give one of its files");
            case IEnumerable list and not string when ElementOf(type) is { } element && list.Cast<object?>().ToList() is { Count: > 0 } items && items.TrueForAll(item => item is Resource):
                return ArgumentForm.List(items.Select(item => Form(item, element, parameter, resources, at)));
        }
        try
        {
            var node = JsonSerializer.SerializeToNode(argument, argument?.GetType() ?? type, MethodCall.Json);
            if (node is null && type.IsValueType && Nullable.GetUnderlyingType(type) is null) throw Unfit("null is no value of it");
            // Read as the job will read it, so that a mistake is found here.
            node.Deserialize(type, MethodCall.Json);
            return ArgumentForm.Value(node);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw Unfit($"{(argument is null ? "null" : $"a {argument.GetType().Name}")} cannot be given as {type.Name} by JSON: {e.Message}");
        }

        Exception Unfit(string why) => at.Fault(PipelineCodes.ArgumentUnfit, $"The argument \"{parameter}\" of \"{Name}\" does not fit: {why}.");
    }

    private static Type? ElementOf(Type type) => type.IsArray
        ? type.GetElementType()
        : type.GetInterfaces().Append(type).FirstOrDefault(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];

    private static Type ResultOf(Type declared)
    {
        if (declared == typeof(Task) || declared == typeof(ValueTask)) return typeof(void);
        return declared.IsGenericType && declared.GetGenericTypeDefinition() is var generic && (generic == typeof(Task<>) || generic == typeof(ValueTask<>))
            ? declared.GetGenericArguments()[0]
            : declared;
    }
}
