// A process of its own for the resilience tests: opens the storage of a folder, then writes number after number and says each one that was
// committed, until it is killed or its input ends. Usage: Sekisho.Storage.Writer FOLDER [first number; absent: only open, then wait]
using System.Globalization;
using System.Reflection;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Storage;

try
{
    await using var database = await Database.OpenAsync(
        StorageOptions.FromEnvironment(args[0]), [new("writer", Assembly.GetExecutingAssembly())], NullLogger.Instance, CancellationToken.None);
    using var server = DataFolder.TakeForServer(args[0]);
    Console.WriteLine("ready");
    var stop = Task.Run(Console.In.ReadToEndAsync);
    for (var n = args.Length > 1 ? long.Parse(args[1], CultureInfo.InvariantCulture) : long.MaxValue; n < long.MaxValue && !stop.IsCompleted; n++)
    {
        await using var owner = await database.EnterOwnerAsync(CancellationToken.None);
        await owner.Connection.ExecuteAsync("INSERT INTO writer.number VALUES (@n)", new { n });
        await owner.CommitAsync(CancellationToken.None);
        Console.WriteLine(n);
    }
    await stop;
    return 0;
}
catch (StorageException e)
{
    Console.WriteLine($"{e.Code} {e.What.En} | {e.Next.En} | {e.Detail.ReplaceLineEndings(" ")}");
    return 3;
}
