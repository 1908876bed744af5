namespace AnalysisRunner.Server.Pages.Batches;

/// <summary>A box of the picture: a job, or jobs that are alike.</summary>
/// <param name="Label">What stands in it.</param>
/// <param name="Title">All that there is to say of it.</param>
/// <param name="State">The name of the state that is most worth knowing among its jobs.</param>
/// <param name="Url">The page of it.</param>
/// <param name="X">Its left side.</param>
/// <param name="Y">Its upper side.</param>
public sealed record JobGraphNode(string Label, string Title, string State, string Url, int X, int Y);
