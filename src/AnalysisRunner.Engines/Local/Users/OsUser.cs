using System.Globalization;
using System.Runtime.InteropServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Engines.Local.Users;

/// <summary>A user of the operating system, as the machine knows it. Linux.</summary>
/// <param name="Name">The name.</param>
/// <param name="Id">The user id.</param>
/// <param name="GroupId">The user's own group.</param>
/// <param name="Groups">Every group that processes of the user are in, the own one first.</param>
internal sealed record OsUser(string Name, uint Id, uint GroupId, IReadOnlyList<uint> Groups)
{
    private const int LongestEntry = 1 << 20;

    /// <summary>The user with this name, or null when the machine knows none.</summary>
    /// <exception cref="IOException">The user database cannot be read.</exception>
    public static unsafe OsUser? Find(string name)
    {
        if (!OperatingSystem.IsLinux()) return null;
        // struct passwd: two names, the ids, and three more texts.
        var entry = stackalloc long[8];
        for (var length = 4096; ; length *= 4)
        {
            var buffer = (byte*)NativeMemory.Alloc((nuint)length);
            try
            {
                var error = UserCalls.FindUser(name, entry, buffer, (nuint)length, out var found);
                if (error == UserCalls.OutOfRange && length < LongestEntry) continue;
                if (error != 0) throw new IOException($"The user \"{name}\" cannot be looked up: {Marshal.GetPInvokeErrorMessage(error)}.");
                if (found is null) return null;
                var ids = (uint*)(entry + 2);
                return new OsUser(name, ids[0], ids[1], GroupsOf(name, ids[1]));
            }
            finally
            {
                NativeMemory.Free(buffer);
            }
        }
    }

    /// <summary>The user that an identity names, with the groups that it gives besides; null when it names none.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6080</c> jobs cannot run as that user here.</exception>
    public static OsUser? Of(JobIdentity? identity)
    {
        if (identity?.User is not { } name) return null;
        if (Refuse(name) is { } refusal) throw new AnalysisRunnerException([refusal]);
        var user = Find(name)!;
        var more = identity.GroupsOf.Select(other => (Find(other) ?? throw new AnalysisRunnerException([Missing(other)])).GroupId);
        return user with { Groups = [.. user.Groups.Concat(more).Distinct()] };
    }

    /// <summary>Why jobs cannot run as a user, or null when they can.</summary>
    public static Problem? Refuse(string name)
    {
        if (!OperatingSystem.IsLinux() || UserCalls.SetGroupsNumber is null)
            return new(IdentityCodes.UserNotUsable, $"Jobs cannot run as the user \"{name}\": this is built for Linux on x64 and ARM64. Run the server there, or leave the user out.");
        if (!Environment.IsPrivilegedProcess)
            return new(IdentityCodes.UserNotUsable, $"Jobs cannot run as the user \"{name}\": only root can start processes of other users, and this server runs as \"{Environment.UserName}\". Start it as root, or leave the user out.");
        if (Find(name) is not { } user) return Missing(name);
        return user.Id == 0 || user.Groups.Contains(0u)
            ? new(IdentityCodes.UserNotUsable, $"Jobs cannot run as the user \"{name}\", who is root or in root's group and may do everything. Name a user that was made for this dataset and level.")
            : null;
    }

    private static unsafe IReadOnlyList<uint> GroupsOf(string name, uint own)
    {
        var count = 64;
        while (true)
        {
            var groups = new uint[count];
            fixed (uint* first = groups)
            {
                if (UserCalls.ListGroups(name, own, first, ref count) >= 0) return [own, .. groups.Take(count).Where(group => group != own)];
            }
            if (count <= groups.Length) throw new IOException(string.Create(CultureInfo.InvariantCulture, $"The groups of the user \"{name}\" cannot be looked up."));
        }
    }

    private static Problem Missing(string name) =>
        new(IdentityCodes.UserNotUsable, $"Jobs cannot run as the user \"{name}\": this machine knows no such user. Create it, for instance with \"useradd --system --user-group {name}\", or correct the name.");
}
