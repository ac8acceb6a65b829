#include "CHamming.h"

#include <string.h>

// A lookup is thousands of loads from memory that no cache holds, so the only thing that matters is how many of them
// are under way at once. Probes travel in blocks through four stages (name the buckets, read their bounds, read
// their entries, compare the hashes); each stage starts the loads of the next one by prefetch, and four blocks are in
// flight, so a block's loads have three other blocks' work to hide behind.

enum { BLOCK = 64, CANDIDATES = 512, OUTPUT = 256 };

typedef struct {
    const chamming_chunk *chunk;
    uint32_t number;
    uint32_t filter;
    uint32_t probes;
    uint32_t ranges;
    uint32_t candidates;
    uint32_t keys[BLOCK];
    uint32_t starts[BLOCK];
    uint32_t ends[BLOCK];
    int8_t bounds[BLOCK];
    int8_t range_bounds[BLOCK];
    uint32_t rows[CANDIDATES];
} probe_block;

typedef struct {
    const chamming_segment *segment;
    const uint64_t *query;
    const int8_t *limits;
    uint32_t radius;
    size_t budget;
    // Where the enumeration of buckets stands.
    uint32_t chunk;
    int weight;
    uint32_t mask;
    uint32_t keys[CHAMMING_MAX_CHUNKS];
    // Hits on their way out.
    size_t output_count;
    chamming_sink sink;
    void *context;
    chamming_hit output[OUTPUT];
} probe_state;

static const uint8_t bits_of_byte[256] = {
#define B2(n) n, n + 1, n + 1, n + 2
#define B4(n) B2(n), B2(n + 1), B2(n + 1), B2(n + 2)
#define B6(n) B4(n), B4(n + 1), B4(n + 1), B4(n + 2)
    B6(0), B6(1), B6(1), B6(2)
};

static inline uint32_t chunk_key(const uint64_t *hash, const chamming_chunk *chunk) {
    unsigned word = chunk->first_bit >> 6, offset = chunk->first_bit & 63;
    uint64_t bits = hash[word] << offset;
    if (offset + chunk->width > 64) bits |= hash[word + 1] >> (64 - offset);
    return (uint32_t)(bits >> (64 - chunk->width));
}

static inline uint32_t next_chunk(const probe_state *state, uint32_t chunk) {
    return chunk + 1 == state->segment->chunk_count ? 0 : chunk + 1;
}

static inline uint32_t leading_byte(uint32_t key, const chamming_chunk *chunk) {
    return key >> (chunk->width - 8);
}

// How far the leading byte of the next chunk may be off for an entry at `weight` of `chunk`.
//
// Let x(i) = distance in chunk i - limit(i) - 1. Over all chunks these sum to distance - (radius + 1) < 0 for a match, so
// by the cycle lemma some chunk exists from which every running sum, taken around the ring, is negative. Its first
// two sums say: distance(i) <= limit(i), and distance(i) + distance(i + 1) <= limit(i) + limit(i + 1) + 1. An entry that
// fails the second is a match, if at all, from another chunk. A byte of the next chunk bounds its distance from below.
static inline int filter_bound(const probe_state *state, uint32_t chunk, int weight) {
    if (state->segment->chunks[chunk].entries == NULL) return 8;
    int bound = state->limits[chunk] + state->limits[next_chunk(state, chunk)] + 1 - weight;
    return bound > 8 ? 8 : bound;
}

static void fill(probe_state *state, probe_block *block) {
    block->probes = 0;
    while (state->chunk < state->segment->chunk_count) {
        uint32_t number = state->chunk;
        int limit = state->limits[number];
        if (state->weight > limit) {
            state->chunk++;
            state->weight = 0;
            state->mask = 0;
            if (block->probes > 0) return;
            continue;
        }
        const chamming_chunk *chunk = &state->segment->chunks[number];
        uint32_t next = next_chunk(state, number);
        block->chunk = chunk;
        block->number = number;
        block->filter = leading_byte(state->keys[next], &state->segment->chunks[next]);
        const uint32_t end = (uint32_t)1 << chunk->width;
        const uint32_t key = state->keys[number];
        const int bound = filter_bound(state, number, state->weight);
        uint32_t mask = state->mask, count = block->probes;
        while (count < BLOCK && mask < end) {
            uint32_t bucket = key ^ mask;
            block->keys[count] = bucket;
            block->bounds[count] = (int8_t)bound;
            __builtin_prefetch(&chunk->rest[bucket]);
            count++;
            if (mask == 0) {
                mask = end;
            } else {
                // The next larger number with as many bits set.
                uint32_t lowest = mask & -mask, ripple = mask + lowest;
                mask = ripple | ((mask ^ ripple) >> (2 + __builtin_ctz(lowest)));
            }
        }
        block->probes = count;
        state->mask = mask;
        if (mask >= end) {
            state->weight++;
            state->mask = ((uint32_t)1 << state->weight) - 1;
        }
        if (count == BLOCK) return;
    }
}

static size_t resolve(probe_block *block) {
    const chamming_chunk *chunk = block->chunk;
    size_t entries = 0;
    uint32_t ranges = 0;
    for (uint32_t i = 0; i < block->probes; i++) {
        uint32_t bucket = block->keys[i];
        uint32_t start = chunk->base[bucket >> chunk->shift] + chunk->rest[bucket];
        uint32_t end = chunk->base[(bucket + 1) >> chunk->shift] + chunk->rest[bucket + 1];
        block->starts[ranges] = start;
        block->ends[ranges] = end;
        block->range_bounds[ranges] = block->bounds[i];
        ranges += end > start;
        entries += end - start;
        if (chunk->entries != NULL && end > start) __builtin_prefetch(&chunk->entries[start]);
    }
    block->ranges = ranges;
    return entries;
}

static inline void emit(probe_state *state, uint32_t row, uint32_t distance) {
    state->output[state->output_count].row = row;
    state->output[state->output_count].distance = distance;
    if (++state->output_count == OUTPUT) {
        state->sink(state->context, state->output, state->output_count);
        state->output_count = 0;
    }
}

// Whether an earlier chunk has reported the row already: the same test as that chunk's probe and filter made.
static int reported_before(const probe_state *state, const uint64_t *hash, uint32_t chunk) {
    const chamming_segment *segment = state->segment;
    for (uint32_t i = 0; i < chunk; i++) {
        int weight = __builtin_popcount(chunk_key(hash, &segment->chunks[i]) ^ state->keys[i]);
        if (weight > state->limits[i]) continue;
        uint32_t next = next_chunk(state, i);
        const chamming_chunk *after = &segment->chunks[next];
        uint32_t difference = leading_byte(chunk_key(hash, after) ^ state->keys[next], after);
        if (bits_of_byte[difference] <= filter_bound(state, i, weight)) return 1;
    }
    return 0;
}

#if defined(__x86_64__)
#define WITH_POPCNT __attribute__((target("popcnt")))
#else
#define WITH_POPCNT
#endif

#define COMPARE(NAME, TARGET)                                                                                   \
    TARGET static void NAME(probe_state *state, probe_block *block) {                                              \
        const uint64_t q0 = state->query[0], q1 = state->query[1], q2 = state->query[2], q3 = state->query[3];     \
        for (uint32_t i = 0; i < block->candidates; i++) {                                                         \
            const uint64_t *hash = state->segment->hashes + 4 * (size_t)block->rows[i];                            \
            uint32_t distance = (uint32_t)(                                                                        \
                __builtin_popcountll(hash[0] ^ q0) + __builtin_popcountll(hash[1] ^ q1)                            \
                + __builtin_popcountll(hash[2] ^ q2) + __builtin_popcountll(hash[3] ^ q3));                        \
            if (__builtin_expect(distance <= state->radius, 0) && !reported_before(state, hash, block->number))    \
                emit(state, block->rows[i], distance);                                                             \
        }                                                                                                          \
        block->candidates = 0;                                                                                     \
    }

COMPARE(compare_portable, )
#if defined(__x86_64__)
COMPARE(compare_popcnt, WITH_POPCNT)
#endif

typedef void (*compare_function)(probe_state *, probe_block *);

static void gather(probe_state *state, probe_block *block, compare_function compare) {
    const uint64_t *hashes = state->segment->hashes;
    const uint32_t *entries = block->chunk->entries;
    const uint32_t filter = block->filter;
    uint32_t count = 0;
    for (uint32_t i = 0; i < block->ranges; i++) {
        uint32_t at = block->starts[i];
        const uint32_t end = block->ends[i];
        const int bound = block->range_bounds[i];
        while (at < end) {
            if (count == CANDIDATES) {
                block->candidates = count;
                compare(state, block);
                count = 0;
            }
            uint32_t stop = end - at > CANDIDATES - count ? at + (CANDIDATES - count) : end;
            uint32_t first = count;
            if (entries == NULL) {
                for (; at < stop; at++) block->rows[count++] = at;
            } else {
                for (; at < stop; at++) {
                    uint32_t entry = entries[at];
                    block->rows[count] = entry & 0xFFFFFF;
                    count += bits_of_byte[(entry >> 24) ^ filter] <= bound;
                }
            }
            for (uint32_t j = first; j < count; j++) __builtin_prefetch(hashes + 4 * (size_t)block->rows[j]);
        }
    }
    block->candidates = count;
}

int chamming_probe(
    int kernel, const chamming_segment *segment, const uint64_t query[4], uint32_t radius, const int8_t *limits, size_t budget,
    chamming_sink sink, void *context) {
    probe_state state;
    state.segment = segment;
    state.query = query;
    state.limits = limits;
    state.radius = radius;
    state.chunk = 0;
    state.weight = 0;
    state.mask = 0;
    state.output_count = 0;
    state.sink = sink;
    state.context = context;
    for (uint32_t i = 0; i < segment->chunk_count; i++) state.keys[i] = chunk_key(query, &segment->chunks[i]);

    compare_function compare = compare_portable;
#if defined(__x86_64__)
    // Every machine with wide registers has the scalar instruction too, and the loads are what takes the time.
    if (kernel != CHAMMING_PORTABLE && chamming_kernel_is_available(CHAMMING_POPCNT)) compare = compare_popcnt;
#else
    (void)kernel;
#endif

    probe_block blocks[4];
    size_t entries = 0;
    for (int i = 0; i < 4; i++) {
        blocks[i].chunk = &segment->chunks[0];
        blocks[i].probes = blocks[i].ranges = blocks[i].candidates = 0;
    }
    // Block `turn` is filled now; the ones of the last three turns are each a stage further.
    for (unsigned turn = 0, idle = 0; idle < 4; turn++) {
        compare(&state, &blocks[(turn - 3) & 3]);
        probe_block *gathered = &blocks[(turn - 2) & 3];
        gather(&state, gathered, compare);
        gathered->ranges = 0;
        probe_block *resolved = &blocks[(turn - 1) & 3];
        entries += resolve(resolved);
        resolved->probes = 0;
        if (entries > budget) return 0;
        probe_block *filled = &blocks[turn & 3];
        fill(&state, filled);
        idle = filled->probes == 0 ? idle + 1 : 0;
    }
    if (state.output_count > 0) sink(context, state.output, state.output_count);
    return 1;
}
