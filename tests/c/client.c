/* What a client sends with every request, and what its options change. Proxies: proxy.c, signatures: signing.c. */
#include "listing.h"


/** A value of the n-th request that the emulator received, to be freed; fails when there is none. */
static char *received(const char *key, int n) {
    char *requests = emulator_get("/_emulator/requests");
    char *value = json_value(requests, key, n);
    if (value == NULL) FAIL("no \"%s\" in %.2000s", key, requests);
    free(requests);
    return value;
}

static void list_once(const uc_client *client) {
    uc_page *page;
    uc_error *error;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    uc_free(page);
}

TEST("making a client sends nothing, with or without options") {
    uc_client *client = client_new();
    uc_error *error;
    uc_free(client);
    CHECK_OK(uc_client_new(PUBLIC_KEY, SECRET_KEY, NULL, &client, &error), error);
    uc_free(client);
    CHECK_INT(0, requests_counted());
}

TEST("every request asks for version 0.7 of the API, in JSON, and takes it compressed") {
    uc_client *client = client_new();
    char *value;
    list_once(client);
    value = received("accept", 0);
    CHECK_TEXT("application/vnd.uploadcare-v0.7+json", value);
    free(value);
    value = received("content-type", 0);
    CHECK_TEXT("application/json", value);
    free(value);
    value = received("accept-encoding", 0);
    CHECK_CONTAINS(value, "gzip");
    free(value);
    uc_free(client);
}

TEST("the user agent is the library's own, and the caller's after it") {
    uc_client *client = client_new();
    uc_client_opts opts = client_opts();
    char *own, *with;
    list_once(client);
    uc_free(client);
    opts.user_agent = "MyApp/1.0 (nightly; +https://example.com)";
    client = client_with(&opts);
    list_once(client);
    uc_free(client);
    own = received("user-agent", 0);
    with = received("user-agent", 1);
    CHECK_CONTAINS(own, "uploadcare");
    CHECK_CONTAINS(own, uc_version());
    CHECK(strncmp(own, with, strlen(own)) == 0);
    CHECK_TEXT(" MyApp/1.0 (nightly; +https://example.com)", with + strlen(own));
    free(own);
    free(with);
}

TEST("requests are signed by default, in the form `Uploadcare key:signature`") {
    uc_client *client = client_new();
    char *authorization;
    list_once(client);
    authorization = received("authorization", 0);
    CHECK(strncmp(authorization, "Uploadcare " PUBLIC_KEY ":", strlen("Uploadcare " PUBLIC_KEY ":")) == 0);
    CHECK_INT(40, strspn(strchr(authorization, ':') + 1, "0123456789abcdef"));
    CHECK_INT(40, strlen(strchr(authorization, ':') + 1));
    free(authorization);
    uc_free(client);
}

TEST("UC_AUTH_SIMPLE sends both keys, over https") {
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_error *error;
    char *requests, *authorization;
    opts.auth = UC_AUTH_SIMPLE;
    opts.api_base = setting("UC_TEST_TLS_GOOD");
    opts.ca_file = setting("UC_TEST_TLS_GOOD_CA");
    client = client_with(&opts);
    list_once(client);
    CHECK_OK(uc_request(client, "GET", "/_emulator/requests", NULL, &requests, &error), error);
    authorization = json_value(requests, "authorization", 0);
    CHECK_TEXT("Uploadcare.Simple " PUBLIC_KEY ":" SECRET_KEY, authorization);
    free(authorization);
    uc_free(requests);
    uc_free(client);
}

TEST("UC_AUTH_SIMPLE over http is sent to loopback, where the service itself refuses it") {
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_page *page;
    uc_error *error;
    char localhost[64], *authorization;
    int i;
    snprintf(localhost, sizeof localhost, "http://localhost:%d", port_of(base()));
    opts.auth = UC_AUTH_SIMPLE;
    for (i = 0; i < 2; i++) {
        if (i == 1) opts.api_base = localhost;
        client = client_with(&opts);
        CHECK_FAILS(UC_ERR_REJECTED, uc_groups_list(client, NULL, &page, &error), error);
        CHECK_INT(400, error->http_status);
        CHECK_CONTAINS(error->message, "Simple authentication over HTTP is forbidden.");
        uc_free(error);
        uc_free(client);
        authorization = received("authorization", i);
        CHECK_TEXT("Uploadcare.Simple " PUBLIC_KEY ":" SECRET_KEY, authorization);
        free(authorization);
    }
}

TEST("the base may end in a slash, or be a name") {
    struct truth truth = truth_new();
    uc_client_opts opts = client_opts();
    uc_client *client;
    char address[64], *target;
    snprintf(address, sizeof address, "%s/", base());
    opts.api_base = address;
    client = client_with(&opts);
    check_listing(client, NULL, &truth, 0, 249, 1);
    uc_free(client);
    target = received("target", 0);
    CHECK(strncmp(target, "/groups/", 8) == 0);
    free(target);
    snprintf(address, sizeof address, "http://localhost:%d", port_of(base()));
    client = client_with(&opts);
    check_listing(client, NULL, &truth, 0, 249, 1);
    uc_free(client);
    free(truth.groups);
}

/** What the server below saw of the last request. */
static char head[8192];

static void serve_page(int connection, void *data) {
    const char *body = "{\"next\":null,\"previous\":null,\"total\":0,\"per_page\":100,\"results\":[]}";
    char answer[512];
    (void)data;
    if (read_head(connection, head, sizeof head) < 0) return;
    snprintf(
        answer, sizeof answer,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %lu\r\nConnection: close\r\n\r\n%s",
        (unsigned long)strlen(body), body);
    send_text(connection, answer);
}

TEST("the base may have a path, which stands before that of every call") {
    struct server server;
    uc_client_opts opts = client_opts();
    uc_client *client;
    char address[128];
    int i;
    server_start(&server, serve_page, NULL);
    for (i = 0; i < 2; i++) {
        snprintf(address, sizeof address, "%s/mirror/uploadcare%s", server.base, i ? "/" : "");
        opts.api_base = address;
        client = client_with(&opts);
        list_once(client);
        CHECK(strncmp(head, "GET /mirror/uploadcare/groups/", 30) == 0);
        uc_free(client);
    }
    server_stop(&server);
}

TEST("one connection serves one request after the other") {
    uc_client *client = client_new();
    char *requests;
    int i;
    for (i = 0; i < 5; i++) list_once(client);
    requests = emulator_get("/_emulator/requests");
    for (i = 1; i < 5; i++) CHECK_INT(json_int(requests, "connection", 0), json_int(requests, "connection", i));
    free(requests);
    uc_free(client);
}

static long long open_connections(void) {
    char *requests = emulator_get("/_emulator/requests");
    long long open = json_int(requests, "open_connections", 0);
    free(requests);
    return open;
}

TEST("a freed client closes its connections") {
    long long before = open_connections();
    uc_client *client = client_new();
    int64_t start;
    list_once(client);
    CHECK_INT(before + 1, open_connections());
    uc_free(client);
    for (start = now_ms(); open_connections() > before; sleep_ms(10)) CHECK_BEFORE(start, 2000);
}

TEST("two clients of different keys do not mix them up") {
    uc_client *client = client_new(), *stranger;
    uc_client_opts opts = client_opts();
    uc_page *page;
    uc_error *error;
    int i;
    CHECK_OK(uc_client_new("anotherpublickey", "anothersecretkey", &opts, &stranger, &error), error);
    for (i = 0; i < 3; i++) {
        list_once(client);
        CHECK_FAILS(UC_ERR_AUTH, uc_groups_list(stranger, NULL, &page, &error), error);
        CHECK_CONTAINS(error->message, "anotherpublickey");
        CHECK_LACKS(error->message, "anothersecretkey");
        uc_free(error);
    }
    uc_free(client);
    uc_free(stranger);
}
