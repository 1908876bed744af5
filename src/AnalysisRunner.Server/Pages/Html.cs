using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace AnalysisRunner.Server.Pages;

/// <summary>
/// HTML from interpolated strings: the literal parts are markup, every value in a hole is encoded, and this is the only place that does it.
/// A hole that is itself <see cref="Html"/> goes in as it is.
/// </summary>
internal sealed class Html
{
    private readonly string _markup;

    private Html(string markup) => _markup = markup;

    /// <summary>Nothing.</summary>
    public static Html Empty { get; } = new("");

    /// <summary>Makes markup.</summary>
    public static Html Of(ref Builder markup) => new(markup.ToString());

    /// <summary>Joins pieces.</summary>
    public static Html Join(IEnumerable<Html> pieces) => new(string.Concat(pieces.Select(piece => piece._markup)));

    /// <summary>The markup.</summary>
    public override string ToString() => _markup;

    /// <summary>Collects literals and encodes values.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct Builder
    {
        private readonly StringBuilder _text;

        public Builder(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + (16 * formattedCount));

        public void AppendLiteral(string markup) => _text.Append(markup);

        public void AppendFormatted(Html markup) => _text.Append(markup._markup);

        public void AppendFormatted(string? value)
        {
            if (value is not null) _text.Append(HtmlEncoder.Default.Encode(value));
        }

        public void AppendFormatted(int value) => _text.Append(value);

        public override string ToString() => _text.ToString();
    }
}
