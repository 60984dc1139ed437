/* Servers that are slow, silent or not there, and how long a call waits for them. */
#include "servers.h"

/** Time limits in milliseconds; 0 keeps the default. */
static uc_client *client_that_waits(const char *address, int connect_ms, int idle_ms, int whole_ms, int retries) {
    uc_client_opts opts = client_opts();
    opts.api_base = address;
    opts.connect_timeout_ms = (uint32_t)connect_ms;
    opts.idle_timeout_ms = (uint32_t)idle_ms;
    opts.timeout_ms = (uint32_t)whole_ms;
    opts.retries = retries;
    return client_with(&opts);
}

/** The call must fail for lack of time, not before `from_ms` and not much after `to_ms`. */
#define CHECK_TIMES_OUT(call, error, from_ms, to_ms)     \
    do {                                                 \
        int64_t start_of_call = now_ms();                \
        CHECK_FAILS(UC_ERR_TIMEOUT, call, error);        \
        CHECK_NOT_BEFORE(start_of_call, (from_ms) - 20); \
        CHECK_BEFORE(start_of_call, (to_ms) + 1000);     \
    } while (0)

TEST("a body that dribbles in ends at timeout_ms, however often a byte comes") {
    uc_client *client = client_that_waits(base(), 0, 0, 700, -1);
    uc_page *page;
    uc_error *error;
    fault("{\"fault\":\"slow\",\"chunk\":1,\"interval_ms\":20,\"head\":false}");
    CHECK_TIMES_OUT(uc_groups_list(client, NULL, &page, &error), error, 700, 700);
    CHECK(page == NULL);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    check_listing(client, NULL, 250);
    uc_free(client);
}

TEST("a head that dribbles in ends at timeout_ms, however often a byte comes") {
    uc_client *client = client_that_waits(base(), 0, 0, 700, -1);
    uc_page *page;
    uc_error *error;
    fault("{\"fault\":\"slow\",\"chunk\":1,\"interval_ms\":20,\"head\":true}");
    CHECK_TIMES_OUT(uc_groups_list(client, NULL, &page, &error), error, 700, 700);
    CHECK_INT(0, error->http_status);
    uc_free(error);
    check_listing(client, NULL, 250);
    uc_free(client);
}

TEST("a slow answer that comes in time is whole") {
    uc_client *client = client_that_waits(base(), 0, 1000, 0, -1);
    uc_groups_opts opts = groups_opts();
    opts.limit = 2;
    reset("{\"groups\":6}");
    fault("{\"fault\":\"slow\",\"chunk\":64,\"interval_ms\":20,\"head\":true,\"times\":2}");
    fault("{\"fault\":\"delay\",\"ms\":300}");
    check_listing(client, &opts, 6);
    CHECK_INT(3, requests_counted());
    uc_free(client);
}

TEST("a server that takes the request and says nothing ends at idle_timeout_ms") {
    uc_client *client = client_that_waits(base(), 0, 400, 0, -1);
    uc_page *page;
    uc_error *error;
    fault("{\"fault\":\"hang\",\"ms\":60000}");
    CHECK_TIMES_OUT(uc_groups_list(client, NULL, &page, &error), error, 400, 400);
    CHECK_INT(1, error->attempts);
    CHECK_INT(0, error->http_status);
    uc_free(error);
    check_listing(client, NULL, 250);
    uc_free(client);
}

TEST("a server that takes the request and says nothing ends at timeout_ms where that is shorter") {
    uc_client *client = client_that_waits(base(), 0, 30000, 500, 5);
    uc_page *page;
    uc_error *error;
    fault("{\"fault\":\"hang\",\"ms\":60000,\"times\":-1}");
    CHECK_TIMES_OUT(uc_groups_list(client, NULL, &page, &error), error, 500, 500);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    uc_free(client);
}

TEST("bytes that come further apart than idle_timeout_ms end there") {
    uc_client *client = client_that_waits(base(), 0, 300, 0, -1);
    uc_page *page;
    uc_error *error;
    fault("{\"fault\":\"slow\",\"chunk\":10,\"interval_ms\":20000,\"head\":false}");
    CHECK_TIMES_OUT(uc_groups_list(client, NULL, &page, &error), error, 300, 300);
    uc_free(error);
    uc_free(client);
}

TEST("a connection that stands, with nobody behind it, ends at idle_timeout_ms") {
    int port, listening = listen_on(&port);
    char *silent = text("http://127.0.0.1:%d", port), *silent_tls = text("https://127.0.0.1:%d", port);
    uc_client *client = client_that_waits(silent, 5000, 400, 0, -1);
    uc_client *tls_client = client_that_waits(silent_tls, 5000, 400, 20000, -1);
    uc_page *page;
    uc_error *error;
    CHECK_TIMES_OUT(uc_groups_list(client, NULL, &page, &error), error, 400, 400);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    /* A handshake belongs to connecting or to what comes after: either limit may end it. */
    CHECK_TIMES_OUT(uc_groups_list(tls_client, NULL, &page, &error), error, 400, 5000);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    uc_free(client);
    uc_free(tls_client);
    close(listening);
    free(silent);
    free(silent_tls);
}

TEST("a server that does not read what it is sent ends at idle_timeout_ms") {
    int port, listening = listen_on(&port);
    char *silent = text("http://127.0.0.1:%d", port), *long_text = repeated("a", 24 << 20), *json, *reply;
    uc_client *client = client_that_waits(silent, 5000, 500, 0, -1);
    uc_error *error;
    json = text("{\"text\":\"%s\"}", long_text);
    free(long_text);
    CHECK_TIMES_OUT(uc_request(client, "PUT", "/anything/", json, &reply, &error), error, 500, 3000);
    CHECK(reply == NULL);
    uc_free(error);
    uc_free(client);
    close(listening);
    free(json);
    free(silent);
}

TEST("a host that does not answer ends at connect_timeout_ms") {
    struct deaf_host host;
    uc_client *client;
    uc_page *page;
    uc_error *error;
    deaf_host_start(&host);
    client = client_that_waits(host.base, 400, 0, 0, -1);
    CHECK_TIMES_OUT(uc_groups_list(client, NULL, &page, &error), error, 400, 400);
    CHECK_INT(1, error->attempts);
    CHECK_INT(0, error->http_status);
    uc_free(error);
    uc_free(client);
    deaf_host_stop(&host);
}

TEST("a host that does not answer ends at timeout_ms where that is shorter") {
    struct deaf_host host;
    uc_client *client;
    uc_page *page;
    uc_error *error;
    deaf_host_start(&host);
    client = client_that_waits(host.base, 10000, 0, 500, 3);
    CHECK_TIMES_OUT(uc_groups_list(client, NULL, &page, &error), error, 500, 500);
    uc_free(error);
    uc_free(client);
    deaf_host_stop(&host);
}

TEST("an attempt that ran out of time is repeated like a lost connection") {
    uc_client *client = client_that_waits(base(), 0, 400, 0, 1);
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    opts.limit = 50;
    fault("{\"fault\":\"hang\",\"ms\":60000,\"skip\":2}");
    check_listing(client, &opts, 250);
    CHECK_INT(6, requests_counted());
    fault("{\"fault\":\"hang\",\"ms\":60000,\"times\":2}");
    CHECK_FAILS(UC_ERR_TIMEOUT, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(2, error->attempts);
    uc_free(error);
    uc_free(client);
}

TEST("a POST that ran out of time is not repeated") {
    uc_client *client = client_that_waits(base(), 0, 400, 0, 3);
    char *reply;
    uc_error *error;
    fault("{\"fault\":\"hang\",\"ms\":60000,\"times\":-1}");
    CHECK_FAILS(UC_ERR_TIMEOUT, uc_request(client, "POST", "/anything/", "{}", &reply, &error), error);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    uc_free(client);
}

TEST("retries end at timeout_ms, and the call says what it knew, not that time ran out") {
    uc_client *client = client_that_waits(base(), 0, 0, 1500, 1000);
    uc_page *page;
    uc_error *error;
    int64_t start = now_ms();
    fault("{\"fault\":\"status\",\"status\":503,\"body\":\"{\\\"detail\\\":\\\"Back soon.\\\"}\","
          "\"content_type\":\"application/json\",\"times\":-1}");
    CHECK_FAILS(UC_ERR_SERVER, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_BEFORE(start, 1500 + 1000);
    CHECK_INT(503, error->http_status);
    CHECK_TEXT("Back soon.", error->message);
    /* The time may end before the last of them has arrived. */
    CHECK(error->attempts == requests_counted() || error->attempts == requests_counted() + 1);
    CHECK(error->attempts > 1);
    uc_free(error);
    uc_free(client);
}

TEST("a repeat that timeout_ms cuts off does not hide what the service had said before") {
    uc_client *client = client_that_waits(base(), 0, 0, 2500, 1000);
    uc_page *page;
    uc_error *error;
    fault("{\"fault\":\"status\",\"status\":503,\"body\":\"{\\\"detail\\\":\\\"Back soon.\\\"}\","
          "\"content_type\":\"application/json\"}");
    fault("{\"fault\":\"hang\",\"ms\":60000}");
    CHECK_FAILS(UC_ERR_SERVER, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_TEXT("Back soon.", error->message);
    CHECK_INT(2, error->attempts);
    uc_free(error);
    uc_free(client);
}

TEST("waits that are asked for end at timeout_ms as well") {
    uc_client *client = client_that_waits(base(), 0, 0, 2500, 1000);
    uc_page *page;
    uc_error *error;
    int64_t start = now_ms();
    fault("{\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"1\"},\"times\":-1}");
    CHECK_FAILS(UC_ERR_THROTTLED, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_BEFORE(start, 2500 + 1000);
    CHECK_INT(1000, error->retry_after_ms);
    if (!getenv("UC_TEST_SLOW")) CHECK_INT(3, error->attempts);
    uc_free(error);
    uc_free(client);
}

TEST("timeout_ms is counted anew for each call, and a page that ran out of time goes on when asked again") {
    uc_client *client = client_that_waits(base(), 0, 0, 1000, -1);
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    int next;
    opts.limit = 50;
    fault("{\"fault\":\"delay\",\"ms\":400,\"times\":-1}");
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    next = check_page(page, 0);
    for (; next < 200; next = check_page(page, next)) CHECK_OK(uc_page_next(page, &error), error);
    no_more_faults();
    fault("{\"fault\":\"hang\",\"ms\":60000}");
    CHECK_TIMES_OUT(uc_page_next(page, &error), error, 1000, 1000);
    uc_free(error);
    check_rest(page, check_page(page, 150), 250);
    uc_free(page);
    uc_free(client);
}

TEST("a page that is read ahead and hangs ends within the limits of the call that waits for it") {
    uc_client *client = client_that_waits(base(), 0, 500, 2000, -1);
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    int64_t start;
    opts.limit = 50;
    opts.read_ahead = 2;
    fault("{\"fault\":\"hang\",\"ms\":60000,\"skip\":1}");
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    start = now_ms();
    CHECK_FAILS(UC_ERR_TIMEOUT, uc_page_next(page, &error), error);
    CHECK_BEFORE(start, 2000 + 1000);
    uc_free(error);
    check_rest(page, check_page(page, 0), 250);
    uc_free(page);
    uc_free(client);
}
