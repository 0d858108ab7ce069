using Sekisho.Assurance;
using Sekisho.Records.Waivers;

namespace Sekisho.Web.Pages.Duties;

/// <summary>Words for waivers.</summary>
public static class DutyWords
{
    public static Bilingual State(WaiverState state) => state switch
    {
        WaiverState.Requested => new("申請中", "Asked for"),
        WaiverState.Scheduled => new("承認済み（期間前）", "Approved, not yet in force"),
        WaiverState.InForce => new("承認中", "In force"),
        WaiverState.Over => new("期間満了", "Over"),
        WaiverState.Refused => new("却下", "Refused"),
        _ => new("取消し", "Ended"),
    };
}
