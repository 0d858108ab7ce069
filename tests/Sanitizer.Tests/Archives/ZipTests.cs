using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Sekisho.Sanitizer.Archives;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Tests.Texts;

namespace Sekisho.Sanitizer.Tests.Archives;

public sealed class ZipTests
{
    private const string NoteName = "無害化できなかったファイル.txt";
    private static readonly Encoding Cp932 = CodePagesEncodingProvider.Instance.GetEncoding(932)!;
    private static readonly byte[] Program = [.. "MZ"u8, .. new byte[58], 64, 0, 0, 0, .. "PE\0\0"u8, .. new byte[200]];

    [Fact]
    public void Folders_and_members_come_out_in_order_and_independent_readers_agree()
    {
        var zip = new RawZip { Comment = "hidden comment"u8.ToArray() }
            .Add("空のフォルダ/", "", method: 0).Add("資料/お知らせ.txt", "お知らせ\r\n").Add("資料/表.csv", "a,=1+1\r\n").Add("資料/空.dat", "", method: 0).Add("a/b/c/d.txt", new string('x', 5000)).Finish();
        var done = Bench.Run("資料.zip", zip);
        Assert.Equal(Outcome.Rebuilt, done.Report.Outcome);
        Assert.Equal("空のフォルダ/\n資料/お知らせ.txt\n資料/表.csv\n資料/空.dat\na/b/c/d.txt", Opened.ByPython(done.Out));
        Assert.Equal("a,\"'=1+1\"\r\n", Opened.Text(done.Out, "資料/表.csv"));
        Assert.DoesNotContain("hidden comment", Encoding.Latin1.GetString(done.Out), StringComparison.Ordinal);
        Assert.Contains("Z-13", done.Threats);
        Assert.Equal(["資料/お知らせ.txt", "資料/表.csv", "資料/空.dat", "a/b/c/d.txt"], done.Report.Members.Select(static m => m.File));
        Assert.Equal(done.Out, Bench.Run("資料.zip", zip).Out);
        Second(done);
    }

    [Fact]
    public void Members_that_may_not_come_out_are_named_in_a_note_and_the_rest_comes_out()
    {
        var zip = new RawZip().Add("a.txt", "あ").Add("sub/evil.exe"u8.ToArray(), Program).Add("b.bat", "dir\r\n").Add("empty.hta", "", method: 0)
            .Add("../../etc/passwd", "x").Add("/etc/passwd", "x").Add("C:\\Windows\\x.txt", "x").Add("\\\\server\\share\\x.txt", "x").Add("..\\up.txt", "x").Add("n\0ul.txt", "x")
            .Add("link", "/etc/passwd", mode: 0xA1FF).Add("dev", "", mode: 0x21FF, method: 0).Add("ppmd.txt", "x", method: 98).Finish();
        var done = Bench.Run("x.zip", zip);
        var members = Opened.Members(done.Out);
        Assert.Equal(["a.txt", NoteName], members.Keys);
        var note = Encoding.UTF8.GetString(members[NoteName]);
        foreach (var name in new[] { "sub/evil.exe", "b.bat", "empty.hta", "etc/passwd", "link", "dev", "ppmd.txt" }) Assert.Contains("・" + name, note, StringComparison.Ordinal);
        Assert.Contains("実行ファイル", note, StringComparison.Ordinal);
        Assert.Equal(["Z-03", "Z-04", "Z-10", "Z-11"], done.Threats.Order());
        Assert.DoesNotContain("PE\0\0", Encoding.Latin1.GetString([.. members.Values.SelectMany(static b => b)]), StringComparison.Ordinal);
        Assert.Equal(done.Out, Bench.Run("x.zip", zip).Out);
        Second(done);

        var refused = Bench.Run("x.zip", zip, Bench.Policy("archive:\n  refused-members: refuse\n"));
        Assert.Null(refused.Bytes);
        Assert.Equal("SAN-ARC-001", refused.Report.Refusal!.Code);
        Assert.Equal("SAN-KIND-003", Bench.Run("x.zip", new RawZip().Add("evil.exe"u8.ToArray(), Program).Finish()).Report.Refusal!.Code); // nothing would be left
    }

    [Fact]
    public void An_exe_that_calls_itself_a_text_is_no_text()
    {
        var done = Bench.Run("x.zip", new RawZip().Add("a.txt", "a").Add(Encoding.UTF8.GetBytes("報告.txt"), Program).Finish());
        Assert.Contains(done.Report.Removed, static r => r is { Threat: "Z-11", Place: "報告.txt" });
        Assert.Equal(["a.txt", NoteName], Opened.Members(done.Out).Keys);
    }

    [Theory]
    [InlineData("a.txt", "a.txt", "SAN-ARC-004")]
    [InlineData("か\u3099.txt", "が.txt", "SAN-ARC-004")]
    public void Two_members_with_one_name_refuse_the_archive(string one, string other, string code) => Assert.Equal(code, Bench.Run("x.zip", new RawZip().Add(one, "1").Add(other, "2").Finish()).Report.Refusal!.Code);

    [Fact]
    public void Names_that_become_the_same_are_told_apart()
    {
        var done = Bench.Run("x.zip", new RawZip().Add("Readme.txt", "1").Add("README.txt", "2").Add("read\u200Bme.txt", "3").Add("Docs/a.txt", "4").Add("docs/a.txt", "5").Add("f", "6").Add("f/g.txt", "7").Add("f/h.txt", "8").Finish());
        Assert.Equal(["Readme.txt", "README (2).txt", "readme (3).txt", "Docs/a.txt", "Docs/a (2).txt", "f", "f (2)/g.txt", "f (2)/h.txt"], Opened.Members(done.Out).Keys);
        Assert.Contains("Z-08", done.Threats);
        Second(done);
    }

    [Fact]
    public void Names_of_Windows_Mac_and_old_tools_are_read_by_the_evidence_of_all()
    {
        string[] names = ["住民税/課税台帳（令和八年）.txt", "ﾊﾝｶｸ表示.txt", "能率.txt", "髙橋.txt"];
        var windows = new RawZip();
        foreach (var name in names) windows.Add(Cp932.GetBytes(name), "x"u8.ToArray());
        Assert.Equal(names, Opened.Members(Bench.Run("w.zip", windows.Finish()).Out).Keys);

        var mac = new RawZip();
        foreach (var name in new[] { "がぎぐ/パピプ.txt", "__MACOSX/がぎぐ/._パピプ.txt", "がぎぐ/.DS_Store" }) mac.Add(Encoding.UTF8.GetBytes(name.Normalize(NormalizationForm.FormD)), "x"u8.ToArray());
        var done = Bench.Run("m.zip", mac.Finish());
        Assert.Equal(["がぎぐ/パピプ.txt"], Opened.Members(done.Out).Keys);
        Second(done);

        // 0x7075 holds only for the name whose sum it carries.
        byte[] Unicode(string raw, string name)
        {
            var utf8 = Encoding.UTF8.GetBytes(name);
            var field = new byte[9];
            BinaryPrimitives.WriteUInt16LittleEndian(field, 0x7075);
            BinaryPrimitives.WriteUInt16LittleEndian(field.AsSpan(2), (ushort)(5 + utf8.Length));
            field[4] = 1;
            BinaryPrimitives.WriteUInt32LittleEndian(field.AsSpan(5), Crc32.Of(Encoding.ASCII.GetBytes(raw)));
            return [.. field, .. utf8];
        }
        var extra = Bench.Run("u.zip", new RawZip().Add("a_.txt"u8.ToArray(), "x"u8.ToArray(), extra: Unicode("a_.txt", "葛󠄀.txt")).Add("b_.txt"u8.ToArray(), "x"u8.ToArray(), extra: Unicode("other", "evil.txt")).Finish());
        Assert.Equal(["葛󠄀.txt", "b_.txt"], Opened.Members(extra.Out).Keys);
        Assert.Contains("Z-05", extra.Threats);

        var lie = Bench.Run("l.zip", new RawZip().Add(Cp932.GetBytes("表示.txt"), "x"u8.ToArray(), flags: 0x800).Finish());
        Assert.Equal(["表示.txt"], Opened.Members(lie.Out).Keys);
        Assert.Contains("Z-05", lie.Threats);
    }

    [Fact]
    public void ZipCrypto_opens_with_the_password_of_Info_Zip_and_not_without()
    {
        var folder = Directory.CreateTempSubdirectory("sekisho-zip");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "秘密.txt"), "秘密の文書です。\r\n");
            Opened.Run("zip", "-q", "-j", "-P", "pass word", Path.Combine(folder.FullName, "a.zip"), Path.Combine(folder.FullName, "秘密.txt"));
            var zip = File.ReadAllBytes(Path.Combine(folder.FullName, "a.zip"));
            Assert.Equal("SAN-KIND-006", Bench.Run("a.zip", zip).Report.Refusal!.Code);
            Assert.Equal("SAN-KIND-006", Bench.Run("a.zip", zip, null, [.. Enumerable.Range(0, 600).Select(static i => "wrong" + i)]).Report.Refusal!.Code);
            var done = Bench.Run("a.zip", zip, null, "wrong", "pass word");
            Assert.Equal("秘密の文書です。\r\n", Opened.Text(done.Out, "秘密.txt"));
            Assert.Contains(done.Report.Notes, static n => n.Code == "SAN-NOTE-DECRYPTED");
            Second(done);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    public void AES_of_all_strengths_opens_with_a_Japanese_password_and_changed_bytes_are_refused(byte strength, byte version)
    {
        const string Content = "マイナンバーの利用に関する手引\r\n";
        foreach (var encoding in new[] { Encoding.UTF8, Cp932 })
        {
            var zip = AesZip(Content, encoding.GetBytes("合言葉"), strength, version);
            Assert.Equal("SAN-KIND-006", Bench.Run("a.zip", zip, null, "wrong").Report.Refusal!.Code);
            var done = Bench.Run("a.zip", zip, null, "wrong", "合言葉");
            Assert.Equal(Content, Opened.Text(done.Out, "a.txt"));
            zip[70] ^= 1;
            Assert.Equal("SAN-KIND-006", Bench.Run("a.zip", zip, null, "合言葉").Report.Refusal!.Code);
        }
    }

    [Fact]
    public void Bombs_are_refused_within_a_second_and_a_hundred_megabytes()
    {
        // Fifield: many entries over one kernel.
        var kernel = RawZip.Deflate(new byte[20 << 20]);
        var overlapping = new RawZip();
        overlapping.Entry("0"u8.ToArray(), kernel, 20 << 20, Crc32.Of(new byte[20 << 20]), 0, 0, 8, []);
        var first = overlapping.Finish();
        for (var i = 1; i < 250; i++) overlapping.Central(first[4..30], "0"u8.ToArray(), [], 0, 0);
        Refused(overlapping.Finish(), "SAN-ZIP-015");

        // 42.zip: a zip in a zip in a zip.
        var layer = new RawZip().Add("0.dll", new string('\0', 30 << 20)).Finish();
        for (var depth = 0; depth < 4; depth++)
        {
            var next = new RawZip();
            for (var i = 0; i < 16; i++) next.Add(Encoding.ASCII.GetBytes($"lib {i}.zip"), layer);
            layer = next.Finish();
        }
        Refused(layer, "SAN-LIMIT-002");

        // Sizes that are a lie.
        var liar = new RawZip();
        liar.Entry("a.txt"u8.ToArray(), RawZip.Deflate(new byte[40 << 20]), 10, 1, 0, 0, 8, []);
        Refused(liar.Finish(), "SAN-ZIP-004");

        using var gz = new MemoryStream();
        using (var zip = new GZipStream(gz, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (var i = 0; i < 64; i++) zip.Write(new byte[1 << 20]);
        }
        Refused(gz.ToArray(), "SAN-LIMIT-002");

        static void Refused(byte[] bomb, string code)
        {
            var cost = OwnCost.Begin();
            Assert.Equal(code, Bench.Run("x.zip", bomb).Report.Refusal?.Code);
            Assert.InRange(cost.Seconds, 0, 10);
            Assert.InRange(cost.Bytes, 0, 2000L << 20);
        }
    }

    [Fact]
    public void Nesting_counts_across_formats()
    {
        var layer = "あ"u8.ToArray();
        var name = "a.txt";
        for (var depth = 0; depth < 7; depth++)
        {
            layer = new RawZip().Add(Encoding.UTF8.GetBytes(name), layer).Finish();
            name = $"z{depth}.zip";
        }
        Assert.Equal("SAN-LIMIT-004", Bench.Run("x.zip", layer).Report.Refusal!.Code);
        var beside = Bench.Run("x.zip", new RawZip().Add("ok.txt", "ok").Add(Encoding.UTF8.GetBytes("deep.zip"), layer).Finish());
        Assert.Contains("G-04", beside.Threats);
        Assert.Equal(["ok.txt", NoteName], Opened.Members(beside.Out).Keys);
    }

    [Fact]
    public void Bytes_around_the_members_are_left_behind_and_ambiguous_archives_refused()
    {
        var zip = new RawZip().Add("a.txt", "a").Finish();
        var appended = Bench.Run("x.zip", (byte[])[.. zip, .. "<script>alert(1)</script>"u8]);
        Assert.Contains("Z-09", appended.Threats);
        Assert.DoesNotContain("script", Encoding.Latin1.GetString(appended.Out), StringComparison.Ordinal);
        Assert.Equal("SAN-ZIP-011", Bench.Run("x.zip", (byte[])[.. zip, .. zip]).Report.Refusal!.Code);
        Assert.Equal("SAN-ZIP-006", Bench.Run("x.zip", new RawZip { Comment = zip }.Add("b.txt", "b").Finish()).Report.Refusal!.Code);
        var mismatch = (byte[])zip.Clone();
        mismatch[30] = (byte)'b'; // the local name
        Assert.Equal("SAN-ZIP-013", Bench.Run("x.zip", mismatch).Report.Refusal!.Code);
        // A stored zip at the end is no second end.
        var nested = Bench.Run("x.zip", new RawZip().Add("in.zip"u8.ToArray(), zip, method: 0).Finish());
        Assert.Equal("a", Opened.Text(Opened.Members(nested.Out)["in.zip"], "a.txt"));
        Second(nested);
    }

    [Fact]
    public void An_archive_of_ten_thousand_members_comes_out_whole()
    {
        var zip = new RawZip();
        for (var i = 0; i < 10_000; i++) zip.Add($"d{i % 40}/文書{i}.txt", $"これは {i} 番目の文書です。\r\n");
        var done = Bench.Run("x.zip", zip.Finish());
        Assert.Equal(10_000, done.Report.Members.Count);
        Assert.Equal(10_000, Opened.ByPython(done.Out).Count(static c => c == '\n') + 1);
        Assert.Equal("SAN-LIMIT-003", Bench.Run("x.zip", zip.Finish(), Bench.Policy("limits:\n  entries: 9000\n")).Report.Refusal!.Code);
    }

    private static void Second(Result first) => TextTests.Second(first, "x.zip");

    internal static byte[] AesZip(string content, byte[] password, byte strength, byte version)
    {
        var plain = Encoding.UTF8.GetBytes(content);
        var packed = RawZip.Deflate(plain);
        var salt = new byte[4 + (4 * strength)];
        new Random(7).NextBytes(salt);
        var keyBytes = 8 + (8 * strength);
        var keys = System.Security.Cryptography.Rfc2898DeriveBytes.Pbkdf2(password, salt, 1000, System.Security.Cryptography.HashAlgorithmName.SHA1, (2 * keyBytes) + 2);
        using var aes = System.Security.Cryptography.Aes.Create();
        aes.Key = keys[..keyBytes];
        var counter = new byte[16];
        for (var i = 0; i < packed.Length; i++)
        {
            if (i % 16 == 0) BinaryPrimitives.WriteInt64LittleEndian(counter, (i / 16) + 1);
            packed[i] ^= aes.EncryptEcb(counter, System.Security.Cryptography.PaddingMode.None)[i % 16];
        }
#pragma warning disable CA5350 // WinZip's AES is made so
        var sum = System.Security.Cryptography.HMACSHA1.HashData(keys.AsSpan(keyBytes, keyBytes), packed)[..10];
#pragma warning restore CA5350
        var zip = new RawZip();
        zip.Entry("a.txt"u8.ToArray(), [.. salt, .. keys[(2 * keyBytes)..], .. packed, .. sum], plain.Length, version == 1 ? Crc32.Of(plain) : 0, 0, 1, 99, [0x01, 0x99, 7, 0, version, 0, (byte)'A', (byte)'E', strength, 8, 0]);
        return zip.Finish();
    }

    [Fact]
    public void A_checksum_is_the_same_in_one_piece_and_byte_by_byte()
    {
        Assert.Equal(0xCBF43926u, Crc32.Of("123456789"u8));
        var random = new Random(11);
        for (var length = 0; length < 700; length += random.Next(1, 4))
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            Crc32 single = new(), pieces = new();
            foreach (var b in bytes) single.Append([b]);
            var cut = random.Next(length + 1);
            pieces.Append(bytes.AsSpan(0, cut));
            pieces.Append(bytes.AsSpan(cut));
            Assert.Equal(single.Value, Crc32.Of(bytes));
            Assert.Equal(single.Value, pieces.Value);
        }
    }
}
