using System;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>The sections that the server writes and those that existing tools read (analysis-runner spec §4.2), so that nobody has to declare them.</summary>
internal static class BuiltInSections
{
    // One key per image, per reference, per dataset: their names are not known to anybody but the server.
    private static readonly string[] Open = ["images", "references", "storage"];

    private static readonly Lazy<SchemaSection> LazyRoot = new(Build);

    internal static SchemaSection Root => LazyRoot.Value;

    internal const string Text = """
        [workflow]
        description = "What runs, on which data, at which level."
        ar-guid = { type = "string", optional = true, description = "The identifier of the invocation." }
        access_level = { type = "string", optional = true, enum = ["test", "standard", "full"], description = "What the run may touch." }
        dataset = { type = "string", optional = true, description = "The dataset." }
        dataset_gcp_project = { type = "string", optional = true, description = "The cloud project of the dataset." }
        driver_image = { type = "string", optional = true, description = "The container image of the driver." }
        output_prefix = { type = "string", optional = true, description = "Where outputs go, inside the dataset's storage." }
        status_reporter = { type = "string", optional = true, description = "Who is told about progress." }
        name = { type = "string", optional = true, description = "The name of the workflow." }
        ref_fasta = { type = "path", optional = true, description = "The reference genome." }
        default_jar_spec_revision = { type = "string", optional = true, description = "The revision of Hail's jar." }

        [hail]
        description = "How batches are submitted to Hail Batch."
        billing_project = { type = "string", optional = true, description = "Who pays." }
        bucket = { type = "string", optional = true, description = "The bucket for temporary files." }
        backend = { type = "string", optional = true, enum = ["batch", "local"], description = "Where jobs run." }
        query_backend = { type = "string", optional = true, enum = ["spark", "spark_local", "local", "batch"], description = "Where queries run." }
        pool_label = { type = "string", optional = true, description = "The pool of machines." }
        cancel_after_n_failures = { type = "integer", optional = true, minimum = 1, description = "How many failed jobs end a batch." }
        default_timeout = { type = "number", optional = true, exclusiveMinimum = 0, description = "Seconds that a job may take." }
        default_memory = { type = "string", optional = true, description = "Memory of a job." }
        dry_run = { type = "boolean", optional = true, description = "Whether to submit nothing." }
        delete_scratch_on_exit = { type = "boolean", optional = true, description = "Whether to delete temporary files at the end." }

        [batch]
        description = "How batches run where no server runs them."
        engine = { type = "string", optional = true, enum = ["local", "slurm"], description = "What runs them: this machine, or a Slurm cluster." }
        cpu = { type = "string", optional = true, description = "Cores that jobs occupy together." }
        memory = { type = "string", optional = true, description = "Memory that jobs occupy together." }
        isolation = { type = "string", optional = true, enum = ["none", "bubblewrap"], description = "What keeps jobs from the rest of the machine." }
        images = { type = "string", optional = true, enum = ["refuse", "ignore", "run"], description = "What happens to a job that names an image." }
        containers = { type = "string", optional = true, description = "The program that runs containers." }
        container_arguments = { type = "array", items = { type = "string" }, optional = true, description = "What stands before its run." }
        scratch = { type = "string", optional = true, enum = ["until-success", "until-end", "until-forgotten"], description = "When scratch files are deleted." }

        [batch.slurm]
        type = "table"
        optional = true
        description = "The cluster of engine slurm."
        directory = { type = "string", optional = true, description = "The folder for the files of batches, which all nodes see." }
        partition = { type = "string", optional = true, description = "The partition." }
        account = { type = "string", optional = true, description = "The account that is charged." }
        qos = { type = "string", optional = true, description = "The quality of service." }
        constraint = { type = "string", optional = true, description = "The features that a node must have." }
        options = { type = "array", items = { type = "string" }, optional = true, description = "Further options of sbatch as name=value." }
        memory_growth = { type = "number", optional = true, minimum = 1, description = "By what memory is multiplied at each further attempt." }
        visibility_limit = { type = "duration", optional = true, description = "How long a file of a node may take to be seen." }

        [infrastructure]
        description = "The installation."
        members_cache_location = { type = "path", optional = true, description = "Where group members are listed." }
        git_credentials_secret_name = { type = "string", optional = true, description = "The secret with git credentials." }
        git_credentials_secret_project = { type = "string", optional = true, description = "The project of that secret." }

        [slack]
        description = "Where tools report to."
        channel = { type = "string", optional = true, description = "The channel." }
        token_secret_id = { type = "string", optional = true, description = "The secret with the token." }
        token_project_id = { type = "string", optional = true, description = "The project of that secret." }

        [images]
        description = "Container images by name."

        [references]
        description = "Reference files by name."

        [storage]
        description = "Where each dataset's data is."
        """;

    private static SchemaSection Build()
    {
        var file = SchemaFile.Parse(TomlDocument.Parse(Text, "built-in.schema.toml"));
        var root = new SchemaSection();
        foreach (var node in file.Root.Children)
        {
            var declared = (SchemaSection)node;
            var section = new SchemaSection
            {
                Key = declared.Key,
                Path = declared.Path,
                File = declared.File,
                Span = declared.Span,
                Description = declared.Description,
                SuppliedByServer = true,
                IsOpen = Array.IndexOf(Open, declared.Key) >= 0,
            };
            foreach (var child in declared.Children) section.Add(((SchemaValue)child).AsSuppliedByServer());
            root.Add(section);
        }
        return root;
    }
}
