/* Reading ahead: the same listing, fetched before it is asked for. */
#include "listing.h"

static uc_groups_opts ahead(uint32_t limit, uint32_t pages) {
    uc_groups_opts opts = groups_opts();
    opts.limit = limit;
    opts.read_ahead = pages;
    return opts;
}

/** Waits until so many requests have been made, and checks that no more come. */
static void check_requests(int count) {
    int64_t start = now_ms();
    while (requests_counted() < count) {
        CHECK_BEFORE(start, 5000);
        sleep_ms(10);
    }
    sleep_ms(300);
    CHECK_INT(count, requests_counted());
}

TEST("1, 2 or 16 pages ahead: the same groups in the same order, and no request more") {
    static const uint32_t pages[] = {1, 2, 16};
    struct truth truth = truth_new();
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < 3; i++) {
        uc_groups_opts opts = ahead(10, pages[i]);
        forget_requests();
        check_listing(client, &opts, &truth, 0, 249, 1);
        CHECK_INT(25, requests_counted());
        opts.ordering = "-datetime_created";
        opts.from = truth.groups[150].created;
        forget_requests();
        check_listing(client, &opts, &truth, 149, 0, -1);
        CHECK_INT(15, requests_counted());
    }
    uc_free(client);
    free(truth.groups);
}

TEST("what a page tells is the same with and without: total, groups a page, cursor, reply") {
    uc_client *client = client_new();
    uc_groups_opts with = ahead(60, 2), without = ahead(60, 0);
    uc_page *one, *other;
    uc_error *error;
    int pages = 1;
    CHECK_OK(uc_groups_list(client, &with, &one, &error), error);
    CHECK_OK(uc_groups_list(client, &without, &other, &error), error);
    for (;; pages++) {
        uc_status status;
        CHECK_TEXT(uc_page_json(other), uc_page_json(one));
        CHECK_TEXT(uc_page_end_cursor(other), uc_page_end_cursor(one));
        CHECK_INT(uc_page_total(other), uc_page_total(one));
        CHECK_INT(uc_page_per_page(other), uc_page_per_page(one));
        status = uc_page_next(other, NULL);
        CHECK_STATUS(status, uc_page_next(one, NULL));
        if (status != UC_OK) break;
    }
    CHECK_INT(5, pages);
    uc_free(one);
    uc_free(other);
    uc_free(client);
}

TEST("pages are fetched before they are asked for: so many and no more") {
    uc_client *client = client_new();
    uc_groups_opts opts = ahead(10, 3);
    uc_page *page;
    uc_error *error;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    check_requests(4);
    CHECK_OK(uc_page_next(page, &error), error);
    check_requests(5);
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK_OK(uc_page_next(page, &error), error);
    check_requests(7);
    uc_free(page);
    uc_free(client);
}

TEST("without it nothing is fetched before it is asked for") {
    uc_client *client = client_new();
    uc_groups_opts opts = ahead(10, 0);
    uc_page *page;
    uc_error *error;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    check_requests(1);
    uc_free(page);
    uc_free(client);
}

TEST("a page freed in the middle ends what it was reading") {
    uc_client *client = client_new();
    uc_groups_opts opts = ahead(10, 16);
    uc_page *page;
    uc_error *error;
    int i, requests;
    for (i = 0; i < 10; i++) {
        CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
        if (i % 2) CHECK_OK(uc_page_next(page, &error), error);
        uc_free(page);
    }
    sleep_ms(300);
    requests = requests_counted();
    sleep_ms(300);
    CHECK_INT(requests, requests_counted());
    uc_free(client);
}

TEST("a page freed while the service keeps it waiting does not wait for it") {
    uc_client *client = client_new();
    uc_groups_opts opts = ahead(10, 2);
    uc_page *page;
    uc_error *error;
    int64_t start;
    fault("{\"fault\":\"hang\",\"ms\":60000,\"skip\":1,\"times\":-1}");
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    check_requests(2);
    start = now_ms();
    uc_free(page);
    CHECK_BEFORE(start, 2000);
    uc_free(client);
    CHECK_BEFORE(start, 2000);
    no_more_faults();
}

TEST("a page reads on ahead after its client is freed") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_groups_opts opts = ahead(10, 2);
    uc_page *page;
    uc_error *error;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    uc_free(client);
    check_rest(page, &truth, 0, 249, 1, 10);
    uc_free(page);
    free(truth.groups);
}

TEST("a failure comes in its place, leaves the page, and is gone when asked again") {
    struct truth truth = truth_new();
    uc_client_opts client_options = client_opts();
    uc_client *client;
    uc_groups_opts opts = ahead(10, 4);
    uc_page *page;
    uc_error *error;
    char *cursor;
    int i;
    client_options.retries = -1;
    client = client_with(&client_options);
    fault("{\"fault\":\"status\",\"status\":503,\"skip\":3,\"times\":2}");
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    check_page(page, &truth, 0, 1);
    CHECK_OK(uc_page_next(page, &error), error);
    check_page(page, &truth, 10, 1);
    CHECK_OK(uc_page_next(page, &error), error);
    check_page(page, &truth, 20, 1);
    cursor = strdup(uc_page_end_cursor(page));
    for (i = 0; i < 2; i++) {
        CHECK_FAILS(UC_ERR_SERVER, uc_page_next(page, &error), error);
        CHECK_INT(503, error->http_status);
        CHECK_INT(1, error->attempts);
        uc_free(error);
        CHECK_INT(10, uc_page_count(page));
        check_page(page, &truth, 20, 1);
        CHECK_TEXT(cursor, uc_page_end_cursor(page));
    }
    check_rest(page, &truth, 20, 249, 1, 10);
    uc_free(page);
    uc_free(client);
    free(cursor);
    free(truth.groups);
}

TEST("a page with a failure that nobody asked about is freed with it") {
    uc_client_opts client_options = client_opts();
    uc_client *client;
    uc_groups_opts opts = ahead(10, 4);
    uc_page *page;
    uc_error *error;
    client_options.retries = -1;
    client = client_with(&client_options);
    fault("{\"fault\":\"status\",\"status\":503,\"skip\":2}");
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    check_requests(3);
    uc_free(page);
    uc_free(client);
}

TEST("a failure is retried ahead, and the reader never sees it") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_groups_opts opts = ahead(50, 2);
    fault("{\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"0\"},\"skip\":2,\"times\":2}");
    check_listing(client, &opts, &truth, 0, 249, 1);
    CHECK_INT(7, requests_counted());
    uc_free(client);
    free(truth.groups);
}

TEST("back in the middle, and on again") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_groups_opts opts = ahead(10, 3);
    uc_page *page;
    uc_error *error;
    int i;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    for (i = 1; i <= 5; i++) CHECK_OK(uc_page_next(page, &error), error);
    check_page(page, &truth, 50, 1);
    for (i = 4; i >= 2; i--) {
        CHECK_OK(uc_page_previous(page, &error), error);
        CHECK_INT(10, uc_page_count(page));
        check_page(page, &truth, (size_t)i * 10, 1);
    }
    CHECK_OK(uc_page_next(page, &error), error);
    check_page(page, &truth, 30, 1);
    CHECK_OK(uc_page_previous(page, &error), error);
    check_page(page, &truth, 20, 1);
    check_rest(page, &truth, 20, 249, 1, 10);
    while (uc_page_previous(page, &error) == UC_OK) continue;
    CHECK(error == NULL);
    check_page(page, &truth, 0, 1);
    check_rest(page, &truth, 0, 249, 1, 10);
    uc_free(page);
    uc_free(client);
    free(truth.groups);
}

TEST("empty pages with a next are read through, and an empty project has nothing ahead") {
    uc_client *client = client_new();
    uc_groups_opts opts = ahead(50, 2);
    uc_page *page;
    uc_error *error;
    uc_status status;
    size_t seen = 0, empty = 0;
    fault("{\"fault\":\"empty_page\",\"skip\":1,\"times\":2}");
    for (status = uc_groups_list(client, &opts, &page, &error); status == UC_OK;
         status = uc_page_next(page, &error)) {
        seen += uc_page_count(page);
        empty += uc_page_count(page) == 0;
    }
    CHECK_INT(UC_DONE, status);
    CHECK_INT(250, seen);
    CHECK_INT(2, empty);
    uc_free(page);

    reset("{\"groups\":0}");
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_INT(0, uc_page_count(page));
    CHECK_DONE(uc_page_next(page, &error), error);
    check_requests(1);
    uc_free(page);
    uc_free(client);
}

TEST("several pages of one client read ahead side by side") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_groups_opts opts = ahead(10, 2);
    uc_page *pages[8];
    uc_error *error;
    int i, round;
    for (i = 0; i < 8; i++) CHECK_OK(uc_groups_list(client, &opts, &pages[i], &error), error);
    for (round = 0; round < 5; round++)
        for (i = 0; i < 8; i++) {
            check_page(pages[i], &truth, (size_t)round * 10, 1);
            CHECK_OK(uc_page_next(pages[i], &error), error);
        }
    uc_free(client);
    for (i = 0; i < 8; i++) {
        check_rest(pages[i], &truth, 50, 249, 1, 10);
        uc_free(pages[i]);
    }
    free(truth.groups);
}
