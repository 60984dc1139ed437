/* Texts of all kinds for all that makes, signs and parses addresses: no crash, and no address outside the host. */
#include "urls.h"

#include <stdint.h>

#define ROUNDS 20000

#define SECURE_BASE "https://1s4oyld5dc.s.ucarecd.net"

/* -- chance, the same in every run ---------------------------------------------------------------- */

static uint64_t chance;

static unsigned below(unsigned most) {
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (unsigned)(chance >> 33) % most;
}

#define ONE_OF(list) ((list)[below(COUNT(list))])

/* -- texts ---------------------------------------------------------------------------------------- */

static const char *const pieces[] = {
    "-/", "/", "-", "~", ".", "..", "../", "./", "%2e", "%2E%2e/", "%2f", "%00", "%", "%25", "?", "#", "\\", "@",
    ":", "//", "*", "!", "&", "'", "\"", " ", "\n", "\r\n", "\t", "\x7f", ",", ";", "=", "[", "<", "\xd0\x96",
    "\xf0\x9f\x98\x80", "\xff", "\xc3", "preview/", "-/preview/", "-/resize/", "500x", "500x500", "x", "0", "-1",
    "99999999999999999999", "50p", "50px50p", "1:1", "center", "10,10p", "-/crop/", "face", "-/scale_crop/",
    "smart", "-/text/", "-/overlay/", "self", "-/format/", "jpeg", "-/stretch/off/", "gif2video/", "videoframe/",
    "detect_faces/", "00:00:05", "5s", "-/json/", "-/cut/", "-/thumbs~", "-/size/", "-/page/", "a", "name.jpg",
    UUID, UUID "/", GROUP, GROUP "/", "nth/", "archive/", "zip", "tar", "https://", "http://", "example.com",
    "ucarecdn.com/", "demopublickey.ucr.io/", BASE "/", "?token=exp=1~acl=/~hmac=00", "user:password@",
};

static char *good_lines[1024];
static size_t good_count;

static void keep_good(const struct line *line, void *unused) {
    (void)unused;
    if (is_good(line) && good_count < COUNT(good_lines)) good_lines[good_count++] = text("%s", line->operations);
}

/** Of exactly its size, for the sanitizers; to be freed. */
static char *exactly(const char *made) { return text("%s", made); }

static char *random_bytes(void) {
    char made[64];
    unsigned size = below(sizeof made), i;
    for (i = 0; i < size; i++) made[i] = (char)(1 + below(255));
    made[size] = '\0';
    return exactly(made);
}

static char *glued_pieces(void) {
    char made[512] = "";
    unsigned count = below(9), i;
    for (i = 0; i < count; i++) strcat(made, ONE_OF(pieces));
    return exactly(made);
}

/** Changed a little, or not at all. */
static char *mutated(const char *whole) {
    char made[600];
    unsigned changes = below(4);
    snprintf(made, 500, "%s", whole);
    while (changes-- > 0) {
        size_t length = strlen(made), at = below((unsigned)length + 1);
        const char *piece = ONE_OF(pieces);
        size_t size = strlen(piece);
        if (below(3) == 0 && at < length)
            memmove(made + at, made + at + 1, length - at);
        else if (below(2) == 0 && at < length)
            made[at] = (char)(1 + below(255));
        else if (length + size < sizeof made) {
            memmove(made + at + size, made + at, length - at + 1);
            memcpy(made + at, piece, size);
        }
    }
    return exactly(made);
}

static char *wild(const char *tame) {
    switch (below(4)) {
        case 0: return random_bytes();
        case 1: return glued_pieces();
        default: return mutated(tame);
    }
}

/** Mostly as it should be. */
static char *mostly(const char *tame) { return below(8) == 0 ? wild(tame) : exactly(tame); }

/* -- what an address must be ---------------------------------------------------------------------- */

static int is_dots(const char *segment, size_t length) {
    size_t dots = 0;
    while (length > 0) {
        size_t size = *segment == '.' ? 1 : length >= 3 && strncasecmp(segment, "%2e", 3) == 0 ? 3 : 0;
        if (size == 0) return 0;
        segment += size;
        length -= size;
        dots++;
    }
    return dots == 1 || dots == 2;
}

static void check_characters(const char *text, const char *none_of) {
    const char *at;
    for (at = text; *at; at++)
        if (*at <= ' ' || *at >= '\x7f' || strchr(none_of, *at)) FAIL("%c in %s", *at, text);
}

/** A path below `begin`, that no browser and no proxy takes for anything else. */
static void check_path(const char *begin, const char *path) {
    const char *at;
    if (strncmp(path, begin, strlen(begin)) != 0) FAIL("%s is not below %s", path, begin);
    check_characters(path, "#?\\\"<>");
    for (at = path + strlen(begin); *at; at += *at == '/') {
        size_t length = strcspn(at, "/");
        if (is_dots(at, length)) FAIL("dots in %s", path);
        at += length;
    }
}

/** Whoever reads the address finds this in it. */
static void check_read(const char *url, const char *base, const char *id, const char *token) {
    uc_url_parts *parts;
    uc_error *error;
    CHECK_OK(uc_url_parse(url, &parts, &error), error);
    CHECK_TEXT(base, parts->base);
    CHECK_TEXT(id, parts->group_id ? parts->group_id : parts->uuid);
    CHECK_TEXT(token, parts->token);
    uc_free(parts);
}

/** The address that was made is one of `id` at BASE, and can be signed as it is. */
static void check_url(const char *id, const char *url) {
    char *begin = text(BASE "/%s/", id), *secure = text(SECURE_BASE "/%s/", id), *made, *path;
    uc_error *error;
    const char *query;
    check_path(begin, url);
    check_read(url, BASE, id, NULL);

    CHECK_OK(uc_url_sign(url, "00ff", NULL, &made, &error), error);
    query = strchr(made, '?');
    CHECK(query != NULL && strncmp(query, "?token=exp=", 11) == 0);
    path = text("%.*s", (int)(query - made), made);
    check_path(secure, path);
    check_characters(query + 1, "?#&!\\\"<>");
    check_read(made, SECURE_BASE, id, query + strlen("?token="));
    free(path);
    uc_free(made);
    free(secure);
    free(begin);
}

/** A list of addresses that begin so. */
static void check_srcset(const char *begin, const char *srcset) {
    char *list = exactly(srcset), *rest, *candidate;
    if (strpbrk(srcset, "&'")) FAIL("not for HTML: %s", srcset);
    for (candidate = strtok_r(list, " ", &rest); candidate; candidate = strtok_r(NULL, " ", &rest)) {
        check_path(begin, candidate);
        if (candidate[strlen(candidate) - 1] == ',') FAIL("a browser drops the comma: %s", srcset);
        CHECK(strtok_r(NULL, " ", &rest) != NULL); /* its width */
    }
    free(list);
}

/** The path of what is fetched is the path of the address; its query may be anything. */
static void check_proxy(const char *begin, const char *url) {
    char *path = text("%.*s", (int)strcspn(url, "?"), url);
    check_path(begin, path);
    check_characters(url, "#");
    free(path);
}

/* -- a round -------------------------------------------------------------------------------------- */

/** Whether the call made something; it did, or says why not. */
static int is_made(uc_status status, const void *made, uc_error *error) {
    CHECK((made != NULL) == (status == UC_OK));
    CHECK((error != NULL) == (status != UC_OK));
    if (status == UC_OK) return 1;
    CHECK_FAILS(UC_ERR_ARGUMENT, status, error);
    CHECK(is_utf8(error->message));
    uc_free(error);
    return 0;
}

typedef void look_at(const char *whose, const char *made);

/** Looks at what a call made, if it did, and frees it: how many, 0 or 1. */
static int made_well(uc_status status, char *const *made, uc_error *const *error, look_at *look_at, const char *whose) {
    if (!is_made(status, *made, *error)) return 0;
    look_at(whose, *made);
    uc_free(*made);
    return 1;
}

struct round {
    const uc_client *client;
    char *operations, *uuid, *group_id, *filename, *source_url, *format;
};

static uc_status build(const struct round *round, char **made, uc_error **error) {
    uc_ops *ops;
    uc_status status;
    CHECK_STATUS(UC_OK, uc_ops_new(round->client, &ops, NULL));
    if (below(2)) uc_ops_preview(ops, (int32_t)below(4000), (int32_t)below(4000));
    if (below(2)) uc_ops_crop(ops, (int32_t)below(4000), 5, round->filename);
    if (below(2)) uc_ops_scale_crop(ops, 5, 5, round->format);
    if (below(2)) uc_ops_text(ops, "10x10", "center", round->filename);
    if (below(2)) uc_ops_overlay(ops, round->uuid, "10x10", round->filename, (int32_t)below(120));
    if (below(2)) uc_ops_format(ops, round->format);
    if (below(2)) uc_ops_raw(ops, round->operations);
    status = uc_ops_build(ops, made, error);
    uc_free(ops);
    return status;
}

/** What was built is good for an address, which stays where it is. */
static void check_built(const char *uuid, const char *operations) {
    uc_client *client = client_unchecked();
    char *url;
    uc_error *error;
    CHECK_OK(uc_url(client, uuid, operations, NULL, &url, &error), error);
    check_url(uuid, url);
    uc_free(url);
    uc_free(client);
}

static int made_in(const struct round *round) {
    static const int32_t widths[] = {100, 2000};
    const uc_client *client = round->client;
    const char *operations = below(3) ? round->operations : NULL, *filename = below(2) ? round->filename : NULL;
    const char *id = below(4) ? round->uuid : round->group_id, *group = round->group_id;
    int64_t index = below(14);
    int count = 0;
    char *made;
    uc_error *error;
    count += made_well(uc_url(client, id, operations, filename, &made, &error), &made, &error, check_url, id);
    count += made_well(uc_url_group_file(client, group, index, operations, &made, &error), &made, &error, check_url, group);
    count += made_well(uc_url_group_archive(client, group, round->format, filename, &made, &error), &made, &error,
                       check_url, group);
    count += made_well(uc_url_proxy(client, round->source_url, operations, &made, &error), &made, &error, check_proxy,
                       "https://demopublickey.ucr.io/");
    count += made_well(uc_url_srcset(client, UUID, operations, filename, widths, 2, &made, &error), &made, &error,
                       check_srcset, FILE_URL);
    count += made_well(uc_video_path(client, UUID, operations, &made, &error), &made, &error, check_path, UUID "/video/");
    count += made_well(uc_document_path(client, UUID, operations, &made, &error), &made, &error, check_path,
                       UUID "/document/");
    count += made_well(build(round, &made, &error), &made, &error, check_built, UUID);
    return count;
}

TEST("whatever is given, no call crashes, and what it makes stays below its host") {
    uc_client *clients[2];
    size_t i;
    int made = 0, number;
    chance = UINT64_C(0x9e3779b97f4a7c15);
    good_count = 0;
    each_line(keep_good, NULL);
    clients[0] = client_at(NULL);
    clients[1] = client_unchecked();
    for (number = 0; number < ROUNDS; number++) {
        struct round round;
        round.client = ONE_OF(clients);
        round.operations = wild(good_lines[below((unsigned)good_count)]);
        round.uuid = mostly(UUID);
        round.group_id = mostly(GROUP);
        round.filename = wild("a name.jpg");
        round.source_url = wild("https://example.com/a/b.jpg?c=d");
        round.format = mostly("zip");
        made += made_in(&round);
        free(round.format);
        free(round.source_url);
        free(round.filename);
        free(round.group_id);
        free(round.uuid);
        free(round.operations);
    }
    CHECK(made > ROUNDS);
    CHECK_INT(0, requests_counted());
    for (i = 0; i < good_count; i++) free(good_lines[i]);
    uc_free(clients[0]);
    uc_free(clients[1]);
}

/** A name that was found in an address makes one in which it is found again. */
static void check_name_stays(const uc_client *client, const char *name) {
    char *url;
    uc_url_parts *parts;
    uc_error *error;
    CHECK_OK(uc_url(client, UUID, NULL, name, &url, &error), error);
    CHECK_OK(uc_url_parse(url, &parts, &error), error);
    CHECK_TEXT(name, parts->filename);
    uc_free(parts);
    uc_free(url);
}

TEST("whatever is parsed or signed, it does not crash, and what comes of it is text and below its host") {
    static const char *const urls[] = {
        FILE_URL "-/resize/500x/a%20b.jpg",
        BASE "/" GROUP "/nth/1/-/preview/",
        BASE "/" GROUP "/archive/zip/all.zip",
        FILE_URL "?token=exp=1~acl=/~hmac=00",
        "https://demopublickey.ucr.io/-/preview/https://example.com/?a=b",
    };
    uc_client *client = client_at(NULL);
    int number, parsed = 0, signed_ones = 0;
    chance = UINT64_C(0x2545f4914f6cdd1d);
    for (number = 0; number < ROUNDS; number++) {
        char *url = wild(ONE_OF(urls)), *secret = mostly("00ff"), *made;
        uc_url_sign_opts opts = url_sign_opts();
        uc_url_parts *parts;
        uc_error *error;
        uc_status status = uc_url_parse(url, &parts, &error);
        if (is_made(status, parts, error)) {
            CHECK((parts->uuid != NULL) + (parts->group_id != NULL) + (parts->source_url != NULL) == 1);
            CHECK(parts->filename == NULL || is_utf8(parts->filename));
            if (parts->operations) check_characters(parts->operations, "#?\\\"<>&'[]");
            if (parts->token) check_characters(parts->token, "#\\\"<>&");
            if (parts->filename) check_name_stays(client, parts->filename);
            uc_free(parts);
            parsed++;
        }
        opts.wildcard = below(2) ? UC_YES : UC_DEFAULT;
        opts.url_token = below(2) ? UC_YES : UC_DEFAULT;
        status = uc_url_sign(url, secret, &opts, &made, &error);
        if (is_made(status, made, error)) {
            const char *query = strchr(made, '?');
            CHECK(query != NULL && strncmp(query, "?token=exp=", 11) == 0);
            check_characters(query + 1, "?#&!\\\"<>");
            uc_free(made);
            signed_ones++;
        }
        free(secret);
        free(url);
    }
    uc_free(client);
    CHECK(parsed > ROUNDS / 10);
    CHECK(signed_ones > ROUNDS / 20);
}
