/* What the programs about files share: the files that the emulator holds, and what was sent. */
#ifndef FILES_H
#define FILES_H

#include "servers.h"

/** A UUID that no file has. */
#define NO_FILE "00000000-0000-4000-8000-000000000000"

static inline uc_client *client_without_retries(void) {
    uc_client_opts opts = client_opts();
    opts.retries = -1;
    return client_with(&opts);
}

/* -- the files that the emulator holds ------------------------------------------------------------- */

/** A file as the emulator's control side tells it; a time that there is none of is empty. */
struct kept_file {
    char uuid[40], name[128], uploaded[40], stored[40], removed[40];
    long long size;
};

struct kept {
    struct kept_file *files;
    size_t count;
};

static inline void kept_text(char *to, size_t size, const char *json, const char *key) {
    char *value = json_value(json, key, 0);
    if (value == NULL) FAIL("no \"%s\" in %s", key, json);
    snprintf(to, size, "%s", strcmp(value, "null") == 0 ? "" : value);
    free(value);
}

/** All files, in ascending order of their upload, removed ones among them. */
static inline struct kept kept_files(void) {
    struct kept kept = {NULL, 0};
    char *told = emulator_get("/_emulator/files");
    char *at = strchr(told, '[');
    while ((at = strchr(at, '{')) != NULL) {
        char *end = strchr(at, '}');
        struct kept_file *file;
        *end = '\0';
        kept.files = (struct kept_file *)realloc(kept.files, (kept.count + 1) * sizeof *kept.files);
        file = &kept.files[kept.count++];
        kept_text(file->uuid, sizeof file->uuid, at, "uuid");
        kept_text(file->name, sizeof file->name, at, "original_filename");
        kept_text(file->uploaded, sizeof file->uploaded, at, "datetime_uploaded");
        kept_text(file->stored, sizeof file->stored, at, "datetime_stored");
        kept_text(file->removed, sizeof file->removed, at, "datetime_removed");
        file->size = json_int(at, "size", 0);
        at = end + 1;
    }
    free(told);
    return kept;
}

/** Those of them that were removed or are there, and that are stored, or not, or either (-1). */
static inline struct kept kept_where(int removed, int stored) {
    struct kept kept = kept_files();
    size_t i, count = 0;
    for (i = 0; i < kept.count; i++) {
        if ((kept.files[i].removed[0] != '\0') != removed) continue;
        if (stored != -1 && (kept.files[i].stored[0] != '\0') != stored) continue;
        kept.files[count++] = kept.files[i];
    }
    kept.count = count;
    return kept;
}

static inline struct kept kept_present(void) { return kept_where(0, -1); }

/** The first file with this name that is there. */
static inline struct kept_file kept_named(const char *name) {
    struct kept kept = kept_present();
    struct kept_file file;
    size_t i;
    for (i = 0; i < kept.count && strcmp(kept.files[i].name, name) != 0; i++) continue;
    if (i == kept.count) FAIL("the emulator holds no %s", name);
    file = kept.files[i];
    free(kept.files);
    return file;
}

/** The UUID of a file that is there, and of which everything is known. */
static inline struct kept_file a_file(void) { return kept_named("IMG_8919.jpeg"); }

static inline void check_kept(const struct kept_file *expected, const uc_file *file) {
    CHECK(file != NULL);
    CHECK_TEXT(expected->uuid, file->uuid);
    CHECK_TEXT(expected->name, file->original_filename);
    CHECK_INT(expected->size, file->size);
    CHECK_TEXT(expected->uploaded, file->datetime_uploaded);
    CHECK_TEXT(expected->stored[0] ? expected->stored : NULL, file->datetime_stored);
    CHECK_TEXT(expected->removed[0] ? expected->removed : NULL, file->datetime_removed);
    CHECK((file->original_file_url != NULL) == (file->is_ready && !expected->removed[0]));
    CHECK_CONTAINS(file->url, file->uuid);
    CHECK_CONTAINS(file->json, file->uuid);
}

/* -- what a file says -------------------------------------------------------------------------------- */

#define CHECK_NEAR(expected, got) CHECK((got) > (expected) - 1e-9 && (got) < (expected) + 1e-9)

/** The value of a key, or NULL. */
static inline const char *value_of(const uc_pair *pairs, size_t count, const char *key) {
    size_t i;
    for (i = 0; i < count; i++)
        if (strcmp(pairs[i].key, key) == 0) return pairs[i].value;
    return NULL;
}

/* -- what was sent ----------------------------------------------------------------------------------- */

/** What the n-th request (from 0) since the last reset had as its "method", "target" or "body"; to be freed. */
static inline char *sent(int n, const char *what) {
    char *requests = emulator_get("/_emulator/requests");
    char *value = json_value(requests, what, n);
    if (value == NULL) FAIL("fewer than %d requests were sent", n + 1);
    free(requests);
    return value;
}

/** Checks the n-th request. A `target` or `body` of NULL is any. */
static inline void check_sent(int n, const char *method, const char *target, const char *body) {
    const char *const expected[] = {method, target, body};
    static const char *const names[] = {"method", "target", "body"};
    int i;
    for (i = 0; i < 3; i++) {
        char *value = sent(n, names[i]);
        if (expected[i]) CHECK_TEXT(expected[i], value);
        free(value);
    }
}

#endif
