/* Cursors: where a listing goes on, in another client or another process. */
#include "listing.h"

/** The cursor of the first page of a listing, to be freed. */
static char *cursor_of(const uc_client *client, const uc_groups_opts *opts) {
    uc_page *page;
    uc_error *error;
    char *cursor;
    CHECK_OK(uc_groups_list(client, opts, &page, &error), error);
    CHECK(uc_page_cursor(page) != NULL);
    cursor = strdup(uc_page_cursor(page));
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
        cursor = uc_page_cursor(page) ? strdup(uc_page_cursor(page)) : NULL;
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
        cursor = uc_page_cursor(page) ? strdup(uc_page_cursor(page)) : NULL;
        opts = groups_opts();
        opts.cursor = cursor;
        uc_free(page);
    } while (cursor);
    CHECK_INT(250, seen);
    uc_free(client);
    free(truth.groups);
}

TEST("the cursor moves with the page, backwards too, and is NULL on the last") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    uc_page *page, *other;
    uc_error *error;
    char *first;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    first = strdup(uc_page_cursor(page));
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK(strcmp(first, uc_page_cursor(page)) != 0);
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK(uc_page_cursor(page) == NULL);
    CHECK_OK(uc_page_previous(page, &error), error);
    opts.cursor = uc_page_cursor(page);
    CHECK(opts.cursor != NULL);
    CHECK_OK(uc_groups_list(client, &opts, &other, &error), error);
    check_rest(other, &truth, 200, 249, 1, 100);
    uc_free(other);
    CHECK_OK(uc_page_previous(page, &error), error);
    opts.cursor = uc_page_cursor(page);
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
    CHECK(i > 0 && i < 2048);
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
