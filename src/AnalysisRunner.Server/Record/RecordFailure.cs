using System.Data.Common;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using Microsoft.Data.Sqlite;
using Npgsql;
using SQLitePCL;

namespace AnalysisRunner.Server.Record;

/// <summary>Tells failures of the record that pass by themselves, or when somebody makes room, from faults of this program.</summary>
internal static class RecordFailure
{
    /// <summary>What a failure means to whoever submits; null when it is a fault.</summary>
    public static Problem? Describe(Exception failure) => failure switch
    {
        SqliteException { SqliteErrorCode: raw.SQLITE_FULL or raw.SQLITE_IOERR } or PostgresException { SqlState: PostgresErrorCodes.DiskFull } => new Problem(
            DurabilityCodes.DiskFull, "The disk of the invocation log is full or cannot be written, so nothing is accepted; have an administrator make room, and submit again."),
        SqliteException { SqliteErrorCode: raw.SQLITE_BUSY or raw.SQLITE_LOCKED } => Away,
        // What the server says about a statement is its answer; anything else is the way to it.
        PostgresException { IsTransient: false } stated when !IsEnding(stated) => null,
        NpgsqlException or TimeoutException { InnerException: DbException } => Away,
        _ => null,
    };

    private static Problem Away { get; } = new(
        DurabilityCodes.RecordUnavailable, "The database of the invocation log does not answer, and nothing runs that is not recorded; submit again in a moment. What runs goes on.");

    private static bool IsEnding(PostgresException stated) =>
        stated.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections;
}
