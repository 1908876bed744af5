namespace AnalysisRunner.Generators;

/// <summary>Writes the class by which a program knows the repository and commit that it was built from.</summary>
internal static class SourceRevisionEmitter
{
    internal const string HintName = "AnalysisRunner.SourceRevision.g.cs";

    internal static string Emit() => (ClassEmitter.Header + """

        namespace AnalysisRunner;

        /// <summary>The repository and commit that this assembly was built from, as the build stamped them. A claim, not a proof.</summary>
        /// <param name="Repository">The repository's URL without credentials; null when the build knew none.</param>
        /// <param name="Commit">The full commit hash; null when the build knew none.</param>
        EMBEDDED
        GENERATED_CODE
        internal sealed record SourceRevision(string? Repository, string? Commit)
        {
            private static readonly global::System.Lazy<SourceRevision> LazyCurrent = new(static () => Of(typeof(SourceRevision).Assembly));

            /// <summary>The stamp of this assembly.</summary>
            public static SourceRevision Current => LazyCurrent.Value;

            private static SourceRevision Of(global::System.Reflection.Assembly assembly)
            {
                string? repository = null, commit = null;
                foreach (global::System.Reflection.AssemblyMetadataAttribute metadata in
                    assembly.GetCustomAttributes(typeof(global::System.Reflection.AssemblyMetadataAttribute), false))
                {
                    if (metadata.Key == "AnalysisRunner.Repository") repository = metadata.Value;
                    else if (metadata.Key == "AnalysisRunner.Commit") commit = metadata.Value;
                }
                return new SourceRevision(repository, commit);
            }
        }

        """).Replace("\r\n", "\n").Replace("EMBEDDED", ClassEmitter.Embedded).Replace("GENERATED_CODE", ClassEmitter.GeneratedCode);
}
