using System;
using System.Collections.Generic;
using System.Text;

namespace AnalysisRunner.Toml;

/// <summary>
/// Changes a document in place: comments, order and layout stay as they are, byte for byte, except where an edit was made. After each edit the
/// text is read again, so an edit either leaves a right document or none at all.
/// </summary>
/// <remarks>A path is one key per table. In an array, a decimal number is the index of an element.</remarks>
public sealed class TomlEditor
{
    private readonly TomlOptions _options;
    private readonly TomlDialect _dialect;

    /// <summary>An editor of a document without errors.</summary>
    /// <param name="document">The document; it does not change.</param>
    /// <param name="options">The edition and limits that the result must keep to.</param>
    /// <param name="dialect">Who must be able to read the new values.</param>
    /// <exception cref="TomlWriteException">The document has errors.</exception>
    public TomlEditor(TomlDocument document, TomlOptions? options = null, TomlDialect dialect = TomlDialect.Full)
    {
        Document = document ?? throw new ArgumentNullException(nameof(document));
        _options = options ?? TomlOptions.Default;
        _dialect = dialect;
        if (!document.HasErrors) return;
        throw new TomlWriteException(TomlCodes.DocumentHasErrors, $"The document has errors, the first is '{document.Errors[0]}'. Correct them first.");
    }

    /// <summary>The document as it is now.</summary>
    public TomlDocument Document { get; private set; }

    /// <summary>The text as it is now, with the byte order mark if there was one.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Document.Utf8.ToArray());

    /// <summary>
    /// Gives a key a value: in place if the key is there, else behind the last key of its table. Tables on the way that do not exist are made.
    /// </summary>
    /// <param name="path">The key, one part per table.</param>
    /// <param name="value">Any value that <see cref="TomlMap"/> may hold; a map becomes an inline table.</param>
    /// <exception cref="TomlWriteException">The path leads through a value, names a table that has a header, or the value cannot be written.</exception>
    public void Set(IReadOnlyList<string> path, object value)
    {
        var text = TomlWriter.WriteValue(value, _dialect);
        var place = Locate(path);
        if (place.Missing.Count == 0)
        {
            if (!place.HasOwnText) throw Impossible(path, "is a table of several lines; set the keys in it");
            Replace(path, place.Span.Start, place.Span.Length, text, present: true);
            return;
        }

        var insertion = new TomlInsertion(Document, place, key => TomlWriter.WriteKey(key, _dialect)).Plan(path, text);
        Replace(path, insertion.Offset, 0, insertion.Text, present: true);
    }

    /// <summary>
    /// Removes a key with its value, and its line with the comment behind it if it stands on lines of its own. False if it is not there.
    /// </summary>
    /// <exception cref="TomlWriteException">The path names a table with a header, or an element of an array.</exception>
    public bool Remove(IReadOnlyList<string> path)
    {
        var place = Locate(path);
        if (place.Missing.Count > 0) return false;
        if (!place.HasOwnText || !place.HasKey) throw Impossible(path, "is not a key with a value of its own; remove the keys in it");
        var (start, length) = TomlRemoval.Plan(Document, place);
        Replace(path, start, length, "", present: false);
        return true;
    }

    private void Replace(IReadOnlyList<string> path, int start, int length, string text, bool present)
    {
        var old = Document.Utf8.Span;
        var inserted = Encoding.UTF8.GetBytes(text);
        var bytes = new byte[old.Length - length + inserted.Length];
        old.Slice(0, start).CopyTo(bytes);
        inserted.CopyTo(bytes, start);
        old.Slice(start + length).CopyTo(bytes.AsSpan(start + inserted.Length));
        var edited = TomlDocument.Parse(bytes, Document.Path, _options);
        if (edited.HasErrors) throw Impossible(path, $"cannot be edited here: '{edited.Errors[0].Message}'");
        if (TomlPlace.Find(edited, path).Missing.Count > 0 == present) throw Impossible(path, "cannot be edited here");
        Document = edited;
    }

    private TomlPlace Locate(IReadOnlyList<string> path)
    {
        if (path is null || path.Count == 0) throw new ArgumentException("A path needs at least one key.", nameof(path));
        var place = TomlPlace.Find(Document, path);
        return place.Blocked is { } key ? throw Impossible(path, $"leads through {ShownText.Quote(key)}, which is not a table") : place;
    }

    private static TomlWriteException Impossible(IReadOnlyList<string> path, string fault) =>
        new TomlWriteException(TomlCodes.EditNotPossible, $"The path {ShownText.Quote(string.Join(".", path))} {fault}.");
}
