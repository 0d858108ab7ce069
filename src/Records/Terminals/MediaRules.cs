using Sekisho.Agent.Settings;
using Sekisho.Records.Registers;

namespace Sekisho.Records.Terminals;

/// <summary>Rules of the register of media: what may be written at terminals is encrypted, numbered, allowed by somebody and for a time.</summary>
public sealed class MediaRules : IRegisterRules
{
    public string Register => TerminalRegisters.Media;

    public IEnumerable<FieldProblem> Check(EntryCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        var v = candidate.Values;
        if (v.Text("serial") is { } serial && !new AllowedMedium("", serial, null).IsWellFormed)
            yield return new("serial", new("製造番号は、英数字と - _ . : だけで書いてください。", "Write the serial number with letters, digits and - _ . : only."));
        if (v.Text("device_id") is { } id && !new AllowedMedium("", "0", id).IsWellFormed)
            yield return new("device_id", new("「0951:1666」のように、4桁ずつの16進数で書いてください。", "Write it like 0951:1666, four hexadecimal digits twice."));
        if (v.Choices("exception_zones").Count == 0) yield break;
        if (v.YesNo("encrypted") != true) yield return new("exception_zones", new("暗号化していない媒体は、端末での書込みを許せません。", "A medium that isn't encrypted can't be allowed at terminals."));
        if (v.Text("serial") is null) yield return new("serial", new("端末での書込みを許す媒体には、製造番号が要ります。", "A medium allowed at terminals needs its serial number."));
        if (v.Text("exception_why") is null) yield return new("exception_why", new("許す理由を書いてください。", "Write why it is allowed."));
        if (v.Person("exception_by") is null) yield return new("exception_by", new("許した人を選んでください。", "Choose who allowed it."));
        if (v.Day("exception_until") is not { } until) yield return new("exception_until", new("いつまで許すかを入力してください。", "Enter until when it is allowed."));
        else if (until > candidate.Day.AddYears(1)) yield return new("exception_until", new("1年より先までは許せません。", "It can't be allowed for more than a year."));
    }
}

/// <summary>Rules of the register of access reviews: the next one is due a period after the last.</summary>
public sealed class AccessReviewRules : IRegisterRules
{
    public string Register => TerminalRegisters.AccessReviews;

    public FieldValues Derive(EntryCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        var v = candidate.Values;
        return v.With("next_on", v.Day("reviewed_on") is { } reviewed && v.Number("review_months") is { } months ? new FieldValue.Day(reviewed.AddMonths((int)months)) : null);
    }

    public IEnumerable<FieldProblem> Check(EntryCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        if (candidate.Values.Day("reviewed_on") > candidate.Day) yield return new("reviewed_on", new("点検した日には、今日までの日を入力してください。", "The day of the review can't be in the future."));
        if (candidate.Values.Number("removed") > candidate.Values.Number("accounts")) yield return new("removed", new("点検した数より多くは止められません。", "More were stopped than reviewed."));
    }
}
