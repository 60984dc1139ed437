/* The items of a listing one by one, whatever pages they come on. */
#include "listing.h"

static uc_page *list(const uc_client *client, uint32_t limit, uint32_t read_ahead) {
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    opts.limit = limit;
    opts.read_ahead = read_ahead;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    return page;
}

static void check_next(uc_page *page, const struct listed *expected) {
    const uc_group *group;
    uc_error *error;
    CHECK_OK(uc_page_next_group(page, &group, &error), error);
    check_group(expected, group);
}

static void check_end(uc_page *page) {
    const uc_group *group;
    uc_error *error;
    int i;
    for (i = 0; i < 3; i++) {
        group = (const uc_group *)&error;
        CHECK_DONE(uc_page_next_group(page, &group, &error), error);
        CHECK(group == NULL);
    }
}

TEST("every group comes once and in order, whatever the limit and however far is read ahead") {
    static const uint32_t limits[] = {1, 7, 100, 125, 250, 1000}, aheads[] = {0, 1, 4};
    struct truth truth = truth_new();
    uc_client *client = client_new();
    size_t i, j, k;
    for (i = 0; i < sizeof limits / sizeof *limits; i++)
        for (j = 0; j < sizeof aheads / sizeof *aheads; j++) {
            uc_page *page = list(client, limits[i], aheads[j]);
            for (k = 0; k < 250; k++) check_next(page, &truth.groups[k]);
            check_end(page);
            CHECK_INT((250 - 1) % limits[i] + 1, uc_page_count(page));
            uc_free(page);
        }
    uc_free(client);
    free(truth.groups);
}

TEST("an item stands where the page says, and what a page tells is about the whole of it") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_page *page = list(client, 100, 0), *rest;
    uc_groups_opts opts = groups_opts();
    const uc_group *group;
    uc_error *error;
    char *cursor = strdup(uc_page_end_cursor(page)), *json = strdup(uc_page_json(page));
    int i;
    for (i = 0; i < 3; i++) {
        CHECK_OK(uc_page_next_group(page, &group, &error), error);
        CHECK(group == uc_page_group(page, (size_t)i));
    }
    CHECK_TEXT(cursor, uc_page_end_cursor(page));
    CHECK_INT(1, requests_counted());
    for (i = 3; i < 101; i++) check_next(page, &truth.groups[i]);
    CHECK_INT(2, requests_counted());
    check_page(page, &truth, 100, 1);
    CHECK(strcmp(cursor, uc_page_end_cursor(page)) != 0);
    CHECK(strcmp(json, uc_page_json(page)) != 0);
    opts.cursor = uc_page_end_cursor(page);
    CHECK_OK(uc_groups_list(client, &opts, &rest, &error), error);
    check_next(rest, &truth.groups[200]);
    uc_free(rest);
    uc_free(page);
    uc_free(client);
    free(cursor);
    free(json);
    free(truth.groups);
}

TEST("after the page was moved, its first item comes next") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    uint32_t ahead;
    int i;
    for (ahead = 0; ahead < 3; ahead++) {
        page = list(client, 60, ahead);
        for (i = 0; i < 5; i++) check_next(page, &truth.groups[i]);
        CHECK_OK(uc_page_next(page, &error), error);
        for (i = 60; i < 125; i++) check_next(page, &truth.groups[i]);
        CHECK_OK(uc_page_previous(page, &error), error);
        check_next(page, &truth.groups[60]);
        CHECK_OK(uc_page_previous(page, &error), error);
        CHECK_DONE(uc_page_previous(page, &error), error);
        for (i = 0; i < 250; i++) check_next(page, &truth.groups[i]);
        check_end(page);
        CHECK_DONE(uc_page_next(page, &error), error);
        check_end(page);
        check_page(page, &truth, 240, 1);
        CHECK_OK(uc_page_previous(page, &error), error);
        for (i = 180; i < 250; i++) check_next(page, &truth.groups[i]);
        check_end(page);
        uc_free(page);
    }
    uc_free(client);
    free(truth.groups);
}

TEST("a failure leaves the place, and a repeat goes on: nothing is lost or repeated") {
    uint32_t ahead;
    for (ahead = 0; ahead < 3; ahead++) {
        struct truth truth = truth_new();
        uc_client_opts opts = client_opts();
        uc_client *client;
        uc_page *page;
        const uc_group *group, *last;
        uc_error *error;
        int i, failures = 0;
        opts.retries = -1;
        client = client_with(&opts);
        fault("[{\"fault\":\"status\",\"status\":500,\"skip\":1},{\"fault\":\"malformed_json\",\"skip\":2},"
              "{\"fault\":\"truncated_json\",\"skip\":3},{\"fault\":\"status\",\"status\":503,\"skip\":3}]");
        page = list(client, 40, ahead);
        last = NULL;
        for (i = 0; i < 250;) {
            uc_status status = uc_page_next_group(page, &group, &error);
            if (status == UC_OK) {
                check_group(&truth.groups[i++], last = group);
                continue;
            }
            CHECK(status < 0 && group == NULL && error != NULL);
            uc_free(error);
            CHECK_INT(0, i % 40);
            check_group(&truth.groups[i - 1], last);
            CHECK_INT(40, uc_page_count(page));
            CHECK(++failures <= 4);
        }
        CHECK_INT(4, failures);
        check_end(page);
        uc_free(page);
        uc_free(client);
        free(truth.groups);
    }
}

TEST("a cancellation before each item and a reset after it: none is lost, none comes twice, of groups and of files") {
    uint32_t ahead;
    for (ahead = 0; ahead < 3; ahead++) {
        struct truth truth = truth_new();
        uc_client *client = client_new();
        uc_page *page = list(client, 40, ahead);
        const uc_group *group;
        uc_error *error;
        int i, canceled = 0;
        for (i = 0; i < 250;) {
            uc_status status;
            uc_client_cancel(client);
            status = uc_page_next_group(page, &group, &error);
            uc_client_reset(client);
            if (status == UC_OK) {
                check_group(&truth.groups[i++], group);
                continue;
            }
            CHECK_FAILS(UC_ERR_CANCELED, status, error);
            CHECK(group == NULL);
            uc_free(error);
            canceled++;
            CHECK_INT(0, i % 40);
            check_next(page, &truth.groups[i++]);
        }
        CHECK_INT(6, canceled);
        check_end(page);
        uc_free(page);
        uc_free(client);
        free(truth.groups);
    }
}

static void *cancel_later(void *client) {
    sleep_ms(at_most(100));
    uc_client_cancel((const uc_client *)client);
    return NULL;
}

/** All files of the project, one walk without trouble: their UUIDs one behind the other. */
static char *uuids_of_files(const uc_client *client, size_t *count) {
    uc_files_opts opts = files_opts();
    uc_page *page;
    const uc_file *file;
    uc_error *error;
    char *uuids = NULL;
    opts.limit = 1000;
    CHECK_OK(uc_files_list(client, &opts, &page, &error), error);
    for (*count = 0; uc_page_next_file(page, &file, &error) == UC_OK; ++*count) {
        uuids = (char *)realloc(uuids, (*count + 1) * 37);
        snprintf(uuids + *count * 37, 37, "%s", file->uuid);
    }
    CHECK(*count > 80);
    uc_free(page);
    return uuids;
}

TEST("files walked across failures, and across a cancellation that comes while a page is waited for") {
    uint32_t ahead;
    for (ahead = 0; ahead < 3; ahead++) {
        uc_client_opts client_options = client_opts();
        uc_files_opts opts = files_opts();
        uc_client *client;
        uc_page *page;
        const uc_file *file;
        uc_error *error;
        pthread_t thread;
        char *uuids;
        size_t count, i, failures = 0, canceled = 0;
        reset("{\"groups\":20}");
        client_options.retries = -1;
        client = client_with(&client_options);
        uuids = uuids_of_files(client, &count);
        fault("[{\"fault\":\"status\",\"status\":500,\"skip\":1},{\"fault\":\"truncated_json\",\"skip\":2},"
              "{\"fault\":\"hang\",\"ms\":60000,\"skip\":3}]");
        opts.limit = 20;
        opts.read_ahead = ahead;
        CHECK_OK(uc_files_list(client, &opts, &page, &error), error);
        for (i = 0; i < count;) {
            int may_hang = i == 60 && canceled == 0;
            uc_status status;
            if (may_hang) CHECK(pthread_create(&thread, NULL, cancel_later, client) == 0);
            status = uc_page_next_file(page, &file, &error);
            if (may_hang) {
                pthread_join(thread, NULL);
                uc_client_reset(client);
            }
            if (status == UC_OK) {
                CHECK_TEXT(uuids + 37 * i++, file->uuid);
                continue;
            }
            CHECK(status < 0 && file == NULL);
            if (status == UC_ERR_CANCELED) canceled++;
            uc_free(error);
            CHECK_INT(0, i % 20);
            CHECK(++failures <= 3);
        }
        CHECK_INT(1, canceled);
        CHECK_INT(3, failures);
        CHECK_DONE(uc_page_next_file(page, &file, &error), error);
        uc_free(page);
        uc_free(client);
        free(uuids);
    }
}

TEST("pages without items are walked over, in the middle and at the end") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_page *page;
    int i;
    fault("{\"fault\":\"set\",\"pointer\":\"/results\",\"value\":[],\"skip\":1,\"times\":2}");
    fault("{\"fault\":\"set\",\"pointer\":\"/results\",\"value\":[],\"skip\":2}");
    page = list(client, 50, 0);
    for (i = 0; i < 50; i++) check_next(page, &truth.groups[i]);
    for (i = 150; i < 200; i++) check_next(page, &truth.groups[i]);
    check_end(page);
    CHECK_INT(0, uc_page_count(page));
    CHECK_INT(5, requests_counted());
    uc_free(page);

    reset("{\"groups\":0}");
    page = list(client, 0, 0);
    check_end(page);
    uc_free(page);
    uc_free(client);
    free(truth.groups);
}

TEST("what a cursor left out is no item") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    uc_page *page = list(client, 3, 0);
    const uc_group *group;
    uc_error *error;
    char *cursor;
    while (uc_page_next_group(page, &group, NULL) == UC_OK) continue;
    cursor = strdup(uc_page_end_cursor(page));
    uc_free(page);
    emulator("POST", "/_emulator/groups", "{\"count\":4,\"datetime_created\":\"2020-01-11T09:00:00.000249Z\"}");
    free(truth.groups);
    truth = truth_new();
    opts.cursor = cursor;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_INT(2, uc_page_count(page));
    check_next(page, &truth.groups[250]);
    check_next(page, &truth.groups[251]);
    check_next(page, &truth.groups[252]);
    check_next(page, &truth.groups[253]);
    check_end(page);
    uc_free(page);
    uc_free(client);
    free(cursor);
    free(truth.groups);
}

TEST("files of a listing and of a search come one by one, too") {
    uc_client *client = client_new();
    uc_files_opts opts = files_opts();
    const uc_file *file;
    uc_page *page, *whole;
    uc_error *error;
    size_t i;
    reset("{\"groups\":5}");
    opts.limit = 1000;
    CHECK_OK(uc_files_list(client, &opts, &whole, &error), error);
    CHECK_INT(15, uc_page_count(whole));
    opts.limit = 7;
    opts.read_ahead = 2;
    CHECK_OK(uc_files_list(client, &opts, &page, &error), error);
    for (i = 0; i < uc_page_count(whole); i++) {
        CHECK_OK(uc_page_next_file(page, &file, &error), error);
        CHECK_TEXT(uc_page_file(whole, i)->json, file->json);
    }
    uc_free(whole);
    for (i = 0; i < 2; i++) CHECK_DONE(uc_page_next_file(page, &file, &error), error);
    CHECK(file == NULL);
    uc_free(page);

    CHECK_OK(uc_files_search(client, "{\"is_image\":true}", NULL, &page, &error), error);
    for (i = 0; i < (size_t)uc_page_total(page); i++) CHECK_OK(uc_page_next_file(page, &file, &error), error);
    CHECK(i > 0);
    CHECK_DONE(uc_page_next_file(page, &file, &error), error);
    uc_free(page);
    uc_free(client);
}

TEST("files that come after the end are listed once, ties included, with the options of the listing") {
    uc_client *client = client_new();
    uc_files_opts opts = files_opts();
    const uc_file *file;
    uc_page *page;
    uc_error *error;
    char *cursor, *last;
    int run;
    reset("{\"groups\":5}");
    opts.limit = 4;
    opts.stored = UC_NO;
    CHECK_OK(uc_files_list(client, &opts, &page, &error), error);
    cursor = NULL;
    last = NULL;
    for (run = 0; run < 4; run++) {
        static const int news[] = {-1, 0, 3, 2};
        int count = 0;
        char order[128];
        while (uc_page_next_file(page, &file, NULL) == UC_OK) {
            count++;
            CHECK_INT(0, file->is_stored);
            free(last);
            last = strdup(file->datetime_uploaded);
        }
        if (run > 0) CHECK_INT(news[run], count);
        CHECK(last != NULL);
        free(cursor);
        cursor = strdup(uc_page_end_cursor(page));
        uc_free(page);
        if (run > 0) {
            snprintf(order, sizeof order, "{\"count\":%d,\"datetime_uploaded\":\"%s\"}", 4 - run, last);
            emulator("POST", "/_emulator/files", order);
        }
        opts = files_opts();
        opts.cursor = cursor;
        CHECK_OK(uc_files_list(client, &opts, &page, &error), error);
    }
    uc_free(page);
    uc_free(client);
    free(cursor);
    free(last);
}

TEST("groups are asked of groups and files of files") {
    uc_client *client = client_new();
    uc_page *groups = list(client, 0, 0), *files;
    const uc_group *group = (const uc_group *)&client;
    const uc_file *file = (const uc_file *)&client;
    uc_error *error;
    CHECK_OK(uc_files_list(client, NULL, &files, &error), error);
    forget_requests();
    CHECK_FAILS(UC_ERR_ARGUMENT, uc_page_next_file(groups, &file, &error), error);
    CHECK_CONTAINS(error->message, "page lists groups");
    CHECK_CONTAINS(error->message, "uc_page_next_group()");
    CHECK(file == NULL);
    uc_free(error);
    CHECK_FAILS(UC_ERR_ARGUMENT, uc_page_next_group(files, &group, &error), error);
    CHECK_CONTAINS(error->message, "page lists files");
    CHECK_CONTAINS(error->message, "uc_page_next_file()");
    CHECK(group == NULL);
    uc_free(error);
    CHECK_INT(0, requests_counted());
    uc_free(files);
    uc_free(groups);
    uc_free(client);
}
