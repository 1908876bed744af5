using System.CommandLine;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Cli.Storing;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Looks into object stores and moves objects: the same paths as in pipelines, by the same code.</summary>
internal static class StorageCommand
{
    public static Command Create(CommandContext context, Screen screen)
    {
        var command = new ExampleCommand("storage", "Objects in file, gs and s3 stores.", "analysis-runner storage ls gs://cohort-test/v1", "analysis-runner storage cp -r results s3://cohort-test/v2");
        command.Add(List(context, screen));
        command.Add(Cat(context));
        command.Add(Copy(context, screen));
        command.Add(Stat(context, screen));
        command.Add(Remove(context, screen));
        return command;
    }

    private static ExampleCommand List(CommandContext context, Screen screen)
    {
        var path = new Argument<string>("path") { Description = "A folder: gs://bucket/…, s3://bucket/… or local." };
        var (recursive, json) = (Flag.Create("--recursive", "All objects below, and no folders.", "-r"), Flag.Json());
        var command = new ExampleCommand("ls", "List what lies below a folder. Columns: bytes, modified, path.", "analysis-runner storage ls gs://cohort-test/v1", "analysis-runner storage ls -r --json s3://cohort-test");
        command.Add(path);
        command.Add(recursive);
        command.Add(json);
        command.SetAction((parsed, cancellation) => new Listing(context, screen).RunAsync(parsed.GetValue(path)!, parsed.GetValue(recursive), parsed.GetValue(json), cancellation));
        return command;
    }

    private static ExampleCommand Cat(CommandContext context)
    {
        var paths = new Argument<string[]>("path") { Description = "Objects.", Arity = ArgumentArity.OneOrMore };
        var range = new Option<string>("--range") { Description = "Only these bytes, first-last, from 0." };
        var command = new ExampleCommand("cat", "Write objects to the standard output, checked against their digests.", "analysis-runner storage cat gs://cohort-test/v1/summary.tsv | head", "analysis-runner storage cat --range 0-1023 s3://cohort-test/reads.bam");
        command.Add(paths);
        command.Add(range);
        command.SetAction((parsed, cancellation) => new Reading(context).RunAsync(parsed.GetValue(paths)!, parsed.GetValue(range), cancellation));
        return command;
    }

    private static ExampleCommand Copy(CommandContext context, Screen screen)
    {
        var source = new Argument<string>("source") { Description = "An object, or with -r a folder." };
        var destination = new Argument<string>("destination") { Description = "An object; a folder when it ends with '/', or with -r." };
        var recursive = Flag.Create("--recursive", "Copy all that lies below a folder.", "-r");
        var keep = Flag.Create("--no-clobber", "Only create: what is there is an error, and stays.");
        var (quiet, json) = (Flag.Create("--quiet", "Show no progress.", "-q"), Flag.Json());
        var command = new ExampleCommand(
            "cp",
            "Copy objects: up, down, inside a store or between stores. Digests are compared on the way.",
            "analysis-runner storage cp results.tsv gs://cohort-test/v1/",
            "analysis-runner storage cp -r s3://cohort-test/v1 ./v1",
            "analysis-runner storage cp --no-clobber gs://a/x.bam gs://b/x.bam");
        command.Add(source);
        command.Add(destination);
        foreach (var option in new Option[] { recursive, keep, quiet, json }) command.Add(option);
        command.SetAction((parsed, cancellation) => new Copying(context, screen).RunAsync(
            new CopyWish(parsed.GetValue(source)!, parsed.GetValue(destination)!, parsed.GetValue(recursive), parsed.GetValue(keep), parsed.GetValue(quiet), parsed.GetValue(json)), cancellation));
        return command;
    }

    private static ExampleCommand Stat(CommandContext context, Screen screen)
    {
        var path = new Argument<string>("path") { Description = "An object." };
        var json = Flag.Json();
        var command = new ExampleCommand("stat", "Show size, digests, version, time and metadata of an object.", "analysis-runner storage stat gs://cohort-test/v1/summary.tsv", "analysis-runner storage stat --json results.tsv");
        command.Add(path);
        command.Add(json);
        command.SetAction((parsed, cancellation) => new Looking(context, screen).RunAsync(parsed.GetValue(path)!, parsed.GetValue(json), cancellation));
        return command;
    }

    private static ExampleCommand Remove(CommandContext context, Screen screen)
    {
        var paths = new Argument<string[]>("path") { Description = "Objects, or with -r folders.", Arity = ArgumentArity.OneOrMore };
        var (recursive, yes) = (Flag.Create("--recursive", "Remove all that lies below a folder.", "-r"), Flag.Yes());
        var command = new ExampleCommand("rm", "Remove objects. Asks before it removes a folder.", "analysis-runner storage rm gs://cohort-test/v1/old.tsv", "analysis-runner storage rm -r --yes s3://cohort-test/tmp");
        command.Add(paths);
        command.Add(recursive);
        command.Add(yes);
        command.SetAction((parsed, cancellation) => new Removing(context, screen, new Question(context, parsed.GetValue(yes))).RunAsync(parsed.GetValue(paths)!, parsed.GetValue(recursive), cancellation));
        return command;
    }
}
