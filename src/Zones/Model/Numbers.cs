using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sekisho.Zones.Model;

/// <summary>Order and neighbours of the numbers that sets are made of.</summary>
/// <remarks>
/// Operators of a generic number are bound when the program runs: code with them isn't compiled ahead, and the innermost loops of the engine would start in the
/// slowest form that the compiler has (seen: 600 methods, half a second of a command's start). Of <c>uint</c> and <c>ushort</c> what stands here is compiled ahead.
/// </remarks>
internal static class Numbers
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Less<T>(T a, T b)
        where T : unmanaged, IBinaryInteger<T> =>
        typeof(T) == typeof(uint) ? Unsafe.BitCast<T, uint>(a) < Unsafe.BitCast<T, uint>(b)
        : typeof(T) == typeof(ushort) ? Unsafe.BitCast<T, ushort>(a) < Unsafe.BitCast<T, ushort>(b)
        : a < b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Same<T>(T a, T b)
        where T : unmanaged, IBinaryInteger<T> =>
        typeof(T) == typeof(uint) ? Unsafe.BitCast<T, uint>(a) == Unsafe.BitCast<T, uint>(b)
        : typeof(T) == typeof(ushort) ? Unsafe.BitCast<T, ushort>(a) == Unsafe.BitCast<T, ushort>(b)
        : a == b;

    /// <summary>a + 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Next<T>(T a)
        where T : unmanaged, IBinaryInteger<T> =>
        typeof(T) == typeof(uint) ? Unsafe.BitCast<uint, T>(Unsafe.BitCast<T, uint>(a) + 1)
        : typeof(T) == typeof(ushort) ? Unsafe.BitCast<ushort, T>((ushort)(Unsafe.BitCast<T, ushort>(a) + 1))
        : a + T.One;

    /// <summary>a − 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Before<T>(T a)
        where T : unmanaged, IBinaryInteger<T> =>
        typeof(T) == typeof(uint) ? Unsafe.BitCast<uint, T>(Unsafe.BitCast<T, uint>(a) - 1)
        : typeof(T) == typeof(ushort) ? Unsafe.BitCast<ushort, T>((ushort)(Unsafe.BitCast<T, ushort>(a) - 1))
        : a - T.One;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Least<T>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        typeof(T) == typeof(uint) || typeof(T) == typeof(ushort) ? default : T.MinValue;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Most<T>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        typeof(T) == typeof(uint) ? Unsafe.BitCast<uint, T>(uint.MaxValue)
        : typeof(T) == typeof(ushort) ? Unsafe.BitCast<ushort, T>(ushort.MaxValue)
        : T.MaxValue;
}
