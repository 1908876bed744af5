using System;
using System.Collections.Generic;

namespace AnalysisRunner.Config;

/// <summary>Finds what somebody probably meant to write.</summary>
internal static class Spelling
{
    /// <summary>The sentence to append to a message: <c> Did you mean "x"?</c>, or nothing when no candidate is near.</summary>
    internal static string DidYouMean(string written, IEnumerable<string> candidates) =>
        Nearest(written, candidates) is { } nearest ? " Did you mean \"" + nearest + "\"?" : "";

    internal static string? Nearest(string written, IEnumerable<string> candidates)
    {
        string? best = null;
        var limit = Math.Max(1, written.Length / 3);
        foreach (var candidate in candidates)
        {
            if (Math.Abs(candidate.Length - written.Length) > limit) continue;
            var distance = Distance(Fold(written), Fold(candidate));
            if (distance > limit || (distance == limit && best is not null)) continue;
            best = candidate;
            limit = distance;
            if (distance == 0) break;
        }
        return best;
    }

    // Case and the choice between "-" and "_" are the commonest slips: they cost nothing.
    private static string Fold(string text) => text.ToLowerInvariant().Replace('-', '_');

    /// <summary>Edits between two words, a swap of neighbours counting as one.</summary>
    private static int Distance(string a, string b)
    {
        var before = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1] + 1, last[j] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = Math.Min(row[j], before[j - 2] + 1);
            }
            (before, last, row) = (last, row, before);
        }
        return last[b.Length];
    }
}
