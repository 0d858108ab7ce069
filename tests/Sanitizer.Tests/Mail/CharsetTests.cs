using System.Text;
using Sekisho.Sanitizer.Mail;

namespace Sekisho.Sanitizer.Tests.Mail;

/// <summary>Japanese in every code that mail has it in, rightly and wrongly labelled.</summary>
public sealed class CharsetTests
{
    private static readonly Encoding Jis = CodePagesEncodingProvider.Instance.GetEncoding(50221)!, Sjis = CodePagesEncodingProvider.Instance.GetEncoding(932)!, Euc = CodePagesEncodingProvider.Instance.GetEncoding(51932)!;

    private const string Text = "春の防災訓練のお知らせです。参加をお願いします。";

    [Theory]
    [InlineData("iso-2022-jp")]
    [InlineData("ISO-2022-JP-MS")]
    [InlineData("us-ascii")]
    [InlineData("utf-8")]
    [InlineData("shift_jis")]
    [InlineData("")]
    [InlineData("x-unknown")]
    public void Escapes_are_read_whatever_is_declared(string charset) => Assert.Equal((Text + "ｶﾅ①㈱髙", true), MimeText.Decode(Jis.GetBytes(Text + "ｶﾅ①㈱髙"), charset));

    [Theory]
    [InlineData("utf-8")]
    [InlineData("iso-2022-jp")]
    [InlineData("iso-8859-1")]
    [InlineData("us-ascii")]
    [InlineData("shift_jis")]
    [InlineData("windows-1252")]
    [InlineData("")]
    public void Bytes_of_UTF8_are_read_whatever_is_declared(string charset) => Assert.Equal((Text, true), MimeText.Decode(Encoding.UTF8.GetBytes(Text), charset));

    [Theory]
    [InlineData("shift_jis")]
    [InlineData("utf-8")]
    [InlineData("us-ascii")]
    [InlineData("")]
    [InlineData("cp932")]
    [InlineData("iso-2022-jp")]
    public void Bytes_of_CP932_are_read_whatever_is_declared(string charset) => Assert.Equal((Text + "①㈱髙～", true), MimeText.Decode(Sjis.GetBytes(Text + "①㈱髙～"), charset));

    [Theory]
    [InlineData("euc-jp")]
    [InlineData("utf-8")]
    [InlineData("")]
    public void Bytes_of_EUC_are_read_whatever_is_declared(string charset) => Assert.Equal((Text, true), MimeText.Decode(Euc.GetBytes(Text), charset));

    [Fact]
    public void Characters_that_only_Windows_has_and_the_private_area_are_kept()
    {
        // 0xF040 is the first of the private area (外字), 0x8790 a second code of ≒, 0xFBFC 髙's neighbourhood of IBM.
        Assert.Equal(("\uE000≒", true), MimeText.Decode([0xF0, 0x40, 0x87, 0x90], "shift_jis"));
        Assert.Equal(("\uE000", true), MimeText.Decode("\e$(?!!\e(B"u8.ToArray(), "iso-2022-jp-ms"));
        Assert.Equal(("丂", true), MimeText.Decode("\e$(D0!\e(B"u8.ToArray(), "iso-2022-jp-1"));
        // Half-width kana by escape, by shift, and in eight bits.
        Assert.Equal(("ｱｲｱｲｱｲ", true), MimeText.Decode([0x1B, (byte)'(', (byte)'I', 0x31, 0x32, 0x1B, (byte)'(', (byte)'B', 0x0E, 0x31, 0x32, 0x0F, 0xB1, 0xB2], "iso-2022-jp"));
    }

    [Fact]
    public void A_text_that_is_cut_off_keeps_what_came()
    {
        var bytes = Jis.GetBytes("漢字が途中で");
        foreach (var length in Enumerable.Range(1, bytes.Length - 1))
        {
            var (text, _) = MimeText.Decode(bytes[..length], "iso-2022-jp");
            Assert.True("漢字が途中で".StartsWith(text.TrimEnd('\uFFFD'), StringComparison.Ordinal) || length < 4, $"{length}: {text}");
            Assert.DoesNotContain("$B", length > 3 ? text : "", StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("gb2312", 936, "请参加会议")]
    [InlineData("big5", 950, "請參加會議")]
    [InlineData("ks_c_5601-1987", 949, "회의에 참석하십시오")]
    [InlineData("koi8-r", 20866, "Приглашение")]
    [InlineData("iso-8859-15", 28605, "Größe €5")]
    [InlineData("iso-8859-1", 1252, "“Größe”")]
    public void Others_are_read_as_declared(string charset, int page, string text) => Assert.Equal((text, true), MimeText.Decode(CodePagesEncodingProvider.Instance.GetEncoding(page)!.GetBytes(text), charset));

    [Fact]
    public void A_page_without_a_declared_code_says_its_own()
    {
        var result = Bench.Mail((byte[])[.. "From: a@example.jp\r\nTo: b@example.jp\r\nContent-Type: text/html\r\n\r\n<html><head><meta charset=Shift_JIS></head><body>"u8, .. Sjis.GetBytes("表示の確認です")]);
        Assert.Equal("表示の確認です\r\n", Written.Body(result));
    }

    [Fact]
    public void Old_headers_in_raw_Japanese_are_read()
    {
        foreach (var encoding in (Encoding[])[Jis, Sjis, Encoding.UTF8])
        {
            var result = Bench.Mail((byte[])[.. "From: "u8, .. encoding.GetBytes("防災課 <a@example.jp>\r\nSubject: 春の防災訓練のお知らせ"), .. "\r\nTo: b@example.jp\r\n\r\nx"u8]);
            Assert.Equal(("春の防災訓練のお知らせ", "防災課"), (result.Report.Mail!.Subject, result.Report.Mail.From!.Name));
        }
    }
}
