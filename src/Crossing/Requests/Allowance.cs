using Sekisho.Crossing.Routes;
using Sekisho.Records;

namespace Sekisho.Crossing.Requests;

/// <summary>How much more somebody may send on a route now (あとどれだけ送れるか), in bytes. Null: nothing bounds it.</summary>
/// <param name="FilesToday">Of one's own files today.</param>
/// <param name="BytesToday">Of one's own today.</param>
/// <param name="BytesHeld">Till the originals of one's own reach their bound.</param>
/// <param name="SectionToday">Of the section today.</param>
/// <param name="SectionHeld">Till the originals of the section reach their bound.</param>
/// <param name="Share">Of the vault, for this person: what comes out of a file has its room, too.</param>
/// <param name="TownShare">Of the vault, for the municipality; null where there is one only.</param>
public sealed record Allowance(Quota Quota, long? FilesToday, long? BytesToday, long? BytesHeld, long? SectionToday, long? SectionHeld, long Share, long? TownShare)
{
    /// <summary>The least of all bounds.</summary>
    public long Bytes => new[] { BytesToday, BytesHeld, SectionToday, SectionHeld, Share, TownShare }.Min()!.Value;

    /// <summary>Null when these may come; else what bounds them, in words.</summary>
    internal Refusal? Judge(int files, long bytes)
    {
        if (files > FilesToday) return Refusals.TodayUsedUp(Refusals.Pieces(Quota.FilesADay!.Value), Refusals.Pieces(FilesToday.Value));
        if (bytes > BytesToday) return Refusals.TodayUsedUp(Refusals.Length(Quota.BytesADay!.Value), Refusals.Length(BytesToday.Value));
        if (bytes > BytesHeld) return Refusals.HeldUsedUp(Quota.BytesHeld!.Value, BytesHeld.Value);
        if (bytes > SectionToday) return Refusals.SectionTodayUsedUp(Quota.SectionBytesADay!.Value, SectionToday.Value);
        if (bytes > SectionHeld) return Refusals.SectionHeldUsedUp(Quota.SectionBytesHeld!.Value, SectionHeld.Value);
        if (bytes > Share) return Refusals.ShareUsedUp(Share);
        return bytes > TownShare ? Refusals.TownShareUsedUp(TownShare.Value) : null;
    }
}
