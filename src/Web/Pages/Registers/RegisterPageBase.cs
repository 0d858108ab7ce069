using Microsoft.AspNetCore.Components;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.Pages.Registers;

/// <summary>A page of one register. Where there is no such register, <see cref="Register"/> is null and the answer is 404.</summary>
public abstract class RegisterPageBase : MunicipalPage
{
    [Parameter]
    public string Key { get; set; } = "";

    protected RegisterDefinition? Register { get; private set; }

    protected RegisterBook Book => Records.Registers;

    /// <summary>The units whose entries this person sees; null: all.</summary>
    protected IReadOnlyList<UnitId>? Within { get; private set; }

    protected bool MayWrite { get; private set; }

    protected string Home => $"/registers/{Key}";

    protected override async Task OnInitializedAsync()
    {
        Register = await Book.DefinitionAsync(Municipality, Key, Person.SpeaksInLabels(), Cancel);
        if (Register is null)
        {
            NotThere();
            return;
        }
        Within = await Person.RegisterUnitsAsync(Records.Organisation, Cancel);
        MayWrite = Person.MayWrite(Register);
        await LoadAsync(Register);
    }

    /// <summary>What this page shows of the register.</summary>
    protected abstract Task LoadAsync(RegisterDefinition register);

    protected Task<IReadOnlyList<UnitChoice>> UnitsAsync() => Records.RegisterChoices.UnitsAsync(Municipality, Today, Within, Cancel);

    /// <summary>Entries as they were seen, from a form: <c>0198…:3</c>.</summary>
    protected static IReadOnlyList<EntryVersion> Seen(IEnumerable<string> untrusted) =>
        [.. untrusted.Select(ReadSeen).OfType<EntryVersion>()];

    protected static EntryVersion? ReadSeen(string untrusted) =>
        untrusted.Split(':') is [var id, var version] && Guid.TryParse(id, out var entry) && int.TryParse(version, out var number) ? new EntryVersion(new EntryId(entry), number) : null;
}
