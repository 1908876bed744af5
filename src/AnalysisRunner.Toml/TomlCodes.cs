namespace AnalysisRunner.Toml;

/// <summary>The codes of everything that this project reports. Each has a page in <c>docs/diagnostics</c>.</summary>
public static class TomlCodes
{
    /// <summary>The document is not UTF-8.</summary>
    public const string InvalidUtf8 = "AR4001";

    /// <summary>A control character that TOML does not allow, a carriage return without a line feed included.</summary>
    public const string ControlCharacter = "AR4002";

    /// <summary>A string is not closed.</summary>
    public const string UnterminatedString = "AR4003";

    /// <summary>A backslash in a string begins no known escape, or names a code point that does not exist.</summary>
    public const string BadEscape = "AR4004";

    /// <summary>A number is malformed.</summary>
    public const string BadNumber = "AR4005";

    /// <summary>An integer does not fit in 64 bits.</summary>
    public const string IntegerOutOfRange = "AR4006";

    /// <summary>A date or time is malformed or does not exist.</summary>
    public const string BadDateTime = "AR4007";

    /// <summary>A key was expected.</summary>
    public const string ExpectedKey = "AR4008";

    /// <summary>An equals sign was expected after a key.</summary>
    public const string ExpectedEquals = "AR4009";

    /// <summary>A value was expected.</summary>
    public const string ExpectedValue = "AR4010";

    /// <summary>Something follows where the line should end.</summary>
    public const string ExpectedEndOfLine = "AR4011";

    /// <summary>An array is not closed, or a comma is missing in it.</summary>
    public const string ArrayNotClosed = "AR4012";

    /// <summary>An inline table is not closed, or a comma is missing in it.</summary>
    public const string InlineTableNotClosed = "AR4013";

    /// <summary>A table header is not closed.</summary>
    public const string HeaderNotClosed = "AR4014";

    /// <summary>A key is given twice in one table.</summary>
    public const string DuplicateKey = "AR4015";

    /// <summary>A table is defined twice.</summary>
    public const string RedefinedTable = "AR4016";

    /// <summary>A key leads through something that is not a table or is closed: a value, an inline table, an array.</summary>
    public const string NotExtensible = "AR4017";

    /// <summary>The syntax is TOML 1.1 and the document is read as 1.0.</summary>
    public const string NewerSyntax = "AR4018";

    /// <summary>Tables or arrays nest deeper than the limit.</summary>
    public const string TooDeep = "AR4019";

    /// <summary>The document is longer than the limit.</summary>
    public const string TooLong = "AR4020";

    /// <summary>Reading stopped after too many errors.</summary>
    public const string TooManyErrors = "AR4021";

    /// <summary>A value of a type that TOML does not have cannot be written.</summary>
    public const string UnsupportedValue = "AR4030";

    /// <summary>An array of values of several types cannot be written for Python's <c>toml</c>.</summary>
    public const string MixedArray = "AR4031";

    /// <summary>A value lies outside what the reader that was chosen can hold.</summary>
    public const string ValueOutOfRange = "AR4032";

    /// <summary>A text or key cannot be written in a form that the reader that was chosen reads back equal.</summary>
    public const string TextNotWritable = "AR4033";

    /// <summary>A document with errors cannot be written or edited.</summary>
    public const string DocumentHasErrors = "AR4034";

    /// <summary>An edit is impossible at that path.</summary>
    public const string EditNotPossible = "AR4035";
}
