using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sekisho.Assurance;

namespace Sekisho.Ledger.Tests;

public class NoteTests
{
    // The note of C2SP signed-note.md and the checkpoint of tlog-checkpoint.md: Ed25519, so read but not judged here.
    private const string Poem = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
    private const string Sofa = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";

    // The public key of a public log that signs with ECDSA P-256, in vkey form, and checkpoints that it signed (one with an extension line).
    private const string PublicLogKey = "rekor.sigstore.dev+c0d23d6a+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNhtmPtrWm3U1eQXBogSMdGvXwBcK5AW5i0hrZLOC96l+smGNM7nwZ4QvFK/4sueRoVj//QP22Ni4Qt9DPfkWLc=";
    private const string PublicCheckpoint = "rekor.sigstore.dev - 2605736670972794746\n93750551\nKgKiXoOl8rM5d4y6Xlbm2QLftvj/FYvTs6z7dJlNO60=\n\n— rekor.sigstore.dev wNI9ajBEAiBkLzdjY8A9HReU7rmtjwZ+JpSuYtEr9SmvSwUIW7FBjgIgKo+vhkW3tqc+gc8fw9gza3xLoncA8a+MTaJYCaLGA9c=\n";
    private const string PublicCheckpointWithTime = "rekor.sigstore.dev - 2605736670972794746\n64319120\nW7/06fgDSjOxApliccDgG4fKqDxExG6JO0e4FGf9gIw=\nTimestamp: 1706845443714164712\n\n— rekor.sigstore.dev wNI9ajBFAiEAnduIhP1Jjz8E0ZAP8e1x0aKqzJCtmWZyV1mRJB/PlOoCIBoeHdjeONYmxlD2Za7sU0NeK/60skNnwoelsa3m2M8z\n";

    [Fact]
    public void The_specifications_note_is_read_up_to_its_last_empty_line()
    {
        Assert.True(SignedNote.TryRead(Encoding.UTF8.GetBytes(Poem), out var note));
        Assert.Equal("Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n", note.UntrustedText);
        Assert.Equal("quasimodo.example/salvatore", Assert.Single(note.Signatures).UntrustedKeyName);
        Assert.Equal(Poem, Encoding.UTF8.GetString(SignedNote.Write(note.UntrustedText, note.Signatures)));
        Assert.IsType<NoteJudgement.UnknownSigner>(note.Judge());
    }

    [Fact]
    public void The_specifications_checkpoint_is_read()
    {
        Assert.True(SignedNote.TryRead(Encoding.UTF8.GetBytes(Sofa), out var note));
        Assert.True(Checkpoint.TryParse(note.UntrustedText, out var checkpoint));
        Assert.Equal(("example.com/behind-the-sofa", 20852163UL), (checkpoint.Origin, checkpoint.Size));
        Assert.Equal(note.UntrustedText, checkpoint.ToText());
    }

    [Theory]
    [InlineData(PublicCheckpoint, 93750551UL)]
    [InlineData(PublicCheckpointWithTime, 64319120UL)]
    public void Checkpoints_of_a_public_log_verify_with_its_published_key(string published, ulong size)
    {
        Assert.True(NoteVerifier.TryParse(PublicLogKey, out var key));
        Assert.Equal(PublicLogKey, key.ToString());
        Assert.True(SignedNote.TryRead(Encoding.UTF8.GetBytes(published), out var note));
        var signed = Assert.IsType<NoteJudgement.Verified>(note.Judge([key]));
        Assert.True(Checkpoint.TryParse(signed.Text, out var checkpoint));
        Assert.Equal(size, checkpoint.Size);
    }

    [Fact]
    public void A_public_checkpoint_with_one_digit_changed_is_forged()
    {
        Assert.True(NoteVerifier.TryParse(PublicLogKey, out var key));
        Assert.True(SignedNote.TryRead(Encoding.UTF8.GetBytes(PublicCheckpoint.Replace("93750551", "93750552", StringComparison.Ordinal)), out var note));
        Assert.IsType<NoteJudgement.Forged>(note.Judge([key]));
    }

    [Fact]
    public void What_a_signer_signs_its_verifier_verifies_and_no_other()
    {
        using var signer = NoteSigner.Create();
        using var other = NoteSigner.Create();
        var origin = LedgerOrigin.Of(new MunicipalityId(Guid.Parse("018f0000-0000-7000-8000-000000000001")));
        var bytes = new Checkpoint(origin, 5, Sha256.Of([1])).Sign(signer);
        Assert.True(SignedNote.TryRead(bytes, out var note));
        Assert.IsType<NoteJudgement.Verified>(note.Judge([signer.VerifierFor(origin)]));
        Assert.IsType<NoteJudgement.UnknownSigner>(note.Judge([other.VerifierFor(origin)]));
        Assert.IsType<NoteJudgement.UnknownSigner>(note.Judge([signer.VerifierFor("another/log")]));
        Assert.True(NoteVerifier.TryParse(signer.VerifierFor(origin).ToString(), out var parsed));
        Assert.IsType<NoteJudgement.Verified>(note.Judge([parsed]));
    }

    [Fact]
    public void A_key_survives_its_pem()
    {
        using var signer = NoteSigner.Create();
        Assert.True(NoteSigner.TryFromPem(signer.ToPem(), out var read));
        Assert.Equal(signer.VerifierFor("x").ToString(), read.VerifierFor("x").ToString());
        Assert.False(NoteSigner.TryFromPem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", out _));
        Assert.False(NoteSigner.TryFromPem("", out _));
    }

    [Theory]
    [InlineData("a\n\n— x AAAAAAA=\n", true)]
    [InlineData("a\n\n— x AAAAAAA=", false)] // no last newline
    [InlineData("a\n— x AAAAAAA=\n", false)] // no empty line
    [InlineData("a\n\n", false)] // no signature
    [InlineData("a\n\n- x AAAAAAA=\n", false)] // a hyphen is not a dash
    [InlineData("a\n\n— x+y AAAAAAA=\n", false)]
    [InlineData("a\n\n—  AAAAAAA=\n", false)]
    [InlineData("a\n\n— x AAAA\n", false)] // a key id without a signature
    [InlineData("a\n\n— x AAAAAAB=\n", false)] // unused bits set
    [InlineData("a\n\n— x AAAAAAA= \n", false)]
    [InlineData("a\t\n\n— x AAAAAAA=\n", false)] // control character
    [InlineData("a\r\n\n— x AAAAAAA=\n", false)]
    public void Notes_are_read_strictly(string note, bool reads) => Assert.Equal(reads, SignedNote.TryRead(Encoding.UTF8.GetBytes(note), out _));

    [Theory]
    [InlineData("log\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", true)]
    [InlineData("log\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nmore\n", true)]
    [InlineData("log\n18446744073709551615\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", true)]
    [InlineData("log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", true)]
    [InlineData("log\n0\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", false)] // an empty log has one root
    [InlineData("log\n05\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", false)]
    [InlineData("log\n+5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", false)]
    [InlineData("log\n５\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", false)]
    [InlineData("log\n18446744073709551616\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", false)]
    [InlineData("log\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2==\n", false)]
    [InlineData("\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", false)]
    [InlineData("log\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\nmore\n", false)]
    [InlineData("log\n5\n", false)]
    [InlineData("log\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=", false)]
    public void Checkpoints_are_read_strictly(string text, bool reads) => Assert.Equal(reads, Checkpoint.TryParse(text, out _));

    [Fact]
    public void No_damage_to_a_note_throws_and_none_verifies()
    {
        Assert.True(NoteVerifier.TryParse(PublicLogKey, out var key));
        var published = Encoding.UTF8.GetBytes(PublicCheckpoint);
        Prop.ForAll(Gen.Choose(0, published.Length - 1).Zip(Gen.Choose(0, 255)).ToArbitrary(), damage =>
        {
            var (at, value) = damage;
            var bytes = published.ToArray();
            bytes[at] = (byte)value;
            if (bytes.AsSpan().SequenceEqual(published)) return true;
            return !SignedNote.TryRead(bytes, out var note) || note.Judge([key]) is not NoteJudgement.Verified;
        }).QuickCheckThrowOnFailure();
        for (var length = 0; length < published.Length; length++) Assert.False(SignedNote.TryRead(published.AsSpan(0, length), out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a+b")]
    [InlineData("a+c0d23d6a+")]
    [InlineData("a+c0d23d6b+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNhtmPtrWm3U1eQXBogSMdGvXwBcK5AW5i0hrZLOC96l+smGNM7nwZ4QvFK/4sueRoVj//QP22Ni4Qt9DPfkWLc=")]
    [InlineData("a b+c0d23d6a+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNhtmPtrWm3U1eQXBogSMdGvXwBcK5AW5i0hrZLOC96l+smGNM7nwZ4QvFK/4sueRoVj//QP22Ni4Qt9DPfkWLc=")]
    [InlineData("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")] // Ed25519
    public void What_is_not_a_P256_key_is_refused(string vkey) => Assert.False(NoteVerifier.TryParse(vkey, out _));
}
