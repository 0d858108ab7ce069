using Sekisho.Assurance;

namespace Sekisho.Records.Registers.Exchange;

/// <summary>Where a sheet can't be taken in.</summary>
public static class Refusals
{
    public static Refusal EmptyFile { get; } = new("REC-REG-101",
        new("ファイルが空です。", "The file is empty."),
        new("台帳を保存したファイルを選び直してください。", "Choose the file that holds the register."));

    public static Refusal NotASheet { get; } = new("REC-REG-102",
        new("Excel や CSV のファイルとして読めません。", "It is neither a workbook nor CSV."),
        new("Excel で開いて「名前を付けて保存」から .xlsx を選び、そのファイルを取り込んでください。", "Open it in Excel, save it as .xlsx and take that file."));

    public static Refusal IsMarkup { get; } = new("REC-REG-103",
        new("中身は Web ページ（HTML か XML）で、Excel の表ではありません。業務システムの「Excel 出力」によくある形です。", "Inside it is a web page (HTML or XML), not a workbook, as some systems' Excel output is."),
        new("Excel で開いて「名前を付けて保存」から .xlsx を選び、そのファイルを取り込んでください。", "Open it in Excel, save it as .xlsx and take that file."));

    public static Refusal Encrypted { get; } = new("REC-REG-104",
        new("開くためのパスワードが掛かっているため、読めません。", "It is protected by a password for opening, so it can't be read."),
        new("Excel で開いてパスワードを外し、保存してから取り込んでください。", "Open it in Excel, remove the password, save it and take that file."));

    public static Refusal Damaged { get; } = new("REC-REG-105",
        new("ファイルが壊れているため、途中から読めません。何も取り込んでいません。", "The file is damaged and can't be read to its end. Nothing was taken in."),
        new("元のファイルを Excel で開き直し、.xlsx で保存してから取り込んでください。", "Open the original in Excel, save it as .xlsx and take that file."));

    public static Refusal TooMuchInside { get; } = new("REC-REG-106",
        new("開くと極端に大きくなるファイルなので、読むのを止めました。何も取り込んでいません。", "It unfolds to an extreme size, so reading was stopped. Nothing was taken in."),
        new("台帳のシートだけを新しいブックに写して保存し、取り込んでください。", "Copy the register's sheet alone into a new workbook, save and take that."));

    public static Refusal TooManyRows { get; } = new("REC-REG-107",
        new("一度に取り込めるのは 50,000 行までです。何も取り込んでいません。", "50,000 rows at most can be taken in at once. Nothing was taken in."),
        new("ファイルを分けて取り込んでください。", "Divide the file and take the parts in."));

    public static Refusal NoRows { get; } = new("REC-REG-108",
        new("見出しの下に、取り込む行がありません。", "There is no row below the headings."),
        new("台帳の書かれたシートを選び、見出しの行を確かめてください。", "Choose the sheet with the register and check the row of headings."));

    public static Refusal NoHeadings { get; } = new("REC-REG-109",
        new("見出しの行が見つかりません。", "No row of headings was found."),
        new("項目の名前が並ぶ行の番号を指定してください。", "Say which row has the names of the columns."));

    public static Refusal ColumnMissing { get; } = new("REC-REG-110",
        new("必ず要る列がありません。", "A column that is needed is missing."),
        new("どの列がそれに当たるかを選ぶか、表に列を加えてください。", "Choose the column that stands for it, or add one to the sheet."));

    public static Refusal ColumnTwice { get; } = new("REC-REG-111",
        new("同じ項目に、二つ以上の列が対応しています。", "Two or more columns stand for one field."),
        new("どちらか一つだけを選び、ほかの列は「取り込まない」にしてください。", "Choose one of them and leave the others out."));

    public static Refusal UnknownCharacters { get; } = new("REC-REG-112",
        new("文字コードを読めません（UTF-8 でも Shift_JIS（CP932）でもない文字があります）。何も取り込んでいません。", "Its characters can't be read: some are neither UTF-8 nor Shift_JIS (CP932). Nothing was taken in."),
        new("Excel で開き、文字化けを直してから .xlsx で保存して取り込んでください。", "Open it in Excel, correct the garbled characters, save as .xlsx and take that file."));

    public static Refusal OpenQuote { get; } = new("REC-REG-113",
        new("CSV の引用符（\"）が閉じられていません。何も取り込んでいません。", "A quotation mark of the CSV is never closed. Nothing was taken in."),
        new("示された行の引用符を直すか、Excel で開いて .xlsx で保存してください。", "Correct the quotation mark in the line shown, or open it in Excel and save as .xlsx."));

    public static Refusal OtherFormat { get; } = new("REC-REG-114",
        new("この形式の表は読めません（読めるのは .xlsx、.xls、.csv です）。", "Sheets of this format can't be read (only .xlsx, .xls and .csv)."),
        new("Excel か LibreOffice で開き、.xlsx で保存してから取り込んでください。", "Open it in Excel or LibreOffice, save as .xlsx and take that file."));

    public static Refusal UnknownUpload { get; } = new("REC-REG-115",
        new("取込みの途中のファイルが見つかりません。24 時間を過ぎると消えます。", "The file that was being taken in is not here. It is kept for 24 hours."),
        new("もう一度ファイルを選んでください。", "Choose the file again."));

    public static Refusal WrongRows { get; } = new("REC-REG-116",
        new("直していただくセルがあるため、一件も取り込んでいません。", "Some cells have to be corrected. Nothing was taken in."),
        new("示されたセルを直して、もう一度ファイルを選んでください。", "Correct the cells shown and choose the file again."));

    public static Refusal TooLarge { get; } = new("REC-REG-117",
        new("ファイルが大きすぎます（50 MB まで）。", "The file is too large (50 MB at most)."),
        new("画像などを除くか、ファイルを分けてください。", "Remove pictures and the like, or divide it."));

    public static Refusal BeyondLastRow { get; } = new("REC-REG-118",
        new("Excel の最後の行（1,048,576 行目）より下に行があることになっています。ファイルが壊れています。", "It claims rows below Excel's last (1,048,576). The file is damaged."),
        new("元のファイルを Excel で開き直し、.xlsx で保存してから取り込んでください。", "Open the original in Excel, save it as .xlsx and take that file."));

    public static Refusal UnknownColumn { get; } = new("REC-REG-119",
        new("対応付けに、この台帳にない項目か、ファイルにない列があります。", "The mapping names a field that the register doesn't have, or a column that the file doesn't have."),
        new("画面を読み直して、対応を選び直してください。", "Read the page again and choose anew."));

    public static Refusal OtherRegister { get; } = new("REC-REG-120",
        new("別の台帳から書き出されたファイルです。何も取り込んでいません。", "The file was written out from another register. Nothing was taken in."),
        new("その台帳の画面から取り込むか、この台帳のファイルを選んでください。", "Take it in from that register's page, or choose this register's file."));

    public static Refusal UnknownSheet { get; } = new("REC-REG-121",
        new("そのシートはありません。非表示のシートは読みません。", "There is no such sheet. Hidden sheets are not read."),
        new("シートを選び直してください。", "Choose the sheet again."));

    /// <summary>The server that did it was stopped, or lost its database.</summary>
    public static Refusal BrokenOff { get; } = new("REC-REG-122",
        new("サーバーが途中で止まったため、取込みを終えられませんでした。何も取り込んでいません。", "The server stopped before the import was finished. Nothing was taken in."),
        new("もう一度お試しください。ファイルは 24 時間残っています。", "Try again. The file is kept for 24 hours."));

    public static Refusal Fault { get; } = new("REC-REG-123",
        new("取込みの途中で、サーバーの不具合が起きました。何も取り込んでいません。", "A fault of the server broke the import off. Nothing was taken in."),
        new("もう一度お試しください。同じことが続くときは、管理者に時刻を伝えてください。", "Try again. When it happens again, tell the administrator the time."));

    public static Refusal TooManyColumns { get; } = new("REC-REG-124",
        new("列が多すぎるため、台帳として読めません（512 列、SR 列まで）。何も取り込んでいません。", "It has too many columns for a register (512 at most, to SR). Nothing was taken in."),
        new("右のほうの作業用の列を消すか、台帳の部分だけを新しいブックに写して取り込んでください。", "Delete working columns at the right, or copy the register alone into a new workbook and take that."));

    public static Refusal NoVisibleSheet { get; } = new("REC-REG-125",
        new("表示されているシートがありません（非表示のシートとグラフは読みません）。", "It has no visible sheet (hidden sheets and charts are not read)."),
        new("Excel で台帳のシートを再表示して保存し、取り込んでください。", "Unhide the sheet with the register in Excel, save it and take that file."));

    /// <summary>The same with what it is about.</summary>
    internal static Refusal About(this Refusal refusal, string ja, string en) => refusal with { What = new(refusal.What.Ja + ja, $"{refusal.What.En} {en}") };
}
