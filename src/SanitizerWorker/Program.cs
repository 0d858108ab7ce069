using Sekisho.Sanitizer.Isolation;

// Started by SanitizerPool inside the sandbox; its one argument is its own folder.
WorkerLoop.Run(Console.OpenStandardInput(), Console.OpenStandardOutput(), args[0]);
