using System.Runtime.InteropServices;

namespace AnalysisRunner.Engines.Local.Users;

/// <summary>
/// Lets this thread open, create and delete files with the rights of another user until it is disposed: what a job has left behind, links among it, then
/// leads nowhere that the job could not have gone itself. Only this thread is another user, so nothing may be awaited or handed to other threads meanwhile;
/// that it is a ref struct keeps the compiler watching over the first.
/// </summary>
internal readonly ref struct FileRights
{
    private readonly bool _changed;

    private FileRights(bool changed) => _changed = changed;

    /// <summary>Takes the rights of a user; null changes nothing.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public static FileRights Of(OsUser? user)
    {
        if (user is null) return default;
        Change(user.Groups, user.GroupId, user.Id);
        return new FileRights(true);
    }

    /// <summary>Takes the rights of whoever owns files, with no group but their own.</summary>
    public static FileRights Of(FileOwner owner)
    {
        Change([owner.Group], owner.Group, owner.User);
        return new FileRights(true);
    }

    public void Dispose()
    {
        if (!_changed) return;
        try
        {
            Restore();
        }
        catch (IOException e)
        {
            // A thread that stays somebody else would do the server's work as that user.
            Environment.FailFast("The rights of a thread could not be taken back.", e);
        }
    }

    private static void Change(IReadOnlyList<uint> groups, uint group, uint user)
    {
        // The groups first: afterwards this thread may not change them any more.
        SetGroups(groups);
        _ = UserCalls.SetFileGroup(group);
        _ = UserCalls.SetFileUser(user);
        if ((uint)UserCalls.SetFileUser(uint.MaxValue) == user && (uint)UserCalls.SetFileGroup(uint.MaxValue) == group) return;
        Restore();
        throw new IOException("the system does not let this process act as another user; it must run as root with the capabilities SETUID and SETGID.");
    }

    private static void Restore()
    {
        var (user, group) = (UserCalls.EffectiveUser(), UserCalls.EffectiveGroup());
        _ = UserCalls.SetFileUser(user);
        _ = UserCalls.SetFileGroup(group);
        SetGroups(Own);
        if ((uint)UserCalls.SetFileUser(uint.MaxValue) != user || (uint)UserCalls.SetFileGroup(uint.MaxValue) != group) throw new IOException("the thread is still another user.");
    }

    private static unsafe void SetGroups(IReadOnlyList<uint> groups)
    {
        uint[] all = [.. groups];
        fixed (uint* first = all)
        {
            if (UserCalls.Call(UserCalls.SetGroupsNumber!.Value, all.Length, first) == 0) return;
        }
        throw new IOException($"the groups of a thread cannot be changed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
    }

    /// <summary>The groups of this process, which every thread is in that is nobody else.</summary>
    private static uint[] Own => field ??= ReadOwn();

    private static unsafe uint[] ReadOwn()
    {
        var count = UserCalls.GetGroups(0, null);
        var groups = new uint[Math.Max(count, 0)];
        fixed (uint* first = groups)
        {
            if (count > 0 && UserCalls.GetGroups(count, first) != count) throw new IOException("the groups of this process cannot be read.");
        }
        return groups;
    }
}
