namespace AnalysisRunner.Server.Record.Databases;

/// <summary>
/// A statement that changes rows, and whose only answer is how many. What it depends on it looks up itself, so that many of them travel to the database
/// together.
/// </summary>
/// <param name="Text">One statement with the values as <c>$1</c>, <c>$2</c> and so on, each of them used. A constant: it is prepared once.</param>
/// <param name="Values">The values in their order.</param>
internal sealed record Statement(string Text, params SqlValue[] Values);
