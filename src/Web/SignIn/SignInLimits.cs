using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Sekisho.Web.Api;

namespace Sekisho.Web.SignIn;

/// <summary>How often somebody may try. Lockout counts wrong answers of an account; this counts tries, also against names that don't exist.</summary>
/// <param name="TriesPerName">Within <paramref name="NameWindow"/>.</param>
/// <param name="TriesPerAddress">A minute. A whole town hall may come from one address at half past eight.</param>
/// <param name="ApiPerMinute">Requests of one person or token.</param>
public sealed record SignInLimitOptions(int TriesPerName, TimeSpan NameWindow, int TriesPerAddress, int ApiPerMinute)
{
    public static SignInLimitOptions Default { get; } = new(20, TimeSpan.FromMinutes(5), 300, 1200);
}

/// <summary>Counters of tries, in the memory of this server.</summary>
public sealed class SignInLimits : IDisposable
{
    /// <summary>Name of the rate limiter policy of sign-in pages.</summary>
    public const string PerAddress = "sign-in";

    /// <summary>Name of the rate limiter policy of the API.</summary>
    public const string Api = "api";

    private readonly PartitionedRateLimiter<string> names;

    public SignInLimits(SignInLimitOptions options) => names = PartitionedRateLimiter.Create<string, string>(name => RateLimitPartition.GetSlidingWindowLimiter(name, _ =>
        new SlidingWindowRateLimiterOptions { PermitLimit = options.TriesPerName, Window = options.NameWindow, SegmentsPerWindow = 5, QueueLimit = 0 }));

    /// <summary>Counts one try for a login name. False when there were too many.</summary>
    public bool Try(string name)
    {
        using var lease = names.AttemptAcquire(name.Length <= 200 ? name : name[..200]);
        return lease.IsAcquired;
    }

    public void Dispose() => names.Dispose();

    internal static void Declare(RateLimiterOptions limiter, SignInLimitOptions options)
    {
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.AddPolicy(PerAddress, context => HttpMethods.IsPost(context.Request.Method)
            ? RateLimitPartition.GetFixedWindowLimiter("a:" + (context.Connection.RemoteIpAddress?.ToString() ?? ""), _ => Window(options.TriesPerAddress))
            : RateLimitPartition.GetNoLimiter("read"));
        limiter.AddPolicy(Api, context => RateLimitPartition.GetFixedWindowLimiter(
            "p:" + (CurrentPerson.From(context.User)?.Account.ToString() ?? context.Connection.RemoteIpAddress?.ToString() ?? ""), _ => Window(options.ApiPerMinute)));
        limiter.OnRejected = static async (rejected, _) =>
        {
            var context = rejected.HttpContext;
            context.Response.Headers.RetryAfter = "60";
            if (SessionCookie.IsApi(context.Request)) await ApiProblems.TooMany.WriteAsync(context);
        };

        static FixedWindowRateLimiterOptions Window(int limit) => new() { PermitLimit = limit, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 };
    }
}
