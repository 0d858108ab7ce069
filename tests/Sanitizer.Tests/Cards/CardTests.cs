using System.Text;
using Sekisho.Sanitizer.Tests.Images;

namespace Sekisho.Sanitizer.Tests.Cards;

public sealed class CardTests
{
    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));

    private const string Invitation = """
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//evil//made by//EN
        METHOD:REQUEST
        X-EVIL-PROP:evil-extension
        BEGIN:VTIMEZONE
        TZID:Asia/Tokyo
        BEGIN:STANDARD
        DTSTART:19700101T000000
        TZOFFSETFROM:+0900
        TZOFFSETTO:+0900
        END:STANDARD
        END:VTIMEZONE
        BEGIN:VEVENT
        UID:1@example.lg.jp
        DTSTART;TZID=Asia/Tokyo:20261201T100000
        DTEND;TZID=Asia/Tokyo:20261201T113000
        RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=TU
        RRULE:FREQ=SECONDLY
        SUMMARY;ALTREP="http://evil.example/alt":部長会議（第1回）㈱髙ｶﾅ　とても長い題名なので七十五バイトの折り返しを文字の途中でしてはならない
        DESCRIPTION:資料は別途\,お送りします。\n場所：第一会議室
        X-ALT-DESC;FMTTYPE=text/html:<script>evil()</script>
        ORGANIZER;CN=総務課:mailto:soumu@example.lg.jp
        ATTENDEE;CN="山田, 太郎";RSVP=TRUE;X-EVIL=evil:mailto:taro@example.jp
        ATTENDEE:file://evil.example/x
        URL:javascript:evil()
        URL:https://www.example.lg.jp/kaigi
        ATTACH:http://evil.example/x.exe
        ATTACH;VALUE=BINARY;ENCODING=BASE64;X-FILENAME=表.csv:PWV2aWwoKSwxDQo=
        ATTACH;VALUE=BINARY;ENCODING=BASE64;X-FILENAME=a.exe:TVoAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==
        BEGIN:VALARM
        ACTION:PROCEDURE
        TRIGGER:-PT5M
        ATTACH:file:///c:/evil.exe
        END:VALARM
        BEGIN:VALARM
        ACTION:DISPLAY
        DESCRIPTION:まもなく始まります
        TRIGGER:-PT15M
        END:VALARM
        END:VEVENT
        BEGIN:X-EVIL
        SUMMARY:evil component
        END:X-EVIL
        END:VCALENDAR

        """;

    [Fact]
    public void A_hostile_invitation_keeps_its_meeting_and_nothing_that_leads_elsewhere()
    {
        var result = Nested.Holds("招待.ics", Bytes(Invitation), null, "evil", "SECONDLY", "javascript", "PROCEDURE", "ALTREP", "TVoAAAA");
        var text = Encoding.UTF8.GetString(result.Out);
        foreach (var line in text.Split("\r\n")) Assert.True(Encoding.UTF8.GetByteCount(line) <= 75);
        var unfolded = text.Replace("\r\n ", "", StringComparison.Ordinal);
        foreach (var kept in (string[])["SUMMARY:部長会議（第1回）㈱髙ｶﾅ　とても長い題名", "DTSTART;TZID=Asia/Tokyo:20261201T100000", "RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=TU", @"DESCRIPTION:資料は別途\,お送りします。\n場所", "ORGANIZER;CN=総務課:mailto:soumu@example.lg.jp", "CN=\"山田, 太郎\"", "URL:https://www.example.lg.jp/kaigi", "まもなく始まります", "TZOFFSETTO:+0900"])
            Assert.Contains(kept, unfolded, StringComparison.Ordinal);
        Assert.Superset(new HashSet<string> { "E-17", "G-05", "G-07" }, result.Threats.ToHashSet());
    }

    [Fact]
    public void By_policy_alarms_go_and_files_inside_are_rebuilt()
    {
        var result = Nested.Holds("招待.ics", Bytes(Invitation), Bench.Policy("calendar:\n  alarms: drop\n  attachments: rebuild\nlinks:\n  policy: text\n"), "まもなく", "https://www", "TVoAAAA");
        var unfolded = Encoding.UTF8.GetString(result.Out).Replace("\r\n ", "", StringComparison.Ordinal);
        var at = unfolded.IndexOf("FILENAME=表.csv:", StringComparison.Ordinal);
        Assert.True(at > 0);
        var content = unfolded[(at + "FILENAME=表.csv:".Length)..unfolded.IndexOf("\r\n", at, StringComparison.Ordinal)];
        Assert.Equal("\"'=evil()\",1\r\n", Encoding.UTF8.GetString(Convert.FromBase64String(content)));
        Assert.Contains("E-14", result.Threats);
    }

    [Fact]
    public void A_card_of_a_Japanese_telephone_becomes_one_that_all_read()
    {
        var cp932 = CodePagesEncodingProvider.Instance.GetEncoding(932)!;
        var qp = string.Concat(cp932.GetBytes("髙橋;太郎").Select(static b => $"={b:X2}"));
        var card = cp932.GetBytes($"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:{qp[..24]}=\r\n{qp[24..]}\r\nSOUND;X-IRMC-N;CHARSET=SHIFT_JIS:ﾀｶﾊｼ;ﾀﾛｳ\r\nTEL;HOME;VOICE:03-1234-5678\r\nADR;WORK:;;東京都千代田区1,2;;;;\r\nNOTE:表示\r\nURL:javascript:evil\r\nX-EVIL:evil\r\nKEY:http://evil.example/key\r\nPHOTO;PNG;BASE64:\r\n {Convert.ToBase64String(PngMaker.Rgb(("tEXt", "evil\0text"u8.ToArray())))}\r\n\r\nEND:VCARD\r\n");
        var result = Nested.Holds("名刺.vcf", card, null, "javascript", "X-EVIL", "evil.example");
        var text = Encoding.UTF8.GetString(result.Out).Replace("\r\n ", "", StringComparison.Ordinal);
        foreach (var kept in (string[])["VERSION:3.0", "FN:髙橋 太郎", "N:髙橋;太郎", "X-PHONETIC-LAST-NAME:ﾀｶﾊｼ ﾀﾛｳ", "TEL;TYPE=HOME,VOICE:03-1234-5678", @"ADR;TYPE=WORK:;;東京都千代田区1\,2;;;;", "NOTE:表示", "PHOTO;ENCODING=b;TYPE=PNG:"]) Assert.Contains(kept, text, StringComparison.Ordinal);
        var photo = Convert.FromBase64String(text[(text.IndexOf("TYPE=PNG:", StringComparison.Ordinal) + 9)..text.IndexOf("\r\nEND", StringComparison.Ordinal)]);
        Assert.True(photo.AsSpan().IndexOf("evil"u8) < 0);
        Assert.Equal(PngMaker.Read(PngMaker.Rgb()).Samples, PngMaker.Read(photo).Samples);
    }

    [Theory]
    [InlineData("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", "a.ics", "SAN-CARD-001")]
    [InlineData("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "a.ics", "SAN-CARD-002")]
    [InlineData("BEGIN:VCARD\r\nno line at all\r\nEND:VCARD\r\n", "a.vcf", "SAN-CARD-001")]
    public void What_is_no_calendar_or_card_is_refused(string text, string name, string code) => Assert.Equal(code, Bench.Run(name, Encoding.UTF8.GetBytes(text)).Report.Refusal?.Code);

    [Fact]
    public void Mutations_are_refused_or_rebuilt_and_nothing_else()
    {
        Nested.Fuzz("a.ics", Bytes(Invitation), 1500, Bench.Policy("calendar:\n  attachments: rebuild\n"));
        Nested.Fuzz("a.vcf", Bytes("BEGIN:VCARD\nVERSION:2.1\nN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=E9=AB=99;=\n x\nTEL;HOME:1\nitem1.URL:https://x.jp\nPHOTO;BASE64:AAAA\n BBBB\n\nEND:VCARD\n"), 1500);
    }
}
