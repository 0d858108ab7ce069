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

    /// <summary>Keys as the format fixes them, in its order: no more, no fewer.</summary>
    private static readonly Dictionary<string, string[]> FixedKeys = new(StringComparer.Ordinal)
    {
        [""] = ["title", "enacted", "amendments", "provisions", "supplementary", "findings"],
        ["enacted"] = ["date", "reference"],
        ["amendments"] = ["date", "reference"],
        ["provisions"] = ["kind", "number", "label", "caption", "text", "id", "children"],
        ["children"] = ["kind", "number", "label", "caption", "text", "id", "children"],
        ["supplementary"] = ["effective", "text", "children"],
        ["findings"] = ["code", "severity", "where", "message"],
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task The_fixed_json_has_its_keys_no_others_and_every_text(string name)
    {
        var document = await Files.ReadAsync(await File.ReadAllBytesAsync(Path.Combine(Files.Fixtures, name), TestContext.Current.CancellationToken), name);
        CheckFixed(document with { Preamble = document.Preamble.Length > 0 ? document.Preamble : "ここに定める。" });
    }

    [Fact]
    public void The_fixed_json_keeps_tables_closing_sentences_and_appendices()
    {
        var document = Files.Read("試験市規程\n（目的）\n第1条　次のとおりとする。\n(1)　一つ\n(2)　二つ\n２　次の各号とする。\n(1)　甲\n(2)　乙\n附　則\nこの規程は、令和2年4月1日から施行する。");
        var article = document.Provisions[0];
        var changed = article with { Text = "次のとおりとする。\nこれらを守る。", Closing = 1, Tables = [new PolicyTable([["区分", "対策"], ["端末", "施錠"]])] };
        var json = CheckFixed(document with { Provisions = [changed], Appendices = [new PolicyAppendix("別表第1", "区分", "別に定める。", [new PolicyTable([["甲", "乙"]])])] });
        Assert.Contains("次のとおりとする。\\nこれらを守る。\\n区分｜対策\\n端末｜施錠", json, StringComparison.Ordinal);
        Assert.Contains("甲｜乙", json, StringComparison.Ordinal);
    }

    private static string CheckFixed(PolicyDocument document)
    {
        using var stream = new MemoryStream();
        FixedPolicyJson.Write(document, stream);
        using var json = System.Text.Json.JsonDocument.Parse(stream.ToArray());
        Check("", json.RootElement);
        var texts = document.All().Concat(document.Supplementary.SelectMany(static s => s.Children).SelectMany(static c => c.SelfAndDescendants()))
            .SelectMany(static p => p.Text.Split('\n').Append(p.Caption).Append(p.Label).Concat(Cells(p.Tables)))
            .Concat(document.Supplementary.SelectMany(static s => s.Text.Split('\n')))
            .Concat(document.Preamble.Split('\n'))
            .Concat(document.Appendices.SelectMany(static a => a.Text.Split('\n').Append(a.Caption).Concat(Cells(a.Tables))));
        var written = new System.Text.StringBuilder();
        Gather(json.RootElement, written);
        foreach (var text in texts) Assert.Contains(text, written.ToString(), StringComparison.Ordinal);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());

        static IEnumerable<string> Cells(IReadOnlyList<PolicyTable> tables) => tables.SelectMany(static t => t.Rows).SelectMany(static r => r);

        static void Check(string name, System.Text.Json.JsonElement element)
        {
            if (element.ValueKind == System.Text.Json.JsonValueKind.Object)
            {
                Assert.Equal(FixedKeys[name], element.EnumerateObject().Select(static p => p.Name));
                foreach (var property in element.EnumerateObject()) Check(property.Name, property.Value);
            }
            else if (element.ValueKind == System.Text.Json.JsonValueKind.Array)
            {
                foreach (var item in element.EnumerateArray()) Check(name, item);
            }
        }

        static void Gather(System.Text.Json.JsonElement element, System.Text.StringBuilder into)
        {
            if (element.ValueKind == System.Text.Json.JsonValueKind.String) into.Append(element.GetString()).Append('\n');
            else if (element.ValueKind == System.Text.Json.JsonValueKind.Object) foreach (var property in element.EnumerateObject()) Gather(property.Value, into);
            else if (element.ValueKind == System.Text.Json.JsonValueKind.Array) foreach (var item in element.EnumerateArray()) Gather(item, into);
        }
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
