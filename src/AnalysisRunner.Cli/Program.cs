using AnalysisRunner.Cli;

return await CommandLine.RunAsync(args, CommandContext.OfProcess());
