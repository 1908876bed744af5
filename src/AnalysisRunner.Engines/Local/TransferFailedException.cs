namespace AnalysisRunner.Engines.Local;

/// <summary>An input could not be brought or an output could not be delivered; the message is the whole reason, with its code.</summary>
internal sealed class TransferFailedException(string message, Exception inner) : IOException(message, inner);
