using System.CommandLine;

namespace Sekisho.Cli;

/// <summary>All branches of the command tree.</summary>
internal static class Branches
{
    public static void AddAll(RootCommand root)
    {
        root.Subcommands.Add(PolicyCommands.Create());
        root.Subcommands.Add(UpCommand.Create());
        root.Subcommands.Add(WorkerCommand.Create());
        root.Subcommands.Add(SanitizeCommands.Create());
        root.Subcommands.Add(CrossCommands.Create());
        root.Subcommands.Add(MailCommands.Create());
        root.Subcommands.Add(ZonesCommands.Create());
        root.Subcommands.Add(LedgerCommands.Create());
        root.Subcommands.Add(AgentCommands.Create());
        root.Subcommands.Add(OrganisationCommands.Create());
    }
}
