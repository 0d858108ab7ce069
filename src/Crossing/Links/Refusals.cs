using Sekisho.Assurance;
using Sekisho.Records;

namespace Sekisho.Crossing.Links;

/// <summary>Where the rules of links say no.</summary>
public static class Refusals
{
    public static Refusal BadTerm { get; } = new("XNG-LINK-001",
        new("リンクの期限は 1 時間後から受取期限まで、回数は 1〜1,000 回です。何も作っていません。", "A link holds for an hour at least and until the files expire at most, for 1 to 1,000 uses. Nothing was made."),
        new("期限か回数を直してください。", "Correct the time or the number."));

    public static Refusal NothingToLink { get; } = new("XNG-LINK-002",
        new("いま受け取れるファイルがないため、リンクを作れません。", "Nothing of it can be fetched now, so there is nothing to link to."),
        new("承認と期限を、申請のページで確かめてください。", "Look at the request: its approval and its expiry."));

    public static Refusal Gone { get; } = new("XNG-LINK-003",
        new("このリンクは使えません。期限が過ぎたか、回数を使い切ったか、止められています。", "This link doesn't work: it is over, used up or stopped."),
        new("リンクを送った人に、新しいリンクを頼んでください。", "Ask who sent it for a new one."));

    public static Refusal Unknown { get; } = new("XNG-LINK-004",
        new("そのリンクはないか、もう止められています。", "There is no such link, or it is stopped already."),
        new("申請のページで確かめてください。", "Look at the page of the request."));
}
