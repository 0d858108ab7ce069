using Sekisho.Assurance;

namespace Sekisho.Records.Incidents;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal Unknown { get; } = new("REC-INC-001",
        new("その事案は見つかりません。", "There is no such incident."),
        new("事案の一覧から選び直してください。", "Choose from the list of incidents."));

    public static Refusal Closed { get; } = new("REC-INC-002",
        new("この事案は終結しています。", "This incident is closed."),
        new("新しいことが分かったときは、新しい事案として記録してください。", "Record what is new as an incident of its own."));

    public static Refusal UnknownHandler { get; } = new("REC-INC-003",
        new("担当にできるのは、いま情報セキュリティの職にある人です。", "Only somebody who holds a post of information security today can follow it up."),
        new("選び直すか、先に任命を記録してください。", "Choose again, or record the appointment first."));

    public static Refusal BadDay { get; } = new("REC-INC-004",
        new("経過を書く日は、今日から 31 日以内にしてください。", "The day to say how it stands is within 31 days from today."),
        new("日付を直してください。", "Correct the day."));

    public static Refusal TextMissing { get; } = new("REC-INC-005",
        new("内容を 1〜2,000 字で書いてください。", "Write 1 to 2,000 characters."),
        new("分かっていることだけで構いません。", "What is known is enough."));

    public static Refusal NoHandler { get; } = new("REC-INC-006",
        new("担当がまだ決まっていません。", "Nobody follows it up yet."),
        new("先に担当を決めてください。", "Give it to somebody first."));

    public static Refusal BadReport { get; } = new("REC-INC-007",
        new("報告した日は、気付いた日から今日までの日にしてください。一度記録した報告は変えられません。", "A report was made between the day it was noticed and today; once recorded it stays."),
        new("日付を確かめてください。", "Check the day."));

    public static Refusal NotReported { get; } = new("REC-INC-008",
        new("確報の記録がないので、終結できません。", "It can't be closed before its final report is recorded."),
        new("確報を記録するか、本人の数が報告の対象でないことを記録してください。", "Record the report, or how many people it is about when that needs none."));

    public static Refusal SamePerson { get; } = new("REC-INC-009",
        new("事案を記録した人は、自分では終結できません。", "Whoever recorded an incident doesn't close it."),
        new("課長かセキュリティ担当に確かめてもらってください。", "Ask your manager or the security office."));

    public static Refusal ClosedThere { get; } = new("REC-INC-010",
        new("委託先での事故は、契約の記録で終結します。", "An incident at a contractor's is closed in the record of the contract."),
        new("契約の頁で「事故の終結」を記録してください。", "Record \"Incident closed\" on the contract's page."));

    public static Refusal BadCount { get; } = new("REC-INC-011",
        new("本人の数は、0 以上の数で書いてください。", "The number of people is a number from 0."),
        new("おおよそで構いません。", "About how many is enough."));
}
