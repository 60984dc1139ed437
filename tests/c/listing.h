/* What the programs about listings share: the groups that the emulator holds, and walks through a listing. */
#ifndef LISTING_H
#define LISTING_H

#include "test.h"

struct listed {
    char id[64], created[64];
    int files_count;
};

/** The groups of the emulator in ascending order, as its control side tells them. */
struct truth {
    struct listed *groups;
    size_t count;
};

static inline struct truth truth_new(void) {
    struct truth truth = {NULL, 0};
    char *told = emulator_get("/_emulator/groups");
    char *at = strchr(told, '[');
    while ((at = strchr(at, '{')) != NULL) {
        char *end = strchr(at, '}'), *id, *created;
        struct listed *group;
        *end = '\0';
        truth.groups = (struct listed *)realloc(truth.groups, (truth.count + 1) * sizeof *truth.groups);
        group = &truth.groups[truth.count++];
        id = json_value(at, "id", 0);
        created = json_value(at, "datetime_created", 0);
        snprintf(group->id, sizeof group->id, "%s", id);
        snprintf(group->created, sizeof group->created, "%s", created);
        group->files_count = (int)json_int(at, "files_count", 0);
        free(id);
        free(created);
        at = end + 1;
    }
    free(told);
    return truth;
}

/** Microseconds since 1970 of a time like 2020-01-01T00:00:00.000000Z. */
static inline int64_t microseconds(const char *text) {
    struct tm time;
    int fraction;
    memset(&time, 0, sizeof time);
    CHECK_INT(7, sscanf(text, "%d-%d-%dT%d:%d:%d.%6dZ", &time.tm_year, &time.tm_mon, &time.tm_mday, &time.tm_hour,
                        &time.tm_min, &time.tm_sec, &fraction));
    time.tm_year -= 1900;
    time.tm_mon -= 1;
    return (int64_t)timegm(&time) * 1000000 + fraction;
}

/** Every field of a group in a listing. */
static inline void check_group(const struct listed *expected, const uc_group *group) {
    char path[128];
    CHECK(group != NULL);
    CHECK_TEXT(expected->id, group->id);
    CHECK_TEXT(expected->created, group->datetime_created);
    CHECK_INT(microseconds(expected->created), group->datetime_created_us);
    CHECK_INT(expected->files_count, group->files_count);
    snprintf(path, sizeof path, "/%s/", expected->id);
    CHECK_CONTAINS(group->cdn_url, path);
    snprintf(path, sizeof path, "/groups/%s/", expected->id);
    CHECK_CONTAINS(group->url, path);
    CHECK(group->files == NULL && group->files_len == 0);
    CHECK(group->json == NULL);
}

/** The page shows the groups from `first` on, forwards (`step` 1) or backwards (-1) in time. */
static inline void check_page(const uc_page *page, const struct truth *truth, size_t first, int step) {
    size_t i;
    for (i = 0; i < uc_page_count(page); i++)
        check_group(&truth->groups[(long)first + step * (long)i], uc_page_group(page, i));
    CHECK(uc_page_group(page, i) == NULL);
}

/**
 * From this page to the end: the groups from `first` to `last` and no others, on full pages; then
 * UC_DONE, again and again.
 */
static inline void check_rest(uc_page *page, const struct truth *truth, size_t first, size_t last, int step,
                              size_t limit) {
    size_t left = (size_t)(step > 0 ? last - first : first - last) + 1;
    uc_error *error;
    int i;
    for (;;) {
        size_t count = uc_page_count(page);
        CHECK_INT(left < limit ? left : limit, count);
        check_page(page, truth, first, step);
        first += (size_t)step * count;
        left -= count;
        if (left == 0) break;
        CHECK_INT(1, uc_page_has_next(page));
        CHECK_OK(uc_page_next(page, &error), error);
    }
    for (i = 0; i < 3; i++) {
        CHECK_DONE(uc_page_next(page, &error), error);
        CHECK_INT(0, uc_page_has_next(page));
    }
    CHECK(uc_page_count(page) > 0);
}

/** A whole listing: the groups from `first` to `last`. */
static inline void check_listing(const uc_client *client, const uc_groups_opts *opts, const struct truth *truth,
                                 size_t first, size_t last, int step) {
    uc_page *page;
    uc_error *error;
    CHECK_OK(uc_groups_list(client, opts, &page, &error), error);
    check_rest(page, truth, first, last, step, opts && opts->limit ? opts->limit : 100);
    uc_free(page);
}

#endif
