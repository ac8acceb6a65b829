#include "CHamming.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

enum { SCAN_BUFFER = 256 };

typedef struct {
    chamming_hit hits[SCAN_BUFFER];
    size_t count;
    chamming_sink sink;
    void *context;
} scan_output;

static inline void scan_emit(scan_output *out, size_t row, uint64_t distance) {
    out->hits[out->count].row = (uint32_t)row;
    out->hits[out->count].distance = (uint32_t)distance;
    if (++out->count == SCAN_BUFFER) {
        out->sink(out->context, out->hits, out->count);
        out->count = 0;
    }
}

#define SCAN_BY_WORDS(NAME, TARGET)                                                                                \
    TARGET static void NAME(                                                                                       \
        const uint64_t *hashes, size_t first, size_t count, const uint64_t *query, uint32_t radius,                \
        scan_output *out) {                                                                                        \
        const uint64_t q0 = query[0], q1 = query[1], q2 = query[2], q3 = query[3];                                 \
        for (size_t row = first; row < count; row++) {                                                             \
            const uint64_t *hash = hashes + 4 * row;                                                               \
            uint64_t distance = (uint64_t)(                                                                        \
                __builtin_popcountll(hash[0] ^ q0) + __builtin_popcountll(hash[1] ^ q1)                            \
                + __builtin_popcountll(hash[2] ^ q2) + __builtin_popcountll(hash[3] ^ q3));                        \
            if (__builtin_expect(distance <= radius, 0)) scan_emit(out, row, distance);                            \
        }                                                                                                          \
    }

SCAN_BY_WORDS(scan_portable, )

#if defined(__x86_64__)

SCAN_BY_WORDS(scan_popcnt, __attribute__((target("popcnt"))))

__attribute__((target("avx2,popcnt"))) static void scan_avx2(
    const uint64_t *hashes, size_t count, const uint64_t *query, uint32_t radius, scan_output *out) {
    const __m256i q = _mm256_loadu_si256((const __m256i *)query);
    const __m256i low = _mm256_set1_epi8(15);
    const __m256i table = _mm256_setr_epi8(
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    for (size_t row = 0; row < count; row++) {
        __m256i x = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(hashes + 4 * row)), q);
        __m256i counts = _mm256_add_epi8(
            _mm256_shuffle_epi8(table, _mm256_and_si256(x, low)),
            _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(x, 4), low)));
        __m256i sums = _mm256_sad_epu8(counts, _mm256_setzero_si256());
        __m128i half = _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
        uint64_t distance = (uint64_t)_mm_cvtsi128_si64(half) + (uint64_t)_mm_extract_epi64(half, 1);
        if (distance <= radius) scan_emit(out, row, distance);
    }
}

// Eight hashes a turn: four registers of two hashes each are counted, then summed by pairs of words and by halves.
__attribute__((target("avx512f,avx512vpopcntdq"))) static void scan_avx512(
    const uint64_t *hashes, size_t count, const uint64_t *query, uint32_t radius, scan_output *out) {
    const __m512i q = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)query));
    const __m512i limit = _mm512_set1_epi64((long long)radius);
    const __m512i even = _mm512_setr_epi64(0, 1, 4, 5, 8, 9, 12, 13);
    const __m512i odd = _mm512_setr_epi64(2, 3, 6, 7, 10, 11, 14, 15);
    // Lane i of the sums belongs to the hash `order[i]` of the eight.
    static const uint8_t order[8] = {0, 2, 1, 3, 4, 6, 5, 7};
    size_t row = 0;
    for (; row + 8 <= count; row += 8) {
        const uint64_t *at = hashes + 4 * row;
        __m512i a = _mm512_popcnt_epi64(_mm512_xor_si512(_mm512_loadu_si512(at), q));
        __m512i b = _mm512_popcnt_epi64(_mm512_xor_si512(_mm512_loadu_si512(at + 8), q));
        __m512i c = _mm512_popcnt_epi64(_mm512_xor_si512(_mm512_loadu_si512(at + 16), q));
        __m512i d = _mm512_popcnt_epi64(_mm512_xor_si512(_mm512_loadu_si512(at + 24), q));
        __m512i ab = _mm512_add_epi64(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
        __m512i cd = _mm512_add_epi64(_mm512_unpacklo_epi64(c, d), _mm512_unpackhi_epi64(c, d));
        __m512i sums = _mm512_add_epi64(
            _mm512_permutex2var_epi64(ab, even, cd), _mm512_permutex2var_epi64(ab, odd, cd));
        __mmask8 within = _mm512_cmple_epu64_mask(sums, limit);
        if (__builtin_expect(within != 0, 0)) {
            uint64_t distances[8], sorted[8];
            unsigned rows = 0;
            _mm512_storeu_si512(distances, sums);
            for (int lane = 0; lane < 8; lane++) {
                sorted[order[lane]] = distances[lane];
                rows |= ((unsigned)within >> lane & 1) << order[lane];
            }
            for (int i = 0; i < 8; i++) {
                if (rows >> i & 1) scan_emit(out, row + (size_t)i, sorted[i]);
            }
        }
    }
    scan_portable(hashes, row, count, query, radius, out);
}

#elif defined(__aarch64__)

static void scan_neon(
    const uint64_t *hashes, size_t count, const uint64_t *query, uint32_t radius, scan_output *out) {
    const uint8_t *bytes = (const uint8_t *)hashes;
    const uint8x16_t high = vld1q_u8((const uint8_t *)query), low = vld1q_u8((const uint8_t *)(query + 2));
    for (size_t row = 0; row < count; row++, bytes += 32) {
        uint8x16_t first = vcntq_u8(veorq_u8(vld1q_u8(bytes), high));
        uint8x16_t second = vcntq_u8(veorq_u8(vld1q_u8(bytes + 16), low));
        uint64_t distance = vaddlvq_u8(vaddq_u8(first, second));
        if (__builtin_expect(distance <= radius, 0)) scan_emit(out, row, distance);
    }
}

#endif

int chamming_kernel_is_available(int kernel) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    switch (kernel) {
    case CHAMMING_POPCNT: return __builtin_cpu_supports("popcnt") != 0;
    case CHAMMING_AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
    case CHAMMING_AVX512: return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vpopcntdq");
    }
#elif defined(__aarch64__)
    if (kernel == CHAMMING_NEON) return 1;
#endif
    return kernel == CHAMMING_PORTABLE;
}

void chamming_scan(
    int kernel, const uint64_t *hashes, size_t count, const uint64_t query[4], uint32_t radius, chamming_sink sink,
    void *context) {
    scan_output out;
    out.count = 0;
    out.sink = sink;
    out.context = context;
    switch (chamming_kernel_is_available(kernel) ? kernel : CHAMMING_PORTABLE) {
#if defined(__x86_64__)
    case CHAMMING_POPCNT: scan_popcnt(hashes, 0, count, query, radius, &out); break;
    case CHAMMING_AVX2: scan_avx2(hashes, count, query, radius, &out); break;
    case CHAMMING_AVX512: scan_avx512(hashes, count, query, radius, &out); break;
#elif defined(__aarch64__)
    case CHAMMING_NEON: scan_neon(hashes, count, query, radius, &out); break;
#endif
    default: scan_portable(hashes, 0, count, query, radius, &out);
    }
    if (out.count > 0) sink(context, out.hits, out.count);
}
