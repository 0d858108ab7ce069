using Sekisho.Assurance;

namespace Sekisho.Policy.Reading;

/// <summary>Why a document could not be read. Codes are listed in docs/errors.md.</summary>
internal static class ReadingErrors
{
    internal static ReadError Empty() => new(
        "POL-READ-001", "",
        new("文書が空です。", "The document is empty."),
        new("文字の入った文書を指定してください。", "Give a document that has text in it."));

    internal static ReadError TooLarge() => new(
        "POL-READ-002", "",
        new("文書が大きすぎます（上限: ファイル64 MB、本文2,000万字）。", "The document is too large (limits: 64 MB a file, 20 million characters of text)."),
        new("規程の本文だけのファイルにしてください。", "Give a file that holds the text of the policy alone."));

    internal static ReadError Binary() => new(
        "POL-READ-003", "",
        new("文書として読める形式ではありません。", "This is not a format that can be read as a document."),
        new("テキスト、Markdown、Word（.docx）、PDF、HTML のいずれかで保存し直してください。", "Save it as text, Markdown, Word (.docx), PDF or HTML."));

    internal static ReadError Encoding(string where) => new(
        "POL-READ-004", where,
        new("文字コードを判別できませんでした（UTF-8 と Shift_JIS (CP932) に対応しています）。", "The character encoding could not be told (UTF-8 and Shift_JIS (CP932) are read)."),
        new("UTF-8 で保存し直してください。", "Save it as UTF-8."));

    internal static ReadError NoProvision() => new(
        "POL-READ-005", "",
        new("条や項にあたる番号（第1条、第1、1 など）が見つからず、規程として読めませんでした。", "No numbers of provisions (第1条, 第1, 1 …) were found, so this cannot be read as a policy."),
        new("情報セキュリティ基本方針や対策基準の本文か、確かめてください。", "Check that this is the text of a security policy or standard."));

    internal static ReadError Docx(string where) => new(
        "POL-READ-006", where,
        new("Word 文書（.docx）の中身が壊れているか、文書ではありません。", "The Word file (.docx) is damaged or holds no document."),
        new("Word で開いて、名前を付けて保存し直してください。", "Open it in Word and save it again."));

    internal static ReadError Unpacked() => new(
        "POL-READ-007", "",
        new("文書を展開した大きさが上限（256 MB）を超えたため、読むのをやめました。", "Unpacked, the document exceeds the limit (256 MB); reading was stopped."),
        new("正しい文書か確かめてください。", "Check that the file is what it claims to be."));

    internal static ReadError NoPdfProgram() => new(
        "POL-READ-008", "",
        new("PDF を読むプログラム pdftotext が見つかりません。", "The program pdftotext, which reads PDF, was not found."),
        new("「sudo apt-get install -y poppler-utils」を実行してください。", "Run “sudo apt-get install -y poppler-utils”."));

    internal static ReadError Pdf() => new(
        "POL-READ-009", "",
        new("PDF を読めませんでした（壊れているか、パスワードがかかっています）。", "The PDF could not be read (it is damaged or has a password)."),
        new("パスワードを外した PDF か、元の文書を指定してください。", "Give a PDF without a password, or the document it was made from."));

    internal static ReadError PdfWithoutText() => new(
        "POL-READ-010", "",
        new("PDF に文字が入っていません（紙を読み取った画像のようです）。", "The PDF has no text in it (it seems to be a scanned image)."),
        new("文字認識（OCR）をした PDF か、元の文書を指定してください。", "Give a PDF with recognised text (OCR), or the document it was made from."));

    internal static ReadError PdfTooSlow() => new(
        "POL-READ-011", "",
        new("PDF の読み取りが時間の上限（60秒）を超えたため、やめました。", "Reading the PDF exceeded the time limit (60 seconds) and was stopped."),
        new("元の文書（Word など）を指定してください。", "Give the document it was made from (Word and the like)."));

    internal static ReadError HtmlTooDeep() => new(
        "POL-READ-015", "",
        new("HTML の要素の入れ子か繰返しが多すぎるため、読むのをやめました。", "The HTML nests or repeats its elements too much; reading was stopped."),
        new("ブラウザで開いて本文をテキストで保存し直すか、元の文書を指定してください。", "Open it in a browser and save it as text, or give the document it was made from."));

    internal static ReadError NoSandbox() => new(
        "POL-READ-013", "",
        new("PDF を安全に読むための囲い（bubblewrap）が見つからないため、読みませんでした。", "The sandbox that PDF is read in (bubblewrap) was not found, so the file was not read."),
        new("「sudo apt-get install -y bubblewrap」を実行してください。", "Run “sudo apt-get install -y bubblewrap”."));

    internal static ReadError NoNamespaces(string said) => new(
        "POL-READ-014", said,
        new("この機械では PDF を安全に読むための囲い（bubblewrap）を作れないため、読みませんでした。", "This machine does not let the sandbox that PDF is read in (bubblewrap) be made, so the file was not read."),
        new("利用者名前空間（user namespaces）を許可するか、Word などの元の文書を指定してください。", "Allow user namespaces, or give the document it was made from (Word and the like)."));
}
