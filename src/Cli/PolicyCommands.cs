using System.CommandLine;

namespace Sekisho.Cli;

/// <summary>`sekisho policy …`: each subcommand is a file of its own.</summary>
internal static class PolicyCommands
{
    internal static Command Create() => new("policy", "規程を読む・点検する / read and check policies")
    {
        PolicyReadCommand.Create(),
        PolicyImportCommand.Create(),
        PolicyLintCommand.Create(),
        PolicyObligationsCommand.Create(),
        PolicyDiffCommand.Create(),
    };
}
