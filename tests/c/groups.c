/* Listing groups: pages, order, dates, ties, links back. */
#include "listing.h"

TEST("250 groups come on three pages of 100, each once, in order, with all their fields") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    CHECK_INT(250, truth.count);
    check_listing(client, NULL, &truth, 0, 249, 1);
    CHECK_INT(3, requests_counted());
    uc_free(client);
    free(truth.groups);
}

TEST("in descending order the newest group comes first") {
    struct truth truth = truth_new();
    uc_groups_opts opts = groups_opts();
    uc_client *client = client_new();
    opts.ordering = "-datetime_created";
    check_listing(client, &opts, &truth, 249, 0, -1);
    CHECK_INT(3, requests_counted());
    uc_free(client);
    free(truth.groups);
}

TEST("\"datetime_created\" is the default order, and any limit cuts the same listing") {
    static const uint32_t limits[] = {7, 50, 125, 249, 250, 251, 1000};
    struct truth truth = truth_new();
    uc_groups_opts opts = groups_opts();
    uc_client *client = client_new();
    size_t i;
    opts.ordering = "datetime_created";
    for (i = 0; i < sizeof limits / sizeof *limits; i++) {
        opts.limit = limits[i];
        forget_requests();
        check_listing(client, &opts, &truth, 0, 249, 1);
        CHECK_INT((250 + limits[i] - 1) / limits[i], requests_counted());
    }
    uc_free(client);
    free(truth.groups);
}

TEST("one group a page, and a thousand") {
    struct truth truth;
    uc_groups_opts opts = groups_opts();
    uc_client *client = client_new();
    reset("{\"groups\":5}");
    truth = truth_new();
    opts.limit = 1;
    check_listing(client, &opts, &truth, 0, 4, 1);
    free(truth.groups);

    reset("{\"groups\":1001}");
    truth = truth_new();
    opts.limit = 1000;
    check_listing(client, &opts, &truth, 0, 1000, 1);
    CHECK_INT(2, requests_counted());
    free(truth.groups);
    uc_free(client);
}

TEST("from a date on: only what was created after it, to the microsecond") {
    struct truth truth = truth_new();
    uc_groups_opts opts = groups_opts();
    uc_client *client = client_new();
    opts.limit = 40;
    opts.from = truth.groups[99].created;
    check_listing(client, &opts, &truth, 100, 249, 1);
    opts.from = "2020-01-05T04:00:00Z"; /* group 100 was created 100 microseconds later */
    check_listing(client, &opts, &truth, 100, 249, 1);
    opts.from = "2020-01-05T04:00:00.000099Z";
    check_listing(client, &opts, &truth, 100, 249, 1);
    opts.from = "2020-01-05T04:00:00.000100Z";
    check_listing(client, &opts, &truth, 101, 249, 1);
    uc_free(client);
    free(truth.groups);
}

TEST("a date may be given in any zone") {
    struct truth truth = truth_new();
    uc_groups_opts opts = groups_opts();
    uc_client *client = client_new();
    opts.from = "2020-01-05T07:00:00+03:00";
    check_listing(client, &opts, &truth, 100, 249, 1);
    opts.from = "2020-01-04T22:30:00.5-05:30";
    check_listing(client, &opts, &truth, 101, 249, 1);
    uc_free(client);
    free(truth.groups);
}

TEST("from a date backwards: only what was created before it") {
    struct truth truth = truth_new();
    uc_groups_opts opts = groups_opts();
    uc_client *client = client_new();
    opts.limit = 40;
    opts.ordering = "-datetime_created";
    opts.from = truth.groups[100].created;
    check_listing(client, &opts, &truth, 99, 0, -1);
    uc_free(client);
    free(truth.groups);
}

TEST("from a date after the last group: an empty page, and that is all") {
    uc_groups_opts opts = groups_opts();
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    opts.from = "2030-01-01T00:00:00Z";
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_INT(0, uc_page_count(page));
    CHECK_INT(250, uc_page_total(page)); /* the total is that of the project */
    CHECK_DONE(uc_page_next(page, &error), error);
    uc_free(page);
    uc_free(client);
}

/** To the last page, back to the first, and to the last again. */
static void back_and_forth(const uc_groups_opts *opts, size_t first, int step) {
    struct truth truth = truth_new();
    size_t last = truth.count - 1 - first;
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    int i;
    CHECK_OK(uc_groups_list(client, opts, &page, &error), error);
    CHECK_DONE(uc_page_previous(page, &error), error);
    check_page(page, &truth, first, step);
    check_rest(page, &truth, first, last, step, 100);
    for (i = 1; i >= 0; i--) {
        CHECK_OK(uc_page_previous(page, &error), error);
        CHECK_INT(100, uc_page_count(page));
        check_page(page, &truth, (size_t)((long)first + step * 100 * i), step);
    }
    for (i = 0; i < 3; i++) {
        CHECK_DONE(uc_page_previous(page, &error), error);
        CHECK_INT(100, uc_page_count(page));
        check_page(page, &truth, first, step);
    }
    check_rest(page, &truth, first, last, step, 100);
    uc_free(page);
    uc_free(client);
    free(truth.groups);
}

TEST("uc_page_previous() leads back to the first page, UC_DONE before it, and on from there") {
    back_and_forth(NULL, 0, 1);
}

TEST("uc_page_previous() leads back in descending order, too") {
    uc_groups_opts opts = groups_opts();
    opts.ordering = "-datetime_created";
    back_and_forth(&opts, 249, -1);
}

/** Back from the last page of a listing with `from`: the groups from `first` on, and no other. */
static void back_to_from(const uc_groups_opts *opts, const struct truth *truth, size_t first, int step, size_t count) {
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    size_t pages = (count + opts->limit - 1) / opts->limit, left;
    int i;
    CHECK_OK(uc_groups_list(client, opts, &page, &error), error);
    forget_requests();
    CHECK_DONE(uc_page_previous(page, &error), error);
    CHECK_INT(0, requests_counted());
    check_rest(page, truth, first, (size_t)((long)first + step * (long)(count - 1)), step, opts->limit);
    for (left = pages - 1; left > 0; left--) {
        CHECK_OK(uc_page_previous(page, &error), error);
        CHECK_INT(opts->limit, uc_page_count(page));
        check_page(page, truth, (size_t)((long)first + step * (long)(opts->limit * (left - 1))), step);
    }
    forget_requests();
    for (i = 0; i < 3; i++) {
        CHECK_DONE(uc_page_previous(page, &error), error);
        check_page(page, truth, first, step);
    }
    CHECK(requests_counted() <= 1);
    check_rest(page, truth, first, (size_t)((long)first + step * (long)(count - 1)), step, opts->limit);
    uc_free(page);
    uc_free(client);
}

TEST("there is no way back to what from excludes, in both orders") {
    struct truth truth = truth_new();
    uc_groups_opts opts = groups_opts();
    opts.limit = 10;
    opts.from = truth.groups[99].created;
    back_to_from(&opts, &truth, 100, 1, 150);
    opts.ordering = "-datetime_created";
    back_to_from(&opts, &truth, 98, -1, 99);
    free(truth.groups);
}

TEST("a step back that reaches over from gives only what is after it, when groups were deleted meanwhile") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    size_t i;
    opts.limit = 10;
    opts.from = truth.groups[99].created;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_OK(uc_page_next(page, &error), error);
    for (i = 100; i < 103; i++) CHECK_OK(uc_group_delete(client, truth.groups[i].id, &error), error);
    CHECK_OK(uc_page_previous(page, &error), error);
    CHECK_INT(7, uc_page_count(page));
    check_page(page, &truth, 103, 1);
    CHECK_DONE(uc_page_previous(page, &error), error);
    CHECK_INT(7, uc_page_count(page));
    CHECK_OK(uc_page_next(page, &error), error);
    check_page(page, &truth, 110, 1);
    uc_free(page);
    uc_free(client);
    free(truth.groups);
}

TEST("a listing that goes on from a cursor goes back to the beginning, over the from of the first") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    char *cursor;
    size_t seen = 0;
    opts.limit = 50;
    opts.from = truth.groups[99].created;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    cursor = strdup(uc_page_end_cursor(page));
    uc_free(page);
    opts = groups_opts();
    opts.cursor = cursor;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    check_page(page, &truth, 150, 1);
    while (uc_page_previous(page, &error) == UC_OK) seen += uc_page_count(page);
    CHECK_INT(150, seen);
    check_page(page, &truth, 0, 1);
    uc_free(page);
    uc_free(client);
    free(cursor);
    free(truth.groups);
}

/** Each group once, in whatever order, though all have one time. */
static void each_once(uint32_t limit, const char *ordering) {
    struct truth truth = truth_new();
    uc_groups_opts opts = groups_opts();
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    uc_status status;
    size_t i, j, groups = 0, pages = 0;
    int *seen = (int *)calloc(truth.count, sizeof *seen);
    opts.limit = limit;
    opts.ordering = ordering;
    for (status = uc_groups_list(client, &opts, &page, &error); status == UC_OK;
         status = uc_page_next(page, &error)) {
        pages++;
        for (i = 0; i < uc_page_count(page); i++) {
            const char *id = uc_page_group(page, i)->id;
            for (j = 0; j < truth.count && strcmp(truth.groups[j].id, id) != 0; j++) continue;
            CHECK(j < truth.count);
            seen[j]++;
            groups++;
        }
    }
    CHECK_INT(UC_DONE, status);
    CHECK_INT(truth.count, groups);
    CHECK_INT((truth.count + limit - 1) / limit, pages);
    for (j = 0; j < truth.count; j++) CHECK_INT(1, seen[j]);

    /* And back: as many pages, full ones. */
    while ((status = uc_page_previous(page, &error)) == UC_OK) {
        CHECK_INT(limit, uc_page_count(page));
        pages--;
    }
    CHECK_INT(UC_DONE, status);
    CHECK_INT(1, pages);
    uc_free(page);
    uc_free(client);
    free(seen);
    free(truth.groups);
}

TEST("groups of one and the same time come once each across the edges of pages, in both orders") {
    reset("{\"groups\":250,\"same_time\":true}");
    each_once(100, NULL);
    each_once(7, NULL);
    each_once(100, "-datetime_created");
    each_once(7, "-datetime_created");
}

TEST("an empty project has one page, without groups") {
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    int i;
    reset("{\"groups\":0}");
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(0, uc_page_count(page));
    CHECK_INT(0, uc_page_total(page));
    CHECK_INT(100, uc_page_per_page(page));
    CHECK(uc_page_group(page, 0) == NULL);
    CHECK_INT(0, uc_page_has_next(page));
    for (i = 0; i < 3; i++) CHECK_DONE(uc_page_next(page, &error), error);
    for (i = 0; i < 3; i++) CHECK_DONE(uc_page_previous(page, &error), error);
    CHECK_INT(1, requests_counted());
    uc_free(page);
    uc_free(client);
}

TEST("an empty page with a next is a page without groups, and the listing goes on to its end") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    uc_status status;
    size_t seen = 0, empty = 0;
    fault("[{\"fault\":\"empty_page\"},{\"fault\":\"empty_page\",\"skip\":1,\"times\":2}]");
    for (status = uc_groups_list(client, NULL, &page, &error); status == UC_OK;
         status = uc_page_next(page, &error)) {
        check_page(page, &truth, seen, 1);
        seen += uc_page_count(page);
        empty += uc_page_count(page) == 0;
    }
    CHECK_INT(UC_DONE, status);
    CHECK(error == NULL);
    CHECK_INT(250, seen);
    CHECK_INT(3, empty);
    uc_free(page);
    uc_free(client);
    free(truth.groups);
}

TEST("a total of 0, or none, ends nothing") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    fault("{\"fault\":\"set\",\"pointer\":\"/total\",\"value\":0,\"times\":-1}");
    check_listing(client, NULL, &truth, 0, 249, 1);
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(0, uc_page_total(page));
    uc_free(page);

    no_more_faults();
    fault("{\"fault\":\"set\",\"pointer\":\"/total\",\"value\":null,\"times\":-1}");
    check_listing(client, NULL, &truth, 0, 249, 1);
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(-1, uc_page_total(page));
    uc_free(page);
    uc_free(client);
    free(truth.groups);
}

TEST("the page tells what the service says: total, groups a page, the reply itself") {
    uc_groups_opts opts = groups_opts();
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    char *reply;
    opts.limit = 30;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_INT(30, uc_page_count(page));
    CHECK_INT(250, uc_page_total(page));
    CHECK_INT(30, uc_page_per_page(page));
    CHECK_OK(uc_request(client, "GET", "/groups/?limit=30", NULL, &reply, &error), error);
    CHECK_TEXT(reply, uc_page_json(page));
    uc_free(reply);
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK_CONTAINS(uc_page_json(page), uc_page_group(page, 29)->id);
    CHECK_INT(30, uc_page_per_page(page));
    uc_free(page);
    uc_free(client);
}

TEST("past the end of a page there is no group") {
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    CHECK(uc_page_group(page, 99) != NULL);
    CHECK(uc_page_group(page, 100) == NULL);
    CHECK(uc_page_group(page, (size_t)-1) == NULL);
    CHECK(uc_page_group(page, (size_t)-1 / sizeof(uc_group) + 1) == NULL);
    uc_free(page);
    uc_free(client);
}

TEST("a page that could not move stays as it was, and may be asked again") {
    struct truth truth = truth_new();
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_page *page;
    uc_error *error;
    const uc_group *group;
    char *cursor;
    opts.retries = -1;
    client = client_with(&opts);
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    group = uc_page_group(page, 42);
    cursor = strdup(uc_page_end_cursor(page));
    fault("{\"fault\":\"status\",\"status\":500,\"times\":2}");
    CHECK_FAILS(UC_ERR_SERVER, uc_page_next(page, &error), error);
    uc_free(error);
    CHECK_FAILS(UC_ERR_SERVER, uc_page_next(page, &error), error);
    uc_free(error);
    CHECK(uc_page_group(page, 42) == group);
    check_group(&truth.groups[42], group);
    CHECK_TEXT(cursor, uc_page_end_cursor(page));
    check_rest(page, &truth, 0, 249, 1, 100);

    fault("{\"fault\":\"status\",\"status\":500}");
    CHECK_FAILS(UC_ERR_SERVER, uc_page_previous(page, &error), error);
    uc_free(error);
    check_page(page, &truth, 200, 1);
    CHECK_OK(uc_page_previous(page, &error), error);
    check_page(page, &truth, 100, 1);
    uc_free(page);
    uc_free(client);
    free(cursor);
    free(truth.groups);
}

TEST("two listings on one client do not disturb each other") {
    struct truth truth = truth_new();
    uc_groups_opts newest = groups_opts();
    uc_client *client = client_new();
    uc_page *up, *down;
    uc_error *error;
    newest.ordering = "-datetime_created";
    CHECK_OK(uc_groups_list(client, NULL, &up, &error), error);
    CHECK_OK(uc_groups_list(client, &newest, &down, &error), error);
    CHECK_OK(uc_page_next(up, &error), error);
    check_page(down, &truth, 249, -1);
    check_page(up, &truth, 100, 1);
    check_rest(down, &truth, 249, 0, -1, 100);
    check_rest(up, &truth, 100, 249, 1, 100);
    uc_free(up);
    uc_free(down);
    uc_free(client);
    free(truth.groups);
}

TEST("what is asked for is what is sent") {
    uc_groups_opts opts = groups_opts();
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    char *requests, *target;
    opts.limit = 17;
    opts.from = "2020-01-02T03:04:05.678901+02:00";
    opts.ordering = "-datetime_created";
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    requests = emulator_get("/_emulator/requests");
    target = json_value(requests, "target", 0);
    CHECK(strncmp(target, "/groups/?", 9) == 0);
    CHECK_CONTAINS(target, "limit=17");
    CHECK_CONTAINS(target, "ordering=-datetime_created");
    CHECK_CONTAINS(target, "from=2020-01-02T");
    CHECK(strpbrk(strchr(target, '?'), "+ ") == NULL); /* a bare plus would be read as a space */
    free(target);
    free(requests);
    uc_free(page);
    uc_free(client);
}

/** How the first group of a listing looks when the service says `value` (JSON) for one of its fields. */
static uc_page *page_with(const uc_client *client, const char *field, const char *value) {
    char json[1024];
    uc_page *page;
    uc_error *error;
    snprintf(json, sizeof json, "{\"fault\":\"set\",\"pointer\":\"/results/0/%s\",\"value\":%s}", field, value);
    fault(json);
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    return page;
}

TEST("times are read with and without fraction and zone, before 1970, and when they are none") {
    static const struct {
        const char *text;
        int64_t microseconds;
    } times[] = {
        {"2018-11-26T12:49:10.477888Z", 1543236550477888},
        {"2018-11-26T12:49:10Z", 1543236550000000},
        {"2018-11-26T12:49:10.4Z", 1543236550400000},
        {"2018-11-26T12:49:10.477888123Z", 1543236550477888},
        {"2018-11-26T12:49:10.477888+00:00", 1543236550477888},
        {"2018-11-26T14:49:10.477888+02:00", 1543236550477888},
        {"2020-02-29T23:59:59.999999Z", 1583020799999999},
        {"1970-01-01T00:00:00Z", 0},
        {"1969-12-31T23:59:59.999999Z", -1},
        {"yesterday", INT64_MIN},
        {"", INT64_MIN},
        {"2018-02-30T12:49:10Z", INT64_MIN},
    };
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof times / sizeof *times; i++) {
        char json[128];
        uc_page *page;
        snprintf(json, sizeof json, "\"%s\"", times[i].text);
        page = page_with(client, "datetime_created", json);
        CHECK_TEXT(times[i].text, uc_page_group(page, 0)->datetime_created);
        if (times[i].microseconds != uc_page_group(page, 0)->datetime_created_us)
            FAIL("\"%s\" is %lld", times[i].text, (long long)uc_page_group(page, 0)->datetime_created_us);
        uc_free(page);
    }
    uc_free(client);
}

TEST("a field that is null is NULL, and a field that nobody knows is passed over") {
    uc_client *client = client_new();
    uc_page *page = page_with(client, "datetime_created", "null");
    CHECK_TEXT(NULL, uc_page_group(page, 0)->datetime_created);
    CHECK_INT(INT64_MIN, uc_page_group(page, 0)->datetime_created_us);
    CHECK_INT(1, uc_page_group(page, 0)->files_count);
    uc_free(page);
    page = page_with(client, "cdn_url", "null");
    CHECK_TEXT(NULL, uc_page_group(page, 0)->cdn_url);
    CHECK(uc_page_group(page, 0)->url != NULL);
    uc_free(page);
    page = page_with(client, "datetime_stored", "{\"new\":[1,2,{\"id\":\"not this\"}]}");
    CHECK_LACKS(uc_page_group(page, 0)->id, "not this");
    CHECK_CONTAINS(uc_page_json(page), "not this");
    uc_free(page);
    uc_free(client);
}

TEST("texts keep their emoji, their escapes and their slashes") {
    uc_client *client = client_new();
    uc_page *page =
        page_with(client, "cdn_url", "\"\\ud83d\\ude00 \\u00e9 \\\"a\\\\b\\/c\\\" \\n\\t \xf0\x9f\x8d\x8d\"");
    CHECK_TEXT("\xf0\x9f\x98\x80 \xc3\xa9 \"a\\b/c\" \n\t \xf0\x9f\x8d\x8d", uc_page_group(page, 0)->cdn_url);
    uc_free(page);
    uc_free(client);
}
