/* Cursors: where a listing goes on, in another client or another process. */
#include "listing.h"

/** The cursor of the first page of a listing, to be freed. */
static char *cursor_of(const uc_client *client, const uc_groups_opts *opts) {
    uc_page *page;
    uc_error *error;
    char *cursor;
    CHECK_OK(uc_groups_list(client, opts, &page, &error), error);
    CHECK(uc_page_end_cursor(page) != NULL);
    cursor = strdup(uc_page_end_cursor(page));
    uc_free(page);
    return cursor;
}

/** A cursor is refused, and nothing is sent. */
static void check_refused(const uc_client *client, const char *cursor) {
    uc_groups_opts opts = groups_opts();
    uc_page *page = (uc_page *)&opts;
    uc_error *error;
    uc_status status;
    opts.cursor = cursor;
    status = uc_groups_list(client, &opts, &page, &error);
    if (status != UC_ERR_ARGUMENT) FAIL("%s for the cursor \"%.300s\"", uc_status_name(status), cursor);
    CHECK_FAILS(UC_ERR_ARGUMENT, status, error);
    CHECK_CONTAINS(error->message, "opts.cursor");
    CHECK_INT(0, error->attempts);
    CHECK(page == NULL);
    uc_free(error);
}

TEST("a listing goes on from its cursor in another client") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    char *cursor = cursor_of(client, NULL);
    uc_page *page;
    uc_error *error;
    uc_free(client);

    client = client_new();
    opts.cursor = cursor;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    check_rest(page, &truth, 100, 249, 1, 100);
    uc_free(page);
    uc_free(client);
    free(cursor);
    free(truth.groups);
}

TEST("a cursor keeps the limit, the order and the date of its listing") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_groups_opts first = groups_opts(), opts = groups_opts();
    char *cursor;
    uc_page *page;
    uc_error *error;
    first.limit = 30;
    first.ordering = "-datetime_created";
    first.from = truth.groups[200].created;
    cursor = cursor_of(client, &first);
    opts.cursor = cursor;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    check_rest(page, &truth, 169, 0, -1, 30);
    uc_free(page);
    uc_free(client);
    free(cursor);
    free(truth.groups);
}

TEST("a listing read by cursors alone, each page in a client of its own, has every group once") {
    struct truth truth = truth_new();
    uc_groups_opts opts = groups_opts();
    char *cursor = NULL;
    size_t seen = 0, pages = 0;
    do {
        uc_client *client = client_new();
        uc_page *page;
        uc_error *error;
        opts = groups_opts();
        opts.limit = cursor ? 0 : 60;
        opts.cursor = cursor;
        CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
        check_page(page, &truth, seen, 1);
        seen += uc_page_count(page);
        pages++;
        free(cursor);
        cursor = uc_page_has_next(page) ? strdup(uc_page_end_cursor(page)) : NULL;
        uc_free(page);
        uc_free(client);
    } while (cursor);
    CHECK_INT(250, seen);
    CHECK_INT(5, pages);
    free(truth.groups);
}

TEST("cursors lose nothing where groups have one and the same time") {
    uc_groups_opts opts = groups_opts();
    uc_client *client = client_new();
    struct truth truth;
    char *cursor = NULL;
    size_t seen = 0;
    reset("{\"groups\":250,\"same_time\":true}");
    truth = truth_new();
    opts.limit = 40;
    do {
        uc_page *page;
        uc_error *error;
        CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
        check_page(page, &truth, seen, 1);
        seen += uc_page_count(page);
        free(cursor);
        cursor = uc_page_has_next(page) ? strdup(uc_page_end_cursor(page)) : NULL;
        opts = groups_opts();
        opts.cursor = cursor;
        uc_free(page);
    } while (cursor);
    CHECK_INT(250, seen);
    uc_free(client);
    free(truth.groups);
}

TEST("the cursor moves with the page, backwards too") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    uc_page *page, *other;
    uc_error *error;
    char *first;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    first = strdup(uc_page_end_cursor(page));
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK(strcmp(first, uc_page_end_cursor(page)) != 0);
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK_INT(0, uc_page_has_next(page));
    CHECK_OK(uc_page_previous(page, &error), error);
    opts.cursor = uc_page_end_cursor(page);
    CHECK(opts.cursor != NULL);
    CHECK_OK(uc_groups_list(client, &opts, &other, &error), error);
    check_rest(other, &truth, 200, 249, 1, 100);
    uc_free(other);
    CHECK_OK(uc_page_previous(page, &error), error);
    opts.cursor = uc_page_end_cursor(page);
    CHECK_OK(uc_groups_list(client, &opts, &other, &error), error);
    check_rest(other, &truth, 100, 249, 1, 100);
    uc_free(other);
    uc_free(page);
    uc_free(client);
    free(first);
    free(truth.groups);
}

TEST("from a page reached by a cursor there is a way back") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    char *cursor = cursor_of(client, NULL);
    uc_page *page;
    uc_error *error;
    opts.cursor = cursor;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_OK(uc_page_previous(page, &error), error);
    CHECK_INT(100, uc_page_count(page));
    check_page(page, &truth, 0, 1);
    CHECK_DONE(uc_page_previous(page, &error), error);
    uc_free(page);
    uc_free(client);
    free(cursor);
    free(truth.groups);
}

TEST("a cursor may be used again and again, and reads ahead when asked to") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    char *cursor = cursor_of(client, NULL);
    int i;
    opts.cursor = cursor;
    opts.read_ahead = 2;
    for (i = 0; i < 3; i++) {
        uc_page *page;
        uc_error *error;
        CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
        check_rest(page, &truth, 100, 249, 1, 100);
        uc_free(page);
    }
    uc_free(client);
    free(cursor);
    free(truth.groups);
}

TEST("a cursor is printable ASCII without spaces, and carries no key") {
    uc_client *client = client_new();
    char *cursor = cursor_of(client, NULL);
    size_t i;
    for (i = 0; cursor[i]; i++) CHECK(cursor[i] > 0x20 && cursor[i] < 0x7f);
    CHECK(i > 0 && i < 300);
    CHECK_LACKS(cursor, SECRET_KEY);
    uc_free(client);
    free(cursor);
}

TEST("with a cursor no other field may say what to list") {
    uc_client *client = client_new();
    char *cursor = cursor_of(client, NULL);
    uc_page *page;
    uc_error *error;
    int field;
    forget_requests();
    for (field = 0; field < 3; field++) {
        static const char *const names[] = {"limit", "from", "ordering"};
        uc_groups_opts opts = groups_opts();
        opts.cursor = cursor;
        if (field == 0) opts.limit = 100;
        if (field == 1) opts.from = "2020-01-02T00:00:00Z";
        if (field == 2) opts.ordering = "datetime_created";
        CHECK_FAILS(UC_ERR_ARGUMENT, uc_groups_list(client, &opts, &page, &error), error);
        CHECK_CONTAINS(error->message, "opts.");
        if (!strstr(error->message, "opts.cursor") && !strstr(error->message, names[field]))
            FAIL("names neither the cursor nor %s: %s", names[field], error->message);
        CHECK(page == NULL);
        uc_free(error);
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
    free(cursor);
}

TEST("a cursor of another project is refused") {
    uc_client *client = client_new(), *stranger;
    uc_client_opts opts = client_opts();
    uc_error *error;
    char *cursor = cursor_of(client, NULL);
    forget_requests();
    CHECK_OK(uc_client_new("anotherpublickey", SECRET_KEY, &opts, &stranger, &error), error);
    check_refused(stranger, cursor);
    CHECK_INT(0, requests_counted());
    uc_free(stranger);
    uc_free(client);
    free(cursor);
}

TEST("a cursor of another base is refused") {
    uc_client *client = client_new(), *stranger;
    uc_client_opts opts = client_opts();
    char *cursor = cursor_of(client, NULL);
    opts.api_base = other_base();
    stranger = client_with(&opts);
    check_refused(stranger, cursor);
    CHECK_INT(0, requests_counted_at(other_base()));
    uc_free(stranger);
    uc_free(client);
    free(cursor);
}

TEST("a damaged cursor is refused: any letter changed, cut anywhere, longer by a letter") {
    uc_client *client = client_new();
    char *cursor = cursor_of(client, NULL);
    char *damaged = (char *)calloc(strlen(cursor) + 2, 1);
    size_t length = strlen(cursor), i;
    forget_requests();
    for (i = 0; i < length; i++) {
        strcpy(damaged, cursor);
        damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
        check_refused(client, damaged);
        strcpy(damaged, cursor);
        damaged[i] = '\0';
        check_refused(client, damaged);
    }
    strcpy(damaged, cursor);
    damaged[length] = 'A';
    check_refused(client, damaged);
    CHECK_INT(0, requests_counted());
    uc_free(client);
    free(damaged);
    free(cursor);
}

TEST("what is no cursor at all is refused: empty, words, links, control characters, no UTF-8, a megabyte") {
    static const char *const wrong[] = {
        "",
        " ",
        "cursor",
        "next",
        "AAAA",
        "====",
        "{}",
        "null",
        "/groups/?limit=100",
        "https://api.uploadcare.com/groups/",
        "\r\n",
        "\xff\xfe",
        "\xf0\x9f\x8d\x8d",
        "%00",
        "../../etc/passwd",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    uc_client *client = client_new();
    char *long_one = (char *)calloc(1000001, 1);
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) check_refused(client, wrong[i]);
    memset(long_one, 'A', 1000000);
    check_refused(client, long_one);
    CHECK_INT(0, requests_counted());
    uc_free(client);
    free(long_one);
}

/* -- after the end ---------------------------------------------------------------------------- */

/** Adds so many groups with that time, in front of those of the same time or behind them. */
static void add_groups(int count, const char *created, int in_front) {
    char order[160];
    snprintf(order, sizeof order, "{\"count\":%d,\"datetime_created\":\"%s\",\"in_front\":%s}", count, created,
             in_front ? "true" : "false");
    emulator("POST", "/_emulator/groups", order);
}

static char *read_to_end(const uc_client *client, const uc_groups_opts *opts, struct truth *seen);

/** The groups of a listing that goes on from a cursor, which is freed; and where it ends. */
static char *go_on(const uc_client *client, char *cursor, uint32_t read_ahead, struct truth *seen) {
    uc_groups_opts opts = groups_opts();
    char *end;
    opts.cursor = cursor;
    opts.read_ahead = read_ahead;
    seen->count = 0;
    end = read_to_end(client, &opts, seen);
    free(cursor);
    return end;
}

/** The groups of a page are added to those seen. */
static void see(struct truth *seen, const uc_page *page) {
    size_t i;
    seen->groups = (struct listed *)realloc(seen->groups, (seen->count + 1000) * sizeof *seen->groups);
    for (i = 0; i < uc_page_count(page); i++)
        snprintf(seen->groups[seen->count++].id, sizeof seen->groups->id, "%s", uc_page_group(page, i)->id);
}

/** All groups of a listing are added to those seen. Gives the cursor of its end, to be freed. */
static char *read_to_end(const uc_client *client, const uc_groups_opts *opts, struct truth *seen) {
    uc_page *page;
    uc_error *error;
    uc_status status;
    char *end;
    CHECK_OK(uc_groups_list(client, opts, &page, &error), error);
    do {
        see(seen, page);
        status = uc_page_next(page, &error);
        if (status < 0) CHECK_OK(status, error);
    } while (status == UC_OK);
    CHECK(uc_page_end_cursor(page) != NULL);
    end = strdup(uc_page_end_cursor(page));
    uc_free(page);
    return end;
}

static int is_among(const struct truth *groups, const char *id) {
    size_t i;
    for (i = 0; i < groups->count; i++)
        if (strcmp(groups->groups[i].id, id) == 0) return 1;
    return 0;
}

/** What was seen is what there is now and was not there before, each once. */
static void check_news(const struct truth *before, const struct truth *seen) {
    struct truth now = truth_new();
    size_t i, expected = 0;
    for (i = 0; i < now.count; i++) {
        if (is_among(before, now.groups[i].id)) continue;
        expected++;
        if (!is_among(seen, now.groups[i].id)) FAIL("%s was not listed", now.groups[i].id);
    }
    CHECK_INT(expected, seen->count);
    free(now.groups);
}

#define LAST "2020-01-11T09:00:00.000249Z" /* the time of the last group of the emulator */
#define LATER "2021-01-01T00:00:00.000000Z"

TEST("after the end a listing goes on with what was added later, and with nothing else") {
    uc_client *client = client_new();
    struct truth before = truth_new(), seen = {NULL, 0};
    char *cursor = read_to_end(client, NULL, &seen);
    CHECK_TEXT(LAST, before.groups[249].created);
    CHECK_INT(250, seen.count);
    cursor = go_on(client, cursor, 0, &seen);
    CHECK_INT(0, seen.count);
    add_groups(3, LATER, 0);
    cursor = go_on(client, cursor, 0, &seen);
    check_news(&before, &seen);
    CHECK_INT(3, seen.count);
    cursor = go_on(client, cursor, 0, &seen);
    CHECK_INT(0, seen.count);
    uc_free(client);
    free(cursor);
    free(seen.groups);
    free(before.groups);
}

TEST("after the end one item is asked for, and the pages beside it are whole") {
    uc_client *client = client_new();
    struct truth before = truth_new(), seen = {NULL, 0};
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    char *told;
    opts.cursor = read_to_end(client, NULL, &seen);
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_INT(0, uc_page_count(page));
    CHECK(uc_page_group(page, 0) == NULL);
    CHECK_INT(0, uc_page_has_next(page));
    CHECK_CONTAINS(uc_page_json(page), before.groups[249].id);
    CHECK_LACKS(uc_page_json(page), before.groups[248].id);
    CHECK_OK(uc_page_previous(page, &error), error);
    check_page(page, &before, 249, 1);
    CHECK_INT(1, uc_page_count(page));
    CHECK_INT(0, uc_page_has_next(page));
    CHECK_OK(uc_page_previous(page, &error), error);
    check_page(page, &before, 149, 1);
    CHECK_INT(100, uc_page_count(page));
    CHECK_OK(uc_page_next(page, &error), error);
    check_page(page, &before, 249, 1);
    CHECK_INT(1, uc_page_count(page));
    uc_free(page);
    uc_free(client);
    told = emulator_get("/_emulator/requests");
    CHECK_CONTAINS(told, "from=2020-01-11T09%3A00%3A00.000248Z");
    free(told);
    free((char *)opts.cursor);
    free(seen.groups);
    free(before.groups);
}

TEST("items that come later with the time of the last one are listed once, in front of it or behind") {
    static const uint32_t limits[] = {1, 2, 3, 50, 100, 125, 1000};
    size_t i;
    for (i = 0; i < sizeof limits / sizeof *limits; i++) {
        uint32_t ahead;
        for (ahead = 0; ahead <= 3; ahead += 3) {
            uc_client *client = client_new();
            uc_groups_opts opts = groups_opts();
            struct truth before, seen = {NULL, 0};
            char *cursor;
            int run;
            reset("{\"groups\":250}");
            opts.limit = limits[i];
            opts.read_ahead = ahead;
            add_groups(4, LAST, 0);
            before = truth_new();
            cursor = read_to_end(client, &opts, &seen);
            CHECK_INT(254, seen.count);
            for (run = 0; run < 4; run++) {
                add_groups(3, run < 3 ? LAST : LATER, run % 2);
                if (run == 2) add_groups(1, LATER, 0);
                cursor = go_on(client, cursor, ahead, &seen);
                check_news(&before, &seen);
                free(before.groups);
                before = truth_new();
            }
            uc_free(client);
            free(cursor);
            free(seen.groups);
            free(before.groups);
        }
    }
}

TEST("a run of ties longer than pages goes on, also when each page is read by a listing of its own") {
    uc_client *client = client_new();
    struct truth before, seen = {NULL, 0};
    char *cursor = NULL;
    int run;
    reset("{\"groups\":20,\"same_time\":true}");
    before = truth_new();
    for (run = 0; run < 3; run++) {
        size_t pages = 0;
        int more = 1;
        while (more) {
            uc_groups_opts opts = groups_opts();
            uc_page *page;
            uc_error *error;
            opts.cursor = cursor;
            if (cursor == NULL) opts.limit = 6;
            CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
            see(&seen, page);
            more = uc_page_has_next(page);
            free(cursor);
            cursor = strdup(uc_page_end_cursor(page));
            uc_free(page);
            pages++;
        }
        if (run == 0) {
            CHECK_INT(20, seen.count);
            CHECK_INT(1 + 2 + 3 + 4, pages); /* those of the same time are asked for again, and left out */
        } else {
            check_news(&before, &seen);
            free(before.groups);
            before = truth_new();
        }
        seen.count = 0;
        add_groups(5, "2020-01-01T00:00:00Z", run == 0);
    }
    uc_free(client);
    free(cursor);
    free(seen.groups);
    free(before.groups);
}

TEST("more ties than a cursor holds: it stays short enough, and nothing comes twice") {
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    struct truth before, seen = {NULL, 0};
    char *cursor;
    int run;
    reset("{\"groups\":1990,\"same_time\":true}");
    before = truth_new();
    opts.limit = 1000;
    cursor = read_to_end(client, &opts, &seen);
    CHECK_INT(1990, seen.count);
    for (run = 0; run < 3; run++) {
        CHECK(strlen(cursor) <= 20480);
        cursor = go_on(client, cursor, 0, &seen);
        if (run == 0) {
            CHECK_INT(0, seen.count);
        } else {
            check_news(&before, &seen);
        }
        free(before.groups);
        before = truth_new();
        add_groups(20, "2020-01-01T00:00:00Z", 0);
    }
    reset("{\"groups\":1000,\"same_time\":true}");
    free(cursor);
    seen.count = 0;
    cursor = read_to_end(client, &opts, &seen);
    CHECK(strlen(cursor) > 8000 && strlen(cursor) <= 20480);
    cursor = go_on(client, cursor, 0, &seen);
    CHECK_INT(0, seen.count);
    uc_free(client);
    free(cursor);
    free(seen.groups);
    free(before.groups);
}

TEST("newest first, the end is where the oldest were, and ties that come there are listed") {
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    struct truth before, seen = {NULL, 0};
    char *cursor;
    opts.ordering = "-datetime_created";
    opts.limit = 40;
    cursor = read_to_end(client, &opts, &seen);
    CHECK_INT(250, seen.count);
    add_groups(3, LATER, 0);
    cursor = go_on(client, cursor, 0, &seen);
    CHECK_INT(0, seen.count);
    before = truth_new();
    add_groups(2, "2020-01-01T00:00:00Z", 0);
    add_groups(2, "2020-01-01T00:00:00Z", 1);
    add_groups(1, "2019-12-31T23:59:59.999999Z", 0);
    cursor = go_on(client, cursor, 0, &seen);
    check_news(&before, &seen);
    uc_free(client);
    free(cursor);
    free(seen.groups);
    free(before.groups);
}

TEST("the end of a project without groups is its beginning, and the options go on to hold") {
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    struct truth seen = {NULL, 0}, none = {NULL, 0};
    char *cursor, *told;
    reset("{\"groups\":0}");
    cursor = read_to_end(client, NULL, &seen);
    cursor = go_on(client, cursor, 0, &seen);
    CHECK_INT(0, seen.count);
    add_groups(120, LATER, 0);
    cursor = go_on(client, cursor, 0, &seen);
    CHECK_INT(120, seen.count);
    check_news(&none, &seen);
    free(cursor);

    opts.limit = 7;
    opts.from = "2022-01-01T00:00:00Z";
    seen.count = 0;
    cursor = read_to_end(client, &opts, &seen);
    CHECK_INT(0, seen.count);
    add_groups(8, "2022-01-01T00:00:00.000001Z", 0);
    add_groups(1, "2022-01-01T00:00:00Z", 0);
    forget_requests();
    cursor = go_on(client, cursor, 0, &seen);
    CHECK_INT(8, seen.count);
    CHECK_INT(2, requests_counted());
    told = emulator_get("/_emulator/requests");
    CHECK_CONTAINS(told, "limit=7");
    free(told);
    uc_free(client);
    free(cursor);
    free(seen.groups);
}

TEST("an empty last page after others ends where they did") {
    uc_client *client = client_new();
    struct truth before = truth_new(), seen = {NULL, 0};
    char *cursor;
    /* Its rows are gone, and nothing follows. */
    fault("[{\"fault\":\"set\",\"pointer\":\"/next\",\"value\":\"/groups/?limit=50&from=2020-01-11T09:00:00.000249Z\","
          "\"skip\":2,\"path\":\"/groups/\"}]");
    cursor = read_to_end(client, NULL, &seen);
    CHECK_INT(250, seen.count);
    add_groups(2, LAST, 1);
    add_groups(2, LATER, 0);
    cursor = go_on(client, cursor, 0, &seen);
    check_news(&before, &seen);
    uc_free(client);
    free(cursor);
    free(seen.groups);
    free(before.groups);
}

TEST("items that were removed meanwhile do not matter") {
    uc_client *client = client_new();
    struct truth before, seen = {NULL, 0};
    char *cursor;
    uc_error *error;
    size_t i;
    add_groups(3, LAST, 0);
    before = truth_new();
    cursor = read_to_end(client, NULL, &seen);
    for (i = 248; i < 253; i++) CHECK_OK(uc_group_delete(client, before.groups[i].id, &error), error);
    add_groups(2, LAST, 0);
    cursor = go_on(client, cursor, 0, &seen);
    check_news(&before, &seen);
    CHECK_INT(2, seen.count);
    uc_free(client);
    free(cursor);
    free(seen.groups);
    free(before.groups);
}

TEST("a service that does not look at from gives nothing twice") {
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    struct truth before, seen = {NULL, 0};
    uc_page *page;
    uc_error *error;
    char *json, *results, *order;
    reset("{\"groups\":5}");
    before = truth_new();
    opts.cursor = read_to_end(client, NULL, &seen);
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    json = strdup(uc_page_json(page));
    uc_free(page);
    results = strchr(json, '[');
    strrchr(results, ']')[1] = '\0';
    order = (char *)malloc(strlen(results) + 100);
    sprintf(order, "{\"fault\":\"set\",\"pointer\":\"/results\",\"value\":%s}", results);
    fault(order);
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_CONTAINS(uc_page_json(page), before.groups[0].id);
    CHECK_INT(0, uc_page_count(page));
    uc_free(page);
    free(order);
    free(json);
    uc_free(client);
    free((char *)opts.cursor);
    free(seen.groups);
    free(before.groups);
}

TEST("groups without a time are told apart by their ids") {
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    char *cursor;
    reset("{\"groups\":3}");
    fault("{\"fault\":\"set\",\"pointer\":\"/results/2/datetime_created\",\"value\":null,\"times\":2}");
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(3, uc_page_count(page));
    cursor = strdup(uc_page_end_cursor(page));
    uc_free(page);
    add_groups(1, LATER, 0);
    opts.cursor = cursor;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_INT(1, uc_page_count(page));
    CHECK_TEXT(LATER, uc_page_group(page, 0)->datetime_created);
    uc_free(page);
    uc_free(client);
    free(cursor);
}

TEST("what an earlier cursor left out is left out by those of the pages that follow, too") {
    uc_client *client = client_new();
    uc_groups_opts first = groups_opts();
    struct truth before, seen = {NULL, 0};
    char *cursor;
    size_t pages = 0;
    int more = 1;
    reset("{\"groups\":9,\"same_time\":true}");
    first.limit = 2;
    cursor = read_to_end(client, &first, &seen);
    CHECK_INT(9, seen.count);
    seen.count = 0;
    before = truth_new();
    add_groups(2, "2020-01-01T00:00:00Z", 1);
    add_groups(2, "2020-01-01T00:00:00Z", 0);
    while (more) {
        uc_groups_opts opts = groups_opts();
        uc_page *page;
        uc_error *error;
        opts.cursor = cursor;
        CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
        see(&seen, page);
        more = uc_page_has_next(page);
        free(cursor);
        cursor = strdup(uc_page_end_cursor(page));
        uc_free(page);
        pages++;
    }
    CHECK(pages > 7);
    check_news(&before, &seen);
    uc_free(client);
    free(cursor);
    free(seen.groups);
    free(before.groups);
}

TEST("a cursor in the middle of ties misses none that came in front of it, and repeats none") {
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    struct truth now, seen = {NULL, 0};
    uc_page *page;
    uc_error *error;
    char *cursor;
    size_t i;
    reset("{\"groups\":10,\"same_time\":true}");
    opts.limit = 4;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    see(&seen, page);
    cursor = strdup(uc_page_end_cursor(page));
    uc_free(page);
    add_groups(3, "2020-01-01T00:00:00Z", 1);
    add_groups(3, LATER, 0);
    opts = groups_opts();
    opts.cursor = cursor;
    free(read_to_end(client, &opts, &seen));
    now = truth_new();
    CHECK_INT(16, now.count);
    CHECK_INT(16, seen.count);
    for (i = 0; i < now.count; i++) CHECK(is_among(&seen, now.groups[i].id));
    uc_free(client);
    free(cursor);
    free(seen.groups);
    free(now.groups);
}

TEST("after a step back the cursor leads to what follows that page") {
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    struct truth truth = truth_new(), seen = {NULL, 0};
    uc_page *page, *rest;
    uc_error *error;
    char *end = read_to_end(client, NULL, &seen), *cursor;
    int left_out;
    add_groups(1, LATER, 0);
    opts.cursor = end;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_INT(1, uc_page_count(page));
    for (left_out = 0; left_out < 2; left_out++) {
        CHECK_OK(uc_page_previous(page, &error), error);
        CHECK_INT(1, uc_page_has_next(page));
        cursor = strdup(uc_page_end_cursor(page));
        opts.cursor = cursor;
        CHECK_OK(uc_groups_list(client, &opts, &rest, &error), error);
        CHECK_INT(1 + left_out, uc_page_count(rest));
        if (left_out) check_group(&truth.groups[249], uc_page_group(rest, 0));
        CHECK_TEXT(LATER, uc_page_group(rest, (size_t)left_out)->datetime_created);
        uc_free(rest);
        free(cursor);
    }
    uc_free(page);
    uc_free(client);
    free(end);
    free(seen.groups);
    free(truth.groups);
}

/** From this page to UC_DONE, one way: its groups and those of the pages that follow, each page's in order. */
static void walk(uc_page *page, uc_status (*step)(uc_page *, uc_error **), struct truth *seen) {
    uc_error *error;
    uc_status status;
    do {
        see(seen, page);
        status = step(page, &error);
        if (status < 0) CHECK_OK(status, error);
    } while (status == UC_OK);
    CHECK_DONE(step(page, &error), error);
}

/** All groups that there are were seen, each once. */
static void check_all_seen_once(const struct truth *seen) {
    struct truth now = truth_new();
    size_t i;
    for (i = 0; i < now.count; i++)
        if (!is_among(seen, now.groups[i].id)) FAIL("%s was not listed", now.groups[i].id);
    CHECK_INT(now.count, seen->count);
    free(now.groups);
}

TEST("back from where a cursor of the end goes on, to the end and then back: every group once, and forward again") {
    static const char *const groups[] = {"{\"groups\":25}", "{\"groups\":25,\"same_time\":true}"};
    int run;
    for (run = 0; run < 24; run++) {
        int same_time = run % 2, descending = run / 2 % 2, news = run / 4 % 3, ahead = run / 12;
        uc_client *client = client_new();
        uc_groups_opts opts = groups_opts();
        struct truth seen = {NULL, 0};
        uc_page *page;
        uc_error *error;
        char *cursor;
        reset(groups[same_time]);
        opts.limit = 10;
        opts.read_ahead = (uint32_t)ahead * 2;
        if (descending) opts.ordering = "-datetime_created";
        cursor = read_to_end(client, &opts, &seen);
        CHECK_INT(25, seen.count);
        if (news > 0) add_groups(3, "2020-01-01T00:00:00Z", 1);
        if (news > 1) add_groups(13, descending ? "2019-01-01T00:00:00Z" : LATER, 0);
        opts = groups_opts();
        opts.cursor = cursor;
        opts.read_ahead = (uint32_t)ahead * 2;
        CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
        while (uc_page_next(page, &error) == UC_OK) continue;
        seen.count = 0;
        walk(page, uc_page_previous, &seen);
        check_all_seen_once(&seen);
        seen.count = 0;
        walk(page, uc_page_next, &seen);
        check_all_seen_once(&seen);
        uc_free(page);
        uc_free(client);
        free(cursor);
        free(seen.groups);
    }
}

TEST("a step back from the news gives what the cursor left out, and a step on the news again, with no request") {
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    struct truth before, seen = {NULL, 0};
    uc_page *page;
    const uc_group *group;
    uc_error *error;
    char *end;
    int round;
    reset("{\"groups\":25}");
    before = truth_new();
    opts.limit = 10;
    end = read_to_end(client, &opts, &seen);
    add_groups(2, before.groups[24].created, 1);
    opts = groups_opts();
    opts.cursor = end;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    forget_requests();
    for (round = 0; round < 3; round++) {
        CHECK_INT(2, uc_page_count(page));
        CHECK_INT(0, uc_page_has_next(page));
        CHECK_DONE(uc_page_next(page, &error), error);
        CHECK_OK(uc_page_previous(page, &error), error);
        CHECK_INT(1, uc_page_count(page));
        CHECK_INT(1, uc_page_has_next(page));
        CHECK_OK(uc_page_next_group(page, &group, &error), error);
        check_group(&before.groups[24], group);
        CHECK_CONTAINS(uc_page_json(page), before.groups[24].id);
        CHECK_OK(uc_page_next_group(page, &group, &error), error);
        CHECK_TEXT(before.groups[24].created, group->datetime_created);
        CHECK(strcmp(before.groups[24].id, group->id) != 0);
    }
    CHECK_INT(0, requests_counted());
    free(end);
    end = strdup(uc_page_end_cursor(page));
    end = go_on(client, end, 0, &seen);
    CHECK_INT(0, seen.count);
    uc_free(page);
    uc_free(client);
    free(end);
    free(before.groups);
    free(seen.groups);
}

TEST("files, too, come when a listing goes back from the cursor of its end") {
    uc_client *client = client_new();
    uc_files_opts opts;
    uc_page *page;
    uc_error *error;
    char *end, *last;
    size_t files = 0, seen = 0;
    memset(&opts, 0, sizeof opts);
    opts.struct_size = sizeof opts;
    opts.limit = 1000;
    CHECK_OK(uc_files_list(client, &opts, &page, &error), error);
    do files += uc_page_count(page);
    while (uc_page_next(page, &error) == UC_OK);
    last = strdup(uc_page_file(page, uc_page_count(page) - 1)->uuid);
    end = strdup(uc_page_end_cursor(page));
    uc_free(page);
    opts.limit = 0;
    opts.cursor = end;
    CHECK_OK(uc_files_list(client, &opts, &page, &error), error);
    CHECK_INT(0, uc_page_count(page));
    CHECK_OK(uc_page_previous(page, &error), error);
    CHECK_TEXT(last, uc_page_file(page, uc_page_count(page) - 1)->uuid);
    do seen += uc_page_count(page);
    while (uc_page_previous(page, &error) == UC_OK);
    CHECK_INT(files, seen);
    uc_free(page);
    uc_free(client);
    free(end);
    free(last);
}

TEST("the cursor of the end is damaged in vain, like others") {
    uc_client *client = client_new();
    struct truth seen = {NULL, 0};
    char *cursor, *damaged;
    size_t i, length;
    reset("{\"groups\":3,\"same_time\":true}");
    cursor = read_to_end(client, NULL, &seen);
    length = strlen(cursor);
    CHECK(length < 300);
    CHECK_LACKS(cursor, SECRET_KEY);
    damaged = strdup(cursor);
    forget_requests();
    for (i = 0; i < length; i++) {
        damaged[i] = cursor[i] == 'A' ? 'B' : 'A';
        check_refused(client, damaged);
        damaged[i] = cursor[i];
        CHECK(cursor[i] > 0x20 && cursor[i] < 0x7f);
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
    free(damaged);
    free(cursor);
    free(seen.groups);
}

TEST("nobody's page has neither a cursor nor a next one") {
    CHECK(uc_page_end_cursor(NULL) == NULL);
    CHECK_INT(0, uc_page_has_next(NULL));
}
