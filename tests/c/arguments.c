/* Wrong arguments: refused with a message that names them, and nothing is sent. */
#include "listing.h"

#define UUID "badfc9f7-f88f-4921-9cc0-22e2c08aa2da"

static void refused_client(const uc_client_opts *opts, const char *name, const char *value) {
    uc_client *client = (uc_client *)&tests;
    uc_error *error;
    check_refusal(uc_client_new(PUBLIC_KEY, SECRET_KEY, opts, &client, &error), &error, name, value);
    CHECK(client == NULL);
}

static void refused_list(const uc_client *client, const uc_groups_opts *opts, const char *name, const char *value) {
    uc_page *page = (uc_page *)&tests;
    uc_error *error;
    check_refusal(uc_groups_list(client, opts, &page, &error), &error, name, value);
    CHECK(page == NULL);
    CHECK_INT(0, requests_counted());
}

/* -- clients ------------------------------------------------------------------------------------- */

TEST("a client without a public key, or with one that could not be sent, is none") {
    static const char *const keys[] = {NULL, "", "line\nbreak", "line\r\nX-Header: 1", "tab\t", "\x7f", "\xff\xfe"};
    size_t i;
    for (i = 0; i < sizeof keys / sizeof *keys; i++) {
        uc_client *client = (uc_client *)&tests;
        uc_error *error;
        check_refusal(uc_client_new(keys[i], SECRET_KEY, NULL, &client, &error), &error, "public_key",
                      keys[i] ? keys[i] : "NULL");
        CHECK(client == NULL);
    }
}

TEST("a secret key that is no text is refused, and not shown") {
    static const char *const keys[] = {"", "secret\xff" SECRET_KEY};
    size_t i;
    for (i = 0; i < sizeof keys / sizeof *keys; i++) {
        uc_client *client;
        uc_error *error;
        uc_status status = uc_client_new(PUBLIC_KEY, keys[i], NULL, &client, &error);
        if (status < 0) CHECK_LACKS(error->message, SECRET_KEY);
        check_refusal(status, &error, "secret_key", "(a key)");
    }
}

TEST("a client without a secret key can be made, and does not send what it could not sign") {
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_page *page = (uc_page *)&opts;
    uc_group *group;
    uc_error *error;
    char *answer;
    CHECK_OK(uc_client_new(PUBLIC_KEY, NULL, &opts, &client, &error), error);
    check_refusal(uc_groups_list(client, NULL, &page, &error), &error, "secret", "NULL");
    CHECK(page == NULL);
    check_refusal(uc_group_info(client, UUID "~12", &group, &error), &error, "secret", "NULL");
    check_refusal(uc_group_delete(client, UUID "~12", &error), &error, "secret", "NULL");
    check_refusal(uc_request(client, "GET", "/groups/", NULL, &answer, &error), &error, "secret", "NULL");
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST("bases that are no address of http or https are refused, each by its name") {
    static const char *const wrong[] = {
        "",
        "api.uploadcare.com",
        "ftp://api.uploadcare.com",
        "file:///etc/passwd",
        "http://",
        "https:///groups/",
        "http:127.0.0.1",
        "http://api uploadcare com",
        "http://api.uploadcare.com\r\n",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:port",
        "http://127.0.0.1:+80",
        "http://127.0.0.1:",
        "http://api.uploadcare.com/?query=1",
        "http://api.uploadcare.com/#fragment",
        "\xff",
    };
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uc_client_opts opts = client_opts();
        opts.api_base = wrong[i];
        refused_client(&opts, "opts.api_base", wrong[i]);
        opts = client_opts();
        opts.upload_base = wrong[i];
        refused_client(&opts, "opts.upload_base", wrong[i]);
        opts = client_opts();
        opts.cdn_base = wrong[i];
        refused_client(&opts, "opts.cdn_base", wrong[i]);
    }
}

TEST("a proxy that is no proxy is refused") {
    static const char *const wrong[] = {
        "://",          "ftp://127.0.0.1:1",      "http://", "http://127.0.0.1:99999",
        "http://a b:1", "http://127.0.0.1:1\r\n", "\xff",     "http://127.0.0.1:+80",
        "http://127.0.0.1:", "http://user:password@127.0.0.1:+80", "foo", "127.0.0.1:8080", "user:password@foo:1"};
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uc_client_opts opts = client_opts();
        opts.proxy = wrong[i];
        refused_client(&opts, "opts.proxy", wrong[i]);
    }
}

TEST("a user agent that could end its header is refused") {
    static const char *const wrong[] = {"a\r\nX-Header: 1", "a\nb", "a\rb", "\x01", "\x7f", "\xff\xfe"};
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uc_client_opts opts = client_opts();
        opts.user_agent = wrong[i];
        refused_client(&opts, "opts.user_agent", wrong[i]);
    }
}

TEST("an unknown way to authenticate, and fewer retries than none, are refused") {
    static const int32_t ways[] = {-1, 2, 7, INT32_MAX, INT32_MIN};
    static const int32_t retries[] = {-2, -100, INT32_MIN};
    size_t i;
    for (i = 0; i < sizeof ways / sizeof *ways; i++) {
        uc_client_opts opts = client_opts();
        opts.auth = ways[i];
        refused_client(&opts, "opts.auth", "number");
    }
    for (i = 0; i < sizeof retries / sizeof *retries; i++) {
        uc_client_opts opts = client_opts();
        opts.retries = retries[i];
        refused_client(&opts, "opts.retries", "number");
    }
}

TEST("a file of authorities is read at once: UC_ERR_FILE when it cannot be, UC_ERR_ARGUMENT when it holds none") {
    uc_client_opts opts = client_opts();
    uc_client *client = (uc_client *)&opts;
    uc_error *error;
    char path[] = P_tmpdir "/uploadcare-test-XXXXXX";
    int file;
    opts.ca_file = "/nowhere/at/all.pem";
    CHECK_FAILS(UC_ERR_FILE, uc_client_new(PUBLIC_KEY, SECRET_KEY, &opts, &client, &error), error);
    CHECK(client == NULL);
    CHECK_CONTAINS(error->message, "opts.ca_file");
    CHECK_CONTAINS(error->message, "/nowhere/at/all.pem");
    uc_free(error);
    opts.ca_file = "/";
    CHECK_FAILS(UC_ERR_FILE, uc_client_new(PUBLIC_KEY, SECRET_KEY, &opts, &client, &error), error);
    uc_free(error);
    file = mkstemp(path);
    CHECK(file >= 0 && write(file, "not a certificate\n", 18) == 18);
    close(file);
    opts.ca_file = path;
    refused_client(&opts, "opts.ca_file", path);
    CHECK(unlink(path) == 0);
    opts.ca_file = "/dev/null";
    refused_client(&opts, "opts.ca_file", "/dev/null");
}

TEST("UC_AUTH_SIMPLE over plain http is refused before anything is sent, but for loopback") {
    static const char *const elsewhere[] = {"http://192.0.2.1", "http://127.0.0.1.example.com",
                                            "http://localhost.example.com", "http://[2001:db8::1]"};
    size_t i;
    for (i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
        uc_client_opts opts = client_opts();
        uc_client *client;
        uc_page *page;
        uc_error *error;
        int64_t start = now_ms();
        uc_status status;
        opts.auth = UC_AUTH_SIMPLE;
        opts.api_base = elsewhere[i];
        status = uc_client_new(PUBLIC_KEY, SECRET_KEY, &opts, &client, &error);
        if (status == UC_OK) status = uc_groups_list(client, NULL, &page, &error);
        uc_free(client);
        if (status != UC_ERR_ARGUMENT) FAIL("%s for %s", uc_status_name(status), elsewhere[i]);
        CHECK_FAILS(UC_ERR_ARGUMENT, status, error);
        CHECK_INT(0, error->attempts);
        uc_free(error);
        CHECK_BEFORE(start, 2000);
    }
}

/* -- listings ------------------------------------------------------------------------------------ */

TEST("a limit is 1 to 1000, 0 being the default") {
    static const uint32_t wrong[] = {1001, 1000000, UINT32_MAX};
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        opts.limit = wrong[i];
        refused_list(client, &opts, "opts.limit", "number");
    }
    for (i = 0; i < 3; i++) {
        static const uint32_t right[] = {0, 1, 1000};
        uc_page *page;
        uc_error *error;
        opts.limit = right[i];
        CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
        uc_free(page);
    }
    uc_free(client);
}

TEST("read_ahead is 16 pages at most") {
    static const uint32_t wrong[] = {17, 100, UINT32_MAX};
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        opts.read_ahead = wrong[i];
        refused_list(client, &opts, "opts.read_ahead", "number");
    }
    uc_free(client);
}

TEST("an order that is not one of the two is refused") {
    static const char *const wrong[] = {
        "",
        "id",
        "-",
        "datetime_uploaded",
        "-datetime_uploaded",
        "DATETIME_CREATED",
        "datetime_created ",
        "--datetime_created",
        "datetime_created\n",
        "datetime_created&limit=1",
        "\xff",
    };
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        opts.ordering = wrong[i];
        refused_list(client, &opts, "opts.ordering", wrong[i]);
    }
    uc_free(client);
}

TEST("a `from` that is no date and time with a zone is refused") {
    static const char *const wrong[] = {
        "",
        "yesterday",
        "2024",
        "2024-01-31",
        "2024-01-31T12:00",
        "2024-01-31T12:00:00",
        "12:00:00Z",
        "2024-13-01T00:00:00Z",
        "2024-02-30T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "2024-01-31T25:00:00Z",
        "2024-01-31T12:60:00Z",
        "2024-01-31T12:00:00Z ",
        " 2024-01-31T12:00:00Z",
        "2024-01-31T12:00:00Z\n",
        "2024-01-31T12:00:00Z&limit=1",
        "2024-01-31T12:00:00+3",
        "2024-1-31T12:00:00Z",
        "1706702400",
        "Wed, 31 Jan 2024 12:00:00 GMT",
        "\xff",
        "2024-01-31T12:00:00.Z",
    };
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        opts.from = wrong[i];
        refused_list(client, &opts, "opts.from", wrong[i]);
    }
    uc_free(client);
}

/* -- ids, methods, paths --------------------------------------------------------------------------- */

TEST("an id that is not a group's is refused by uc_group_info() and uc_group_delete()") {
    static const char *const wrong[] = {
        "",
        " ",
        "~",
        "~12",
        "badfc9f7",
        UUID,
        UUID "~",
        UUID "~0",
        UUID "~x",
        UUID "~-1",
        UUID "~1x",
        UUID "~1~2",
        UUID "~+1",
        UUID "~12/",
        "/badfc9f7-f88f-4921-9cc0-22e2c08aa2da~12",
        UUID "~12 ",
        UUID "~12\n",
        UUID "~12?x=1",
        UUID "%7E12",
        "badfc9f7f88f49219cc022e2c08aa2da~12",
        "badfc9f7-f88f-4921-9cc0-22e2c08aa2dg~12",
        UUID "0~12",
        "{badfc9f7-f88f-4921-9cc0-22e2c08aa2da}~12",
        UUID "~99999999999999999999",
        "../files/" UUID,
        UUID "~\xd9\xa1",
        "\xff\xfe",
        "\xd0\xb1"
        "adfc9f7-f88f-4921-9cc0-22e2c08aa2da~1",
    };
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uc_group *group = (uc_group *)&tests;
        uc_error *error;
        check_refusal(uc_group_info(client, wrong[i], &group, &error), &error, "id", wrong[i]);
        CHECK(group == NULL);
        check_refusal(uc_group_delete(client, wrong[i], &error), &error, "id", wrong[i]);
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST("an id of a megabyte is refused, with a message of a sensible length") {
    uc_client *client = client_new();
    uc_group *group;
    uc_error *error;
    char *id = (char *)calloc(1000001, 1);
    memset(id, 'a', 1000000);
    CHECK_FAILS(UC_ERR_ARGUMENT, uc_group_info(client, id, &group, &error), error);
    CHECK(strlen(error->message) < 1000);
    CHECK_INT(0, requests_counted());
    uc_free(error);
    uc_free(client);
    free(id);
}

TEST("a method that the service does not know, or that could end its line, is refused") {
    static const char *const wrong[] = {"",           " ",    "BREW",    "GET ", "GET /groups/", "GET\r\nX: 1",
                                        "G\xc3\x89T", "\xff", "CONNECT", "TRACE"};
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char *answer = (char *)&tests;
        uc_error *error;
        check_refusal(uc_request(client, wrong[i], "/groups/", NULL, &answer, &error), &error, "method", wrong[i]);
        CHECK(answer == NULL);
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST("a path that does not begin with a slash, or could not be sent as it stands, is refused") {
    static const char *const wrong[] = {
        "",
        "groups/",
        "http://example.com/groups/",
        "@example.com/",
        ":80/",
        "?limit=1",
        " /groups/",
        "/groups/ HTTP/1.1",
        "/gro ups/",
        "/groups/\r\nX-Header: 1",
        "/groups/\n",
        "/groups/\t",
        "/groups/\x7f",
        "/groups/#fragment",
        "/\xff",
    };
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char *answer = (char *)&tests;
        uc_error *error;
        check_refusal(uc_request(client, "GET", wrong[i], NULL, &answer, &error), &error, "path", wrong[i]);
        CHECK(answer == NULL);
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST("JSON that is no UTF-8 is refused") {
    uc_client *client = client_new();
    char *answer;
    uc_error *error;
    check_refusal(uc_request(client, "POST", "/files/local_copy/", "{\"source\":\"\xff\"}", &answer, &error),
                  &error, "body_json", "not UTF-8");
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST("two slashes at the start of a path do not lead to another host") {
    uc_client *client = client_new();
    char path[128], *answer;
    uc_error *error;
    snprintf(path, sizeof path, "//127.0.0.1:%d/groups/", port_of(other_base()));
    CHECK(uc_request(client, "GET", path, NULL, &answer, &error) < 0);
    CHECK_INT(0, requests_counted_at(other_base()));
    uc_free(error);
    uc_free(client);
}

/* -- struct_size ------------------------------------------------------------------------------------- */

/** Options of a later version of the library, which has fields that this one does not know. */
struct later_client_opts {
    uc_client_opts opts;
    void *new_fields[8];
};

struct later_groups_opts {
    uc_groups_opts opts;
    void *new_fields[8];
};

TEST("struct_size 0: not set, and said so") {
    uc_client *client = client_new();
    uc_client_opts client_options = client_opts();
    uc_groups_opts opts = groups_opts();
    opts.struct_size = 0;
    refused_list(client, &opts, "opts.struct_size", "0");
    client_options.struct_size = 0;
    refused_client(&client_options, "opts.struct_size", "0");
    uc_free(client);
}

TEST("options of an earlier version: only the fields that it had are read") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_client_opts *early_client;
    uc_groups_opts *early = (uc_groups_opts *)calloc(1, offsetof(uc_groups_opts, ordering));
    uc_error *error;
    /* In memory that ends with them, so that ASan and valgrind see who reads on. */
    early->struct_size = offsetof(uc_groups_opts, ordering);
    early->limit = 30;
    early->from = truth.groups[9].created;
    check_listing(client, early, &truth, 10, 249, 1);
    free(early);
    early = (uc_groups_opts *)malloc(sizeof early->struct_size);
    early->struct_size = sizeof early->struct_size;
    {
        uc_page *page;
        CHECK_OK(uc_groups_list(client, early, &page, &error), error);
        check_rest(page, &truth, 0, 249, 1, 100);
        uc_free(page);
    }
    free(early);
    uc_free(client);

    early_client = (uc_client_opts *)calloc(1, offsetof(uc_client_opts, upload_base));
    early_client->struct_size = offsetof(uc_client_opts, upload_base);
    early_client->api_base = base();
    client = client_with(early_client);
    free(early_client);
    check_listing(client, NULL, &truth, 0, 249, 1);
    uc_free(client);
    free(truth.groups);
}

TEST("options of a later version: accepted while its new fields are not used") {
    struct truth truth = truth_new();
    struct later_client_opts client_options;
    struct later_groups_opts opts;
    uc_client *client;
    uc_page *page;
    uc_error *error;
    memset(&client_options, 0, sizeof client_options);
    client_options.opts.struct_size = sizeof client_options;
    client_options.opts.api_base = base();
    CHECK_OK(uc_client_new(PUBLIC_KEY, SECRET_KEY, &client_options.opts, &client, &error), error);
    memset(&opts, 0, sizeof opts);
    opts.opts.struct_size = sizeof opts;
    opts.opts.limit = 45;
    CHECK_OK(uc_groups_list(client, &opts.opts, &page, &error), error);
    check_rest(page, &truth, 0, 249, 1, 45);
    uc_free(page);
    uc_free(client);
    free(truth.groups);
}

TEST("options of a later version: refused when a new field is used, be it the last byte") {
    uc_client *client = client_new();
    struct later_client_opts client_options;
    struct later_groups_opts opts;
    size_t i;
    for (i = sizeof opts.opts; i < sizeof opts; i += i + 9 < sizeof opts ? 8 : 1) {
        memset(&opts, 0, sizeof opts);
        opts.opts.struct_size = sizeof opts;
        ((char *)&opts)[i] = 1;
        refused_list(client, &opts.opts, "opts.struct_size", "too new");
    }
    for (i = sizeof client_options.opts; i < sizeof client_options; i += i + 9 < sizeof client_options ? 8 : 1) {
        memset(&client_options, 0, sizeof client_options);
        client_options.opts.struct_size = sizeof client_options;
        client_options.opts.api_base = base();
        ((char *)&client_options)[i] = 1;
        refused_client(&client_options.opts, "opts.struct_size", "too new");
    }
    uc_free(client);
}

TEST("a struct_size that can be none is refused, and nothing is read that is not there") {
    /* 1 << 40 where a size_t holds it: reading so far would crash. */
    static const size_t wrong[] = {1,
                                   4,
                                   7,
                                   sizeof(uc_groups_opts) - 1,
                                   1000003,
                                   (size_t)1 << (sizeof(size_t) * 5),
                                   (size_t)-1,
                                   (size_t)-8};
    uc_client *client = client_new();
    uc_groups_opts *opts = (uc_groups_opts *)calloc(1, sizeof *opts);
    uc_client_opts *client_options = (uc_client_opts *)calloc(1, sizeof *client_options);
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        opts->struct_size = wrong[i];
        refused_list(client, opts, "opts.struct_size", "absurd");
        client_options->struct_size = wrong[i];
        refused_client(client_options, "opts.struct_size", "absurd");
    }
    free(client_options);
    free(opts);
    uc_free(client);
}
