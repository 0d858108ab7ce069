namespace Sekisho.Policy.Comparison;

/// <summary>Minimum-cost assignment (割当て) of rows to columns.</summary>
internal static class Assignment
{
    /// <summary>For each row its column; every row gets one, so there must be at least as many columns as rows.</summary>
    /// <param name="cost">Any finite numbers.</param>
    /// <remarks>Hungarian method with potentials (Kuhn–Munkres, shortest augmenting paths): O(rows² × columns).</remarks>
    public static int[] Solve(double[,] cost)
    {
        var (rows, columns) = (cost.GetLength(0), cost.GetLength(1));
        if (rows > columns) throw new ArgumentException("There must be at least as many columns as rows.", nameof(cost));
        var (u, v) = (new double[rows + 1], new double[columns + 1]);
        var (rowOf, way) = (new int[columns + 1], new int[columns + 1]);
        for (var row = 1; row <= rows; row++)
        {
            rowOf[0] = row;
            var column = 0;
            var least = new double[columns + 1];
            Array.Fill(least, double.PositiveInfinity);
            var used = new bool[columns + 1];
            do
            {
                used[column] = true;
                var (current, delta, next) = (rowOf[column], double.PositiveInfinity, 0);
                for (var j = 1; j <= columns; j++)
                {
                    if (used[j]) continue;
                    var reduced = cost[current - 1, j - 1] - u[current] - v[j];
                    if (reduced < least[j]) (least[j], way[j]) = (reduced, column);
                    if (least[j] < delta) (delta, next) = (least[j], j);
                }
                for (var j = 0; j <= columns; j++)
                {
                    if (used[j]) (u[rowOf[j]], v[j]) = (u[rowOf[j]] + delta, v[j] - delta);
                    else least[j] -= delta;
                }
                column = next;
            }
            while (rowOf[column] != 0);
            for (; column != 0; column = way[column]) rowOf[column] = rowOf[way[column]];
        }
        var result = new int[rows];
        for (var j = 1; j <= columns; j++)
            if (rowOf[j] > 0) result[rowOf[j] - 1] = j - 1;
        return result;
    }
}
