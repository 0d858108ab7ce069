namespace Sekisho.Policy.Tests.Reading;

/// <summary>Documents written for these tests, in every shape met in the field, against their JSON as read by a person. UPDATE_GOLDEN=1 writes it anew.</summary>
public sealed class FixtureTests
{
    public static TheoryData<string> Documents()
    {
        var data = new TheoryData<string>();
        foreach (var path in Directory.EnumerateFiles(Files.Fixtures).Order(StringComparer.Ordinal))
        {
            if (!path.EndsWith(".json", StringComparison.Ordinal))
                data.Add(Path.GetFileName(path));
        }
        return data;
    }

    [Fact]
    public void There_are_documents_to_read() => Assert.True(Documents().Count >= 9);

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task A_document_reads_as_its_golden_says(string name)
    {
        var document = await Files.ReadAsync(await File.ReadAllBytesAsync(Path.Combine(Files.Fixtures, name), TestContext.Current.CancellationToken), name);
        var json = Files.Json(document) + "\n";
        var golden = Path.Combine(Files.Fixtures, Path.ChangeExtension(name, ".json"));
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            await File.WriteAllTextAsync(golden, json, TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllTextAsync(golden, TestContext.Current.CancellationToken), json);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task The_same_document_gives_the_same_bytes_and_unique_ids(string name)
    {
        var bytes = await File.ReadAllBytesAsync(Path.Combine(Files.Fixtures, name), TestContext.Current.CancellationToken);
        var first = await Files.ReadAsync(bytes, name);
        var second = await Files.ReadAsync(bytes, name);
        Assert.Equal(Files.Json(first), Files.Json(second));
        var ids = first.All().Concat(first.Supplementary.SelectMany(static s => s.Children).SelectMany(static c => c.SelfAndDescendants())).Select(static p => p.Id).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Json_reads_back_to_the_same_document(string name)
    {
        var document = await Files.ReadAsync(await File.ReadAllBytesAsync(Path.Combine(Files.Fixtures, name), TestContext.Current.CancellationToken), name);
        using var stream = new MemoryStream();
        PolicyJson.Write(document, stream);
        var back = PolicyJson.Read(stream.ToArray()).Match(static read => read.Document, static refused => throw new Xunit.Sdk.XunitException(refused.Error.ToString()));
        Assert.Equal(Files.Json(document), Files.Json(back));
    }

    [Fact]
    public async Task A_text_in_CP932_reads_like_the_same_in_UTF8_with_or_without_a_mark()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Files.Fixtures, "notice-wrapped.txt"), TestContext.Current.CancellationToken);
        var expected = Files.Json(Files.Read(text));
        var cp932 = System.Text.CodePagesEncodingProvider.Instance.GetEncoding(932)!;
        Assert.Equal(expected, Files.Json(await Files.ReadAsync(cp932.GetBytes(text))));
        Assert.Equal(expected, Files.Json(await Files.ReadAsync([0xEF, 0xBB, 0xBF, .. System.Text.Encoding.UTF8.GetBytes(text)])));
        Assert.Equal(expected, Files.Json(await Files.ReadAsync([0xFF, 0xFE, .. System.Text.Encoding.Unicode.GetBytes(text)])));
        Assert.Equal(expected, Files.Json(await Files.ReadAsync(System.Text.Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")))));
    }
}
