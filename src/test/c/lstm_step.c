/*
 * The yardstick of the step benchmark: one step of an LSTM with a linear head, as fast as plain C with intrinsics makes it.
 *
 *   lstm_step MODEL VALUES SAMPLES
 *
 * MODEL:   int32 I, H, O, N; float32 W_ih (4H, I), W_hh (4H, H), b_ih (4H), b_hh (4H), W_head (O, H), b_head (O), inputs (N, I);
 *          gates stacked as PyTorch does: input, forget, cell, output.
 * VALUES:  receives float32 of the first CHECKED steps from zero state: one key (CHECKED, O), then KEYS keys (CHECKED, KEYS, O).
 *          Key j takes input (t + j) mod N at step t.
 * SAMPLES: how many times everything is measured, in turns. One line each: nanoseconds to read the weights once at the
 *          bandwidth of the memory they stay in, of a step of one key, and of a step of a key where KEYS are stepped together.
 */
#define _GNU_SOURCE
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define CHECKED 100
#define KEYS 32
#define SAMPLE_NANOS 40e6
#define INLINE static inline __attribute__((always_inline))

/* One register of V units; BLOCKS of them times four gates, or four gates times TILE keys, are the accumulators of a pass. */
#ifdef __AVX512F__
#define V 16
#define BLOCKS 4
#define TILE 6
typedef __m512 vec;
INLINE vec load(const float *p) { return _mm512_load_ps(p); }
INLINE vec load_any(const float *p) { return _mm512_loadu_ps(p); }
INLINE void store(float *p, vec a) { _mm512_storeu_ps(p, a); }
INLINE vec all(float a) { return _mm512_set1_ps(a); }
INLINE vec fma3(vec a, vec b, vec c) { return _mm512_fmadd_ps(a, b, c); }
INLINE vec add(vec a, vec b) { return _mm512_add_ps(a, b); }
INLINE vec sub(vec a, vec b) { return _mm512_sub_ps(a, b); }
INLINE vec mul(vec a, vec b) { return _mm512_mul_ps(a, b); }
INLINE vec divide(vec a, vec b) { return _mm512_div_ps(a, b); }
INLINE vec clamp(vec a, float bound) { return _mm512_min_ps(_mm512_max_ps(a, all(-bound)), all(bound)); }
INLINE vec power_of_two(vec shifted) {
    __m512i n = _mm512_add_epi32(_mm512_castps_si512(shifted), _mm512_set1_epi32(127));
    return _mm512_castsi512_ps(_mm512_slli_epi32(n, 23));
}
INLINE float sum(vec a) { return _mm512_reduce_add_ps(a); }
#else
#define V 8
#define BLOCKS 2
#define TILE 2
typedef __m256 vec;
INLINE vec load(const float *p) { return _mm256_load_ps(p); }
INLINE vec load_any(const float *p) { return _mm256_loadu_ps(p); }
INLINE void store(float *p, vec a) { _mm256_storeu_ps(p, a); }
INLINE vec all(float a) { return _mm256_set1_ps(a); }
INLINE vec fma3(vec a, vec b, vec c) { return _mm256_fmadd_ps(a, b, c); }
INLINE vec add(vec a, vec b) { return _mm256_add_ps(a, b); }
INLINE vec sub(vec a, vec b) { return _mm256_sub_ps(a, b); }
INLINE vec mul(vec a, vec b) { return _mm256_mul_ps(a, b); }
INLINE vec divide(vec a, vec b) { return _mm256_div_ps(a, b); }
INLINE vec clamp(vec a, float bound) { return _mm256_min_ps(_mm256_max_ps(a, all(-bound)), all(bound)); }
INLINE vec power_of_two(vec shifted) {
    __m256i n = _mm256_add_epi32(_mm256_castps_si256(shifted), _mm256_set1_epi32(127));
    return _mm256_castsi256_ps(_mm256_slli_epi32(n, 23));
}
INLINE float sum(vec a) {
    float lanes[V], total = 0;
    store(lanes, a);
    for (int i = 0; i < V; i++) total += lanes[i];
    return total;
}
#endif

#define LOG2_E 0x1.715476p0f
#define ROUND 0x1.8p23f

/* 2^(s x) - 1: the polynomial is a least-squares fit of (2^r - 1) / r on [-1/2, 1/2], relative error 2.1e-8. */
INLINE vec exp2m1(vec x, float s) {
    vec shifted = fma3(x, all(s), all(ROUND));
    vec n = sub(shifted, all(ROUND));
    vec r = fma3(x, all(s), sub(all(0), n));
    vec p = fma3(all(0x1.444004p-13f), r, all(0x1.5f0896p-10f));
    p = fma3(p, r, all(0x1.3b2a1cp-7f));
    p = fma3(p, r, all(0x1.c6af6cp-5f));
    p = fma3(p, r, all(0x1.ebfbe0p-3f));
    p = fma3(p, r, all(0x1.62e430p-1f));
    vec scale = power_of_two(shifted);
    return fma3(mul(p, r), scale, sub(scale, all(1)));
}

INLINE vec sigmoid(vec x) {
    vec one = all(1);
    return divide(one, add(one, add(one, exp2m1(clamp(x, 87), -LOG2_E))));
}

INLINE vec tanh1(vec x) {
    vec e = exp2m1(clamp(x, 10), 2 * LOG2_E);
    return divide(e, add(e, all(2)));
}

typedef struct {
    int inputs, hidden, outputs, ring;
    size_t floats;    /* of all weights, as a step of one key reads them */
    float *single;    /* bias (4H), then panels of BLOCKS unit blocks: (I+H, blocks, 4, V); then the head (O, H) and its bias */
    float *batched;   /* bias (4H), then panels of one unit block: (I+H, 4, V) */
    const float *head, *head_bias;
    const float *input; /* (ring, I) */
} lstm;

static void fail(const char *message) {
    fprintf(stderr, "%s\n", message);
    exit(1);
}

/* Memory in large pages where the system has them; a cache line begins each array. */
static float *floats(size_t count) {
    size_t page = 2 << 20, bytes = (count * sizeof(float) + page - 1) / page * page;
    float *p = aligned_alloc(page, bytes);
    if (!p) fail("out of memory");
    madvise(p, bytes, MADV_HUGEPAGE);
    memset(p, 0, bytes);
    return p;
}

static float *pack(float *to, const lstm *m, const float *ih, const float *hh, int blocks_of_panel) {
    int I = m->inputs, H = m->hidden;
    for (int first = 0; first < H / V; first += blocks_of_panel) {
        int blocks = H / V - first < blocks_of_panel ? H / V - first : blocks_of_panel;
        for (int k = 0; k < I + H; k++)
            for (int b = 0; b < blocks; b++)
                for (int gate = 0; gate < 4; gate++)
                    for (int u = 0; u < V; u++) {
                        size_t row = (size_t) gate * H + (first + b) * V + u;
                        *to++ = k < I ? ih[row * I + k] : hh[row * H + k - I];
                    }
    }
    return to;
}

static float *read_floats(FILE *file, size_t count) {
    float *p = floats(count);
    if (fread(p, sizeof(float), count, file) != count) fail("the model is too short");
    return p;
}

static lstm read_model(const char *path) {
    FILE *file = fopen(path, "rb");
    int32_t sizes[4];
    if (!file || fread(sizes, sizeof sizes, 1, file) != 1) fail("cannot read the model");
    lstm m = {.inputs = sizes[0], .hidden = sizes[1], .outputs = sizes[2], .ring = sizes[3]};
    size_t I = m.inputs, H = m.hidden, O = m.outputs;
    if (H % V) fail("the hidden size must be a multiple of 16");
    float *ih = read_floats(file, 4 * H * I), *hh = read_floats(file, 4 * H * H);
    float *b_ih = read_floats(file, 4 * H), *b_hh = read_floats(file, 4 * H);
    float *head = read_floats(file, O * H), *head_bias = read_floats(file, O);
    m.input = read_floats(file, m.ring * I);
    fclose(file);
    m.floats = 4 * H * (I + H + 1) + O * H + O;
    m.single = floats(m.floats);
    m.batched = floats(4 * H * (I + H + 1));
    for (size_t j = 0; j < 4 * H; j++) m.single[j] = m.batched[j] = b_ih[j] + b_hh[j];
    float *end = pack(m.single + 4 * H, &m, ih, hh, BLOCKS);
    pack(m.batched + 4 * H, &m, ih, hh, 1);
    m.head = memcpy(end, head, O * H * sizeof(float));
    m.head_bias = memcpy(end + O * H, head_bias, O * sizeof(float));
    return m;
}

/* The cell of V units, its gates being in registers. */
INLINE void cell(vec i, vec f, vec g, vec o, float *c, float *h) {
    vec next = fma3(sigmoid(f), load_any(c), mul(sigmoid(i), tanh1(g)));
    store(c, next);
    store(h, mul(sigmoid(o), tanh1(next)));
}

/* One pass over k for `blocks` unit blocks of one key. */
INLINE const float *panel(const lstm *m, const float *w, int first, const int blocks, const float *xh, float *c, float *h) {
    vec acc[BLOCKS][4];
#pragma GCC unroll 4
    for (int b = 0; b < blocks; b++)
#pragma GCC unroll 4
        for (int gate = 0; gate < 4; gate++) acc[b][gate] = load(m->single + gate * m->hidden + (first + b) * V);
    for (int k = 0; k < m->inputs + m->hidden; k++, w += blocks * 4 * V) {
        vec x = all(xh[k]);
#pragma GCC unroll 4
        for (int b = 0; b < blocks; b++)
#pragma GCC unroll 4
            for (int gate = 0; gate < 4; gate++) acc[b][gate] = fma3(load(w + (b * 4 + gate) * V), x, acc[b][gate]);
    }
#pragma GCC unroll 4
    for (int b = 0; b < blocks; b++)
        cell(acc[b][0], acc[b][1], acc[b][2], acc[b][3], c + (first + b) * V, h + (first + b) * V);
    return w;
}

INLINE void apply_head(const lstm *m, const float *h, float *values) {
    for (int o = 0; o < m->outputs; o++) {
        vec a = all(0), b = all(0);
        const float *w = m->head + (size_t) o * m->hidden;
        int k = 0;
        for (; k + 2 * V <= m->hidden; k += 2 * V) {
            a = fma3(load_any(w + k), load_any(h + k), a);
            b = fma3(load_any(w + k + V), load_any(h + k + V), b);
        }
        for (; k < m->hidden; k += V) a = fma3(load_any(w + k), load_any(h + k), a);
        values[o] = m->head_bias[o] + sum(add(a, b));
    }
}

/* A step of one key: xh is the input and the state before, next receives the state after in the same place. */
__attribute__((noinline)) static void step(const lstm *m, const float *xh, float *c, float *next, float *values) {
    const float *w = m->single + 4 * m->hidden;
    float *h = next + m->inputs;
    int b = 0, blocks = m->hidden / V;
    for (; b + BLOCKS <= blocks; b += BLOCKS) w = panel(m, w, b, BLOCKS, xh, c, h);
    switch (blocks - b) {
        case 1: panel(m, w, b, 1, xh, c, h); break;
        case 2: panel(m, w, b, 2, xh, c, h); break;
        case 3: panel(m, w, b, BLOCKS > 3 ? 3 : 1, xh, c, h); break;
    }
    apply_head(m, h, values);
}

/* One pass over k for one unit block of `keys` keys; rows of xh, c and next are `stride` apart. */
INLINE void tile(const lstm *m, const float *w, int block, const int keys, const float *xh, float *c, float *next, size_t stride) {
    vec acc[TILE][4];
#pragma GCC unroll 8
    for (int j = 0; j < keys; j++)
#pragma GCC unroll 4
        for (int gate = 0; gate < 4; gate++) acc[j][gate] = load(m->batched + gate * m->hidden + block * V);
    for (int k = 0; k < m->inputs + m->hidden; k++, w += 4 * V) {
        vec i = load(w), f = load(w + V), g = load(w + 2 * V), o = load(w + 3 * V);
#pragma GCC unroll 8
        for (int j = 0; j < keys; j++) {
            vec x = all(xh[j * stride + k]);
            acc[j][0] = fma3(i, x, acc[j][0]);
            acc[j][1] = fma3(f, x, acc[j][1]);
            acc[j][2] = fma3(g, x, acc[j][2]);
            acc[j][3] = fma3(o, x, acc[j][3]);
        }
    }
#pragma GCC unroll 8
    for (int j = 0; j < keys; j++)
        cell(acc[j][0], acc[j][1], acc[j][2], acc[j][3], c + j * stride + block * V,
             next + j * stride + m->inputs + block * V);
}

__attribute__((noinline)) static void step_keys(const lstm *m, const float *xh, float *c, float *next, float *values, size_t stride) {
    const float *w = m->batched + 4 * m->hidden;
    for (int block = 0; block < m->hidden / V; block++, w += (size_t) (m->inputs + m->hidden) * 4 * V) {
        int j = 0;
        for (; j + TILE <= KEYS; j += TILE)
            tile(m, w, block, TILE, xh + j * stride, c + j * stride, next + j * stride, stride);
        for (; j + 2 <= KEYS; j += 2) tile(m, w, block, 2, xh + j * stride, c + j * stride, next + j * stride, stride);
    }
    for (int j = 0; j < KEYS; j++) apply_head(m, next + j * stride + m->inputs, values + j * m->outputs);
}

/* The states of some keys, which go on from step to step; input and h stand side by side, twice, used in turn. */
typedef struct {
    const lstm *model;
    int keys;
    size_t stride;
    long t;
    float *xh[2], *c, *values;
} sequences;

static sequences begin(const lstm *m, int keys) {
    /* An odd number of cache lines, or all keys would share the same few sets of the cache. */
    size_t stride = ((m->inputs + m->hidden + 15) / 16 | 1) * 16;
    return (sequences) {.model = m, .keys = keys, .stride = stride, .xh = {floats(keys * stride), floats(keys * stride)},
                        .c = floats(keys * stride), .values = floats(keys * m->outputs)};
}

static void advance(sequences *s) {
    const lstm *m = s->model;
    float *xh = s->xh[s->t & 1], *next = s->xh[~s->t & 1];
    for (int j = 0; j < s->keys; j++)
        memcpy(xh + j * s->stride, m->input + (s->t + j) % m->ring * m->inputs, m->inputs * sizeof(float));
    if (s->keys == 1) step(m, xh, s->c, next, s->values);
    else step_keys(m, xh, s->c, next, s->values, s->stride);
    s->t++;
}

/* Reads all weights once, with nothing to compute that could take longer. */
__attribute__((noinline)) static void read_all(const lstm *m) {
    const float *p = m->single, *end = p + m->floats / V * V;
    vec acc[8];
    for (int i = 0; i < 8; i++) acc[i] = all(0);
    for (; p + 8 * V <= end; p += 8 * V)
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++) acc[i] = add(acc[i], load(p + i * V));
    for (; p < end; p += V) acc[0] = add(acc[0], load(p));
    for (int i = 0; i < 8; i++) __asm__ volatile("" : : "v"(acc[i]));
}

/* Of this thread: others that want the processor do not lengthen it. */
static double processor_time(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

/* Nanoseconds of a call of one of the three. */
static double measure(const lstm *m, sequences *s) {
    double start = processor_time(), taken = 0;
    long calls = 0;
    while (taken < SAMPLE_NANOS) {
        for (int i = 0; i < 16; i++, calls++) {
            if (s) advance(s);
            else read_all(m);
        }
        taken = processor_time() - start;
    }
    return taken / calls;
}

static void write_values(const lstm *m, const char *path) {
    FILE *file = fopen(path, "wb");
    if (!file) fail("cannot write the values");
    int keys[] = {1, KEYS};
    for (int i = 0; i < 2; i++) {
        sequences s = begin(m, keys[i]);
        for (int t = 0; t < CHECKED; t++) {
            advance(&s);
            fwrite(s.values, sizeof(float), (size_t) keys[i] * m->outputs, file);
        }
    }
    if (fclose(file)) fail("cannot write the values");
}

int main(int argc, char **argv) {
    if (argc != 4) fail("usage: lstm_step MODEL VALUES SAMPLES");
    lstm m = read_model(argv[1]);
    write_values(&m, argv[2]);
    sequences one = begin(&m, 1), many = begin(&m, KEYS);
    sequences *contenders[] = {NULL, &one, &many};
    for (int i = 0; i < 3; i++) measure(&m, contenders[i]); /* wakes the processor up */
    for (int sample = 0; sample < atoi(argv[3]); sample++) {
        double nanos[3];
        for (int i = 0; i < 3; i++) nanos[i] = measure(&m, contenders[i]);
        printf("%.1f %.1f %.1f\n", nanos[0], nanos[1], nanos[2] / KEYS);
    }
    return 0;
}
