using Sekisho.Assurance;
using Sekisho.Records.Organisation.Transfers;

namespace Sekisho.Web.Pages.Organisation;

/// <summary>What imports and their changes are called.</summary>
internal static class TransferWords
{
    public static Bilingual Name(StaffImportKind kind) => kind switch
    {
        StaffImportKind.Transfers => new("人事異動", "Transfers"),
        StaffImportKind.Roster => new("名簿", "Staff list"),
        StaffImportKind.Units => new("組織の一覧", "List of units"),
        _ => new("組織改正", "Reorganisation"),
    };

    public static Bilingual Name(StaffImportState state) => state switch
    {
        StaffImportState.Draft => new("下見中", "Looked at"),
        StaffImportState.Done => new("実行済み", "Carried out"),
        _ => new("取りやめ", "Set aside"),
    };

    public static Bilingual Name(PlannedKind kind) => kind switch
    {
        PlannedKind.Join => new("採用・転入", "Join"),
        PlannedKind.Move => new("異動", "Move"),
        PlannedKind.Change => new("氏名・職の変更", "Name or title"),
        PlannedKind.Leave => new("離任", "Leave"),
        PlannedKind.Second => new("兼務", "Second post"),
        PlannedKind.SecondEnd => new("兼務の解除", "Second post ends"),
        PlannedKind.Create => new("新設", "Set up"),
        PlannedKind.Rename => new("改称", "Rename"),
        PlannedKind.MoveUnit => new("移管", "Move a unit"),
        PlannedKind.Merge => new("統合", "Merge"),
        PlannedKind.Close => new("廃止", "Close"),
        PlannedKind.NameAgency => new("実施機関の種類", "Which agency"),
        _ => new("変更なし", "No change"),
    };
}
