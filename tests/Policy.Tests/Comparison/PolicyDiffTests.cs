using FsCheck;
using FsCheck.Fluent;
using Sekisho.Policy.Comparison;

namespace Sekisho.Policy.Tests.Comparison;

public class PolicyDiffTests
{
    private const string Old = """
        条1 (目的) 本基本方針は、情報資産を維持するため、基本的な事項を定めることを目的とする。
        条2 (定義) 用語の意義は、次のとおりとする。
          号1 (ネットワーク) コンピュータ等を相互に接続するための通信網をいう。
          号2 (情報システム) コンピュータで構成され、情報処理を行う仕組みをいう。
          号3 (機密性) 認められた者だけがアクセスできる状態を確保することをいう。
        条3 (対象とする脅威) 次の脅威を想定する。
        条4 (適用範囲) 適用される機関は、市長及び議会とする。
        条5 (遵守義務) 職員等は、実施手順を遵守しなければならない。
        条6 (監査) 定期的に監査を実施する。
        """;

    private const string New = """
        条1 (目的) 本基本方針は、情報資産を維持するため、基本的な事項を定めることを目的とする。
        条2 (定義) 用語の意義は、次のとおりとする。
          号1 (ネットワーク) コンピュータ等を相互に接続するための通信網をいう。
          号2 (機器等) サーバ装置、端末等の総称をいう。
          号3 (情報システム) コンピュータで構成され、情報処理を行う仕組みをいう。
          号4 (機密性) 認められた者だけがアクセスできる状態を確保することをいう。
        条3 (適用範囲) 適用される機関は、市長、教育委員会及び議会とする。
        条4 (対象とする脅威) 次の脅威を想定する。
        条5 (遵守義務) 職員等は、実施手順を遵守しなければならない。
        条6 (委託事業者の管理) 委託事業者を選定し、契約を締結する。
        """;

    private static string Text(PolicyDocument old, PolicyDocument @new)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        ComparisonText.Write(PolicyDiff.Compare(old, @new), writer);
        return writer.ToString();
    }

    [Fact]
    public void Each_provision_gets_its_mark()
    {
        var table = PolicyDiff.Compare(Written.Policy(Old), Written.Policy(New));
        var marks = table.Rows.Where(static r => r.Change != Change.None)
            .Select(static r => $"{Caption(r.Old)} → {Caption(r.New)}: {r.Change} {r.ElsewhereLabel}".TrimEnd());
        Assert.Equal(
            [
                "- → 機器等: Added",
                "情報システム → 情報システム: Number 第2条(2)",
                "機密性 → 機密性: Number 第2条(3)",
                "対象とする脅威 → -: MovedAway 第4条",
                "適用範囲 → 適用範囲: Text, Number 第4条",
                "対象とする脅威 → 対象とする脅威: Place 第3条",
                "- → 委託事業者の管理: Added",
                "監査 → -: Deleted",
            ], marks);

        static string Caption(ComparisonCell? cell) => cell is null ? "-" : string.Concat(cell.Caption.Select(static p => p.Text));
    }

    [Fact]
    public void The_table_reads_as_offices_print_it()
    {
        var lines = ComparisonLayout.Lines(PolicyDiff.Compare(Written.Policy(Old), Written.Policy(New)))
            .Select(static l => $"{l.Depth}|{l.Tag}|{Marked(l.New)}|{Marked(l.Old)}");
        Assert.Equal(
            [
                "0||第1条　（略）|第1条　（略）",
                "0||（定義）⏎第2条　（略）|（定義）⏎第2条　（略）",
                "1||(1)　（略）|(1)　（略）",
                "1|新設|[(2)]　[機器等]　[サーバ装置、端末等の総称をいう。]|（新設）",
                "1|繰下げ|[(3)]　情報システム　（略）|[(2)]　情報システム　（略）",
                "1|繰下げ|[(4)]　機密性　（略）|[(3)]　機密性　（略）",
                "0||（第4条へ移動）|（対象とする脅威）⏎第3条　（略）",
                "0|改正・繰上げ|（適用範囲）⏎[第3条]　適用される機関は、市長[、教育委員会]及び議会とする。|（適用範囲）⏎[第4条]　適用される機関は、市長及び議会とする。",
                "0|移動（旧 第3条）|（対象とする脅威）⏎[第4条]　（略）|（対象とする脅威）⏎[第3条]　（略）",
                "0||第5条　（略）|第5条　（略）",
                "0|新設|（[委託事業者の管理]）⏎[第6条]　[委託事業者を選定し、契約を締結する。]|（新設）",
                "0|削除|（削る）|（[監査]）⏎[第6条]　[定期的に監査を実施する。]",
            ], lines);

        static string Marked(IReadOnlyList<Piece> pieces) => string.Concat(pieces.Select(static p => p.Changed ? $"[{p.Text}]" : p.Text)).Replace("\n", "⏎", StringComparison.Ordinal);
    }

    /// <summary>What stands around the articles in an office's table: 改正履歴, 制定文, 附則, 別表.</summary>
    [Fact]
    public void History_preamble_supplements_and_appendices_are_set_side_by_side()
    {
        var articles = "条1 (目的) 情報資産を守ることを目的とする。";
        SupplementaryProvision Supplement(string label, string text) => new(label, null, "", text, [], []);
        static PolicyAppendix Appendix(string label, string caption, params string[][] rows) => new(label, caption, "", [new PolicyTable(rows)]);
        var old = Written.Policy(articles, preamble: "市民の信頼に応えるため、ここに定める。",
            amendments: [new(new(2022, 4, 1), "告示第5号")],
            supplementary: [Supplement("附則", "この告示は、公表の日から施行する。"), Supplement("附則（令和4年4月1日告示第5号）", "この告示は、令和4年4月1日から施行する。")]) with
        {
            Enacted = new(new(2020, 3, 1), "告示第1号"),
            Appendices = [Appendix("別表第1（第2条関係）", "対策", ["区分", "対策"], ["端末", "多要素認証"], ["媒体", "暗号化"]), Appendix("別表第2", "", ["課", "責任者"], ["総務課", "総務課長"])],
        };
        var @new = Written.Policy(articles, preamble: "市民及び事業者の信頼に応えるため、ここに定める。",
            amendments: [.. old.Amendments, new(new(2026, 4, 1), "告示第9号")],
            supplementary: [.. old.Supplementary, Supplement("附則（令和8年4月1日告示第9号）", "この告示は、令和8年4月1日から施行する。")]) with
        {
            Enacted = old.Enacted,
            Appendices = [Appendix("別表第1（第3条関係）", "対策", ["区分", "対策"], ["端末", "多要素認証"], ["媒体", "暗号化及び施錠"], ["室", "入退室の記録"]), old.Appendices[1]],
        };
        var lines = ComparisonLayout.Lines(PolicyDiff.Compare(old, @new))
            .Select(static l => $"{l.Depth}|{l.Tag}|{Marked(l.New)}|{Marked(l.Old)}");
        Assert.Equal(
            [
                "0|改正|制定　令和2年3月1日　告示第1号⏎改正　令和4年4月1日　告示第5号⏎[改正　令和8年4月1日　告示第9号]|制定　令和2年3月1日　告示第1号⏎改正　令和4年4月1日　告示第5号",
                "0|改正|市民[及び事業者]の信頼に応えるため、ここに定める。|市民の信頼に応えるため、ここに定める。",
                "0||第1条　（略）|第1条　（略）",
                "0||附則・附則（令和4年4月1日告示第5号）　（略）|附則・附則（令和4年4月1日告示第5号）　（略）",
                "0|新設|[附則（令和8年4月1日告示第9号）]⏎[この告示は、令和8年4月1日から施行する。]|（新設）",
                "0|改正|別表第1（第[3]条関係）　対策|別表第1（第[2]条関係）　対策",
                "1||（略）|（略）",
                "1|改正|媒体｜暗号化[及び施錠]|媒体｜暗号化",
                "1|新設|[室｜入退室の記録]|（新設）",
                "0||別表第2　（略）|別表第2　（略）",
            ], lines);
        foreach (var write in new Action<ComparisonTable, StringWriter>[] { ComparisonHtml.Write, ComparisonText.Write })
        {
            using var to = new StringWriter();
            write(PolicyDiff.Compare(old, @new), to);
            foreach (var shown in new[] { "告示第9号", "及び事業者", "令和8年4月1日から施行する", "及び施錠", "入退室の記録" }) Assert.Contains(shown, to.ToString(), StringComparison.Ordinal);
        }
        Assert.True(PolicyDiff.Compare(@new, @new).IsEmpty);

        static string Marked(IReadOnlyList<Piece> pieces) => string.Concat(pieces.Select(static p => p.Changed ? $"[{p.Text}]" : p.Text)).Replace("\n", "⏎", StringComparison.Ordinal);
    }

    [Fact]
    public void An_appendix_written_anew_or_taken_away_is_shown_whole()
    {
        static PolicyDocument With(params PolicyAppendix[] appendices) => Written.Policy("条1 (目的) 目的を定める。") with { Appendices = appendices };
        var table = PolicyDiff.Compare(
            With(new PolicyAppendix("別表第1", "", "端末の一覧", []), new PolicyAppendix("様式第1号", "", "申請書", [])),
            With(new PolicyAppendix("別表第1", "", "媒体の持ち出しを許可する者", [])));
        Assert.Equal(["Text", "Deleted"], table.Rows.Where(static r => r.Part == ComparisonPart.Appendix).Select(static r => r.Change.ToString()));
    }

    [Fact]
    public void Ids_are_carried_by_content()
    {
        var (old, @new) = (Written.Policy(Old), Written.Policy(New));
        var carried = PolicyDiff.CarryIds(old, @new);
        string NewId(string path) => @new.All().Single(p => p.Path == path).Id;
        string OldId(string path) => old.All().Single(p => p.Path == path).Id;
        Assert.Equal(OldId("4"), carried[NewId("3")]);
        Assert.Equal(OldId("3"), carried[NewId("4")]);
        Assert.Equal(OldId("2/3"), carried[NewId("2/4")]);
        Assert.DoesNotContain(NewId("6"), carried.Keys);
        Assert.DoesNotContain(NewId("2/2"), carried.Keys);
    }

    [Fact]
    public void The_same_document_gives_an_empty_table()
    {
        var table = PolicyDiff.Compare(Written.Policy(New), Written.Policy(New));
        Assert.True(table.IsEmpty);
        Assert.Empty(ComparisonLayout.Lines(table));
        Assert.Contains("違いはありません", Text(Written.Policy(New), Written.Policy(New)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_shifted_chapter_border_moves_no_article()
    {
        var old = Written.Policy("""
            章1 (総則)
              条1 (目的) 目的を定める。
              条2 (定義) 用語の意義を定める。
            章2 (対策)
              条3 (物理的セキュリティ) 物理的な対策を講じる。
            """);
        var @new = Written.Policy("""
            章1 (総則)
              条1 (目的) 目的を定める。
            章2 (対策)
              条2 (定義) 用語の意義を定める。
              条3 (物理的セキュリティ) 物理的な対策を講じる。
            """);
        Assert.Equal(0, PolicyDiff.Compare(old, @new).Rows.Count(static r => r.New?.Kind == ProvisionKind.Article && r.Change != Change.None));
    }

    /// <summary>Policies of made-up sentences with up to three levels; few words, so that likeness and repetition are frequent.</summary>
    private static readonly Gen<PolicyDocument> Documents = Documented();

    private static Gen<PolicyDocument> Documented()
    {
        var word = Gen.Elements("情報資産", "職員等", "機密性", "委託事業者", "監査", "緊急時対応計画", "脅威", "台帳", "端末", "通信");
        var sentence = word.ListOf(4).Select(static w => $"{w[0]}の{w[1]}は、{w[2]}及び{w[3]}を定める。");
        var caption = Gen.Elements("", "定義", "監査", "組織体制", "適用範囲");
        Gen<string[]> Level(int depth) => Gen.Choose(0, depth == 0 ? 6 : 3).SelectMany(count =>
            caption.ListOf(count).SelectMany(captions => sentence.ListOf(count).SelectMany(sentences =>
                (depth < 2 ? Level(depth + 1) : Gen.Constant(Array.Empty<string>())).ListOf(count).Select(below =>
                    Enumerable.Range(0, count).SelectMany(i => below[i].Prepend(
                        new string(' ', depth * 2) + $"{"条号細"[depth]}{i + 1}{(captions[i].Length > 0 ? $" ({captions[i]})" : "")} {sentences[i]}")).ToArray()))));
        return Level(0).Select(static lines => Written.Policy(string.Join('\n', lines)));
    }

    [Fact]
    public void Every_provision_of_both_versions_stands_in_exactly_one_row() =>
        Prop.ForAll(Documents.ToArbitrary(), Documents.ToArbitrary(), static (old, @new) =>
        {
            var rows = PolicyDiff.Compare(old, @new).Rows;
            var left = rows.Select(static r => r.New?.Id).Where(static id => !string.IsNullOrEmpty(id));
            var right = rows.Where(static r => r.Change != Change.MovedAway).Select(static r => r.Old?.Id).Where(static id => !string.IsNullOrEmpty(id));
            return left.SequenceEqual(@new.All().Select(static p => p.Id)) && right.Order().SequenceEqual(old.All().Select(static p => p.Id).Order());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void Applying_the_marks_to_the_old_text_gives_the_new() =>
        Prop.ForAll(Documents.ToArbitrary(), Documents.ToArbitrary(), static (old, @new) =>
        {
            var before = old.All().ToDictionary(static p => p.Id);
            foreach (var row in PolicyDiff.Compare(old, @new).Rows.Where(static r => r is { New.Id.Length: > 0, Old.Id.Length: > 0 }))
            {
                // Replace, from the left, each changed stretch of the old text by that of the new.
                var kept = before[row.Old!.Id].Text;
                var applied = string.Concat(row.New!.Text.Select(static p => p.Text));
                if (kept != string.Concat(row.Old.Text.Select(static p => p.Text))) return false;
                if (!row.Old.Text.Where(static p => !p.Changed).Select(static p => p.Text).SequenceEqual(row.New.Text.Where(static p => !p.Changed).Select(static p => p.Text))
                    && string.Concat(row.Old.Text.Where(static p => !p.Changed).Select(static p => p.Text)) != string.Concat(row.New.Text.Where(static p => !p.Changed).Select(static p => p.Text))) return false;
                if (applied != @new.All().Single(p => p.Id == row.New.Id).Text) return false;
            }
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void A_document_compared_with_itself_is_empty() =>
        Prop.ForAll(Documents.ToArbitrary(), static document => PolicyDiff.Compare(document, document).IsEmpty).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    /// <summary>The second engine: every pair of leftovers, held against each other without index, groups or bounds.</summary>
    [Fact]
    public void No_two_provisions_that_are_alike_are_left_apart() =>
        Prop.ForAll(Documents.ToArbitrary(), Documents.ToArbitrary(), static (old, @new) =>
        {
            var (before, after) = (ComparisonUnit.Of(old), ComparisonUnit.Of(@new));
            ProvisionMatching.Match(before, after);
            var profiles = before.SelfAndBelow().Concat(after.SelfAndBelow()).ToDictionary(static u => u, static u => new ProvisionMatching.Profile(u));
            var alike =
                from o in before.SelfAndBelow()
                from n in after.SelfAndBelow()
                where o.Match is null && n.Match is null && o.Role == n.Role && ProvisionMatching.Score(o, n, profiles) > ProvisionMatching.Least + 1e-9
                select (o, n);
            return !alike.Any();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(10234217009620184186UL, 16576686846440284543UL, 51));

    /// <summary>The second engine: every assignment of a small table, tried one by one.</summary>
    [Fact]
    public void The_assignment_costs_as_little_as_any()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var (rows, columns) = (random.Next(1, 6), random.Next(5, 8));
            var cost = new double[rows, columns];
            for (var i = 0; i < rows; i++)
                for (var j = 0; j < columns; j++) cost[i, j] = random.Next(0, 12) / 4.0;
            var chosen = Assignment.Solve(cost);
            Assert.Equal(rows, chosen.Distinct().Count());
            Assert.Equal(Cheapest(cost, 0, 0), chosen.Select((column, row) => cost[row, column]).Sum(), 6);
        }

        static double Cheapest(double[,] cost, int row, int used)
        {
            if (row == cost.GetLength(0)) return 0;
            return Enumerable.Range(0, cost.GetLength(1)).Where(j => (used & 1 << j) == 0).Min(j => cost[row, j] + Cheapest(cost, row + 1, used | 1 << j));
        }
    }
}
