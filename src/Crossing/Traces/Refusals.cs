using Sekisho.Records;

namespace Sekisho.Crossing.Traces;

/// <summary>Where the rules of traces say no.</summary>
public static class Refusals
{
    public static Refusal TooManyRows { get; } = new("XNG-TRACE-001",
        new("100 万件を超えるため、一つの表に書き出せません。何も書き出していません。", "There are more than a million rows, too many for one sheet. Nothing was written."),
        new("期間などで絞り込んでから、もう一度書き出してください。", "Narrow by period or otherwise, and export again."));
}
