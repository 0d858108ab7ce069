using Sekisho.Assurance;

namespace Sekisho.Records;

/// <summary>A rule said no (お受けできない理由): what happened and what to do, for the person who asked.</summary>
/// <param name="Code">Stable, e.g. <c>REC-WVR-002</c>; docs/errors.md lists each.</param>
public sealed record Refusal(string Code, Bilingual What, Bilingual Next)
{
    /// <summary>After this the same may be asked again, with a better outlook; null: time alone changes nothing.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public override string ToString() => $"{Code} {What}";
}

/// <summary>What came of something that a person asked for: done, or refused by a rule. Nothing is kept of what was refused.</summary>
public abstract record Outcome<T>
{
    private Outcome()
    {
    }

    public abstract TResult Match<TResult>(Func<T, TResult> done, Func<Refusal, TResult> refused);

    /// <summary>It is done and kept.</summary>
    public sealed record Done(T Value) : Outcome<T>
    {
        public override TResult Match<TResult>(Func<T, TResult> done, Func<Refusal, TResult> refused) => done(Value);
    }

    /// <summary>A rule said no; nothing changed.</summary>
    public sealed record Refused(Refusal Why) : Outcome<T>
    {
        public override TResult Match<TResult>(Func<T, TResult> done, Func<Refusal, TResult> refused) => refused(Why);
    }

    public static implicit operator Outcome<T>(Refusal why) => new Refused(why);

    public static implicit operator Outcome<T>(T value) => new Done(value);

    /// <summary>The value; for callers that know that the rules hold, such as tests and the demo.</summary>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public T OrThrow() => Match(static v => v, static r => throw new InvalidOperationException(r.ToString()));
}
