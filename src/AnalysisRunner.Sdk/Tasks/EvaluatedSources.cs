using AnalysisRunner.Submission;
using Microsoft.Build.Evaluation;
using Microsoft.Build.Evaluation.Context;
using Microsoft.Build.Execution;

namespace AnalysisRunner.Sdk.Tasks;

/// <summary>
/// The files that a project and the projects it refers to are made of, as MSBuild evaluates them. A referenced project need not know this SDK, so its targets
/// cannot be asked; and a property that lists all imports no longer exists (MSBuildAllProjects holds the newest only).
/// </summary>
internal sealed class EvaluatedSources
{
    private static readonly string[] ItemTypes = ["Compile", "AdditionalFiles", "EmbeddedResource", "Content", "AnalysisConfig"];
    private static readonly string[] OutputFolders = ["BaseIntermediateOutputPath", "IntermediateOutputPath", "MSBuildProjectExtensionsPath"];

    // Those that belong to the project that was built, and that a reference to another one takes away or sets itself.
    private static readonly string[] NotInherited = ["TargetFramework", "RuntimeIdentifier", "SelfContained", "PublishTrimmed", "OutputPath", "OutDir"];

    private readonly List<BuildInput> _inputs = [];
    private readonly List<string> _imports = [];
    private readonly HashSet<string> _exempt = [];
    private readonly HashSet<string> _seen = [];
    private readonly ProjectCollection _projects;
    private readonly EvaluationContext _context = EvaluationContext.Create(EvaluationContext.SharingPolicy.Shared);

    private EvaluatedSources(ProjectCollection projects) => _projects = projects;

    /// <summary>The items of referenced projects, and every project file of theirs.</summary>
    public IReadOnlyList<BuildInput> Inputs => _inputs;

    /// <summary>The files that the project or a referenced one imports, wherever they lie.</summary>
    public IReadOnlyList<string> Imports => _imports;

    /// <summary>The folders that the builds of referenced projects fill.</summary>
    public IReadOnlyCollection<string> ExemptFolders => _exempt;

    /// <summary>Evaluates.</summary>
    /// <param name="projectFile">
    /// The project that is submitted; its items are known better to the build that runs, so only its imports are read. The project of a file-based program
    /// is in no file, and what it imports of its own accord are files that every build names.
    /// </param>
    /// <param name="references">The projects that it refers to: the file, and how the reference sets the configuration.</param>
    /// <param name="globalProperties">The global properties of that build.</param>
    /// <exception cref="Microsoft.Build.Exceptions.InvalidProjectFileException">A referenced project is malformed.</exception>
    public static EvaluatedSources Of(
        string projectFile,
        IEnumerable<(string File, string SetConfiguration)> references,
        IReadOnlyDictionary<string, string> globalProperties)
    {
        // The look before the build and the one after it share what was parsed of project files, as long as the file's time has not changed. Conditions, globs
        // and the existence of files are asked anew each time: the build may have added a source.
        using var projects = new ProjectCollection(
            globalProperties: null, loggers: null, remoteLoggers: null, ToolsetDefinitionLocations.Default, maxNodeCount: 1, onlyLogCriticalEvents: false,
            loadProjectsReadOnly: true, useAsynchronousLogging: false, reuseProjectRootElementCache: true);
        var sources = new EvaluatedSources(projects);
        if (File.Exists(projectFile)) sources.AddImports(sources.Evaluate(projectFile, globalProperties));
        sources.AddReferences(references, globalProperties);
        return sources;
    }

    private ProjectInstance Evaluate(string file, IReadOnlyDictionary<string, string> globalProperties) => ProjectInstance.FromFile(
        file,
        new Microsoft.Build.Definition.ProjectOptions
        {
            GlobalProperties = globalProperties.ToDictionary(),
            ProjectCollection = _projects,
            EvaluationContext = _context,
            LoadSettings = ProjectLoadSettings.IgnoreMissingImports | ProjectLoadSettings.IgnoreInvalidImports | ProjectLoadSettings.IgnoreEmptyImports,
        });

    private void AddReferences(IEnumerable<(string File, string SetConfiguration)> references, IReadOnlyDictionary<string, string> globalProperties)
    {
        foreach (var (file, settings) in references)
        {
            // The build itself says what it thinks of a project that is not there.
            if (!File.Exists(file)) continue;
            var inherited = globalProperties.Where(property => !NotInherited.Contains(property.Key, StringComparer.OrdinalIgnoreCase)).ToDictionary();
            foreach (var setting in settings.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                if (setting.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals) inherited[setting[..equals]] = setting[(equals + 1)..];
            AddReferenced(file, inherited);
        }
    }

    private void AddReferenced(string file, Dictionary<string, string> globalProperties)
    {
        if (!_seen.Add(file)) return;
        _inputs.Add(new BuildInput(file, BuildInput.ProjectFileKind));
        var project = Evaluate(file, globalProperties);
        AddAll(project, globalProperties);
        if (project.GetPropertyValue("TargetFramework").Length > 0) return;
        // Which framework the build takes is decided by NuGet's rules of compatibility; a source of any of them belongs into the commit.
        foreach (var framework in project.GetPropertyValue("TargetFrameworks").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var inner = new Dictionary<string, string>(globalProperties) { ["TargetFramework"] = framework };
            AddAll(Evaluate(file, inner), inner);
        }
    }

    private void AddAll(ProjectInstance project, IReadOnlyDictionary<string, string> globalProperties)
    {
        AddImports(project);
        foreach (var type in ItemTypes)
        {
            foreach (var item in project.GetItems(type))
            {
                // A private config file is one of the submission, if it is anything: what the referenced project does with it stays there.
                if (string.Equals(item.GetMetadataValue("Uncommitted"), "true", StringComparison.OrdinalIgnoreCase)) continue;
                _inputs.Add(new BuildInput(item.GetMetadataValue("FullPath"), type));
            }
        }
        foreach (var name in OutputFolders)
            if (project.GetPropertyValue(name) is { Length: > 0 } folder) _exempt.Add(Path.GetFullPath(folder.Replace('\\', Path.DirectorySeparatorChar), project.Directory));
        AddReferences(
            project.GetItems("ProjectReference").Select(reference => (reference.GetMetadataValue("FullPath"), reference.GetMetadataValue("SetConfiguration"))),
            globalProperties);
    }

    private void AddImports(ProjectInstance project) => _imports.AddRange(project.ImportPaths);
}
