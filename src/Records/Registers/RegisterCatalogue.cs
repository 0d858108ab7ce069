using Sekisho.Assurance;

namespace Sekisho.Records.Registers;

/// <summary>All registers that the product knows (台帳の一覧), in the order of groups and keys.</summary>
/// <remarks>Immutable; safe to share. A municipality's own labels and choices would come in between here and its pages: everything asks <see cref="Find"/>.</remarks>
public sealed class RegisterCatalogue
{
    private const string Folder = "registers/";

    private static readonly Lazy<RegisterCatalogue> Shipped = new(ReadShipped);

    private readonly Dictionary<string, RegisterDefinition> byKey;

    private RegisterCatalogue(IReadOnlyList<RegisterDefinition> registers)
    {
        Registers = registers;
        byKey = registers.ToDictionary(r => r.Key, StringComparer.Ordinal);
    }

    public IReadOnlyList<RegisterDefinition> Registers { get; }

    /// <summary>Null when there is no such register.</summary>
    public RegisterDefinition? Find(string untrustedKey) => byKey.GetValueOrDefault(untrustedKey);

    /// <exception cref="InvalidOperationException">There is no such register: for keys that the code itself names.</exception>
    public RegisterDefinition this[string key] => Find(key) ?? throw new InvalidOperationException($"There is no register '{key}' in data/registers.");

    /// <summary>The registers that ship with the product (data/registers/*.yaml).</summary>
    public static RegisterCatalogue Load() => Shipped.Value;

    /// <summary>Registers by themselves, for tests.</summary>
    /// <param name="untrustedYaml">By file name.</param>
    /// <exception cref="InvalidOperationException">One can't be read, or they don't fit together; the message names each place.</exception>
    public static RegisterCatalogue Of(IReadOnlyDictionary<string, string> untrustedYaml)
    {
        var broken = new List<string>();
        var registers = new List<RegisterDefinition>();
        foreach (var (file, text) in untrustedYaml.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            RegisterReader.Read(text).Match(
                read =>
                {
                    if (file != read.Register.Key + ".yaml") broken.Add($"{file}: its key is '{read.Register.Key}'");
                    registers.Add(read.Register);
                    return 0;
                },
                refused =>
                {
                    broken.AddRange(refused.Errors.Select(e => $"{file}: {e}"));
                    return 0;
                });
        }
        foreach (var twice in registers.GroupBy(r => r.Code).Where(g => g.Count() > 1))
            broken.Add($"{string.Join(", ", twice.Select(r => r.Key))}: the same code {twice.Key}");
        foreach (var register in registers)
        {
            foreach (var field in register.Fields.Where(f => f.Of is { } of && registers.TrueForAll(r => r.Key != of)))
                broken.Add($"{register.Key}.yaml: field '{field.Key}' points to the register '{field.Of}', which there is not");
        }
        if (broken.Count > 0) throw new InvalidOperationException("data/registers is broken: " + string.Join("; ", broken));
        return new RegisterCatalogue([.. registers.OrderBy(r => r.Group).ThenBy(r => r.Key, StringComparer.Ordinal)]);
    }

    /// <summary>Those that ship and more beside them.</summary>
    /// <inheritdoc cref="Of"/>
    public static RegisterCatalogue LoadWith(IReadOnlyDictionary<string, string> untrustedYaml) => Of(ShippedFiles().Concat(untrustedYaml).ToDictionary(StringComparer.Ordinal));

    private static RegisterCatalogue ReadShipped() => Of(ShippedFiles());

    private static Dictionary<string, string> ShippedFiles()
    {
        var assembly = typeof(RegisterCatalogue).Assembly;
        var files = new Dictionary<string, string>();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Folder, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var reader = new StreamReader(stream);
            files[name[Folder.Length..]] = reader.ReadToEnd();
        }
        return files;
    }
}
