using System.Runtime.Versioning;

namespace AnalysisRunner.Engines.Local.Users;

/// <summary>Makes folders and files what the user of a job needs them to be, and no more.</summary>
[SupportedOSPlatform("linux")]
internal static class UserFolders
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passage = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Lets others go through folders to what is theirs; they see nothing on the way and change nothing.</summary>
    public static void LetPass(params ReadOnlySpan<string> folders)
    {
        foreach (var folder in folders)
        {
            if (File.GetUnixFileMode(folder) != Passage) File.SetUnixFileMode(folder, Passage);
        }
    }

    /// <summary>Makes a folder that others go through, where there is none.</summary>
    public static void CreatePassage(string folder)
    {
        Directory.CreateDirectory(folder);
        LetPass(folder);
    }

    /// <summary>Gives folders to a user alone.</summary>
    public static void Give(OsUser user, params ReadOnlySpan<string> folders)
    {
        foreach (var folder in folders) FileOwner.Give(folder, user.Id, user.GroupId, OwnerOnly);
    }

    /// <summary>Makes a folder of a user's own, where there is none.</summary>
    public static void CreateOwn(OsUser user, string folder)
    {
        if (Directory.Exists(folder)) return;
        Directory.CreateDirectory(folder);
        Give(user, folder);
    }

    /// <summary>
    /// Gives an attempt its folders. Records stay the engine's; the script is for the user to read, and the log is the user's, because scripts open it again
    /// as <c>/dev/stderr</c>.
    /// </summary>
    public static void Prepare(AttemptFolder attempt, OsUser user)
    {
        Directory.CreateDirectory(attempt.Temporary);
        Give(user, attempt.Work, attempt.Temporary);
        FileOwner.Give(attempt.Script, user.Id, user.GroupId, UnixFileMode.UserRead);
        if (!File.Exists(attempt.Log)) File.WriteAllBytes(attempt.Log, []);
        FileOwner.Give(attempt.Log, user.Id, user.GroupId, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        // Last: until now nobody could look in.
        LetPass(attempt.Path);
    }
}
