using System.Data;

namespace AnalysisRunner.Server.Record.Databases;

/// <summary>A value of a statement, with the type that it has also when it is null: PostgreSQL prepares a statement for each combination of types.</summary>
internal readonly struct SqlValue
{
    private SqlValue(DbType type, object? value) => (Type, Value) = (type, value);

    /// <summary>The type.</summary>
    public DbType Type { get; }

    /// <summary>The value; null for none.</summary>
    public object? Value { get; }

    public static implicit operator SqlValue(string? value) => new(DbType.String, value);

    public static implicit operator SqlValue(long value) => new(DbType.Int64, value);

    public static implicit operator SqlValue(long? value) => new(DbType.Int64, value);

    public static implicit operator SqlValue(int? value) => new(DbType.Int32, value);
}
