using Sekisho.Assurance;
using Sekisho.Policy.Obligations;
using Sekisho.Records.Organisation;

namespace Sekisho.Records.ThirdParties;

/// <summary>Check sheets, questions and approving posts, as data with source and date (data/contract-clauses.yaml and its neighbours).</summary>
public sealed class ThirdPartyData
{
    private const string Folder = "third-parties/";

    private static readonly Lazy<ThirdPartyData> Shipped = new(static () => Read(File));

    /// <summary>What <c>when</c> may name.</summary>
    private static readonly HashSet<string> Conditions = new(StringComparer.Ordinal)
        { ContractShape.Always, ContractShape.Specific, ContractShape.Personal, ContractShape.Class2, ContractShape.System, ContractShape.Subcontracting };

    private ThirdPartyData(IReadOnlyList<CheckSheet> clauses, IReadOnlyList<CheckSheet> criteria, DateOnly transitional, QuestionSheet questions, ServiceApprovalRules approval) =>
        (Clauses, Criteria, Transitional, Questions, Approval) = (clauses, criteria, transitional, questions, approval);

    public IReadOnlyList<CheckSheet> Clauses { get; }

    public IReadOnlyList<CheckSheet> Criteria { get; }

    /// <summary>The transitional provision is for what was running on that day.</summary>
    public DateOnly Transitional { get; }

    public QuestionSheet Questions { get; }

    public ServiceApprovalRules Approval { get; }

    public IReadOnlyList<CheckSheet> SheetsOf(SheetKind kind) => kind == SheetKind.Selection ? Criteria : Clauses;

    public static ThirdPartyData Load() => Shipped.Value;

    /// <param name="file">Text of a file by its name; for tests, with one of them broken.</param>
    /// <exception cref="InvalidOperationException">A file can't be read; each place is named.</exception>
    internal static ThirdPartyData Read(Func<string, string> file)
    {
        var broken = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        DateOnly? transitional = null;
        var clauses = Sheets("contract-clauses.yaml");
        var criteria = Sheets("selection-criteria.yaml");
        var questions = In("confirmation-questions.yaml", ReadQuestions);
        var approval = In("service-approval.yaml", ReadApproval);
        if (broken.Count > 0) throw new InvalidOperationException(string.Join("; ", broken));
        return new ThirdPartyData(clauses!, criteria!, transitional!.Value, questions!, approval!);

        IReadOnlyList<CheckSheet>? Sheets(string name) => In(name, (root, errors) =>
        {
            if (YamlFields.Of(root, errors, "format", "transitional?", "sheets") is not { } at) return null;
            if (name == "contract-clauses.yaml") transitional = at.Date("transitional");
            if (name == "contract-clauses.yaml" && at["transitional"] is null) errors.Missing(at.At, "transitional");
            return at.Items("sheets").Select(s => ReadSheet(s, errors, seen)).OfType<CheckSheet>().ToList();
        });

        T? In<T>(string name, Func<YamlValue, DataErrors, T?> read) where T : class
        {
            var errors = new DataErrors(columns: true);
            var result = YamlTree.Read(file(name), errors) is { } root ? read(root, errors) : null;
            broken.AddRange(errors.InOrder().Select(e => $"{name}: {e}"));
            return result;
        }
    }

    private static CheckSheet? ReadSheet(YamlValue value, DataErrors errors, HashSet<string> seen)
    {
        if (YamlFields.Of(value, errors, "key", "name", "source", "date", "items") is not { } at) return null;
        var items = new List<CheckItem>();
        foreach (var item in at.Items("items"))
        {
            if (YamlFields.Of(item, errors, "key", "name", "asks", "when", "from?", "waits?", "source?") is not { } f) continue;
            if (f.Text("key") is not { } key || f.Both("name") is not { } name || f.Both("asks") is not { } asks) continue;
            // One name space over all sheets: an answer names its line by it alone.
            if (!seen.Add(key)) errors.Twice(item.At, key);
            items.Add(new(key, name, asks, When(f, errors), f.Date("from"), Flag(f, "waits", errors), f.Text("source")));
        }
        return at.Text("key") is { } sheet && at.Both("name") is { } title && at.Text("source") is { } source && at.Date("date") is { } date ? new(sheet, title, source, date, items) : null;
    }

    private static QuestionSheet? ReadQuestions(YamlValue root, DataErrors errors)
    {
        if (YamlFields.Of(root, errors, "format", "source", "date", "questions") is not { } at) return null;
        var questions = new List<ConfirmationQuestion>();
        foreach (var item in at.Items("questions"))
        {
            if (YamlFields.Of(item, errors, "key", "asks", "answer", "when") is not { } f) continue;
            if (f.Text("key") is not { } key || f.Both("asks") is not { } asks || f.Text("answer") is not { } answer) continue;
            if (questions.Exists(q => q.Key == key)) errors.Twice(item.At, key);
            if (!AnswerKinds.TryGetValue(answer, out var kind))
            {
                errors.Wrong(f.PlaceOf("answer"), $"「answer」は {string.Join("、", AnswerKinds.Keys)} のどれかです", $"'answer' is one of {string.Join(", ", AnswerKinds.Keys)}");
                continue;
            }
            questions.Add(new(key, asks, kind, When(f, errors)));
        }
        return at.Text("source") is { } source && at.Date("date") is { } date ? new(source, date, questions) : null;
    }

    private static ServiceApprovalRules? ReadApproval(YamlValue root, DataErrors errors)
    {
        if (YamlFields.Of(root, errors, "format", "longest", "review", "approval") is not { } at) return null;
        var posts = new Dictionary<string, IReadOnlyList<Post>>(StringComparer.Ordinal);
        foreach (var item in at.Items("approval"))
        {
            if (YamlFields.Of(item, errors, "classes", "posts") is not { } f) continue;
            var named = new List<Post>();
            foreach (var word in f.Words("posts"))
            {
                if (Enum.TryParse<Post>(word, out var post) && Enum.IsDefined(post)) named.Add(post);
                else errors.Undefined(f.PlaceOf("posts"), word);
            }
            foreach (var of in f.Words("classes").Where(c => !posts.TryAdd(c, named))) errors.Twice(f.PlaceOf("classes"), of);
        }
        return at.Duration("longest") is { } longest && at.Duration("review") is { } review ? new(longest, review, posts) : null;
    }

    private static IReadOnlyList<string> When(YamlFields at, DataErrors errors)
    {
        var when = at.Words("when");
        foreach (var word in when.Where(w => !Conditions.Contains(w))) errors.Undefined(at.PlaceOf("when"), word);
        return when;
    }

    private static bool Flag(YamlFields at, string key, DataErrors errors)
    {
        if (at.Text(key) is not { } text) return false;
        if (text is not ("true" or "false")) errors.Wrong(at.PlaceOf(key), $"「{key}」は true か false です", $"'{key}' is true or false");
        return text == "true";
    }

    internal static string File(string name)
    {
        using var stream = typeof(ThirdPartyData).Assembly.GetManifestResourceStream(Folder + name) ?? throw new InvalidOperationException($"data/{name} is not built in.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static readonly Dictionary<string, AnswerKind> AnswerKinds = new(StringComparer.Ordinal)
    {
        ["yes-no"] = AnswerKind.YesNo, ["text"] = AnswerKind.Text, ["date"] = AnswerKind.Date, ["number"] = AnswerKind.Number, ["file"] = AnswerKind.File,
    };
}

/// <summary>The questions of the yearly confirmation, with their source.</summary>
public sealed record QuestionSheet(string Source, DateOnly Date, IReadOnlyList<ConfirmationQuestion> Questions);

/// <summary>A question put to a contractor (質問).</summary>
/// <param name="When">As in <see cref="CheckItem.When"/>, over all running contracts.</param>
public sealed record ConfirmationQuestion(string Key, Bilingual Asks, AnswerKind Answer, IReadOnlyList<string> When);

/// <summary>How a question is answered.</summary>
public enum AnswerKind
{
    /// <summary>With a remark; "no" needs one.</summary>
    YesNo,
    Text,
    Date,
    Number,

    /// <summary>An attachment, where there is one.</summary>
    File,
}

/// <summary>Who approves an external service, and for how long.</summary>
/// <param name="Longest">An approval stands so long at most.</param>
/// <param name="Review">It is looked at again within this.</param>
/// <param name="Posts">By the class of information allowed.</param>
public sealed record ServiceApprovalRules(TimeSpan Longest, TimeSpan Review, IReadOnlyDictionary<string, IReadOnlyList<Post>> Posts)
{
    /// <summary>None for a class that the data doesn't know: nobody can approve it.</summary>
    public IReadOnlyList<Post> PostsFor(string? ofClass) => ofClass is not null && Posts.TryGetValue(ofClass, out var posts) ? posts : [];
}
