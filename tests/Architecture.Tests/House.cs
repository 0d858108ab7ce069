using System.Xml.Linq;

namespace Sekisho.Architecture.Tests;

/// <summary>One project as its file declares it.</summary>
internal sealed record Project(string Name, IReadOnlyList<string> References, IReadOnlyList<string> Packages);

/// <summary>The house as its project files draw it, and the rules that it keeps (docs/ARCHITECTURE.md).</summary>
internal static class House
{
    /// <summary>Storeys from the ground up: a project may lean only on projects of lower storeys, never on one of its own.</summary>
    public static readonly string[][] Storeys =
    [
        ["Assurance"],
        ["Policy", "Sanitizer", "Zones", "Monitoring", "Ledger", "Agent"],
        ["Storage", "SanitizerWorker"],
        ["Records"],
        ["Crossing"],
        ["Web"],
        ["Cli"],
    ];

    /// <summary>Verifies ledger bundles for outsiders: shares no code with the server, so it stands beside the house.</summary>
    public const string Auditor = "Auditor";

    /// <summary>Engines are pure: what would bring a database or the web into them is refused.</summary>
    private static readonly string[] NotInEngines = ["Npgsql", "Dapper", "Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "RabbitMQ"];

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<Project> Projects() =>
        [.. Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(Read)];

    private static Project Read(string file)
    {
        var xml = XDocument.Load(file);
        return new Project(
            Path.GetFileNameWithoutExtension(file),
            [.. xml.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension((string)r.Attribute("Include")!))],
            [.. xml.Descendants("PackageReference").Concat(xml.Descendants("FrameworkReference")).Select(r => (string)r.Attribute("Include")!)]);
    }

    /// <summary>Every break of the rules, as sentences; empty when the house stands.</summary>
    public static IReadOnlyList<string> Violations(IReadOnlyList<Project> projects)
    {
        var broken = new List<string>();
        foreach (var project in projects)
        {
            if (project.Name == Auditor)
            {
                if (project.References.Count > 0) broken.Add($"{Auditor} must share no code with the server, but references {string.Join(", ", project.References)}.");
                continue;
            }
            if (project.Name != "Cli" && project.References.Contains("SanitizerWorker")) broken.Add($"{project.Name} takes SanitizerWorker along, but only Cli publishes it: two of it don't go into one folder.");
            var storey = StoreyOf(project.Name);
            if (storey < 0)
            {
                broken.Add($"{project.Name} has no storey in the house: say where it belongs.");
                continue;
            }
            foreach (var reference in project.References)
            {
                if (reference == Auditor)
                {
                    if (project.Name != "Cli") broken.Add($"Only Cli may call {Auditor}, not {project.Name}.");
                }
                else if (StoreyOf(reference) is var below && (below < 0 || below >= storey))
                {
                    broken.Add($"{project.Name} leans on {reference}, which is not below it.");
                }
            }
            if (storey == 0 && project.Packages.Count > 0) broken.Add($"Assurance takes no packages, but asks for {string.Join(", ", project.Packages)}.");
            if (storey == 1)
            {
                broken.AddRange(project.Packages
                    .Where(p => NotInEngines.Any(n => p.StartsWith(n, StringComparison.OrdinalIgnoreCase)))
                    .Select(p => $"{project.Name} is an engine and must not use {p}."));
            }
        }
        return broken;
    }

    private static int StoreyOf(string name) => Array.FindIndex(Storeys, s => s.Contains(name));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sekisho.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests must run inside the repository.");
    }
}
