using Sekisho.Assurance;
using Sekisho.Records.Takeouts;

namespace Sekisho.Web.Pages.Takeouts;

/// <summary>Names of states, views and steps of take-outs.</summary>
public static class TakeoutWords
{
    public static Bilingual State(Takeout takeout, DateOnly day) => takeout.IsOverdue(day) ? new("期限超過", "Overdue") : takeout.State switch
    {
        TakeoutState.Asked => new("承認待ち", "Waiting for approval"),
        TakeoutState.Refused => new("不承認", "Refused"),
        TakeoutState.Withdrawn => new("取下げ", "Withdrawn"),
        TakeoutState.Approved => new("承認済み（持ち出し前）", "Approved, not out yet"),
        TakeoutState.Out => new("持ち出し中", "Out"),
        TakeoutState.Back => new("持ち帰り（確認待ち）", "Back, to be checked"),
        TakeoutState.Returned => new("返却済み", "Returned"),
        TakeoutState.Lost => new("紛失", "Lost"),
        _ => throw new ArgumentOutOfRangeException(nameof(takeout)),
    };

    public static Bilingual View(TakeoutView view) => view switch
    {
        TakeoutView.Waiting => new("承認待ち", "Waiting"),
        TakeoutView.Approved => new("持ち出し前", "Approved"),
        TakeoutView.Out => new("持ち出し中", "Out"),
        TakeoutView.Overdue => new("期限超過", "Overdue"),
        TakeoutView.Closed => new("返却済み", "Closed"),
        TakeoutView.Lost => new("紛失", "Lost"),
        _ => throw new ArgumentOutOfRangeException(nameof(view)),
    };

    public static Bilingual Carrier(Carrier carrier) => carrier switch
    {
        Records.Takeouts.Carrier.Medium => new("媒体（USBメモリなど）", "Medium (USB memory …)"),
        Records.Takeouts.Carrier.Terminal => new("端末", "Terminal"),
        Records.Takeouts.Carrier.Paper => new("紙", "Paper"),
        _ => throw new ArgumentOutOfRangeException(nameof(carrier)),
    };

    public static Bilingual Class(string its) => new($"機密性{its}", $"confidentiality {its}");

    /// <summary>What somebody has to do about it.</summary>
    public static Bilingual Task(TakeoutTask task) => task.Kind switch
    {
        TakeoutTaskKind.Decide => task.Takeout.ExtensionOn is null ? new("持ち出しを承認する", "Approve a take-out") : new("持ち出しの延長を決める", "Decide on an extension"),
        TakeoutTaskKind.BringBack => new("期限を過ぎた持ち出しを返却する", "Bring back what is overdue"),
        TakeoutTaskKind.Return => new("持ち出したものを返却する", "Bring back what you took out"),
        TakeoutTaskKind.GoOut => new("承認された持ち出し", "Approved take-out"),
        TakeoutTaskKind.Check => new("返却を確かめる", "Check a return"),
        _ => throw new ArgumentOutOfRangeException(nameof(task)),
    };
}
