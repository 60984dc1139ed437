/*
 * What the tests of everything that goes wrong share: answers made to measure, groups as the
 * emulator seeds them, a host that does not answer, and a relay that can be cut.
 */
#ifndef SERVERS_H
#define SERVERS_H

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>

/* -- text --------------------------------------------------------------------------------------- */

/** printf() into memory of its own, to be freed. */
__attribute__((format(printf, 1, 2))) static inline char *text(const char *format, ...) {
    va_list arguments;
    char *made;
    int length;
    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    made = (char *)malloc((size_t)length + 1);
    va_start(arguments, format);
    vsnprintf(made, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return made;
}

/** Text that holds `unit` so many times, to be freed. */
static inline char *repeated(const char *unit, size_t times) {
    size_t size = strlen(unit), i;
    char *made = (char *)malloc(size * times + 1);
    for (i = 0; i < times; i++) memcpy(made + i * size, unit, size);
    made[size * times] = '\0';
    return made;
}

/** Whether it is UTF-8: no cut, overlong or surrogate sequence. */
static inline int is_utf8(const char *given) {
    const unsigned char *at = (const unsigned char *)given;
    while (*at) {
        unsigned long code;
        int more, i;
        if (*at < 0x80) code = *at, more = 0;
        else if ((*at & 0xe0) == 0xc0) code = *at & 0x1f, more = 1;
        else if ((*at & 0xf0) == 0xe0) code = *at & 0x0f, more = 2;
        else if ((*at & 0xf8) == 0xf0) code = *at & 0x07, more = 3;
        else return 0;
        for (at++, i = 0; i < more; i++, at++) {
            if ((*at & 0xc0) != 0x80) return 0;
            code = code << 6 | (*at & 0x3f);
        }
        if (code < (more == 1 ? 0x80ul : more == 2 ? 0x800ul : more == 3 ? 0x10000ul : 0ul)) return 0;
        if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return 0;
    }
    return 1;
}

/** How often `part` stands in `whole`. */
static inline int occurrences(const char *whole, const char *part) {
    int count = 0;
    for (whole = strstr(whole, part); whole; whole = strstr(whole + strlen(part), part)) count++;
    return count;
}

/* -- answers made to measure ---------------------------------------------------------------------- */

#define API_TYPE "application/vnd.uploadcare-v0.7+json"

/** The next request is answered with these bytes; `more` holds further fields of the fault ("\"times\":-1,") or "". */
static inline void answer_bytes(const char *more, int status, const char *type, const void *bytes, size_t size) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *from = (const unsigned char *)bytes;
    char *base64 = (char *)malloc((size + 2) / 3 * 4 + 1), *to = base64, *json;
    size_t i;
    for (i = 0; i < size; i += 3) {
        unsigned long three = (unsigned long)from[i] << 16;
        if (i + 1 < size) three |= (unsigned long)from[i + 1] << 8;
        if (i + 2 < size) three |= from[i + 2];
        *to++ = digits[three >> 18];
        *to++ = digits[three >> 12 & 63];
        *to++ = i + 1 < size ? digits[three >> 6 & 63] : '=';
        *to++ = i + 2 < size ? digits[three & 63] : '=';
    }
    *to = '\0';
    json = text("{%s\"fault\":\"body\",\"status\":%d,\"content_type\":\"%s\",\"base64\":\"%s\"}", more, status, type,
                base64);
    fault(json);
    free(json);
    free(base64);
}

static inline void answer(int status, const char *type, const char *body) {
    answer_bytes("", status, type, body, strlen(body));
}

static inline void answer_always(int status, const char *type, const char *body) {
    answer_bytes("\"times\":-1,", status, type, body, strlen(body));
}

/* -- groups as the emulator seeds them -------------------------------------------------------------- */

/** When group `i` (from 0) was created: 2020-01-01, so many hours and microseconds later. */
static inline int64_t created_us(int i) { return INT64_C(1577836800000000) + i * INT64_C(3600000001); }

/** Checks that the page holds the groups from `first` on, and returns the index of the one that must come next. */
static inline int check_page(const uc_page *page, int first) {
    size_t i;
    for (i = 0; i < uc_page_count(page); i++) {
        const uc_group *group = uc_page_group(page, i);
        CHECK(group != NULL);
        CHECK_INT(created_us(first + (int)i), group->datetime_created_us);
        CHECK_INT(1 + (first + (int)i) % 12, group->files_count);
    }
    return first + (int)i;
}

/** Checks that the listing, of which groups up to `next` have been seen, gives each further one once, in order, and then ends. */
static inline void check_rest(uc_page *page, int next, int groups) {
    uc_error *error;
    uc_status status;
    while ((status = uc_page_next(page, &error)) == UC_OK) {
        CHECK(uc_page_count(page) > 0);
        next = check_page(page, next);
        CHECK(next <= groups);
    }
    test_ok(__FILE__, __LINE__, "uc_page_next", UC_DONE, status, error);
    CHECK_INT(groups, next);
}

/** Lists everything and checks that every group comes once and in order. */
static inline void check_listing(const uc_client *client, const uc_groups_opts *opts, int groups) {
    uc_page *page;
    uc_error *error;
    CHECK_OK(uc_groups_list(client, opts, &page, &error), error);
    check_rest(page, check_page(page, 0), groups);
    uc_free(page);
}

/** The id of group `i`, to be freed. */
static inline char *group_id(int i) {
    char *truth = emulator_get("/_emulator/groups");
    char *id = json_value(truth, "id", i);
    free(truth);
    CHECK(id != NULL);
    return id;
}

/* -- a host that does not answer ---------------------------------------------------------------------- */

/** Its queue of connections is full, so that connecting to it neither succeeds nor fails. */
struct deaf_host {
    char base[64];
    int listening;
    int waiting[8];
    int count;
};

static inline void deaf_host_start_on(struct deaf_host *host, int port) {
    struct sockaddr_in address = loopback(port);
    socklen_t size = sizeof address;
    int yes = 1;
    memset(host, 0, sizeof *host);
    host->listening = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(host->listening >= 0);
    CHECK(setsockopt(host->listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0);
    CHECK(bind(host->listening, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(listen(host->listening, 0) == 0);
    CHECK(getsockname(host->listening, (struct sockaddr *)&address, &size) == 0);
    snprintf(host->base, sizeof host->base, "http://127.0.0.1:%d", ntohs(address.sin_port));
    while (host->count < 8) {
        int connection = socket(AF_INET, SOCK_STREAM, 0);
        struct pollfd writable;
        CHECK(connection >= 0);
        CHECK(fcntl(connection, F_SETFL, O_NONBLOCK) == 0);
        CHECK(connect(connection, (struct sockaddr *)&address, sizeof address) == 0 || errno == EINPROGRESS);
        host->waiting[host->count++] = connection;
        writable.fd = connection;
        writable.events = POLLOUT;
        writable.revents = 0;
        if (poll(&writable, 1, 200) == 0) return;
    }
    FAIL("the queue of a listening socket does not fill up");
}

static inline void deaf_host_start(struct deaf_host *host) { deaf_host_start_on(host, 0); }

static inline void deaf_host_stop(struct deaf_host *host) {
    while (host->count > 0) close(host->waiting[--host->count]);
    close(host->listening);
}

/* -- a relay in front of the emulator -------------------------------------------------------------------- */

/** Passes bytes to the emulator and back on a port of its own. It can be away for a while, and lose answers. */
struct relay {
    char base[64];
    int port;
    int lose_answers; /* so many: the emulator has done what it was asked, and the caller's connection is reset */
    int listening;
    int stop[2];
    pthread_t thread;
    struct { int caller, emulator; } pairs[32];
    int count;
};

static inline void relay_drop(struct relay *relay, int i, int with_reset) {
    struct linger linger = {1, 0};
    if (with_reset) setsockopt(relay->pairs[i].caller, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(relay->pairs[i].caller);
    close(relay->pairs[i].emulator);
    relay->pairs[i] = relay->pairs[--relay->count];
}

static inline void relay_pass(struct relay *relay, int i, int from_emulator) {
    char bytes[16384];
    ssize_t got = recv(from_emulator ? relay->pairs[i].emulator : relay->pairs[i].caller, bytes, sizeof bytes, 0);
    if (got <= 0) {
        relay_drop(relay, i, 0);
    } else if (from_emulator && __atomic_load_n(&relay->lose_answers, __ATOMIC_SEQ_CST) > 0) {
        __atomic_sub_fetch(&relay->lose_answers, 1, __ATOMIC_SEQ_CST);
        relay_drop(relay, i, 1);
    } else if (send_bytes(from_emulator ? relay->pairs[i].caller : relay->pairs[i].emulator, bytes, (size_t)got) != 0) {
        relay_drop(relay, i, 0);
    }
}

static inline void *relay_run(void *argument) {
    struct relay *relay = (struct relay *)argument;
    for (;;) {
        struct pollfd ready[66];
        int i, count = relay->count;
        memset(ready, 0, sizeof ready);
        ready[0].fd = relay->stop[0];
        ready[1].fd = relay->listening;
        for (i = 0; i < count; i++) {
            ready[2 + 2 * i].fd = relay->pairs[i].caller;
            ready[3 + 2 * i].fd = relay->pairs[i].emulator;
        }
        for (i = 0; i < 2 + 2 * count; i++) ready[i].events = POLLIN;
        poll(ready, (nfds_t)(2 + 2 * count), -1);
        if (ready[0].revents) break;
        for (i = count - 1; i >= 0; i--) {
            if (ready[3 + 2 * i].revents) relay_pass(relay, i, 1);
            else if (ready[2 + 2 * i].revents) relay_pass(relay, i, 0);
        }
        if (ready[1].revents && relay->count < 32) {
            int caller = accept(relay->listening, NULL, NULL);
            if (caller < 0) continue;
            relay->pairs[relay->count].caller = caller;
            relay->pairs[relay->count++].emulator = connect_to(port_of(base()));
        }
    }
    while (relay->count > 0) relay_drop(relay, 0, 0);
    return NULL;
}

/** Back again, on the same port. */
static inline void relay_up(struct relay *relay) {
    struct sockaddr_in address = loopback(relay->port);
    socklen_t size = sizeof address;
    int yes = 1;
    relay->listening = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(relay->listening >= 0);
    CHECK(setsockopt(relay->listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0);
    CHECK(bind(relay->listening, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(listen(relay->listening, 64) == 0);
    CHECK(getsockname(relay->listening, (struct sockaddr *)&address, &size) == 0);
    relay->port = ntohs(address.sin_port);
    CHECK(pipe(relay->stop) == 0);
    CHECK(pthread_create(&relay->thread, NULL, relay_run, relay) == 0);
}

/** Away: kept connections are closed, new ones refused. */
static inline void relay_down(struct relay *relay) {
    close(relay->stop[1]);
    pthread_join(relay->thread, NULL);
    close(relay->stop[0]);
    close(relay->listening);
}

static inline void relay_start(struct relay *relay) {
    memset(relay, 0, sizeof *relay);
    relay_up(relay);
    snprintf(relay->base, sizeof relay->base, "http://127.0.0.1:%d", relay->port);
}

#endif
