using System.Text;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Tests.Texts;

public sealed class TextTests
{
    private static readonly Encoding Cp932 = CodePagesEncodingProvider.Instance.GetEncoding(932)!;
    private static readonly Encoding EucJp = CodePagesEncodingProvider.Instance.GetEncoding(51932)!;

    [Theory]
    [InlineData("a.txt", false)]
    [InlineData("a.txt", true)]
    [InlineData("a.csv", false)]
    public void Utf16_without_its_mark_is_refused_or_by_policy_read_strictly(string name, bool isBig)
    {
        var text = "名前,値\r\n表示㈱髙𠮷,=1+2\r\n";
        var bytes = (isBig ? Encoding.BigEndianUnicode : Encoding.Unicode).GetBytes(text);
        Assert.Equal("SAN-TEXT-001", Bench.Run(name, bytes).Report.Refusal?.Code);
        var policy = Bench.Policy("text:\n  utf-16-without-mark: keep\n");
        var result = Nested.Holds(name, bytes, policy);
        Assert.Contains(result.Report.Notes, static n => n.Code == "SAN-NOTE-TEXT-CODE");
        Assert.Equal(name == "a.csv" ? "名前,値\r\n表示㈱髙𠮷,\"'=1+2\"\r\n" : text, (isBig ? Encoding.BigEndianUnicode : Encoding.Unicode).GetString(result.Out));
        // A control character, half a pair, an odd byte: no longer text.
        foreach (var wrong in (byte[][])[[.. bytes, .. isBig ? new byte[] { 0, 7 } : [7, 0]], [.. bytes, .. isBig ? new byte[] { 0xD8, 0x00 } : [0x00, 0xD8]], [.. bytes, 65]]) Assert.Null(Bench.Run(name, wrong, policy).Bytes);
        // What reads both ways is neither.
        Assert.NotNull(Bench.Run(name, (byte[])[0, 0x41, 0x41, 0, 0, 0x42, 0x42, 0], policy).Report.Refusal);
        // A script stays one in any code.
        Assert.Equal("SAN-KIND-003", Bench.Run("a.txt", Encoding.Unicode.GetBytes("#!/bin/sh\necho evil\n"), policy).Report.Refusal?.Code);
    }

    [Fact]
    public void Latin1_is_refused_or_by_policy_kept_to_the_byte()
    {
        var text = "Bestätigung für die Präfektur, façade à élève\r\n";
        var bytes = Encoding.Latin1.GetBytes(text);
        Assert.Equal("SAN-TEXT-001", Bench.Run("a.txt", bytes).Report.Refusal?.Code);
        var policy = Bench.Policy("text:\n  latin-1: keep\n");
        var result = Nested.Holds("a.txt", bytes, policy);
        Assert.Equal(bytes, result.Out);
        Assert.Contains(result.Report.Notes, static n => n.Code == "SAN-NOTE-TEXT-CODE");
        Assert.NotNull(Bench.Run("a.txt", (byte[])[.. bytes, 0x85], policy).Report.Refusal); // a control of that code
        // Japanese stays what it was, whatever this policy says.
        var cp932 = CodePagesEncodingProvider.Instance.GetEncoding(932)!.GetBytes("表示ソ\r\n");
        Assert.Equal(cp932, Bench.Run("a.txt", cp932, policy).Out);
        Assert.DoesNotContain(Bench.Run("a.txt", cp932, policy).Report.Notes, static n => n.Code == "SAN-NOTE-TEXT-CODE");
        Nested.Fuzz("a.txt", bytes, 500, policy);
    }

    [Fact]
    public void Every_character_of_CP932_stays_to_the_byte_外字_NEC_and_IBM_extensions_included()
    {
        var text = new MemoryStream();
        foreach (var lead in Enumerable.Range(0x81, 0x7C).Where(static b => b is < 0xA0 or > 0xDF))
        {
            foreach (var trail in Enumerable.Range(0x40, 0xBD).Where(static b => b != 0x7F))
            {
                var bytes = new[] { (byte)lead, (byte)trail };
                // What .NET decodes to one character other than its sign for the unknown.
                if (Cp932.GetString(bytes) is { Length: 1 } one && (one is not ("・" or "?") || bytes is [0x81, 0x45])) text.Write(bytes);
            }
            text.Write("\r\n"u8);
        }
        text.Write("ﾊﾝｶｸ ｶﾅ\r\n"u8.ToArray() is var kana ? Cp932.GetBytes(Encoding.UTF8.GetString(kana)) : []);
        text.Write([0x81, 0x60, 0x81, 0x7C, 0xF0, 0x40, 0xED, 0x40, 0xFA, 0x5C, 0x87, 0x90, 0x81, 0xE0]); // ～ － 外字 and the same characters under two codes
        Assert.True(text.Length > 18_000);
        var done = Bench.Run("外字.txt", text.ToArray());
        Assert.Equal(text.ToArray(), done.Out);
        Assert.Empty(done.Report.Removed);
        var csv = Bench.Run("外字.csv", text.ToArray());
        Assert.Equal(text.ToArray(), csv.Out);
    }

    [Theory]
    [InlineData("utf-8", "")]
    [InlineData("utf-8", "EFBBBF")]
    [InlineData("utf-16", "FFFE")]
    [InlineData("utf-16BE", "FEFF")]
    [InlineData("shift_jis", "")]
    [InlineData("euc-jp", "")]
    [InlineData("iso-2022-jp", "")]
    public void A_text_leaves_in_the_code_it_came_in_without_what_deceives(string code, string mark)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(code) ?? Encoding.GetEncoding(code);
        byte[] With(string text) => [.. Convert.FromHexString(mark), .. encoding.GetBytes(text)];
        const string Clean = "町長からのお知らせ（令和八年）\r\n水道の検針について、次のとおりお知らせします。\n";
        Assert.Equal(With(Clean), Bench.Run("お知らせ.txt", With(Clean)).Out);
        var unclean = With("町長からの\u0007お知らせ（令和八年）\r\n水道の検針\rについて、次のとおり\u0001お知らせします。\n");
        var done = Bench.Run("お知らせ.txt", unclean);
        Assert.True(done.Bytes is not null || mark is not ("FFFE" or "FEFF"));
        if (done.Bytes is null)
        {
            // Bytes that no text has are only looked past where the code is told by its mark.
            Assert.Equal("SAN-KIND-004", done.Report.Refusal!.Code);
            return;
        }
        Assert.Equal(With("町長からのお知らせ（令和八年）\r\n水道の検針\r\nについて、次のとおりお知らせします。\n"), done.Out);
        Assert.Contains(done.Report.Removed, static r => r is { Threat: "C-04", What: "U+0007 ×1" });
        Second(done, "お知らせ.txt");
    }

    [Fact]
    public void Direction_marks_and_what_has_no_width_are_taken_out_and_joined_emoji_and_variants_of_kanji_stay()
    {
        const string Stays = "辻\U000E0100さん 👨\u200D👩 葛󠄀城市 ＩＤ～－\r\n";
        var done = Bench.Run("a.txt", Encoding.UTF8.GetBytes("報告\u202Efdp.exe\u2066\u200B\uFEFF" + Stays));
        Assert.Equal("報告fdp.exe" + Stays, Encoding.UTF8.GetString(done.Out));
        Assert.Equal(["G-06"], done.Threats);
        Assert.Equal(4, done.Report.Removed.Count);
        Second(done, "a.txt");
    }

    [Fact]
    public void Bytes_that_are_no_character_refuse_the_file()
    {
        var late = new byte[100_000];
        Array.Fill(late, (byte)'a');
        late[99_000] = 0xFF;
        Assert.Equal("SAN-TEXT-001", Bench.Run("a.txt", late).Report.Refusal!.Code);
        Assert.Equal("SAN-TEXT-001", Bench.Run("a.csv", late).Report.Refusal!.Code);
        late[99_000] = 0;
        Assert.DoesNotContain((byte)0, Bench.Run("a.txt", late).Out); // NUL far behind the head
    }

    [Theory]
    [InlineData("#\u200B!/bin/sh\nrm -rf /\n")]
    [InlineData("\u2060ID\u2060;PWXL;N;E\n")]
    [InlineData("<\u2060!DOCTYPE html><script>alert(1)</script>")]
    public void A_text_that_becomes_another_kind_without_its_hidden_characters_is_refused(string text)
    {
        Assert.Equal("SAN-TEXT-002", Bench.Run("a.txt", Encoding.UTF8.GetBytes(text)).Report.Refusal?.Code);
    }

    [Fact]
    public void What_is_only_control_characters_is_refused() => Assert.Equal("SAN-TEXT-003", Bench.Run("a.txt", Encoding.UTF8.GetBytes("\u200B\u200B\f")).Report.Refusal!.Code);

    [Fact]
    public void EUC_and_half_width_kana_of_CP932_are_told_apart()
    {
        const string Sentence = "本日の会議の資料をお送りします。ご確認のほど、よろしくお願いいたします。";
        var euc = EucJp.GetBytes(Sentence);
        Assert.Equal(euc, Bench.Run("a.txt", euc).Out);
        var kana = Cp932.GetBytes("ﾀﾛｳ,ﾊﾅｺ,ｼﾞﾛｳ\r\nｱｲｳｴｵ,ｶｷｸｹｺ,ﾔﾏﾀﾞ\r\n");
        Assert.Equal(kana, Bench.Run("a.csv", kana).Out);
    }

    [Fact]
    public void Mutated_texts_are_rebuilt_or_refused_and_a_second_pass_changes_nothing()
    {
        var random = new Random(20261121);
        string[] seeds = ["番号,氏名,備考\r\n1,山田,\"改行\r\nあり\"\r\n2,=1+1,-5\r\n", "a\tb\tc\n=x\t\"q\"\"q\"\t@z\n", "sep=;\r\na;b;=cmd|'/c calc'!A0\r\n", "お知らせ\r\n本文です。\u202E\n"];
        var outcomes = new Dictionary<string, int>();
        for (var i = 0; i < 3000; i++)
        {
            var seed = seeds[random.Next(seeds.Length)];
            var encoding = random.Next(4) switch { 0 => Cp932, 1 => EucJp, 2 => Encoding.Unicode, _ => Encoding.UTF8 };
            byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes(seed)];
            for (var times = random.Next(6); times >= 0; times--)
            {
                var at = random.Next(bytes.Length);
                bytes = random.Next(4) switch
                {
                    0 => [.. bytes[..at], .. bytes[(at + 1)..]],
                    1 => [.. bytes[..at], (byte)"\",;\t\r\n=\0+|\u001b$B"[random.Next(13)], .. bytes[at..]],
                    2 => [.. bytes[..at], .. bytes[random.Next(bytes.Length)..]],
                    _ => [.. bytes[..at], (byte)random.Next(256), .. bytes[(at + 1)..]],
                };
                if (bytes.Length is 0 or > 4000) break;
            }
            if (bytes.Length == 0) continue;
            var name = random.Next(3) switch { 0 => "a.csv", 1 => "a.tsv", _ => "a.txt" };
            var done = Bench.Run(name, bytes);
            var outcome = done.Report.Refusal?.Code ?? "out";
            Assert.NotEqual("SAN-BUG-001", outcome);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            if (done.Bytes is not null && done.Report.OutputType is "csv" or "tsv" or "text") Second(done, name);
        }
        Assert.True(outcomes["out"] > 1000, string.Join(' ', outcomes));
    }

    internal static void Second(Result first, string name)
    {
        var second = Bench.Run(name, first.Out);
        Assert.Equal(first.Out, second.Out);
        Assert.Empty(second.Report.Removed);
        Assert.Equal(Outcome.Rebuilt, second.Report.Outcome);
        Assert.Equal(first.Kind, second.Kind);
    }
}
