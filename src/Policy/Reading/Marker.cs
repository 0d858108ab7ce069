namespace Sekisho.Policy.Reading;

/// <summary>How a number is written. Each style can open one level of the hierarchy.</summary>
internal enum MarkerStyle
{
    /// <summary>編</summary>
    Part,

    /// <summary>章</summary>
    Chapter,

    /// <summary>節</summary>
    Section,

    /// <summary>款</summary>
    Subsection,

    /// <summary>目, below 款.</summary>
    Division,

    /// <summary>第1条</summary>
    Article,

    /// <summary>第1, without a unit.</summary>
    Ordinal,

    /// <summary>1, １, 1.</summary>
    Plain,

    /// <summary>1.1, 1-1</summary>
    Dotted2,

    /// <summary>1.1.1</summary>
    Dotted3,

    /// <summary>1.1.1.1</summary>
    Dotted4,

    /// <summary>(1), （１）, ⑴</summary>
    Paren,

    /// <summary>1)</summary>
    HalfParen,

    /// <summary>一</summary>
    Kanji,

    /// <summary>(一)</summary>
    ParenKanji,

    /// <summary>ア</summary>
    Kana,

    /// <summary>(ア)</summary>
    ParenKana,

    /// <summary>ア)</summary>
    HalfParenKana,

    /// <summary>イ of イロハ</summary>
    Iroha,

    /// <summary>(イ) of イロハ</summary>
    ParenIroha,

    /// <summary>①</summary>
    Circled,

    /// <summary>ⅰ, i.</summary>
    Roman,

    /// <summary>(ⅰ)</summary>
    ParenRoman,

    /// <summary>Ⅰ</summary>
    LargeRoman,

    /// <summary>a.</summary>
    Letter,

    /// <summary>(a)</summary>
    ParenLetter,

    /// <summary>A.</summary>
    LargeLetter,

    /// <summary>(A)</summary>
    ParenLargeLetter,
}

/// <summary>How sure the look of a line alone makes us that it starts with a number.</summary>
internal enum MarkerStrength
{
    /// <summary>Only if the sequence asks for exactly this: OCR damage, no blank after the number.</summary>
    Weak,

    /// <summary>Looks like a number of a provision.</summary>
    Strong,
}

/// <summary>One reading of the start of a line as a number.</summary>
/// <param name="LabelEnd">Where the number as printed ends in the line's text.</param>
/// <param name="RestStart">Where the heading or sentence after it starts.</param>
/// <param name="Prefix">For 1.2 the 1 before; 0 otherwise. For deeper ones the number just above.</param>
/// <param name="RangeEnd">第5条から第7条まで: 7; 0 for one number.</param>
/// <param name="Damaged">Read through letters that look like digits, or digits torn apart.</param>
internal readonly record struct Marker(
    MarkerStyle Style,
    Numeral Number,
    int LabelEnd,
    int RestStart,
    MarkerStrength Strength,
    int Prefix = 0,
    int RangeEnd = 0,
    bool Damaged = false);
