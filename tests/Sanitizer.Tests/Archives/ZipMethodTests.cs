using System.Text;

namespace Sekisho.Sanitizer.Tests.Archives;

/// <summary>Members packed by other methods than Deflate, and passwords of 7z: made by 7-Zip and Python, which share no code with what is tested.</summary>
public sealed class ZipMethodTests
{
    private const string Secret = "秘密の文\r\n";

    // 7zz a -psesame; the second with -mhe=on; zips with -mm=LZMA -mem=AES256 and -mm=BZip2.
    private const string Content7z = "N3q8ryccAAQ92a+TIAAAAAAAAABiAAAAAAAAANRXtu/7kU8TgLNYDoGUxdieWPZEDWrW6d1sq9wQ4eO11ZOHVQEEBgABCSAABwsBAAIkBvEHARJTDyD4RF+d4hzisADz127ElgMhIQEAAQAMEg4ACAoB462EKgAABQEZAQARDQBoiC4AdAB4AHQAAAAUCgEAPi6lFN153QEVBgEAIICkgQAA";
    private const string Header7z = "N3q8ryccAATdFVxwkAAAAAAAAAAuAAAAAAAAACZTGFRpP20uKpqPXwCJ567M9Q8K0H5IqeKBan2rQdnIFwGrbRF/236VkLaY2vtWgqxZB8/UaY1CzTmuurPKtrRy5zZp0H3ADC4FD34o4RfZHsVA2xNutrAhgJvfA+RSPRhv+8DeEAG43fQrhmp8Q4sxGfBbulgNoWIqXKT/f50/sohqMOIl5t3tvGEbHWRzrmnD7icXBiABCXAABwsBAAEkBvEHARJTD1XvhD/bF0IIYK+6l96OJWEMYgoBUSP49QAA";
    private const string LzmaZip = "UEsDBDMAAwhjAPuKdV0AAAAAKgAAAA4AAAAHAAsA6KGoLnR4dAGZBwACAEFFAwAAPOS1048w2sB8oVWLrtv2JON2sTx/BQ6fjwL21JuQF6mdDglIGIGEOb8VUEsBAj8DMwADCGMA+4p1XQAAAAAqAAAADgAAAAcALwAAAAAAAAAggKSBAAAAAOihqC50eHQKACAAAAAAAAEAGAA+LqUU3XndAQAAAAAAAAAAAAAAAAAAAAABmQcAAgBBRQMAAFBLBQYAAAAAAQABAGQAAABaAAAAAAA=";
    private const string BzipZip = "UEsDBBQAAQgAAPuKdV3jrYQqGgAAAA4AAAAHAAAA6KGoLnR4dF8+tMyg9WosRBzZGj0m4BCsmh2Us/etSqavUEsBAj8DFAABCAAA+4p1XeOthCoaAAAADgAAAAcAJAAAAAAAAAAggKSBAAAAAOihqC50eHQKACAAAAAAAAEAGAA+LqUU3XndAQAAAAAAAAAAAAAAAAAAAABQSwUGAAAAAAEAAQBZAAAAPwAAAAAA";

    [Theory]
    [InlineData(LzmaZip)]
    [InlineData(BzipZip)]
    public void Members_of_other_methods_open_with_their_password(string zip)
    {
        var bytes = Convert.FromBase64String(zip);
        Assert.Equal("SAN-KIND-006", Bench.Run("a.zip", bytes, null, "wrong").Report.Refusal?.Code);
        var done = Bench.Run("a.zip", bytes, null, "wrong", "sesame");
        Assert.Equal(Secret, Opened.Text(done.Out, "表.txt"));
    }

    [Theory]
    [InlineData(Content7z)]
    [InlineData(Header7z)]
    public void A_7z_with_a_password_is_refused_by_name_with_and_without_it(string archive)
    {
        var bytes = Convert.FromBase64String(archive);
        foreach (var passwords in (string[][])[[], ["wrong"], ["sesame"]])
        {
            var done = Bench.Run("秘密.7z", bytes, null, passwords);
            Assert.Equal("SAN-KIND-006", done.Report.Refusal?.Code);
            Assert.Contains("7z", done.Report.Refusal!.What.Ja, StringComparison.Ordinal);
        }
        // In a zip it is named in the note, and the rest comes out.
        var zip = Bench.Run("a.zip", new RawZip().Add("秘密.7z"u8.ToArray(), bytes, flags: 0x800).Add("b.txt", "b").Finish());
        Assert.Contains("秘密.7z", Opened.Text(zip.Out, "無害化できなかったファイル.txt"), StringComparison.Ordinal);
        Assert.Equal("b", Opened.Text(zip.Out, "b.txt"));
    }

    [Theory]
    [InlineData("ZIP_BZIP2")]
    [InlineData("ZIP_LZMA")]
    public void What_Python_packs_comes_out_and_its_bombs_do_not(string method)
    {
        var folder = Directory.CreateTempSubdirectory("sekisho-zip-").FullName;
        try
        {
            const string Script = """
                import sys, zipfile
                f, m = sys.argv[1], getattr(zipfile, sys.argv[2])
                with zipfile.ZipFile(f + '/a.zip', 'w', m) as z:
                    z.writestr('表.csv', '名前,=evil()\r\n' * 1000)
                    z.writestr('b.txt', 'あいうえお\r\n' * 600000)
                with zipfile.ZipFile(f + '/small.zip', 'w', m) as z:
                    z.writestr('表.csv', '名前,=evil()\r\n' * 100)
                with zipfile.ZipFile(f + '/bomb.zip', 'w', m) as z:
                    z.writestr('bomb.txt', b'a' * (80 << 20))
                """;
            Opened.Run("/usr/bin/python3", "-c", Script, folder, method);
            var made = File.ReadAllBytes(Path.Combine(folder, "a.zip"));
            var done = Bench.Run("a.zip", made);
            var members = Opened.Members(done.Out);
            Assert.StartsWith("名前,\"'=evil()\"\r\n", Encoding.UTF8.GetString(members["表.csv"]), StringComparison.Ordinal);
            Assert.Equal(600_000 * 17, members["b.txt"].Length);
            Assert.Equal(done.Out, Bench.Run("a.zip", made).Out);
            Assert.Equal("SAN-LIMIT-002", Bench.Run("bomb.zip", File.ReadAllBytes(Path.Combine(folder, "bomb.zip"))).Report.Refusal?.Code);
            // Cut and changed bytes: the member is named, nothing else happens.
            var random = new Random(12);
            made = File.ReadAllBytes(Path.Combine(folder, "small.zip"));
            for (var round = 0; round < 200; round++)
            {
                var bytes = (byte[])made.Clone();
                for (var i = 0; i < 3; i++) bytes[random.Next(40, bytes.Length - 70)] ^= (byte)(1 << random.Next(8));
                Assert.NotEqual("SAN-BUG-001", Bench.Run("a.zip", bytes).Report.Refusal?.Code);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("libzip__testbzip2.zip", true)]
    [InlineData("libzip__testfile-lzma.zip", true)]
    [InlineData("libzip__lzma-no-eos.zip", true)]
    [InlineData("libzip__testfile-xz.zip", true)]
    [InlineData("libzip__testfile-zstd.zip", true)]
    [InlineData("libzip__testbzip2broken.zip", false)]
    public void Archives_of_a_public_test_suite_open(string file, bool isWhole)
    {
        Assert.SkipWhen(Bench.Corpus is null, "the corpus is not here");
        var done = Bench.Run(file, File.ReadAllBytes(Path.Combine(Bench.Corpus!, "zip", file)));
        if (isWhole) Assert.DoesNotContain(done.Report.Removed, static r => r.Threat is "Z-10" or "Z-12");
        if (isWhole) Assert.All(Opened.Members(done.Out).Values, static m => Assert.True(m.Length > 0));
        else Assert.Equal("SAN-ZIP-016", done.Report.Refusal?.Code ?? done.Report.Members[0].Refusal?.Code);
    }

    [Fact]
    public void A_dictionary_larger_than_any_archive_needs_is_not_allocated()
    {
        // LZMA's own header: version, five bytes of properties, of which four say 4 GiB.
        byte[] packed = [9, 20, 5, 0, 0x5D, 0xFF, 0xFF, 0xFF, 0xFF, .. new byte[50]];
        var zip = new RawZip();
        zip.Entry("a.txt"u8.ToArray(), packed, 10, 0, 0, 0, 14, []);
        Assert.Equal("SAN-ZIP-016", Bench.Run("a.zip", zip.Finish()).Report.Refusal?.Code);
    }

    [Fact]
    public void No_document_is_packed_so() => Assert.Null(Bench.Run("a.docx", new RawZip().Add("[Content_Types].xml", "<Types/>", method: 12).Finish()).Bytes);
}
