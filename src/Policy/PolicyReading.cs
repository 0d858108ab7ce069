using Sekisho.Assurance;

namespace Sekisho.Policy;

/// <summary>Outcome of reading a document: a policy, or why not. Bad content is a value, never an exception.</summary>
public abstract record PolicyReading
{
    private PolicyReading()
    {
    }

    public abstract T Match<T>(Func<Read, T> read, Func<Refused, T> refused);

    /// <summary>It was read; what had to be repaired is in the document's findings.</summary>
    public sealed record Read(PolicyDocument Document) : PolicyReading
    {
        public override T Match<T>(Func<Read, T> read, Func<Refused, T> refused) => read(this);
    }

    /// <summary>It could not be read (empty, binary, not a policy, too large …).</summary>
    public sealed record Refused(ReadError Error) : PolicyReading
    {
        public override T Match<T>(Func<Read, T> read, Func<Refused, T> refused) => refused(this);
    }
}
