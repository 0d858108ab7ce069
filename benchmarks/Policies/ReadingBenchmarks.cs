using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Sekisho.Policy;

namespace Sekisho.Benchmarks.Policies;

/// <summary>Reading a standard (対策基準) from its text. Target: 200 articles in 10 ms, linear in length.</summary>
[MemoryDiagnoser]
public class ReadingBenchmarks
{
    private string _text = "";

    [Params(100, 200, 400, 800)]
    public int Articles { get; set; }

    [GlobalSetup]
    public void Write()
    {
        var text = new StringBuilder("○試験市情報セキュリティ対策基準\n\n令和5年3月31日\n訓令第9号\n\n");
        for (var article = 1; article <= Articles; article++)
        {
            if (article % 10 == 1)
                text.Append(CultureInfo.InvariantCulture, $"第{article / 10 + 1}章　対策\n");
            text.Append(CultureInfo.InvariantCulture, $"（対策{article}）\n第{article}条　市は、情報資産を機密性、完全性及び可用性に応じて分類し、当該分類に基づき情報セキュリティ対策を講じるものとする。\n")
                .Append("２　前項の対策は、次に掲げるものとし、統括情報セキュリティ責任者が定める手順に従って実施しなければならない。\n")
                .Append("(1)　監視を行い、その記録を一年間保存すること。\n(2)　記録を残し、改ざん、窃取又は不正な消去から保護すること。\n(3)　次に掲げる訓練を行うこと。\nア　年度当初の訓練\nイ　随時の訓練\n");
        }
        _text = text.Append("附　則\nこの訓令は、令和5年4月1日から施行する。\n").ToString();
    }

    [Benchmark]
    public PolicyReading Read_a_standard() => PolicyText.Read(_text);
}
