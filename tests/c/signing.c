/* Signatures: those of the committed vectors, and those that a callback makes. */
#include "listing.h"

#include "hmac.h"

/* -- the vectors ----------------------------------------------------------------------------------- */

#define DATE "Mon, 05 Nov 2018 13:14:41 GMT"

/** From the table of signatures of the REST API, all at DATE. */
static const struct vector {
    const char *secret, *method, *json, *path, *md5, *signature;
} vectors[] = {
    {"demoprivatekey", "GET", NULL, "/files/?limit=1&stored=true", "d41d8cd98f00b204e9800998ecf8427e",
     "3cbc4d2cf91f80c1ba162b926f8a975e8bec7995"},
    {"YOUR_SECRET_KEY", "GET", NULL, "/files/?limit=1&stored=true", "d41d8cd98f00b204e9800998ecf8427e",
     "6d71c0f3769021d56765bc2dfb3e168a64d25e4b"},
    {"demoprivatekey", "POST", "{\"foo\":\"bar\"}", "/files/?limit=1&stored=true",
     "9bb58f26192e4ba00f01e2e7b136bbd8", "80d4b1bdcfb892ffb77e066b232d7fadc66f4be0"},
    {"demoprivatekey", "PUT", "[\"21975c81-7f57-4c7a-aef9-acfe28779f78\"]", "/files/storage/",
     "36e90e909111d8c5b9752458603aeec7", "85dcbf58e19c8175aa8929dcdd363ed50b4bcf36"},
    {"demoprivatekey", "GET", NULL, "/groups/badfc9f7-f88f-4921-9cc0-22e2c08aa2da~12/",
     "d41d8cd98f00b204e9800998ecf8427e", "803d2e16de361ef6f2bfbf0aa2709c2b24a8e123"},
};

/** A service whose clock stands at DATE: it refuses what is dated elsewhere, and tells the time. */
struct service_of_2018 {
    struct server server;
    char heads[4][4096]; /* of the requests so far */
    int requests;
};

static void serve_in_2018(int connection, void *data) {
    struct service_of_2018 *service = (struct service_of_2018 *)data;
    char *head = service->heads[service->requests % 4], byte;
    const char *length;
    int left;
    if (read_head(connection, head, sizeof service->heads[0]) < 0) return;
    length = strcasestr(head, "\r\ncontent-length:");
    for (left = length ? atoi(strchr(length, ':') + 1) : 0; left > 0; left--)
        if (recv(connection, &byte, 1, 0) != 1) return;
    service->requests++;
    send_text(connection, strstr(head, "05 Nov 2018") ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 401 Unauthorized\r\n");
    send_text(connection, "Date: " DATE
                          "\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
}

/** The value of a header, to be freed. */
static char *header_of(const char *head, const char *name) {
    char start[64], *value;
    const char *at;
    snprintf(start, sizeof start, "\r\n%s: ", name);
    at = strcasestr(head, start);
    if (at == NULL) FAIL("no header %s in %s", name, head);
    at += strlen(start);
    value = strdup(at);
    value[strcspn(value, "\r")] = '\0';
    return value;
}

/** Makes the call of a vector until it is made in its very second: 1 when it was. */
static int made_at_date(struct service_of_2018 *service, const struct vector *vector, const uc_client_opts *opts) {
    uc_client *client;
    uc_error *error;
    char *answer, *date;
    int on_time;
    service->requests = 0;
    CHECK_OK(uc_client_new("testpk", opts->sign ? NULL : vector->secret, opts, &client, &error), error);
    CHECK_OK(uc_request(client, vector->method, vector->path, vector->json, &answer, &error), error);
    uc_free(answer);
    uc_free(client);
    CHECK_INT(2, service->requests); /* the refused one, and the same by the service's clock */
    date = header_of(service->heads[1], "date");
    CHECK_CONTAINS(date, "Mon, 05 Nov 2018 13:");
    on_time = strcmp(date, DATE) == 0;
    free(date);
    return on_time;
}

TEST("the signatures are those of the vectors") {
    static struct service_of_2018 service;
    uc_client_opts opts = client_opts();
    size_t i;
    server_start(&service.server, serve_in_2018, &service);
    opts.api_base = service.server.base;
    for (i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        const struct vector *vector = &vectors[i];
        char expected[256], *value;
        int tries = 0;
        while (!made_at_date(&service, vector, &opts)) CHECK(++tries < 50);
        snprintf(expected, sizeof expected, "%s %s HTTP/1.1\r\n", vector->method, vector->path);
        CHECK(strncmp(service.heads[1], expected, strlen(expected)) == 0);
        value = header_of(service.heads[1], "content-type");
        CHECK_TEXT("application/json", value);
        free(value);
        value = header_of(service.heads[1], "authorization");
        snprintf(expected, sizeof expected, "Uploadcare testpk:%s", vector->signature);
        CHECK_TEXT(expected, value);
        free(value);
    }
    server_stop(&service.server);
}

/* -- the callback ---------------------------------------------------------------------------------- */

/** A key store: what it was asked, and what it answers. */
struct store {
    const char *secret;
    const char *hex;       /* in place of the signature, when not NULL */
    int32_t returns;
    int asked;
    int32_t algorithm;
    size_t size;
    char text[4096];
};

static int32_t sign(void *sign_data, int32_t algorithm, const char *text, char *hex, size_t hex_size) {
    struct store *store = (struct store *)sign_data;
    store->asked++;
    store->algorithm = algorithm;
    store->size = hex_size;
    snprintf(store->text, sizeof store->text, "%s", text);
    if (store->hex)
        snprintf(hex, hex_size, "%s", store->hex);
    else
        hmac_sha1(store->secret, text, hex);
    return store->returns;
}

static uc_client_opts signed_by(struct store *store, const char *secret) {
    uc_client_opts opts = client_opts();
    memset(store, 0, sizeof *store);
    store->secret = secret;
    opts.sign = sign;
    opts.sign_data = store;
    return opts;
}

static uc_client *client_signed_by(struct store *store, const char *secret) {
    uc_client_opts opts = signed_by(store, secret);
    uc_client *client;
    uc_error *error;
    CHECK_OK(uc_client_new(PUBLIC_KEY, NULL, &opts, &client, &error), error);
    return client;
}

TEST("the callback gets the five lines that the vectors say, and its signature is sent") {
    static struct service_of_2018 service;
    static struct store store;
    size_t i;
    server_start(&service.server, serve_in_2018, &service);
    for (i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        const struct vector *vector = &vectors[i];
        uc_client_opts opts = signed_by(&store, vector->secret);
        char expected[256], *value;
        int tries = 0;
        opts.api_base = service.server.base;
        while (!made_at_date(&service, vector, &opts)) CHECK(++tries < 50);
        snprintf(expected, sizeof expected, "%s\n%s\napplication/json\n" DATE "\n%s", vector->method, vector->md5,
                 vector->path);
        CHECK_TEXT(expected, store.text);
        CHECK_INT(UC_HMAC_SHA1, store.algorithm);
        CHECK(store.size > 40);
        value = header_of(service.heads[1], "authorization");
        snprintf(expected, sizeof expected, "Uploadcare testpk:%s", vector->signature);
        CHECK_TEXT(expected, value);
        free(value);
    }
    server_stop(&service.server);
}

TEST("a client without a secret key lists, inspects and deletes by its callback, asked once a request") {
    static struct store store;
    struct truth truth = truth_new();
    uc_client *client = client_signed_by(&store, SECRET_KEY);
    uc_group *group;
    uc_error *error;
    check_listing(client, NULL, &truth, 0, 249, 1);
    CHECK_OK(uc_group_info(client, truth.groups[11].id, &group, &error), error);
    uc_free(group);
    CHECK_OK(uc_group_delete(client, truth.groups[11].id, &error), error);
    CHECK_INT(5, store.asked);
    CHECK_INT(5, requests_counted());
    uc_free(client);
    free(truth.groups);
}

TEST("a secret key beside a callback is refused: one of them would be of no use") {
    static struct store store;
    uc_client_opts opts = signed_by(&store, SECRET_KEY);
    uc_client *client = (uc_client *)&store;
    uc_error *error;
    CHECK_FAILS(UC_ERR_ARGUMENT, uc_client_new(PUBLIC_KEY, SECRET_KEY, &opts, &client, &error), error);
    CHECK_CONTAINS(error->message, "secret_key");
    CHECK_CONTAINS(error->message, "opts.sign");
    CHECK(client == NULL);
    CHECK_INT(0, store.asked);
    uc_free(error);
}

TEST("every attempt is signed anew, and pages read ahead are, too") {
    static struct store store;
    struct truth truth = truth_new();
    uc_client *client = client_signed_by(&store, SECRET_KEY);
    uc_groups_opts opts = groups_opts();
    fault("{\"fault\":\"status\",\"status\":503,\"headers\":{\"Retry-After\":\"0\"},\"times\":2}");
    check_listing(client, NULL, &truth, 0, 249, 1);
    CHECK_INT(5, store.asked);
    opts.read_ahead = 3;
    check_listing(client, &opts, &truth, 0, 249, 1);
    CHECK_INT(8, store.asked);
    uc_free(client);
    free(truth.groups);
}

TEST("a callback that says no stops the call: UC_ERR_CANCELED, nothing sent, not asked again") {
    static struct store store;
    static const int32_t refusals[] = {1, -1, 42, INT32_MIN};
    uc_client *client = client_signed_by(&store, SECRET_KEY);
    uc_page *page;
    uc_error *error;
    size_t i;
    for (i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        store.returns = refusals[i];
        store.asked = 0;
        CHECK_FAILS(UC_ERR_CANCELED, uc_groups_list(client, NULL, &page, &error), error);
        CHECK(page == NULL);
        CHECK_INT(0, error->attempts);
        CHECK_INT(1, store.asked);
        uc_free(error);
    }
    CHECK_INT(0, requests_counted());
    store.returns = 0;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    uc_free(page);
    uc_free(client);
}

TEST("what is no signature is not sent: UC_ERR_ARGUMENT") {
    static struct store store;
    static const char *const wrong[] = {
        "",
        "0",
        "3CBC4D2CF91F80C1BA162B926F8A975E8BEC7995",
        "3cbc4d2cf91f80c1ba162b926f8a975e8bec799",
        "3cbc4d2cf91f80c1ba162b926f8a975e8bec79955",
        "zcbc4d2cf91f80c1ba162b926f8a975e8bec7995",
        "3cbc4d2cf91f80c1ba16\r\nX: 8a975e8bec7995",
        "3cbc4d2cf91f80c1ba162b926f8a975e8bec7995\n",
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    };
    uc_client *client = client_signed_by(&store, SECRET_KEY);
    uc_page *page;
    uc_error *error;
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        store.hex = wrong[i];
        CHECK_FAILS(UC_ERR_ARGUMENT, uc_groups_list(client, NULL, &page, &error), error);
        CHECK_CONTAINS(error->message, "sign");
        CHECK_INT(0, error->attempts);
        uc_free(error);
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

static int32_t sign_without_end(void *sign_data, int32_t algorithm, const char *text, char *hex, size_t hex_size) {
    (void)sign_data, (void)algorithm, (void)text;
    memset(hex, 'a', hex_size);
    return 0;
}

static int32_t sign_nothing(void *sign_data, int32_t algorithm, const char *text, char *hex, size_t hex_size) {
    (void)sign_data, (void)algorithm, (void)text, (void)hex, (void)hex_size;
    return 0;
}

TEST("a callback that writes no end, or nothing at all, is found out") {
    static const uc_sign_fn wrong[] = {sign_without_end, sign_nothing};
    size_t i;
    for (i = 0; i < 2; i++) {
        uc_client_opts opts = client_opts();
        uc_client *client;
        uc_page *page;
        uc_error *error;
        opts.sign = wrong[i];
        CHECK_OK(uc_client_new(PUBLIC_KEY, NULL, &opts, &client, &error), error);
        CHECK_FAILS(UC_ERR_ARGUMENT, uc_groups_list(client, NULL, &page, &error), error);
        CHECK_CONTAINS(error->message, "sign");
        uc_free(error);
        uc_free(client);
    }
    CHECK_INT(0, requests_counted());
}

TEST("a signature of the right form that is wrong is the service's to refuse") {
    static struct store store;
    uc_client *client = client_signed_by(&store, "not the key");
    uc_page *page;
    uc_error *error;
    CHECK_FAILS(UC_ERR_AUTH, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(401, error->http_status);
    CHECK_CONTAINS(error->message, "Invalid signature. Please check your Secret key.");
    CHECK_INT(1, error->attempts);
    uc_free(error);
    uc_free(client);
}
