/* HMAC-SHA1, as a program with a key store of its own would have it. */
#ifndef HMAC_H
#define HMAC_H

#include <assert.h>

static inline uint32_t rotated(uint32_t word, int bits) { return (word << bits) | (word >> (32 - bits)); }

static inline void sha1(const unsigned char *bytes, size_t length, unsigned char digest[20]) {
    uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    size_t padded = (length + 8) / 64 * 64 + 64, at, i;
    unsigned char *message = (unsigned char *)calloc(padded, 1);
    memcpy(message, bytes, length);
    message[length] = 0x80;
    for (i = 0; i < 8; i++) message[padded - 1 - i] = (unsigned char)((uint64_t)length * 8 >> (8 * i));
    for (at = 0; at < padded; at += 64) {
        uint32_t w[80], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
        for (i = 0; i < 80; i++) {
            const unsigned char *p = message + at + 4 * i;
            uint32_t f, k, next;
            w[i] = i < 16 ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
                          : rotated(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
            f = i < 20 ? (b & c) | (~b & d) : i < 40 ? b ^ c ^ d : i < 60 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
            k = i < 20 ? 0x5a827999 : i < 40 ? 0x6ed9eba1 : i < 60 ? 0x8f1bbcdc : 0xca62c1d6;
            next = rotated(a, 5) + f + e + k + w[i];
            e = d, d = c, c = rotated(b, 30), b = a, a = next;
        }
        state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
    }
    for (i = 0; i < 20; i++) digest[i] = (unsigned char)(state[i / 4] >> (24 - 8 * (i % 4)));
    free(message);
}

static inline void hmac_sha1(const char *key, const char *text, char hex[41]) {
    size_t length = strlen(text), i;
    unsigned char *message = (unsigned char *)malloc(64 + length), outer[84], digest[20];
    assert(strlen(key) <= 64);
    for (i = 0; i < 64; i++) {
        unsigned char byte = i < strlen(key) ? (unsigned char)key[i] : 0;
        message[i] = byte ^ 0x36;
        outer[i] = byte ^ 0x5c;
    }
    memcpy(message + 64, text, length);
    sha1(message, 64 + length, outer + 64);
    sha1(outer, 84, digest);
    free(message);
    for (i = 0; i < 20; i++) sprintf(hex + 2 * i, "%02x", digest[i]);
}

#endif
