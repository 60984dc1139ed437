/* Where the links of a page may lead: on this base, forwards, and nowhere else. */
#include "servers.h"

/* The service's own link to the second page of ten. */
#define SECOND "limit=10&from=2020-01-01T09%3A00%3A00.000009%2B00%3A00&offset=0"

static uc_page *first_ten(const uc_client *client) {
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    opts.limit = 10;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_INT(10, check_page(page, 0));
    return page;
}

/** The next answer says that it goes on at `next`. */
static void next_is(const char *next) {
    char *json = text("{\"fault\":\"next\",\"value\":\"%s\"}", next);
    fault(json);
    free(json);
}

/** What was asked for by the n-th request, to be freed. */
static char *target_of_request(int n) {
    char *log = emulator_get("/_emulator/requests");
    char *target = json_value(log, "target", n);
    free(log);
    CHECK(target != NULL);
    return target;
}

/** A link of this form must be refused, with nothing sent anywhere. */
static void check_refused(const char *next) {
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    reset(NULL);
    next_is(next);
    page = first_ten(client);
    if (uc_page_next(page, &error) != UC_ERR_PROTOCOL) FAIL("followed %s", next);
    CHECK(error != NULL);
    CHECK_INT(0, error->attempts);
    CHECK_INT(1, requests_counted());
    CHECK_INT(0, requests_counted_at(other_base()));
    CHECK_INT(10, check_page(page, 0));
    uc_free(error);
    if (uc_page_next(page, &error) != UC_ERR_PROTOCOL) FAIL("followed %s when asked again", next);
    uc_free(error);
    CHECK_INT(1, requests_counted());
    uc_free(page);
    uc_free(client);
}

TEST("a link to another port or host is refused with nothing sent there") {
    char *links[10];
    int i, count = 0;
    links[count++] = text("%s/groups/?%s", other_base(), SECOND);
    links[count++] = text("//127.0.0.1:%d/groups/?%s", port_of(other_base()), SECOND);
    links[count++] = text("http://localhost:%d/groups/?%s", port_of(base()), SECOND);
    links[count++] = text("http://127.0.0.1/groups/?%s", SECOND);
    links[count++] = text("http://127.0.0.1:%d.evil.example/groups/?%s", port_of(base()), SECOND);
    links[count++] = text("http://evil.example/groups/?%s", SECOND);
    links[count++] = text("http:\\/\\/127.0.0.1:%d\\/groups/?%s", port_of(other_base()), SECOND);
    links[count++] = text("http:\\\\\\\\127.0.0.1:%d/groups/?%s", port_of(other_base()), SECOND);
    links[count++] = text("/\\\\127.0.0.1:%d/groups/?%s", port_of(other_base()), SECOND);
    links[count++] = text("HTTP://127.0.0.1:%d/groups/?%s", port_of(other_base()), SECOND);
    for (i = 0; i < count; i++) {
        check_refused(links[i]);
        free(links[i]);
    }
}

TEST("a link to another scheme is refused with nothing sent") {
    static const char *const schemes[] = {"https", "ftp", "file", "ws"};
    size_t i;
    for (i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        char *link = text("%s://127.0.0.1:%d/groups/?%s", schemes[i], port_of(base()), SECOND);
        check_refused(link);
        free(link);
    }
}

TEST("a link with a user name is refused with nothing sent, wherever it leads") {
    char *same = text("http://user:word@127.0.0.1:%d/groups/?%s", port_of(base()), SECOND);
    char *hidden = text("http://127.0.0.1:%d@127.0.0.1:%d/groups/?%s", port_of(base()), port_of(other_base()), SECOND);
    check_refused(same);
    check_refused(hidden);
    free(same);
    free(hidden);
}

TEST("a link that is no link is refused with nothing sent") {
    static const char *const links[] = {
        "http://", "http:///groups/", "http://:80/groups/", "http://[::1/groups/",
        "/groups/ ?limit=10", "/groups/?limit=10\\r\\nX-Injected: yes", "/groups/?limit=10\\u0000", "/groups/?limit=\\u00e9",
        "/groups/?limit=10#fragment",
    };
    size_t i;
    for (i = 0; i < sizeof links / sizeof links[0]; i++) check_refused(links[i]);
}

TEST("a link with dot segments is refused with nothing sent, however they are written") {
    static const char *const links[] = {
        "/groups/../files/?limit=10", "/groups/%2e%2E/files/?limit=10", "/groups/.%2e/files/?limit=10",
        "/../groups/?limit=10", "{base}/groups/../../groups/?limit=10", "../files/?limit=10",
    };
    size_t i;
    for (i = 0; i < sizeof links / sizeof links[0]; i++) check_refused(links[i]);
}

TEST("a link to anything but the listing itself is refused with nothing sent, though the API has it") {
    static const char *const links[] = {
        "/webhooks/", "/project/", "/files/?limit=10", "/groups/storage/", "/groups", "/groups//?limit=10", "//groups/",
        "{base}/files/?limit=10", "{base}/webhooks/?limit=10", "more?limit=10", "/Groups/?limit=10", "/group%73/?limit=10",
    };
    size_t i;
    for (i = 0; i < sizeof links / sizeof links[0]; i++) check_refused(links[i]);
}

TEST("a page that goes on elsewhere has no cursor, and a step back elsewhere is refused, too") {
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    next_is("/files/?limit=10");
    page = first_ten(client);
    CHECK(uc_page_end_cursor(page) == NULL);
    uc_free(page);

    fault("{\"fault\":\"set\",\"pointer\":\"/previous\",\"value\":\"/webhooks/\",\"skip\":1}");
    page = first_ten(client);
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_page_previous(page, &error), error);
    CHECK_CONTAINS(error->message, "listing");
    CHECK_INT(1 + 2, requests_counted());
    uc_free(error);
    check_rest(page, check_page(page, 10), 250);
    uc_free(page);
    uc_free(client);
}

TEST("a search and a listing read ahead stay on their own path, too") {
    static const char *const links[] = {"/files/?limit=10", "/files/search/more/?limit=10", "/webhooks/", "more"};
    uc_client *client = client_new();
    uc_groups_opts ahead = groups_opts();
    uc_error *error;
    uc_page *page;
    size_t i;
    for (i = 0; i < sizeof links / sizeof links[0]; i++) {
        reset(NULL);
        next_is(links[i]);
        CHECK_OK(uc_files_search(client, "{\"phrase\": {\"original_filename\": \"report\"}}", NULL, &page, &error), error);
        CHECK_FAILS(UC_ERR_PROTOCOL, uc_page_next(page, &error), error);
        CHECK_INT(1, requests_counted());
        uc_free(error);
        uc_free(page);
    }
    reset(NULL);
    ahead.limit = 10;
    ahead.read_ahead = 4;
    next_is("{next}");
    next_is("/files/?limit=10");
    CHECK_OK(uc_groups_list(client, &ahead, &page, &error), error);
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_page_next(page, &error), error);
    CHECK_INT(20, check_page(page, 10));
    CHECK_INT(2, requests_counted());
    uc_free(error);
    uc_free(page);
    uc_free(client);
}

TEST("a relative link, in each of its forms, is resolved against the page it stands on") {
    char *without_scheme = text("//127.0.0.1:%d/groups/?%s", port_of(base()), SECOND);
    char *capitals = text("HTTP://127.0.0.1:%d/groups/?%s", port_of(base()), SECOND);
    const char *links[6];
    int i;
    links[0] = "{base}/groups/?" SECOND;
    links[1] = "/groups/?" SECOND;
    links[2] = "?" SECOND;
    links[3] = without_scheme;
    links[4] = capitals;
    links[5] = "{next}";
    for (i = 0; i < 6; i++) {
        uc_client *client = client_new();
        uc_page *page;
        uc_error *error;
        char *target;
        reset(NULL);
        next_is(links[i]);
        page = first_ten(client);
        CHECK_OK(uc_page_next(page, &error), error);
        target = target_of_request(1);
        if (i < 5) CHECK_TEXT("/groups/?" SECOND, target);
        check_rest(page, check_page(page, 10), 250);
        CHECK_INT(0, requests_counted_at(other_base()));
        free(target);
        uc_free(page);
        uc_free(client);
    }
    free(without_scheme);
    free(capitals);
}

TEST("what stands in a link goes back byte for byte: unknown parameters, their order, their escapes") {
    static const char *const queries[] = {
        "shard=%7E7&a=1+2&b=%c3%A9&limit=10&empty=&flag&from=2020-01-01T09%3A00%3A00.000009%2B00%3A00&z=~!*'()&offset=0&a=3",
        "offset=0&from=2020-01-01T09%3A00%3A00.000009%2b00%3a00&limit=10&token=AAA%2F%3D%3D/..;@:$,?",
        SECOND "&signature=Zm9v%0A&&=&",
    };
    size_t i;
    for (i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        uc_client *client = client_new();
        uc_page *page;
        uc_error *error;
        char *link = text("{base}/groups/?%s", queries[i]), *target;
        reset(NULL);
        next_is(link);
        page = first_ten(client);
        CHECK_OK(uc_page_next(page, &error), error);
        CHECK_INT(20, check_page(page, 10));
        target = target_of_request(1);
        CHECK_TEXT(queries[i], target + strlen("/groups/?"));
        free(target);
        free(link);
        uc_free(page);
        uc_free(client);
    }
}

TEST("the links of the service itself go back byte for byte") {
    uc_client *client = client_new();
    uc_page *page = first_ten(client);
    uc_error *error;
    char *next = json_value(uc_page_json(page), "next", 0), *target;
    CHECK(next != NULL && strlen(next) > strlen(base()));
    CHECK_OK(uc_page_next(page, &error), error);
    target = target_of_request(1);
    CHECK_TEXT(next + strlen(base()), target);
    free(target);
    free(next);
    uc_free(page);
    uc_free(client);
}

TEST("a page whose next is itself ends in UC_ERR_PROTOCOL, not in an endless loop") {
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    fault("{\"fault\":\"next\",\"value\":\"{self}\",\"times\":-1}");
    page = first_ten(client);
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_page_next(page, &error), error);
    CHECK_INT(10, check_page(page, 0));
    uc_free(error);
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_page_next(page, &error), error);
    uc_free(error);
    CHECK_INT(1, requests_counted());
    uc_free(page);
    uc_free(client);
}

/** `round` pages that lead from one to the next and from the last to the first of them again. */
static void check_round(int round, int read_ahead) {
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    uc_status status;
    int i, pages = 1;
    reset(NULL);
    for (i = 0; i < 8 * round; i++) {
        char *link = text("{base}/groups/?limit=10&round=%d", i % round);
        next_is(link);
        free(link);
    }
    opts.limit = 10;
    opts.read_ahead = (uint32_t)read_ahead;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    while ((status = uc_page_next(page, &error)) == UC_OK) CHECK(++pages < 8 * round);
    CHECK_STATUS(UC_ERR_PROTOCOL, status);
    CHECK(error != NULL);
    CHECK(pages >= round);
    CHECK(pages <= 4 * round + 4);
    uc_free(error);
    CHECK_STATUS(UC_ERR_PROTOCOL, uc_page_next(page, NULL));
    uc_free(page);
    uc_free(client);
}

TEST("links that go round, two pages or more, end in UC_ERR_PROTOCOL") {
    check_round(2, 0);
    check_round(3, 0);
    check_round(7, 0);
    check_round(2, 2);
    check_round(7, 4);
}

TEST("a repeating link read ahead ends in UC_ERR_PROTOCOL, after the pages before it") {
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    opts.limit = 10;
    opts.read_ahead = 4;
    fault("{\"fault\":\"next\",\"value\":\"{self}\",\"skip\":2,\"times\":-1}");
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK_INT(30, check_page(page, 20));
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_page_next(page, &error), error);
    CHECK_INT(30, check_page(page, 20));
    CHECK(requests_counted() <= 3 + 4 + 1); /* no more than were asked for ahead */
    uc_free(error);
    uc_free(page);
    uc_free(client);
}

TEST("a foreign link read ahead is refused with nothing sent, when its turn comes") {
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    char *json = text("{\"fault\":\"next\",\"value\":\"%s/groups/?%s\",\"skip\":1}", other_base(), SECOND);
    opts.limit = 10;
    opts.read_ahead = 4;
    fault(json);
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK_INT(20, check_page(page, 10));
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_page_next(page, &error), error);
    CHECK_INT(20, check_page(page, 10));
    CHECK_INT(0, requests_counted_at(other_base()));
    uc_free(error);
    uc_free(page);
    uc_free(client);
    free(json);
}

TEST("a previous link to another port is refused with nothing sent there") {
    uc_client *client = client_new();
    char *json = text("{\"fault\":\"set\",\"pointer\":\"/previous\",\"value\":\"%s/groups/?limit=10\",\"skip\":1}", other_base());
    uc_page *page;
    uc_error *error;
    fault(json);
    page = first_ten(client);
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_page_previous(page, &error), error);
    CHECK_INT(0, requests_counted_at(other_base()));
    CHECK_INT(2, requests_counted());
    uc_free(error);
    check_rest(page, check_page(page, 10), 250);
    uc_free(page);
    uc_free(client);
    free(json);
}

TEST("below a base with a path, links below that path are followed and others are refused") {
    static const struct { const char *next; int followed; } links[] = {
        {"/deep/base/groups/?limit=10&page=2", 1},
        {"/groups/?limit=10&page=2", 0},
        {"/deep/baseless/groups/?limit=10&page=2", 0},
        {"/deep/base", 0},
        {"/deep/base/../groups/?limit=10&page=2", 0},
        {"/deep/base/%2e%2e/groups/?limit=10&page=2", 0},
        {"/DEEP/base/groups/?limit=10&page=2", 0},
    };
    char *deep_base = text("%s/deep/base", base());
    uc_client_opts opts = client_opts();
    uc_client *client;
    size_t i;
    opts.api_base = deep_base;
    client = client_with(&opts);
    for (i = 0; i < sizeof links / sizeof links[0]; i++) {
        uc_page *page;
        uc_error *error;
        char *body, *target;
        reset(NULL);
        body = text("{\"next\":\"%s%s\",\"previous\":null,\"total\":0,\"per_page\":10,\"results\":[]}", base(),
                    links[i].next);
        answer(200, API_TYPE, body);
        answer(200, API_TYPE, "{\"next\":null,\"previous\":null,\"total\":0,\"per_page\":10,\"results\":[]}");
        CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
        target = target_of_request(0);
        CHECK(strncmp(target, "/deep/base/groups/", strlen("/deep/base/groups/")) == 0);
        free(target);
        if (links[i].followed) {
            CHECK_OK(uc_page_next(page, &error), error);
            target = target_of_request(1);
            CHECK_TEXT("/deep/base/groups/?limit=10&page=2", target);
            free(target);
        } else {
            if (uc_page_next(page, &error) != UC_ERR_PROTOCOL) FAIL("followed %s", links[i].next);
            CHECK_INT(1, requests_counted());
            uc_free(error);
        }
        uc_free(page);
        free(body);
    }
    uc_free(client);
    free(deep_base);
}

TEST("a redirect is UC_ERR_PROTOCOL and is not followed, on this host or to another") {
    static const int statuses[] = {301, 302, 303, 307, 308};
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < 2 * sizeof statuses / sizeof statuses[0]; i++) {
        const char *to = i % 2 ? base() : other_base();
        char *json = text("{\"fault\":\"status\",\"status\":%d,\"headers\":{\"Location\":\"%s/groups/\"}}", statuses[i / 2], to);
        uc_page *page;
        uc_error *error;
        reset(NULL);
        fault(json);
        CHECK_FAILS(UC_ERR_PROTOCOL, uc_groups_list(client, NULL, &page, &error), error);
        CHECK_INT(statuses[i / 2], error->http_status);
        CHECK_INT(1, error->attempts);
        CHECK_INT(1, requests_counted());
        CHECK_INT(0, requests_counted_at(other_base()));
        uc_free(error);
        free(json);
    }
    uc_free(client);
}
