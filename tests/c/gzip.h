/*
 * gzip for tests, without a library for it: what is stored as it is, and what unpacks to a thousand
 * times its size.
 */
#ifndef GZIP_H
#define GZIP_H

#include "test.h"

/** Bytes of a known number; free `bytes`. */
struct bytes {
    unsigned char *bytes;
    size_t size, room;
    int bits; /* taken of the last byte, or 0 */
};

static inline void put(struct bytes *to, const void *from, size_t size) {
    if (to->size + size > to->room) {
        to->room = 2 * (to->size + size);
        to->bytes = (unsigned char *)realloc(to->bytes, to->room);
    }
    if (size) memcpy(to->bytes + to->size, from, size);
    to->size += size;
}

static inline void put_text(struct bytes *to, const char *from) { put(to, from, strlen(from)); }

/** The lowest `count` bits of `value`, the lowest first. */
static inline void put_bits(struct bytes *to, unsigned value, int count) {
    while (count-- > 0) {
        if (to->bits == 0) put(to, "", 1);
        to->bytes[to->size - 1] |= (unsigned char)((value & 1) << to->bits);
        to->bits = (to->bits + 1) % 8;
        value >>= 1;
    }
}

static inline void put_little_endian(struct bytes *to, unsigned long value, int count) {
    while (count-- > 0) {
        unsigned char byte = (unsigned char)(value & 0xff);
        put(to, &byte, 1);
        value >>= 8;
    }
}

static inline unsigned long crc_of(unsigned long crc, const void *bytes, size_t size) {
    static unsigned long table[256];
    const unsigned char *at = (const unsigned char *)bytes;
    size_t i;
    int bit;
    for (i = 0; table[255] == 0 && i < 256; i++) {
        table[i] = i;
        for (bit = 0; bit < 8; bit++) table[i] = table[i] & 1 ? 0xedb88320ul ^ table[i] >> 1 : table[i] >> 1;
    }
    crc ^= 0xfffffffful;
    for (i = 0; i < size; i++) crc = table[(crc ^ at[i]) & 0xff] ^ crc >> 8;
    return crc ^ 0xfffffffful;
}

static inline void gzip_head(struct bytes *to) { put(to, "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10); }

/** A block of at most 65535 bytes that are stored as they are. */
static inline void gzip_block(struct bytes *to, const char *from, int is_last) {
    size_t size = strlen(from);
    put_bits(to, (unsigned)is_last, 3);
    to->bits = 0;
    put_little_endian(to, size, 2);
    put_little_endian(to, ~size, 2);
    put(to, from, size);
}

/** One member that unpacks to `from`. */
static inline void gzip_put(struct bytes *to, const char *from) {
    gzip_head(to);
    gzip_block(to, from, 1);
    put_little_endian(to, crc_of(0, from, strlen(from)), 4);
    put_little_endian(to, strlen(from), 4);
}

/**
 * One member that unpacks to `start`, `unit` (of 1, 2, 3 or 5 bytes) many times, at least `size` bytes
 * in all, and `end`: a block whose every two or three bits stand for 258 bytes.
 */
static inline void gzip_bomb(struct bytes *to, const char *start, const char *unit, size_t size, const char *end) {
    static const int distance_codes[] = {0, 0, 1, 2, 0, 4};
    size_t length = strlen(unit), distance = (size_t)distance_codes[length], i, matches;
    size_t repeats = 258 * length; /* so that what is repeated ends with a whole unit */
    char *many = (char *)malloc(repeats + 1);
    unsigned long crc;
    for (i = 0; i < repeats; i++) many[i] = unit[i % length];
    many[repeats] = '\0';
    matches = (size / repeats + 1) * length;
    gzip_head(to);
    gzip_block(to, start, 0);
    gzip_block(to, many, 0);
    put_bits(to, 0 | 2 << 1, 3); /* codes of its own */
    put_bits(to, 29, 5);
    put_bits(to, (unsigned)distance, 5);
    put_bits(to, 14, 4);
    for (i = 0; i < 18; i++) put_bits(to, i == 2 || i == 3 ? 2 : i == 17 ? 1 : 0, 3); /* 18: 11, 0: 10, 1: 0 */
    put_bits(to, 3 | (138 - 11) << 2, 9);
    put_bits(to, 3 | (118 - 11) << 2, 9);
    put_bits(to, 0, 1); /* the end of the block is 0 */
    put_bits(to, 3 | (28 - 11) << 2, 9);
    put_bits(to, 0, 1); /* a length of 258 is 1 */
    for (i = 0; i < distance; i++) put_bits(to, 1, 2);
    put_bits(to, 0, 1); /* the distance is 0 */
    for (i = 0; i < matches; i++) put_bits(to, 1, distance == 4 ? 3 : 2);
    put_bits(to, 0, 1);
    gzip_block(to, end, 1);
    crc = crc_of(0, start, strlen(start));
    for (i = 0; i < matches / length + 1; i++) crc = crc_of(crc, many, repeats);
    put_little_endian(to, crc_of(crc, end, strlen(end)), 4);
    put_little_endian(to, strlen(start) + (matches / length + 1) * repeats + strlen(end), 4);
    free(many);
}

#endif
