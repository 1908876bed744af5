using AnalysisRunner.Server.Hosting;

return await ServerProgram.RunAsync(args, Console.Out, Console.Error);
