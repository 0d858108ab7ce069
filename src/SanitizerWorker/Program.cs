using Sekisho.Sanitizer.Isolation;

// Started by SanitizerPool inside the sandbox; its one argument is its own folder.
await WorkerLoop.RunAsync(Console.OpenStandardInput(), Console.OpenStandardOutput(), args[0]);
