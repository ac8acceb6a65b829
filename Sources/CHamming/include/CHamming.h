// The kernels behind HammingIndex that Swift cannot express: population counts over wide registers chosen at
// run time, software prefetch, memory on huge pages, and a checksum at the speed of memory.
//
// A hash is four 64-bit words, the most significant first. Every function is a pure function of its arguments and
// may run on any number of threads at once.
#ifndef CHAMMING_H
#define CHAMMING_H

#include <stddef.h>
#include <stdint.h>

/// One row that lies within the radius.
typedef struct {
    uint32_t row;
    uint32_t distance;
} chamming_hit;

/// Receives hits, some at a time, never zero of them. `hits` is valid during the call only.
typedef void (*chamming_sink)(void *context, const chamming_hit *hits, size_t count);

/// The instruction sets that the kernels know.
enum {
    CHAMMING_PORTABLE = 0,
    CHAMMING_POPCNT = 1,
    CHAMMING_AVX2 = 2,
    CHAMMING_AVX512 = 3,
    CHAMMING_NEON = 4,
};

/// 1 when this machine has the instruction set. 0 for numbers that name none.
int chamming_kernel_is_available(int kernel);

/// Reports every one of `count` hashes that is within `radius` of `query`, in order of rows.
///
/// A kernel that is not available is replaced by the portable one.
void chamming_scan(
    int kernel, const uint64_t *hashes, size_t count, const uint64_t query[4], uint32_t radius, chamming_sink sink,
    void *context);

enum { CHAMMING_MAX_CHUNKS = 32, CHAMMING_MAX_WIDTH = 24, CHAMMING_MAX_ROWS = 1 << 24 };

/// One run of neighbouring bits of the hash and the rows sorted by it.
///
/// Bucket `b` holds the entries from `base[b >> shift] + rest[b]` to the same expression for `b + 1`. An entry is a row
/// number in its low 24 bits and, above them, the leading 8 bits of the next chunk (the first one after the last).
/// Where `entries` is null the rows themselves are in the order of this chunk.
typedef struct {
    const uint32_t *base;
    const uint16_t *rest;
    const uint32_t *entries;
    uint16_t first_bit;
    uint8_t width;
    uint8_t shift;
} chamming_chunk;

/// A sealed set of distinct hashes.
typedef struct {
    const uint64_t *hashes;
    uint32_t count;
    uint32_t chunk_count;
    chamming_chunk chunks[CHAMMING_MAX_CHUNKS];
} chamming_segment;

/// Reports every row within `radius` of `query`, each once, in no promised order, and answers 1; or answers 0 once
/// more than `budget` entries would be read (what has been reported by then is incomplete).
///
/// `limits[i]` is the distance to search chunk `i` to, or -1 to leave the chunk out; the sum of `limits[i] + 1` must be
/// at least `radius + 1`, and no limit may exceed the width of its chunk.
int chamming_probe(
    int kernel, const chamming_segment *segment, const uint64_t query[4], uint32_t radius, const int8_t *limits, size_t budget,
    chamming_sink sink, void *context);

/// A 128-bit checksum in the making.
typedef struct {
    uint64_t lanes[8];
    uint64_t sums[8];
    uint64_t length;
} chamming_digest;

/// Start, add bytes (each time a multiple of 64 of them), finish.
///
/// Any change within one aligned 8-byte word changes the first half; other damage escapes with a chance of about 2^-128.
/// It does not resist a forger. The same bytes give the same sum on machines of one byte order.
void chamming_digest_start(chamming_digest *digest, uint64_t seed);
void chamming_digest_add(chamming_digest *digest, const void *bytes, size_t length);
void chamming_digest_finish(const chamming_digest *digest, uint64_t sum[2]);

/// 1 when every one of `count` entries names a row below `rows`.
int chamming_entries_are_valid(const uint32_t *entries, size_t count, uint32_t rows);

/// 1 when the offsets of all 2^width buckets of `chunk` ascend from 0 to exactly `rows`.
int chamming_buckets_are_valid(const chamming_chunk *chunk, uint32_t rows);

/// Zeroed memory, aligned to 64 bytes at least, on huge pages where the system has them, or null.
/// Give it back with the same length.
void *chamming_region_allocate(size_t length);
void chamming_region_free(void *region, size_t length);

/// Lets other threads run.
void chamming_yield(void);

#endif
