package dev.eddy.kernel;

/**
 * Elementary functions in float32 from fused multiply-adds alone, so that they give the same bits on every machine and in
 * every vector width; the platform's own functions promise neither.
 *
 * <p>Measured against double precision : exp within 1.0 ulp, sigmoid and tanh within 2.5 ulp, expm1 and
 * softplus within 3.0 ulp (see
 * {@code ActivationsTest}, which asserts these bounds). NaN gives NaN.
 */
public final class Activations {
    /** log2 e. */
    public static final float LOG2_E = 0x1.715476p0f;

    /** ln 2 in two parts; the first has trailing zeros, so that its multiples by small integers are exact. */
    public static final float LN2_HIGH = 0x1.62e4p-1f;

    /** The second part of ln 2. */
    public static final float LN2_LOW = 0x1.7f7d1cp-20f;

    /** Adding it rounds to an integer n; then 127 + n, the exponent of 2^n, stands in the low bits. */
    public static final float ROUND = 0x1.8p23f + 127f;

    /** Arguments are clamped to where 2^n stays a normal number: beyond, exp is 1.2e-38 or 2.4e38. */
    public static final float EXP_MIN = -87.33654f;

    /** The other end. */
    public static final float EXP_MAX = 88.37626f;

    /** tanh is 1 in float32 from here on. */
    public static final float TANH_MAX = 9.1f;

    /** Minimax coefficients of (e^r - 1 - r) / r^2 on [-ln2/2, ln2/2]: that of 1. */
    public static final float P0 = 0.5f;

    /** That of r. */
    public static final float P1 = 0x1.555554p-3f;
    /** That of r^2. */
    public static final float P2 = 0x1.5554b0p-5f;
    /** That of r^3. */
    public static final float P3 = 0x1.11118ap-7f;
    /** That of r^4. */
    public static final float P4 = 0x1.6d7242p-10f;
    /** That of r^5. */
    public static final float P5 = 0x1.a032eep-13f;

    private Activations() {}

    /** e^x, clamped to normal numbers. */
    public static float exp(float x) {
        float t = Math.max(EXP_MIN, Math.min(EXP_MAX, x));
        float shifted = Math.fma(t, LOG2_E, ROUND);
        float n = shifted - ROUND;
        float power = Float.intBitsToFloat(Float.floatToRawIntBits(shifted) << 23);
        return Math.fma(power, expm1Reduced(t, n), power);
    }

    /** 1 / (1 + e^-x). */
    public static float sigmoid(float x) {
        return 1f / (1f + exp(-x));
    }

    /** (e^2x - 1) / (e^2x + 1), through e^2|x| - 1 so that nothing cancels near zero. */
    public static float tanh(float x) {
        float t = 2f * Math.min(Math.abs(x), TANH_MAX);
        float shifted = Math.fma(t, LOG2_E, ROUND);
        float n = shifted - ROUND;
        float power = Float.intBitsToFloat(Float.floatToRawIntBits(shifted) << 23);
        float expm1 = Math.fma(power, expm1Reduced(t, n), power - 1f);
        return Math.copySign(expm1 / (expm1 + 2f), x);
    }

    /** e^x - 1, exact near zero. */
    public static float expm1(float x) {
        float t = Math.max(EXP_MIN, Math.min(EXP_MAX, x));
        float shifted = Math.fma(t, LOG2_E, ROUND);
        float n = shifted - ROUND;
        float power = Float.intBitsToFloat(Float.floatToRawIntBits(shifted) << 23);
        return Math.fma(power, expm1Reduced(t, n), power - 1f);
    }

    /** ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|), the logarithm through atanh(s), s = e^-|x| / (2 + e^-|x|) <= 1/3. */
    public static float softplus(float x) {
        float u = exp(-Math.abs(x));
        float s = u / (2f + u);
        float q = s * s;
        float p = Math.fma(1f / 13f, q, 1f / 11f);
        p = Math.fma(p, q, 1f / 9f);
        p = Math.fma(p, q, 1f / 7f);
        p = Math.fma(p, q, 1f / 5f);
        p = Math.fma(p, q, 1f / 3f);
        return Math.max(x, 0f) + 2f * Math.fma(p * q, s, s);
    }

    /** e^r - 1 for r = t - n ln2. */
    private static float expm1Reduced(float t, float n) {
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, t));
        float p = Math.fma(P5, r, P4);
        p = Math.fma(p, r, P3);
        p = Math.fma(p, r, P2);
        p = Math.fma(p, r, P1);
        p = Math.fma(p, r, P0);
        return Math.fma(p * r, r, r);
    }
}
