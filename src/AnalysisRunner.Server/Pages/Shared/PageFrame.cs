namespace AnalysisRunner.Server.Pages.Shared;

/// <summary>What a page has besides its content.</summary>
/// <param name="Title">Its title.</param>
public sealed record PageFrame(string Title)
{
    /// <summary>Who reads it; null when nobody is signed in.</summary>
    public string? Reader { get; init; }

    /// <summary>What the reader of every page must know; null when there is nothing.</summary>
    public string? Notice { get; init; }

    /// <summary>Whether the reader may look into what was refused.</summary>
    public bool ShowsDenials { get; init; }

    /// <summary>Where the changes of what it shows are announced; null when it does not change any more.</summary>
    public string? EventsUrl { get; init; }
}
