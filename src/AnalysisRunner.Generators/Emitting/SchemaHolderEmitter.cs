namespace AnalysisRunner.Generators;

/// <summary>Writes the schemas into the assembly, so that the running program judges config by the rules that the compiler used.</summary>
internal static class SchemaHolderEmitter
{
    internal const string HintName = "AnalysisRunner.ProjectConfigSchema.g.cs";

    internal static string Emit(SchemaHolderModel model)
    {
        const string Loader = "global::AnalysisRunner.Config.ConfigLoader";
        var writer = new CodeWriter();
        if (model.Namespace.Length > 0) writer.Line("namespace " + CSharp.Namespace(model.Namespace) + ";").Line();
        writer.Doc("summary", "The config schemas that this project was compiled with.").Line(ClassEmitter.Embedded)
            .Line(ClassEmitter.GeneratedCode);
        writer.Line("internal static class " + SchemaHolder.Name).Open();
        writer.Line("private static readonly global::System.Lazy<" + Loader + "> LazyLoader = new(static () => " + Loader + ".ForSchemas(");
        writer.Indent();
        writer.Line("isComplete: " + (model.IsComplete ? "true" : "false") + ",");
        for (var i = 0; i < model.Files.Count; i++)
            writer.Line("(" + CSharp.Literal(model.Files[i].Path) + ", " + CSharp.Verbatim(model.Files[i].Text) + ")"
                + (i + 1 < model.Files.Count ? "," : "));"));
        writer.Outdent();
        writer.Line().Line("internal static " + Loader + " Loader => LazyLoader.Value;").Close();
        return ClassEmitter.Header + "\n" + writer;
    }
}
