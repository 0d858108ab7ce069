using Sekisho.Assurance;
using Sekisho.Records.Registers;

namespace Sekisho.Records.ThirdParties;

/// <summary>Rules of the register of contractors (委託先台帳).</summary>
public sealed class ContractorRules : IRegisterRules
{
    public string Register => ThirdPartyRows.Contractors;

    public IEnumerable<FieldProblem> Check(EntryCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        if (candidate.Values.Text("corporate_number") is { } number && !IsCorporateNumber(number))
            yield return new("corporate_number", new("法人番号ではありません。半角の数字13桁を確かめてください。", "Not a corporate number. Check its thirteen digits."));
    }

    /// <summary>Thirteen digits, the first of which checks the others. Source: 法人番号の指定等に関する省令 第2条.</summary>
    public static bool IsCorporateNumber(string untrusted)
    {
        ArgumentNullException.ThrowIfNull(untrusted);
        if (untrusted.Length != 13 || !untrusted.All(char.IsAsciiDigit)) return false;
        var sum = 0;
        for (var n = 1; n <= 12; n++) sum += (untrusted[13 - n] - '0') * (n % 2 == 1 ? 1 : 2);
        return untrusted[0] - '0' == 9 - sum % 9;
    }
}

/// <summary>Rules of the register of contracts (委託契約台帳).</summary>
public sealed class ContractRules : IRegisterRules
{
    public string Register => ThirdPartyRows.Contracts;

    public IEnumerable<FieldProblem> Check(EntryCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        var values = candidate.Values;
        var (begins, ends) = (values.Day("begins_on"), values.Day("ends_on"));
        if (ends < begins) yield return new("ends_on", new("契約の終わりは、始まりより後の日にしてください。", "A contract ends after it begins."));
        var entrusted = values.Choices("entrusted");
        if (entrusted.Contains(ContractShape.Public) && entrusted.Any(e => e is ContractShape.Specific or ContractShape.Personal or ContractShape.Class2))
            yield return new("entrusted", new("「機密性1の情報だけ」は、ほかの情報と一緒には選べません。", "“Confidentiality 1 only” can't stand beside other information."));
        var day = ThirdPartyData.Load().Transitional;
        if (values.YesNo("transitional") == true && begins >= day)
        {
            yield return new("transitional", new(
                $"経過措置は、{JapaneseTime.Date(day).Ja}に現に続いている契約だけのものです。", $"The transitional provision is for contracts running on {JapaneseTime.Date(day).En} only."));
        }
    }
}

/// <summary>Rules of the register of external services (外部サービス台帳).</summary>
/// <remarks>What must not be (residents' data under standard terms) is kept when it is so: a register that refuses the truth hides it. It can't be approved.</remarks>
public sealed class ServiceRules : IRegisterRules
{
    public string Register => ThirdPartyRows.Services;

    public IEnumerable<FieldProblem> Check(EntryCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        var values = candidate.Values;
        if (values.Day("ends_on") < values.Day("begins_on")) yield return new("ends_on", new("使う期限は、使い始めた日より後にしてください。", "It is used until a day after it was begun."));
        if (values.Choices("registration") is { Count: > 1 } several && several.Contains("none"))
            yield return new("registration", new("「登録なし」は、ほかの制度と一緒には選べません。", "“None” can't stand beside a registration."));
        var day = ThirdPartyData.Load().Transitional;
        if (values.YesNo("transitional") == true && values.Day("begins_on") >= day)
        {
            yield return new("transitional", new(
                $"経過措置は、{JapaneseTime.Date(day).Ja}に現に使っているものだけのものです。", $"The transitional provision is for what is in use on {JapaneseTime.Date(day).En} only."));
        }
    }
}

/// <summary>Rules of the register of social-media accounts (ソーシャルメディア台帳).</summary>
public sealed class AccountRules : IRegisterRules
{
    public string Register => ThirdPartyRows.Accounts;

    public IEnumerable<FieldProblem> Check(EntryCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        if (candidate.Values.Day("drilled_on") > candidate.Day) yield return new("drilled_on", new("訓練をした日には、今日までの日を入力してください。", "The day of the drill can't be in the future."));
        if (candidate.Values.Day("opened_on") > candidate.Day) yield return new("opened_on", new("開設した日には、今日までの日を入力してください。", "The day of opening can't be in the future."));
    }
}
