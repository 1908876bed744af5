using PipelineTour;

// Each stop of the tour is a batch; docs/concepts/pipelines.md shows their code.
Dictionary<string, Func<string, Task>> stops = new()
{
    ["commands"] = Stops.CommandsAsync,
    ["files"] = Stops.FilesAsync,
    ["groups"] = Stops.GroupsAsync,
    ["settings"] = Stops.SettingsAsync,
    ["scatter"] = Stops.ScatterAsync,
    ["failures"] = Stops.FailuresAsync,
    ["methods"] = Stops.MethodsAsync,
    ["unattended"] = Stops.UnattendedAsync,
    ["plan"] = Stops.PlanAsync,
    ["runs"] = Stops.RunsAsync,
};

Console.WriteLine("Main begins");
if (args is not [var stop, var folder] || !stops.TryGetValue(stop, out var visit))
{
    Console.Error.WriteLine($"Usage: PipelineTour STOP FOLDER, where STOP is one of {string.Join(", ", stops.Keys)} and FOLDER is for results.");
    return 2;
}
Directory.CreateDirectory(folder);
await visit(Path.GetFullPath(folder));
return 0;
