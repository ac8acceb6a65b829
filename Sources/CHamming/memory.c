#include "CHamming.h"

#include <sched.h>
#include <string.h>
#include <sys/mman.h>

#ifndef MAP_ANONYMOUS
#define MAP_ANONYMOUS MAP_ANON
#endif

void *chamming_region_allocate(size_t length) {
    void *region = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (region == MAP_FAILED) return NULL;
#ifdef MADV_HUGEPAGE
    if (length >= (size_t)1 << 21) madvise(region, length, MADV_HUGEPAGE);
#endif
    return region;
}

void chamming_region_free(void *region, size_t length) {
    munmap(region, length);
}

// Each of the eight lanes takes every eighth word by a step that is a bijection both of the lane and of the word, so one
// changed word always changes its lane. The rotation carries high bits down, which a product alone does not. Damage that
// happens to bring a lane back has still passed through other states, and their sum tells.
void chamming_digest_start(chamming_digest *digest, uint64_t seed) {
    for (int lane = 0; lane < 8; lane++) {
        digest->lanes[lane] = (seed + (uint64_t)lane + 1) * 0x9E3779B97F4A7C15u;
        digest->sums[lane] = 0;
    }
    digest->length = 0;
}

void chamming_digest_add(chamming_digest *digest, const void *bytes, size_t length) {
    uint64_t lanes[8], sums[8];
    memcpy(lanes, digest->lanes, sizeof lanes);
    memcpy(sums, digest->sums, sizeof sums);
    const unsigned char *at = bytes;
    for (size_t left = length / 64; left > 0; left--, at += 64) {
        uint64_t words[8];
        memcpy(words, at, 64);
        for (int lane = 0; lane < 8; lane++) {
            uint64_t mixed = lanes[lane] ^ words[lane];
            lanes[lane] = (mixed << 29 | mixed >> 35) * 0x9E3779B97F4A7C15u;
            sums[lane] += lanes[lane];
        }
    }
    memcpy(digest->lanes, lanes, sizeof lanes);
    memcpy(digest->sums, sums, sizeof sums);
    digest->length += length;
}

static uint64_t digest_fold(uint64_t sum, const uint64_t *words) {
    for (int lane = 0; lane < 8; lane++) {
        sum = (sum ^ words[lane]) * 0xD6E8FEB86659FD93u;
        sum ^= sum >> 32;
    }
    return sum;
}

void chamming_digest_finish(const chamming_digest *digest, uint64_t sum[2]) {
    sum[0] = digest_fold(digest->length, digest->lanes);
    sum[1] = digest_fold(~digest->length, digest->sums);
}

void chamming_yield(void) {
    sched_yield();
}

int chamming_entries_are_valid(const uint32_t *entries, size_t count, uint32_t rows) {
    uint32_t highest = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t row = entries[i] & 0xFFFFFF;
        highest = row > highest ? row : highest;
    }
    return count == 0 || highest < rows;
}

int chamming_buckets_are_valid(const chamming_chunk *chunk, uint32_t rows) {
    size_t buckets = (size_t)1 << chunk->width;
    uint64_t last = 0;
    int ascending = 1;
    for (size_t bucket = 0; bucket <= buckets; bucket++) {
        uint64_t start = (uint64_t)chunk->base[bucket >> chunk->shift] + chunk->rest[bucket];
        ascending &= start >= last;
        if (bucket == 0) ascending &= start == 0;
        last = start;
    }
    return ascending && last == rows;
}
