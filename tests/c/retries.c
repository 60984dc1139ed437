/* What is sent again, when, how often, and that a listing goes on as if nothing had happened. */
#include "servers.h"

static uc_client *client_with_retries(int retries) {
    uc_client_opts opts = client_opts();
    opts.retries = retries;
    return client_with(&opts);
}

/** A 429 or 5xx that asks to be asked again at once. */
static void fails_briefly(int status, int times) {
    char *json = text("{\"fault\":\"status\",\"status\":%d,\"times\":%d,\"headers\":{\"Retry-After\":\"0\"}}", status, times);
    fault(json);
    free(json);
}

/* -- a listing survives ------------------------------------------------------------------------------ */

struct trouble {
    const char *fault;
    uc_status status; /* past the retries */
    int http_status;
    const char *message;
};

static const struct trouble troubles[] = {
    {"\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"0\"}", UC_ERR_THROTTLED, 429, "throttled"},
    {"\"fault\":\"status\",\"status\":429", UC_ERR_THROTTLED, 429, "throttled"},
    {"\"fault\":\"status\",\"status\":500", UC_ERR_SERVER, 500, ""},
    {"\"fault\":\"status\",\"status\":500,\"body\":\"\"", UC_ERR_SERVER, 500, "500"},
    {"\"fault\":\"status\",\"status\":502,\"headers\":{\"Retry-After\":\"0\"}", UC_ERR_SERVER, 502, "502"},
    {"\"fault\":\"status\",\"status\":503,\"headers\":{\"Retry-After\":\"0\"}", UC_ERR_SERVER, 503, ""},
    {"\"fault\":\"status\",\"status\":504,\"headers\":{\"Retry-After\":\"0\"}", UC_ERR_SERVER, 504, ""},
    {"\"fault\":\"reset_before\"", UC_ERR_NETWORK, 0, ""},
    {"\"fault\":\"close_before\"", UC_ERR_NETWORK, 0, ""},
    {"\"fault\":\"reset_inside\"", UC_ERR_NETWORK, 0, ""},
    {"\"fault\":\"reset_inside\",\"after\":1", UC_ERR_NETWORK, 0, ""},
    {"\"fault\":\"close_inside\"", UC_ERR_NETWORK, 0, ""},
    {"\"fault\":\"close_inside\",\"after\":1", UC_ERR_NETWORK, 0, ""},
    {"\"fault\":\"truncated_json\"", UC_ERR_PROTOCOL, 200, ""},
};
#define TROUBLES (sizeof troubles / sizeof troubles[0])

TEST("whatever passes by itself is asked again, and the listing loses and doubles nothing") {
    uc_client *client = client_with_retries(3);
    uc_groups_opts opts = groups_opts();
    size_t i;
    opts.limit = 50;
    for (i = 0; i < TROUBLES; i++) {
        char *json = text("{%s,\"skip\":%d}", troubles[i].fault, (int)(i % 5));
        reset(NULL);
        fault(json);
        check_listing(client, &opts, 250);
        CHECK_INT(6, requests_counted());
        free(json);
    }
    uc_free(client);
}

TEST("the same with pages read ahead") {
    uc_client *client = client_with_retries(3);
    uc_groups_opts opts = groups_opts();
    size_t i;
    opts.limit = 50;
    opts.read_ahead = 3;
    for (i = 0; i < TROUBLES; i += 3) {
        char *json = text("{%s,\"skip\":%d}", troubles[i].fault, (int)(i % 5));
        reset(NULL);
        fault(json);
        check_listing(client, &opts, 250);
        CHECK_INT(6, requests_counted());
        free(json);
    }
    uc_free(client);
}

TEST("a storm of troubles, one after each page and several at once, changes nothing in the listing") {
    uc_client *client = client_with_retries(10);
    uc_groups_opts opts = groups_opts();
    opts.limit = 10;
    fails_briefly(503, 3);
    fault("[{\"fault\":\"reset_before\",\"skip\":1},{\"fault\":\"reset_inside\",\"skip\":1},"
          "{\"fault\":\"status\",\"status\":429,\"skip\":1,\"headers\":{\"Retry-After\":\"0\"},\"times\":2},"
          "{\"fault\":\"truncated_json\",\"skip\":3},{\"fault\":\"close_after\",\"skip\":2,\"times\":5},"
          "{\"fault\":\"close_inside\",\"skip\":1},{\"fault\":\"close_idle\",\"skip\":5}]");
    check_listing(client, &opts, 250);
    uc_free(client);
}

TEST("past the retries each trouble has its status, its message and its attempts, and the page goes on when asked again") {
    uc_client *client = client_with_retries(1);
    uc_groups_opts opts = groups_opts();
    size_t i;
    opts.limit = 100;
    for (i = 0; i < TROUBLES; i++) {
        char *json = text("{%s,\"times\":-1}", troubles[i].fault);
        uc_page *page;
        uc_error *error;
        reset(NULL);
        CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
        fault(json);
        forget_requests();
        CHECK_FAILS(troubles[i].status, uc_page_next(page, &error), error);
        CHECK_INT(troubles[i].http_status, error->http_status);
        CHECK_CONTAINS(error->message, troubles[i].message);
        CHECK_INT(error->attempts, requests_counted());
        /* A reset on a kept connection may be one more, sent at once. */
        CHECK(error->attempts == 2 || (error->attempts == 3 && troubles[i].status == UC_ERR_NETWORK));
        CHECK_INT(100, check_page(page, 0));
        uc_free(error);
        no_more_faults();
        check_rest(page, 100, 250);
        uc_free(page);
        free(json);
    }
    uc_free(client);
}

TEST("malformed JSON is UC_ERR_PROTOCOL at once, and the page goes on when asked again") {
    uc_client *client = client_with_retries(3);
    uc_page *page;
    uc_error *error;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    fault("{\"fault\":\"malformed_json\",\"times\":-1}");
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_page_next(page, &error), error);
    CHECK_INT(1, error->attempts);
    CHECK_INT(200, error->http_status);
    CHECK_INT(2, requests_counted());
    uc_free(error);
    no_more_faults();
    check_rest(page, 100, 250);
    uc_free(page);
    uc_free(client);
}

TEST("a page read ahead that fails for good is told when its turn comes, not before, and can be asked again") {
    uc_client *client = client_with_retries(-1);
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    int next;
    opts.limit = 50;
    opts.read_ahead = 4;
    fault("{\"fault\":\"status\",\"status\":503,\"skip\":3}");
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    sleep_ms(200); /* so that it has failed long before it is asked for */
    next = check_page(page, 0);
    CHECK_OK(uc_page_next(page, &error), error);
    next = check_page(page, next);
    CHECK_OK(uc_page_next(page, &error), error);
    next = check_page(page, next);
    CHECK_FAILS(UC_ERR_SERVER, uc_page_next(page, &error), error);
    CHECK_INT(503, error->http_status);
    CHECK_INT(1, error->attempts);
    CHECK_INT(150, check_page(page, 100));
    uc_free(error);
    check_rest(page, next, 250);
    uc_free(page);
    uc_free(client);
}

/* -- how often ---------------------------------------------------------------------------------------- */

TEST("retries counts what comes after the first request: 3 unless told, any number, or none") {
    static const struct { int given, attempts; } cases[] = {{0, 4}, {1, 2}, {2, 3}, {7, 8}, {-1, 1}};
    size_t i;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uc_client *client = client_with_retries(cases[i].given);
        uc_page *page;
        uc_error *error;
        reset(NULL);
        fails_briefly(503, -1);
        CHECK_FAILS(UC_ERR_SERVER, uc_groups_list(client, NULL, &page, &error), error);
        CHECK_INT(cases[i].attempts, error->attempts);
        CHECK_INT(cases[i].attempts, requests_counted());
        uc_free(error);
        uc_free(client);
    }
}

TEST("each call has retries of its own") {
    uc_client *client = client_with_retries(1);
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    int i;
    opts.limit = 25;
    fails_briefly(500, 1);
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    for (i = 1; i < 10; i++) {
        fails_briefly(500, 1);
        CHECK_OK(uc_page_next(page, &error), error);
        CHECK_INT(25 * (i + 1), check_page(page, 25 * i));
    }
    CHECK_DONE(uc_page_next(page, &error), error);
    uc_free(page);
    uc_free(client);
}

TEST("every request that is sent again is signed anew, with a date of its own") {
    uc_client *client = client_with_retries(1);
    uc_page *page;
    uc_error *error;
    char *log, *first, *second;
    fault("{\"fault\":\"status\",\"status\":503,\"headers\":{\"Retry-After\":\"1\"}}");
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    log = emulator_get("/_emulator/requests");
    first = json_value(log, "authorization", 0);
    second = json_value(log, "authorization", 1);
    CHECK(first != NULL && second != NULL);
    CHECK(strcmp(first, second) != 0);
    free(first);
    free(second);
    free(log);
    uc_free(page);
    uc_free(client);
}

/* -- when ----------------------------------------------------------------------------------------------- */

TEST("Retry-After is waited for: seconds") {
    uc_client *client = client_with_retries(1);
    int64_t start;
    fault("{\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"1\"}}");
    start = now_ms();
    check_listing(client, NULL, 250);
    CHECK_NOT_BEFORE(start, 1000);
    CHECK_BEFORE(start, 3000);
    CHECK_INT(4, requests_counted());

    fault("{\"fault\":\"status\",\"status\":503,\"headers\":{\"Retry-After\":\"1\"}}");
    start = now_ms();
    check_listing(client, NULL, 250);
    CHECK_NOT_BEFORE(start, 1000);
    CHECK_BEFORE(start, 3000);
    uc_free(client);
}

/** The forms in which HTTP has written dates. */
static const char *const date_forms[] = {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"};

/** The time `seconds` from now. */
static void date_in(char *date, size_t size, const char *form, int seconds) {
    time_t then = time(NULL) + seconds;
    struct tm parts;
    gmtime_r(&then, &parts);
    strftime(date, size, form, &parts);
}

static void http_date(char *date, size_t size, int seconds) { date_in(date, size, date_forms[0], seconds); }

TEST("Retry-After is waited for: a date in any of its three forms") {
    uc_client *client = client_with_retries(1);
    size_t i;
    for (i = 0; i < 3; i++) {
        char date[64], *json;
        int64_t start;
        date_in(date, sizeof date, date_forms[i], 2);
        json = text("{\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"%s\"}}", date);
        fault(json);
        start = now_ms();
        check_listing(client, NULL, 250);
        CHECK_NOT_BEFORE(start, 900); /* dates have whole seconds */
        CHECK_BEFORE(start, 5000);
        free(json);
    }
    uc_free(client);
}

TEST("a Retry-After beyond all reason is told as far as it can be, and never waited for") {
    static const struct { const char *after, *date; int64_t ms; } cases[] = {
        {"0", NULL, 0},
        {"9223372036854775", NULL, INT64_C(9223372036854775000)},
        {"9223372036854776", NULL, INT64_MAX},
        {"18446744073709551615", NULL, INT64_MAX},
        {"99999999999999999999999999999999", NULL, INT64_MAX},
        {"-1", NULL, -1},
        {"-99999999999999999999999999999999", NULL, -1},
        {"1e9", NULL, -1},
        {"0x7fffffff", NULL, -1},
        {"1, 2", NULL, -1},
        {"\\u00ff", NULL, -1},
        {"Mon, 05 Nov 2018 13:14:51 GMT", "Mon, 05 Nov 2018 13:14:41 GMT", 10000},
        {"Monday, 05-Nov-18 13:14:51 GMT", "Monday, 05-Nov-18 13:14:41 GMT", 10000},
        {"Mon Nov  5 13:14:51 2018", "Mon Nov  5 13:14:41 2018", 10000},
        {"Fri, 31 Dec 9999 23:59:59 GMT", "Sat, 01 Jan 0000 00:00:00 GMT", INT64_C(315569519999000)},
        {"Sat, 01 Jan 0000 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", 0},
        {"Thu, 01 Jan 1970 00:00:00 GMT", NULL, 0},
        {"Monday, 05-Nov-18", NULL, -1},
        {"Sun, 99 Nov 2099 99:99:99 GMT", NULL, -1},
        {"Sun, 01 Nov 99999999999999999999 00:00:00 GMT", NULL, -1},
    };
    uc_client *client = client_with_retries(-1), *patient;
    uc_client_opts opts = client_opts();
    size_t i;
    opts.timeout_ms = 4294967295u;
    opts.retries = 1;
    patient = client_with(&opts);
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *date = cases[i].date ? text(",\"Date\":\"%s\"", cases[i].date) : text("%s", "");
        char *json = text("{\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"%s\"%s}}", cases[i].after, date);
        uc_page *page;
        uc_error *error;
        int64_t start = now_ms();
        fault(json);
        CHECK_FAILS(UC_ERR_THROTTLED, uc_groups_list(client, NULL, &page, &error), error);
        if (error->retry_after_ms != cases[i].ms)
            FAIL("%s: %lld, not %lld", cases[i].after, (long long)error->retry_after_ms, (long long)cases[i].ms);
        uc_free(error);
        fault(json);
        if (cases[i].ms > 600000) {
            CHECK_FAILS(UC_ERR_THROTTLED, uc_groups_list(patient, NULL, &page, &error), error);
            uc_free(error);
        } else if (cases[i].ms < 10000) {
            CHECK_OK(uc_groups_list(patient, NULL, &page, &error), error);
            uc_free(page);
        } else {
            reset(NULL);
        }
        CHECK_BEFORE(start, 3000);
        free(json);
        free(date);
    }
    uc_free(client);
    uc_free(patient);
}

TEST("Retry-After is waited for: a date, read against the server's clock") {
    uc_client *client = client_with_retries(1);
    char date[64], *json;
    int64_t start;
    http_date(date, sizeof date, 2);
    json = text("{\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"%s\"}}", date);
    fault(json);
    start = now_ms();
    check_listing(client, NULL, 250);
    CHECK_NOT_BEFORE(start, 900); /* dates have whole seconds */
    CHECK_BEFORE(start, 5000);
    free(json);

    http_date(date, sizeof date, -3600);
    json = text("{\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"%s\"}}", date);
    fault(json);
    start = now_ms();
    check_listing(client, NULL, 250);
    CHECK_BEFORE(start, 1000);
    free(json);
    uc_free(client);
}

TEST("without Retry-After, or with one that says nothing, a retry waits at most half a second at first") {
    static const char *const headers[] = {"{}", "{\"Retry-After\":\"soon\"}", "{\"Retry-After\":\"-5\"}",
                                          "{\"Retry-After\":\"\"}"};
    uc_client *client = client_with_retries(1), *impatient = client_with_retries(-1);
    size_t i;
    for (i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        char *json = text("{\"fault\":\"status\",\"status\":429,\"headers\":%s}", headers[i]);
        int64_t start = now_ms();
        uc_page *page;
        uc_error *error;
        fault(json);
        check_listing(client, NULL, 250);
        CHECK_BEFORE(start, 500 + 1000);
        fault(json);
        CHECK_FAILS(UC_ERR_THROTTLED, uc_groups_list(impatient, NULL, &page, &error), error);
        CHECK_INT(-1, error->retry_after_ms);
        uc_free(error);
        free(json);
    }
    uc_free(client);
    uc_free(impatient);
}

TEST("past the retries retry_after_ms says how long the service asks to wait") {
    uc_client *client = client_with_retries(-1);
    uc_page *page;
    uc_error *error;
    int64_t start = now_ms();
    char date[64], *json;
    fault("{\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"10\"}}");
    CHECK_FAILS(UC_ERR_THROTTLED, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(10000, error->retry_after_ms);
    CHECK_CONTAINS(error->message, "throttled");
    CHECK_INT(1, error->attempts);
    uc_free(error);
    fault("{\"fault\":\"status\",\"status\":503,\"headers\":{\"Retry-After\":\"7\"}}");
    CHECK_FAILS(UC_ERR_SERVER, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(7000, error->retry_after_ms);
    uc_free(error);
    http_date(date, sizeof date, 100);
    json = text("{\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"%s\"}}", date);
    fault(json);
    CHECK_FAILS(UC_ERR_THROTTLED, uc_groups_list(client, NULL, &page, &error), error);
    CHECK(error->retry_after_ms > 90000 && error->retry_after_ms <= 101000);
    uc_free(error);
    CHECK_BEFORE(start, 3000);
    free(json);
    uc_free(client);
}

TEST("a Retry-After longer than the time left is told at once, and the page goes on when asked again") {
    static const char *const times[] = {"60", "99999", "18446744073709551615"};
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_page *page;
    uc_error *error;
    size_t i;
    opts.timeout_ms = 30000;
    client = client_with(&opts);
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    for (i = 0; i < sizeof times / sizeof times[0]; i++) {
        char *json = text("{\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"%s\"}}", times[i]);
        int64_t start = now_ms();
        fault(json);
        CHECK_FAILS(UC_ERR_THROTTLED, uc_page_next(page, &error), error);
        CHECK_BEFORE(start, 2000);
        CHECK_INT(1, error->attempts);
        CHECK_INT(429, error->http_status);
        CHECK(error->retry_after_ms >= 60000);
        uc_free(error);
        free(json);
    }
    check_rest(page, check_page(page, 0), 250);
    uc_free(page);
    uc_free(client);
}

/* -- what may be repeated ---------------------------------------------------------------------------------- */

static const struct { const char *fault; int is_lost; } unsure[] = {
    {"{\"fault\":\"status\",\"status\":500,\"headers\":{\"Retry-After\":\"0\"}}", 0},
    {"{\"fault\":\"status\",\"status\":502,\"headers\":{\"Retry-After\":\"0\"}}", 0},
    {"{\"fault\":\"status\",\"status\":503,\"headers\":{\"Retry-After\":\"0\"}}", 0},
    {"{\"fault\":\"status\",\"status\":504,\"headers\":{\"Retry-After\":\"0\"}}", 0},
    {"{\"fault\":\"reset_before\"}", 1},
    {"{\"fault\":\"close_before\"}", 1},
    {"{\"fault\":\"reset_before\",\"done\":true}", 1},
    {"{\"fault\":\"close_before\",\"done\":true}", 1},
};

TEST("a POST that may have been carried out is never sent again") {
    uc_client *client = client_with_retries(3);
    size_t i;
    for (i = 0; i < sizeof unsure / sizeof unsure[0]; i++) {
        char *reply;
        uc_error *error;
        reset(NULL);
        fault(unsure[i].fault);
        CHECK_FAILS(unsure[i].is_lost ? UC_ERR_NETWORK : UC_ERR_SERVER,
                    uc_request(client, "POST", "/anything/", "{\"a\":1}", &reply, &error), error);
        CHECK_INT(1, error->attempts);
        CHECK_INT(1, requests_counted());
        uc_free(error);
    }
    uc_free(client);
}

TEST("a POST on a kept connection that is lost under it is not sent again either") {
    uc_client *client = client_with_retries(3);
    char *reply;
    uc_error *error;
    fault("{\"fault\":\"close_idle\"}");
    CHECK_OK(uc_request(client, "GET", "/groups/?limit=1", NULL, &reply, &error), error);
    uc_free(reply);
    answer_always(200, API_TYPE, "{\"done\":true}");
    CHECK_FAILS(UC_ERR_NETWORK, uc_request(client, "POST", "/anything/", "{}", &reply, &error), error);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    CHECK_OK(uc_request(client, "POST", "/anything/", "{}", &reply, &error), error);
    CHECK_TEXT("{\"done\":true}", reply);
    uc_free(reply);
    uc_free(client);
}

TEST("a POST that was throttled is sent again, with its body") {
    uc_client *client = client_with_retries(2);
    char *reply, *log;
    uc_error *error;
    fails_briefly(429, 2);
    answer(201, API_TYPE, "{\"done\":true}");
    CHECK_OK(uc_request(client, "POST", "/anything/", "{\"a\":[1,2]}", &reply, &error), error);
    CHECK_TEXT("{\"done\":true}", reply);
    CHECK_INT(3, requests_counted());
    log = emulator_get("/_emulator/requests");
    CHECK_INT(3, occurrences(log, "{\\\"a\\\":[1,2]}"));
    free(log);
    uc_free(reply);
    uc_free(client);
}

TEST("GET, PUT and DELETE are sent again after any of it") {
    static const char *const methods[] = {"GET", "PUT", "DELETE"};
    uc_client *client = client_with_retries(1);
    size_t i, m;
    for (m = 0; m < 3; m++) {
        for (i = 0; i < sizeof unsure / sizeof unsure[0]; i++) {
            char *reply;
            uc_error *error;
            if (unsure[i].is_lost && (m + i) % 2) continue; /* some of each: they wait before they repeat */
            reset(NULL);
            fault(unsure[i].fault);
            answer(200, API_TYPE, "{\"done\":true}");
            CHECK_OK(uc_request(client, methods[m], "/anything/", NULL, &reply, &error), error);
            CHECK_TEXT("{\"done\":true}", reply);
            uc_free(reply);
        }
    }
    uc_free(client);
}

/** Breaks off inside its first answer. */
static void breaks_off_once(int connection, void *answered) {
    char head[4096];
    if (read_head(connection, head, sizeof head) < 0) return;
    if (__atomic_add_fetch((int *)answered, 1, __ATOMIC_SEQ_CST) == 1) {
        send_text(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"done\":");
    } else {
        send_text(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n"
                              "Connection: close\r\n\r\n{\"done\":true}");
    }
}

TEST("an answer that breaks off is asked for again by GET, PUT and DELETE, and never by POST") {
    static const char *const methods[] = {"GET", "PUT", "DELETE", "POST"};
    int i;
    for (i = 0; i < 4; i++) {
        struct server server;
        uc_client_opts opts = client_opts();
        uc_client *client;
        uc_error *error;
        char *reply;
        int answered = 0;
        server_start(&server, breaks_off_once, &answered);
        opts.api_base = server.base;
        client = client_with(&opts);
        if (i < 3) {
            CHECK_OK(uc_request(client, methods[i], "/anything/", NULL, &reply, &error), error);
            CHECK_TEXT("{\"done\":true}", reply);
            CHECK_INT(2, server_connections(&server));
            uc_free(reply);
        } else {
            CHECK_FAILS(UC_ERR_NETWORK, uc_request(client, methods[i], "/anything/", NULL, &reply, &error), error);
            CHECK_INT(1, error->attempts);
            CHECK_INT(1, server_connections(&server));
            uc_free(error);
        }
        uc_free(client);
        server_stop(&server);
    }
}

/* -- no connection ------------------------------------------------------------------------------------------- */

TEST("a refused connection is tried again and then is UC_ERR_NETWORK, for POST too") {
    uc_client_opts opts = client_opts();
    char *nobody = text("http://127.0.0.1:%d", closed_port()), *reply;
    uc_client *client;
    uc_page *page;
    uc_error *error;
    opts.api_base = nobody;
    opts.retries = 2;
    client = client_with(&opts);
    CHECK_FAILS(UC_ERR_NETWORK, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(3, error->attempts);
    CHECK_INT(0, error->http_status);
    CHECK_TEXT(NULL, error->body);
    CHECK_TEXT(NULL, error->request_id);
    CHECK_INT(-1, error->retry_after_ms);
    uc_free(error);
    CHECK_FAILS(UC_ERR_NETWORK, uc_request(client, "POST", "/anything/", "{}", &reply, &error), error);
    CHECK_INT(3, error->attempts);
    uc_free(error);
    uc_free(client);
    free(nobody);
}

static void *comes_back_soon(void *relay) {
    sleep_ms(150);
    relay_up((struct relay *)relay);
    return NULL;
}

TEST("a listing goes on when the server has been away for a while") {
    struct relay relay;
    uc_client_opts opts = client_opts();
    uc_groups_opts list = groups_opts();
    pthread_t thread;
    uc_client *client;
    uc_page *page;
    uc_error *error;
    char *reply;
    int next;
    relay_start(&relay);
    opts.api_base = relay.base;
    opts.retries = 12;
    list.limit = 60;
    client = client_with(&opts);
    CHECK_OK(uc_groups_list(client, &list, &page, &error), error);
    next = check_page(page, 0);
    relay_down(&relay);
    CHECK(pthread_create(&thread, NULL, comes_back_soon, &relay) == 0);
    CHECK_OK(uc_page_next(page, &error), error);
    pthread_join(thread, NULL);
    next = check_page(page, next);

    relay_down(&relay);
    CHECK(pthread_create(&thread, NULL, comes_back_soon, &relay) == 0);
    answer(200, API_TYPE, "{\"done\":true}");
    CHECK_OK(uc_request(client, "POST", "/anything/", "{}", &reply, &error), error);
    pthread_join(thread, NULL);
    CHECK_TEXT("{\"done\":true}", reply);
    uc_free(reply);

    check_rest(page, next, 250);
    uc_free(page);
    uc_free(client);
    relay_down(&relay);
}

/* -- kept connections ------------------------------------------------------------------------------------------ */

TEST("a kept connection that the server closed while it lay idle is no failure, even without retries") {
    uc_client *client = client_with_retries(-1);
    uc_page *page;
    uc_error *error;
    char *reply;
    fault("{\"fault\":\"close_after\",\"times\":-1}");
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    sleep_ms(100);
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK_INT(200, check_page(page, 100));
    check_rest(page, 200, 250);
    CHECK_INT(3, requests_counted());
    sleep_ms(100);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_request(client, "POST", "/nothing/", "{}", &reply, &error), error);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    uc_free(page);
    uc_free(client);
}

TEST("a kept connection that the server closes in the face of a request is replaced at once, even without retries") {
    uc_client *client = client_with_retries(-1);
    uc_groups_opts opts = groups_opts();
    uc_error *error;
    char *id = group_id(5);
    int64_t start = now_ms();
    opts.limit = 50;
    fault("{\"fault\":\"close_idle\",\"times\":-1}");
    check_listing(client, &opts, 250);
    opts.read_ahead = 2;
    check_listing(client, &opts, 250);
    CHECK_OK(uc_group_delete(client, id, &error), error);
    CHECK_BEFORE(start, 5000);
    free(id);
    uc_free(client);
}

/** Each connection answers one request, after a while, and closes in the face of the second. */
struct once_only {
    int listening, port, count;
    pthread_t accepting;
    pthread_t serving[16];
};

static void *serves_once(void *connection) {
    char head[4096];
    if (read_head(*(int *)connection, head, sizeof head) > 0) {
        sleep_ms(200);
        send_text(*(int *)connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
        read_head(*(int *)connection, head, sizeof head);
    }
    close(*(int *)connection);
    free(connection);
    return NULL;
}

static void *accepts_all(void *argument) {
    struct once_only *server = (struct once_only *)argument;
    for (;;) {
        int connection = accept(server->listening, NULL, NULL), *given;
        if (connection < 0 || server->count == 16) return NULL;
        given = (int *)malloc(sizeof *given);
        *given = connection;
        if (pthread_create(&server->serving[server->count], NULL, serves_once, given) == 0) server->count++;
    }
}

static void *asks_once(void *client) {
    char *reply;
    uc_error *error;
    CHECK_OK(uc_request((const uc_client *)client, "GET", "/anything/", NULL, &reply, &error), error);
    CHECK_TEXT("{}", reply);
    uc_free(reply);
    return NULL;
}

TEST("when several kept connections have grown old, a request goes from the first of them to a fresh one, even without retries") {
    struct once_only server;
    uc_client_opts opts = client_opts();
    uc_client *client;
    pthread_t threads[4];
    char *address;
    int i;
    memset(&server, 0, sizeof server);
    server.listening = listen_on(&server.port);
    CHECK(pthread_create(&server.accepting, NULL, accepts_all, &server) == 0);
    address = text("http://127.0.0.1:%d", server.port);
    opts.api_base = address;
    opts.retries = -1;
    client = client_with(&opts);
    for (i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, asks_once, client) == 0);
    for (i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    for (i = 0; i < 4; i++) asks_once(client);
    uc_free(client);
    shutdown(server.listening, SHUT_RDWR);
    pthread_join(server.accepting, NULL);
    for (i = 0; i < server.count; i++) pthread_join(server.serving[i], NULL);
    close(server.listening);
    free(address);
}

TEST("a connection that closes in the face of the fresh request too is UC_ERR_NETWORK, not an endless loop") {
    uc_client *client = client_with_retries(-1);
    uc_page *page;
    uc_error *error;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    fault("{\"fault\":\"close_before\",\"times\":-1}");
    forget_requests();
    CHECK_FAILS(UC_ERR_NETWORK, uc_page_next(page, &error), error);
    CHECK(error->attempts <= 2);
    CHECK_INT(error->attempts, requests_counted());
    uc_free(error);
    uc_free(page);
    uc_free(client);
}

/* -- 408: no whole request came in time --------------------------------------------------------------------------- */

#define NO_REQUEST "{\"fault\":\"status\",\"status\":408,\"headers\":{\"Connection\":\"close\"}}"

TEST("408 for GET, PUT and DELETE is asked again, on a fresh connection as on a kept one") {
    static const char *const methods[] = {"GET", "PUT", "DELETE"};
    size_t m;
    int kept;
    for (kept = 0; kept < 2; kept++) {
        for (m = 0; m < 3; m++) {
            uc_client *client = client_with_retries(1);
            char *reply;
            uc_error *error;
            reset(NULL);
            if (kept) {
                CHECK_OK(uc_request(client, "GET", "/groups/?limit=1", NULL, &reply, &error), error);
                uc_free(reply);
            }
            forget_requests();
            fault(NO_REQUEST);
            answer(200, API_TYPE, "{\"done\":true}");
            CHECK_OK(uc_request(client, methods[m], "/anything/", NULL, &reply, &error), error);
            CHECK_TEXT("{\"done\":true}", reply);
            CHECK_INT(2, requests_counted());
            uc_free(reply);
            uc_free(client);
        }
    }
}

TEST("408 for POST and PATCH is asked again at once on a kept connection, even without retries, and on a fresh one is final") {
    static const char *const methods[] = {"POST", "PATCH"};
    size_t m;
    for (m = 0; m < 2; m++) {
        uc_client *client = client_with_retries(-1);
        char *reply;
        uc_error *error;
        reset(NULL);
        fault(NO_REQUEST);
        CHECK_FAILS(UC_ERR_REJECTED, uc_request(client, methods[m], "/anything/", "{}", &reply, &error), error);
        CHECK_INT(408, error->http_status);
        CHECK_INT(1, error->attempts);
        CHECK_INT(1, requests_counted());
        uc_free(error);

        CHECK_OK(uc_request(client, "GET", "/groups/?limit=1", NULL, &reply, &error), error);
        uc_free(reply);
        forget_requests();
        fault(NO_REQUEST);
        answer(200, API_TYPE, "{\"done\":true}");
        CHECK_OK(uc_request(client, methods[m], "/anything/", "{\"a\":1}", &reply, &error), error);
        CHECK_TEXT("{\"done\":true}", reply);
        CHECK_INT(2, requests_counted());
        uc_free(reply);
        uc_free(client);
    }
}

TEST("a service that answers everything with 408 is not asked for ever") {
    uc_client *client = client_with_retries(1);
    char *reply;
    uc_error *error;
    CHECK_OK(uc_request(client, "GET", "/groups/?limit=1", NULL, &reply, &error), error);
    uc_free(reply);
    fault("{\"fault\":\"status\",\"status\":408,\"times\":-1}");
    CHECK_FAILS(UC_ERR_REJECTED, uc_request(client, "GET", "/anything/", NULL, &reply, &error), error);
    CHECK_INT(408, error->http_status);
    CHECK(error->attempts >= 2 && error->attempts <= 10);
    uc_free(error);
    CHECK_FAILS(UC_ERR_REJECTED, uc_request(client, "POST", "/anything/", "{}", &reply, &error), error);
    CHECK(error->attempts >= 1 && error->attempts <= 10);
    uc_free(error);
    uc_free(client);
}

/* -- 421: this connection leads to another host's server ------------------------------------------------------------ */

#define WRONG_SERVER "{\"fault\":\"status\",\"status\":421%s}"

/** The connection of the n-th request since they were forgotten. */
static long long connection_of(int n) {
    char *log = emulator_get("/_emulator/requests");
    long long connection = json_int(log, "connection", n);
    free(log);
    return connection;
}

TEST("421 on a kept connection is asked again at once on another one, for POST too and without retries; on a fresh one it is final") {
    static const char *const methods[] = {"GET", "PUT", "DELETE", "POST", "PATCH"};
    static const char *const more[] = {",\"headers\":{\"Connection\":\"close\"}", ""};
    size_t m, closes;
    for (closes = 0; closes < 2; closes++) {
        for (m = 0; m < 5; m++) {
            uc_client *client = client_with_retries(-1);
            const char *body = m < 3 ? NULL : "{\"a\":1}";
            char *reply, *wrong = text(WRONG_SERVER, more[closes]);
            uc_error *error;
            reset(NULL);
            fault(wrong);
            CHECK_FAILS(UC_ERR_REJECTED, uc_request(client, methods[m], "/anything/", body, &reply, &error), error);
            CHECK_INT(421, error->http_status);
            CHECK_INT(1, error->attempts);
            CHECK_INT(1, requests_counted());
            uc_free(error);
            uc_free(client);

            client = client_with_retries(-1);
            CHECK_OK(uc_request(client, "GET", "/groups/?limit=1", NULL, &reply, &error), error);
            uc_free(reply);
            forget_requests();
            fault(wrong);
            answer(200, API_TYPE, "{\"done\":true}");
            CHECK_OK(uc_request(client, methods[m], "/anything/", body, &reply, &error), error);
            CHECK_TEXT("{\"done\":true}", reply);
            CHECK_INT(2, requests_counted());
            if (connection_of(0) == connection_of(1)) FAIL("%s went over the same connection again", methods[m]);
            uc_free(reply);
            uc_free(client);
            free(wrong);
        }
    }
}

TEST("a service that answers everything with 421 is not asked for ever") {
    uc_client *client = client_with_retries(3);
    char *reply;
    uc_error *error;
    CHECK_OK(uc_request(client, "GET", "/groups/?limit=1", NULL, &reply, &error), error);
    uc_free(reply);
    forget_requests();
    fault("{\"fault\":\"status\",\"status\":421,\"times\":-1}");
    CHECK_FAILS(UC_ERR_REJECTED, uc_request(client, "POST", "/anything/", "{}", &reply, &error), error);
    CHECK_INT(421, error->http_status);
    CHECK_INT(2, error->attempts); /* the kept connection, and a fresh one */
    CHECK_INT(2, requests_counted());
    uc_free(error);
    uc_free(client);
}

/** Reads a request, its body too. Returns 0 where none comes. */
static int takes_request(int connection) {
    char head[4096], some[4096];
    const char *length;
    int64_t left;
    if (read_head(connection, head, sizeof head) < 0) return 0;
    length = strcasestr(head, "content-length: ");
    for (left = length ? atoll(length + strlen("content-length: ")) : 0; left > 0;) {
        ssize_t got = recv(connection, some, left < (int64_t)sizeof some ? (size_t)left : sizeof some, 0);
        if (got <= 0) return 0;
        left -= got;
    }
    return 1;
}

/** Answers the first request of its first connection; resets it within the second one. Later ones do well. */
static void tires_of_it(int connection, void *data) {
    struct linger linger = {1, 0};
    int *connections = (int *)data;
    char head[4096];
    if (++*connections == 1) {
        if (!takes_request(connection)) return;
        send_text(connection, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        if (read_head(connection, head, sizeof head) > 0) ++*connections; /* so that it is seen to have come here */
        setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
        return;
    }
    if (!takes_request(connection)) return;
    send_text(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 47\r\nConnection: close\r\n\r\n"
                          "{\"file\":\"3f3bcbe2-9b5c-4b0e-8d2d-f4f7b7bd9a5b\"}");
}

TEST("a POST that a kept connection did not take whole is sent again at once on a fresh one, even without retries") {
    struct server server;
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_file *file;
    uc_error *error;
    const size_t size = 9 << 20;
    char *data = (char *)calloc(1, size);
    int connections = 0;
    server_start(&server, tires_of_it, &connections);
    opts.upload_base = server.base;
    opts.retries = -1;
    client = client_with(&opts);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_upload_data(client, "a", 1, NULL, &file, &error), error);
    uc_free(error);
    CHECK_OK(uc_upload_data(client, data, size, NULL, &file, &error), error);
    CHECK_TEXT("3f3bcbe2-9b5c-4b0e-8d2d-f4f7b7bd9a5b", file->uuid);
    CHECK(connections >= 3);
    uc_free(file);
    uc_free(client);
    server_stop(&server);
    free(data);
}
