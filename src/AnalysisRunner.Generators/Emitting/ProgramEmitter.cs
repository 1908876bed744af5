namespace AnalysisRunner.Generators;

/// <summary>Writes what a program does before its first line.</summary>
internal static class ProgramEmitter
{
    internal const string HintName = "AnalysisRunner.Program.g.cs";

    internal static string Emit() => (ClassEmitter.Header + """

        namespace AnalysisRunner;

        GENERATED_CODE
        file static class ProgramStart
        {
            [global::System.Runtime.CompilerServices.ModuleInitializer]
            internal static void Begin() => global::AnalysisRunner.Pipelines.UnhandledErrors.Report();
        }

        """).Replace("\r\n", "\n").Replace("GENERATED_CODE", ClassEmitter.GeneratedCode);
}
