namespace AnalysisRunner.Toml.Tests;

/// <summary>Random documents, in two tastes: everything that TOML has, or what Python's readers hold.</summary>
internal sealed class RandomModel(int seed, bool portable)
{
    private static readonly string[] Pieces =
        ["a", "b", "z9", " ", ".", ",", "=", "#", "[", "]", "{", "}", "'", "\"", "\\", "\n", "\t", "\r", "u00e9", "é", "😀", "\u0001", "\u007f", "\u0085", "-", "_", "0", "true"];

    private readonly Random _random = new(seed);

    public TomlMap Table(int depth = 0)
    {
        var map = new TomlMap();
        for (var i = _random.Next(depth == 0 ? 8 : 4); i > 0; i--) map[Key()] = Value(depth + 1);
        return map;
    }

    private string Key()
    {
        if (_random.Next(3) > 0) return "key_" + _random.Next(30);
        return portable ? "k " + Text().Replace(".", "", StringComparison.Ordinal) : Text();
    }

    private string Text() => string.Concat(Enumerable.Range(0, _random.Next(7)).Select(_ => Pieces[_random.Next(Pieces.Length)]));

    private object Value(int depth)
    {
        var kind = _random.Next(depth > 4 ? 8 : 12);
        if (kind < 8) return Scalar(kind);
        if (kind < 10) return Table(depth);
        if (kind == 10) return Enumerable.Range(0, _random.Next(4)).Select(_ => (object)Table(depth)).ToList();
        return List(depth);
    }

    private List<object> List(int depth)
    {
        var kind = _random.Next(8);
        var nested = depth < 4 && _random.Next(4) == 0;
        return [.. Enumerable.Range(0, _random.Next(4)).Select(_ => portable ? nested ? List(depth + 1) : Scalar(kind) : Value(depth + 1))];
    }

    private object Scalar(int kind) => kind switch
    {
        0 => _random.Next(2) == 0,
        1 => _random.NextInt64(long.MinValue, long.MaxValue) >> _random.Next(64),
        2 => _random.Next(8) switch
        {
            0 => double.PositiveInfinity,
            1 => double.NegativeInfinity,
            2 => portable ? 0.5 : double.NaN,
            3 => Math.Round(_random.NextDouble() * 100),
            _ => (_random.NextDouble() - 0.5) * Math.Pow(10, _random.Next(-300, 300)),
        },
        3 => new TomlOffsetDateTime(DateTime(), _random.Next(-719, 720)),
        4 => DateTime(),
        5 => Date(),
        6 => Time(),
        _ => Text(),
    };

    private TomlLocalDateTime DateTime() => new(Date(), Time());

    private TomlLocalDate Date() => new(_random.Next(portable ? 1 : 0, 10_000), _random.Next(1, 13), _random.Next(1, 29));

    private TomlLocalTime Time() => new(_random.Next(24), _random.Next(60), _random.Next(60), _random.Next(2) == 0 ? 0 : _random.Next(1_000_000) * (portable ? 1000 : 1));
}
