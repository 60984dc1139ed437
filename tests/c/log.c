/* The log: one line a request, whatever becomes of it, and never a key or a signature in it. */
#include "servers.h"

struct journal {
    pthread_mutex_t lock;
    char *text; /* every line, each with a newline of ours behind it */
    size_t size;
    int lines;
    int levels[5];
    int wrong; /* lines that are empty, hold more than a line, or have no level */
};

static void journal_add(void *data, int32_t level, const char *line) {
    struct journal *journal = (struct journal *)data;
    size_t length = strlen(line);
    pthread_mutex_lock(&journal->lock);
    journal->text = (char *)realloc(journal->text, journal->size + length + 2);
    memcpy(journal->text + journal->size, line, length);
    memcpy(journal->text + journal->size + length, "\n", 2);
    journal->size += length + 1;
    journal->lines++;
    if (level >= UC_LOG_ERROR && level <= UC_LOG_DEBUG) journal->levels[level]++;
    else journal->wrong++;
    if (length == 0 || strpbrk(line, "\r\n")) journal->wrong++;
    pthread_mutex_unlock(&journal->lock);
}

static void journal_start(struct journal *journal) {
    memset(journal, 0, sizeof *journal);
    pthread_mutex_init(&journal->lock, NULL);
    journal->text = (char *)calloc(1, 1);
}

static void journal_clear(struct journal *journal) {
    pthread_mutex_lock(&journal->lock);
    journal->text[0] = '\0';
    journal->size = 0;
    journal->lines = 0;
    memset(journal->levels, 0, sizeof journal->levels);
    pthread_mutex_unlock(&journal->lock);
}

static void journal_end(struct journal *journal) {
    CHECK_INT(0, journal->wrong);
    free(journal->text);
    pthread_mutex_destroy(&journal->lock);
}

static uc_client_opts logged(struct journal *journal, int auth, int retries) {
    uc_client_opts opts = client_opts();
    opts.auth = auth;
    opts.retries = retries;
    opts.log = journal_add;
    opts.log_data = journal;
    return opts;
}

/** Neither the secret nor any signature that the emulator has seen stands in it. */
static void check_clean(const char *shown) {
    char *log, *authorization;
    int i;
    if (shown == NULL) return;
    CHECK_LACKS(shown, SECRET_KEY);
    CHECK_LACKS(shown, "Authorization");
    CHECK_LACKS(shown, "Uploadcare.Simple " PUBLIC_KEY);
    log = emulator_get("/_emulator/requests");
    for (i = 0; (authorization = json_value(log, "authorization", i)) != NULL; i++) {
        const char *signature = strchr(authorization, ':');
        if (signature && signature[1]) CHECK_LACKS(shown, signature + 1);
        free(authorization);
    }
    free(log);
}

static void check_error_clean(const uc_error *error) {
    if (error == NULL) return;
    check_clean(error->message);
    check_clean(error->body);
    check_clean(error->request_id);
    check_clean(error->code);
}

/* -- what a line holds ---------------------------------------------------------------------------------- */

TEST("a line names the method, the path, the status, the attempt and the request id") {
    struct journal journal;
    uc_client_opts opts;
    uc_client *client;
    uc_error *error;
    char *reply;
    journal_start(&journal);
    opts = logged(&journal, UC_AUTH_SIGNED, 3);
    client = client_with(&opts);
    CHECK_INT(0, journal.lines);

    fault("{\"fault\":\"status\",\"status\":503,\"headers\":{\"Retry-After\":\"0\",\"X-Uploadcare-Request-Id\":\"the-first-id\"}}");
    fault("{\"fault\":\"status\",\"status\":418,\"headers\":{\"X-Uploadcare-Request-Id\":\"the-second-id\"}}");
    CHECK_FAILS(UC_ERR_REJECTED, uc_request(client, "PUT", "/anything/at/all/", NULL, &reply, &error), error);
    CHECK_INT(2, journal.lines);
    {
        char *second = strchr(journal.text, '\n') + 1;
        char *first = text("%.*s", (int)(second - journal.text), journal.text);
        CHECK_CONTAINS(first, "PUT");
        CHECK_CONTAINS(first, "/anything/at/all/");
        CHECK_CONTAINS(first, "503");
        CHECK_CONTAINS(first, "the-first-id");
        CHECK_CONTAINS(first, "attempt 1");
        CHECK_CONTAINS(first, " ms");
        CHECK_CONTAINS(second, "PUT");
        CHECK_CONTAINS(second, "/anything/at/all/");
        CHECK_CONTAINS(second, "418");
        CHECK_CONTAINS(second, "the-second-id");
        CHECK_CONTAINS(second, "attempt 2");
        free(first);
    }
    uc_free(error);

    journal_clear(&journal);
    CHECK_OK(uc_request(client, "GET", "/groups/?limit=7", NULL, &reply, &error), error);
    CHECK_INT(1, journal.lines);
    CHECK_CONTAINS(journal.text, "GET");
    CHECK_CONTAINS(journal.text, "/groups/");
    CHECK_CONTAINS(journal.text, "200");
    uc_free(reply);
    uc_free(client);
    journal_end(&journal);
}

TEST("levels: INFO for what went well, WARN for what is tried again, ERROR for what has failed for good") {
    struct journal journal;
    uc_client_opts opts;
    uc_client *client;
    uc_error *error;
    uc_page *page;
    journal_start(&journal);
    opts = logged(&journal, UC_AUTH_SIGNED, 2);
    client = client_with(&opts);
    fault("{\"fault\":\"status\",\"status\":503,\"headers\":{\"Retry-After\":\"0\"}}");
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(1, journal.levels[UC_LOG_WARN]);
    CHECK_INT(1, journal.levels[UC_LOG_INFO]);
    CHECK_INT(0, journal.levels[UC_LOG_ERROR]);
    uc_free(page);
    fault("{\"fault\":\"status\",\"status\":503,\"headers\":{\"Retry-After\":\"0\"},\"times\":-1}");
    CHECK_FAILS(UC_ERR_SERVER, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(1 + 2, journal.levels[UC_LOG_WARN]);
    CHECK_INT(1, journal.levels[UC_LOG_INFO]);
    CHECK_INT(1, journal.levels[UC_LOG_ERROR]);
    uc_free(error);
    uc_free(client);
    journal_end(&journal);
}

/* -- one line a request -------------------------------------------------------------------------------------- */

static const char *const troubles[] = {
    "{\"fault\":\"status\",\"status\":400,\"times\":-1}",
    "{\"fault\":\"status\",\"status\":401,\"times\":-1}",
    "{\"fault\":\"status\",\"status\":403,\"times\":-1}",
    "{\"fault\":\"status\",\"status\":404,\"times\":-1}",
    "{\"fault\":\"status\",\"status\":409,\"times\":-1}",
    "{\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"0\"},\"times\":-1}",
    "{\"fault\":\"status\",\"status\":500,\"headers\":{\"Retry-After\":\"0\"},\"times\":-1}",
    "{\"fault\":\"status\",\"status\":502,\"times\":-1}",
    "{\"fault\":\"status\",\"status\":302,\"headers\":{\"Location\":\"/\"},\"times\":-1}",
    "{\"fault\":\"reset_before\",\"times\":-1}",
    "{\"fault\":\"close_before\",\"times\":-1}",
    "{\"fault\":\"reset_inside\",\"times\":-1}",
    "{\"fault\":\"close_inside\",\"times\":-1}",
    "{\"fault\":\"truncated_json\",\"times\":-1}",
    "{\"fault\":\"malformed_json\",\"times\":-1}",
    "{\"fault\":\"body\",\"body\":\"<html>hello</html>\",\"content_type\":\"text/html\",\"status\":200,\"times\":-1}",
    "{\"fault\":\"body\",\"body\":\"\",\"status\":200,\"times\":-1}",
    "{\"fault\":\"body\",\"nested\":10000,\"times\":-1}",
    "{\"fault\":\"hang\",\"ms\":60000,\"times\":-1}",
    "{\"fault\":\"slow\",\"chunk\":1,\"interval_ms\":60000,\"times\":-1}",
    "{\"fault\":\"close_idle\",\"times\":-1}",
    "{\"fault\":\"empty_page\",\"times\":2}",
    "{\"fault\":\"next\",\"value\":\"http://example.com/groups/\",\"times\":-1}",
    "{\"fault\":\"next\",\"value\":\"{self}\",\"times\":-1}",
};

/** Waits until no more requests arrive: a page that is freed while one is under way may end it before it is counted. */
static void wait_for_silence(void) {
    int before, now = requests_counted();
    do {
        before = now;
        sleep_ms(50);
        now = requests_counted();
    } while (now != before);
}

static void lists_a_little(const uc_client *client, struct journal *journal, int read_ahead) {
    uc_groups_opts opts = groups_opts();
    uc_page *page = NULL;
    uc_group *group;
    uc_error *error;
    uc_status status;
    char *id = group_id(0), *reply;
    opts.limit = 100;
    opts.read_ahead = (uint32_t)read_ahead;
    for (status = uc_groups_list(client, &opts, &page, &error); status == UC_OK; status = uc_page_next(page, &error)) continue;
    check_error_clean(error);
    uc_free(error);
    if (read_ahead > 0) { /* a call that sends nothing brings what the reader has left to log */
        wait_for_silence();
        uc_client_cancel(client);
        uc_page_next(page, NULL);
        uc_client_reset(client);
    }
    uc_free(page);
    uc_group_info(client, id, &group, &error);
    check_error_clean(error);
    uc_free(error);
    uc_free(group);
    uc_request(client, "POST", "/anything/", "{\"a\":1}", &reply, &error);
    check_error_clean(error);
    uc_free(error);
    uc_free(reply);
    uc_group_delete(client, id, &error);
    check_error_clean(error);
    uc_free(error);
    check_clean(journal->text);
    free(id);
}

static void check_a_line_for_each(int auth, int read_ahead) {
    size_t i;
    for (i = 0; i < sizeof troubles / sizeof troubles[0]; i++) {
        struct journal journal;
        uc_client_opts opts;
        uc_client *client;
        int requests;
        journal_start(&journal);
        opts = logged(&journal, auth, -1);
        opts.idle_timeout_ms = 150;
        client = client_with(&opts);
        reset(NULL);
        fault(troubles[i]);
        lists_a_little(client, &journal, read_ahead);
        uc_free(client);
        requests = requests_counted();
        if (requests != journal.lines) FAIL("%s: %d requests, %d lines:\n%s", troubles[i], requests, journal.lines, journal.text);
        CHECK(requests >= 4);
        journal_end(&journal);
    }
}

TEST("signed: one line a request through all that goes wrong, without the secret and without a signature") {
    check_a_line_for_each(UC_AUTH_SIGNED, 0);
}

TEST("signed and read ahead: the same") { check_a_line_for_each(UC_AUTH_SIGNED, 1); }

TEST("with UC_AUTH_SIMPLE: the same") { check_a_line_for_each(UC_AUTH_SIMPLE, 0); }

TEST("retries have a line each") {
    static const char *const faults[] = {
        "{\"fault\":\"status\",\"status\":500,\"headers\":{\"Retry-After\":\"0\"},\"times\":3}",
        "{\"fault\":\"reset_before\",\"times\":2}",
        "{\"fault\":\"truncated_json\",\"times\":1}",
    };
    size_t i;
    for (i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct journal journal;
        uc_client_opts opts;
        uc_client *client;
        journal_start(&journal);
        opts = logged(&journal, UC_AUTH_SIGNED, 5);
        client = client_with(&opts);
        reset(NULL);
        fault(faults[i]);
        check_listing(client, NULL, 250);
        CHECK_INT(requests_counted(), journal.lines);
        check_clean(journal.text);
        uc_free(client);
        journal_end(&journal);
    }
}

TEST("a kept connection that the server has closed meanwhile costs no line, since it costs no request") {
    struct journal journal;
    uc_client_opts opts;
    uc_client *client;
    uc_page *page;
    uc_error *error;
    journal_start(&journal);
    opts = logged(&journal, UC_AUTH_SIGNED, -1);
    client = client_with(&opts);
    fault("{\"fault\":\"close_after\",\"times\":-1}");
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    sleep_ms(100);
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK_INT(2, requests_counted());
    CHECK_INT(2, journal.lines);
    CHECK_INT(2, journal.levels[UC_LOG_INFO]);
    uc_free(page);
    uc_free(client);
    journal_end(&journal);
}

TEST("a connection that is refused has a line for each attempt") {
    struct journal journal;
    uc_client_opts opts;
    uc_client *client;
    uc_page *page;
    uc_error *error;
    char *nobody = text("http://127.0.0.1:%d", closed_port());
    journal_start(&journal);
    opts = logged(&journal, UC_AUTH_SIMPLE, 1);
    opts.api_base = nobody;
    client = client_with(&opts);
    CHECK_FAILS(UC_ERR_NETWORK, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(2, error->attempts);
    CHECK_INT(2, journal.lines);
    CHECK_INT(1, journal.levels[UC_LOG_WARN]);
    CHECK_INT(1, journal.levels[UC_LOG_ERROR]);
    CHECK_CONTAINS(journal.text, "/groups/");
    check_clean(journal.text);
    check_error_clean(error);
    uc_free(error);
    uc_free(client);
    free(nobody);
    journal_end(&journal);
}

static void *cancels_soon(void *client) {
    sleep_ms(getenv("UC_TEST_SLOW") ? 1000 : 250);
    uc_client_cancel((const uc_client *)client);
    return NULL;
}

TEST("a canceled request has its line") {
    struct journal journal;
    uc_client_opts opts;
    uc_client *client;
    uc_page *page;
    uc_error *error;
    pthread_t thread;
    journal_start(&journal);
    opts = logged(&journal, UC_AUTH_SIGNED, 3);
    client = client_with(&opts);
    fault("{\"fault\":\"hang\",\"ms\":60000}");
    CHECK(pthread_create(&thread, NULL, cancels_soon, client) == 0);
    CHECK_FAILS(UC_ERR_CANCELED, uc_groups_list(client, NULL, &page, &error), error);
    pthread_join(thread, NULL);
    CHECK_INT(1, journal.lines);
    CHECK_INT(0, journal.levels[UC_LOG_INFO]);
    check_clean(journal.text);
    check_error_clean(error);
    uc_free(error);
    uc_free(client);
    journal_end(&journal);
}

TEST("a wrong clock costs a line as it costs a request") {
    struct journal journal;
    uc_client_opts opts;
    uc_client *client;
    journal_start(&journal);
    opts = logged(&journal, UC_AUTH_SIGNED, 3);
    client = client_with(&opts);
    emulator("POST", "/_emulator/clock", "{\"offset_s\":10800}");
    check_listing(client, NULL, 250);
    CHECK_INT(4, requests_counted());
    CHECK_INT(4, journal.lines);
    CHECK_INT(0, journal.levels[UC_LOG_ERROR]);
    check_clean(journal.text);
    uc_free(client);
    journal_end(&journal);
}

TEST("what is refused before it is sent has no line") {
    struct journal journal;
    uc_client_opts opts;
    uc_groups_opts list = groups_opts();
    uc_client *client;
    uc_page *page;
    uc_error *error;
    uc_group *group;
    journal_start(&journal);
    opts = logged(&journal, UC_AUTH_SIGNED, 3);
    client = client_with(&opts);
    list.limit = 1001;
    CHECK_FAILS(UC_ERR_ARGUMENT, uc_groups_list(client, &list, &page, &error), error);
    check_error_clean(error);
    uc_free(error);
    CHECK_FAILS(UC_ERR_ARGUMENT, uc_group_info(client, SECRET_KEY, &group, &error), error);
    uc_free(error);
    CHECK_INT(0, journal.lines);
    uc_free(client);
    journal_end(&journal);
}

/* -- a service that repeats what it was sent ------------------------------------------------------------------- */

struct echo {
    char secret_part[512]; /* what stood behind the colon of the Authorization header */
};

/** Answers with the head of the request in its error. */
static void echoes(int connection, void *data) {
    struct echo *echo = (struct echo *)data;
    char head[4096], *authorization, *line_end, *body, *reply;
    if (read_head(connection, head, sizeof head) < 0) return;
    authorization = strcasestr(head, "authorization: ");
    if (authorization == NULL) return;
    authorization += strlen("authorization: ");
    line_end = strstr(authorization, "\r\n");
    *line_end = '\0';
    snprintf(echo->secret_part, sizeof echo->secret_part, "%s", strchr(authorization, ':') + 1);
    body = text("{\"detail\":\"Bad header: %s\"}", authorization);
    reply = text("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nX-Uploadcare-Request-Id: id %s\r\n"
                 "Content-Length: %d\r\nConnection: close\r\n\r\n%s",
                 authorization, (int)strlen(body), body);
    send_text(connection, reply);
    free(reply);
    free(body);
}

TEST("a service that repeats the Authorization header in its error gets neither secret nor signature into the error or the log") {
    static const int schemes[] = {UC_AUTH_SIGNED, UC_AUTH_SIMPLE};
    int i;
    for (i = 0; i < 2; i++) {
        struct journal journal;
        struct server server;
        struct echo echo;
        uc_client_opts opts;
        uc_client *client;
        uc_page *page;
        uc_error *error;
        memset(&echo, 0, sizeof echo);
        server_start(&server, echoes, &echo);
        journal_start(&journal);
        opts = logged(&journal, schemes[i], -1);
        opts.api_base = server.base;
        client = client_with(&opts);
        CHECK_FAILS(UC_ERR_REJECTED, uc_groups_list(client, NULL, &page, &error), error);
        server_stop(&server);
        CHECK(strlen(echo.secret_part) >= strlen(SECRET_KEY));
        CHECK_CONTAINS(error->message, "Bad header");
        CHECK_LACKS(error->message, echo.secret_part);
        CHECK_CONTAINS(error->body, "Bad header");
        CHECK_LACKS(error->body, echo.secret_part);
        CHECK_LACKS(error->request_id ? error->request_id : "", echo.secret_part);
        CHECK_INT(1, journal.lines);
        CHECK_LACKS(journal.text, echo.secret_part);
        uc_free(error);
        uc_free(client);
        journal_end(&journal);
    }
}

/** Answers with what it was told, and the credential of the request in place of each "@". */
struct mirror {
    const char *reply;
    const char *(*form)(const char *credential); /* to be freed */
    char credential[512], shown[2048];
};

static void mirrors(int connection, void *data) {
    struct mirror *mirror = (struct mirror *)data;
    char head[4096], *authorization;
    const char *at;
    if (read_head(connection, head, sizeof head) < 0) return;
    authorization = strcasestr(head, "authorization: ");
    if (authorization == NULL) return;
    *strstr(authorization, "\r\n") = '\0';
    snprintf(mirror->credential, sizeof mirror->credential, "%s", strrchr(authorization, ':') + 1);
    {
        char *form = (char *)mirror->form(mirror->credential);
        snprintf(mirror->shown, sizeof mirror->shown, "%s", form);
        free(form);
    }
    for (at = mirror->reply; *at; at += *at == '@') {
        size_t size = strcspn(at, "@");
        send_bytes(connection, at, size);
        at += size;
        if (*at) send_text(connection, mirror->shown);
    }
}

static const char *as_it_is(const char *credential) { return text("%s", credential); }

static const char *in_capitals(const char *credential) {
    char *made = text("%s", credential), *at;
    for (at = made; *at; at++)
        if (*at >= 'a' && *at <= 'z') *at = (char)(*at - 'a' + 'A');
    return made;
}

static const char *percent_encoded(const char *credential) {
    char *made = (char *)malloc(3 * strlen(credential) + 1), *to = made;
    for (; *credential; credential++) to += sprintf(to, "%%%02x", *credential);
    *to = '\0';
    return made;
}

static const char *as_html(const char *credential) {
    char *made = (char *)malloc(6 * strlen(credential) + 1), *to = made;
    for (; *credential; credential++) to += sprintf(to, "&#%d;", *credential);
    *to = '\0';
    return made;
}

static const char *in_base64(const char *credential) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *whole = text("Basic " PUBLIC_KEY ":%s..", credential), *made, *to;
    size_t size = strlen(whole) / 3 * 3, i;
    to = made = (char *)malloc(size / 3 * 4 + 1);
    for (i = 0; i < size; i += 3) {
        unsigned long three = (unsigned long)whole[i] << 16 | (unsigned long)whole[i + 1] << 8 | (unsigned long)whole[i + 2];
        *to++ = digits[three >> 18];
        *to++ = digits[three >> 12 & 63];
        *to++ = digits[three >> 6 & 63];
        *to++ = digits[three & 63];
    }
    *to = '\0';
    free(whole);
    return made;
}

#define CLOSES "Connection: close\r\n"
#define JSON_TYPE "Content-Type: application/json\r\n"

static const char *const mirrored[] = {
    "HTTP/1.1 200 OK\r\n" JSON_TYPE CLOSES "X-Uploadcare-Request-Id: @\r\n\r\n{\"results\":[]}",
    "HTTP/1.1 200 OK\r\n" JSON_TYPE CLOSES "X-Uploadcare-Request-Id: id @ @\r\nWarning: 299 - \"@\"\r\n\r\n{\"results\":[]}",
    "HTTP/1.1 200 OK\r\nContent-Type: @/@\r\n" CLOSES "\r\n<html>@",
    "HTTP/1.1 200 OK\r\n" JSON_TYPE CLOSES "X-Uploadcare-Request-Id: @\r\n\r\n{\"next\":\"/groups/?@\",\"results\":[]}",
    "HTTP/1.1 200 OK\r\n" JSON_TYPE CLOSES "\r\n{\"@\":@,\"results\":[]}",
    "HTTP/1.1 200 OK\r\n" JSON_TYPE CLOSES "\r\n{\"results\":\"@\"}",
    "HTTP/1.1 400 @\r\n" JSON_TYPE CLOSES "X-Uploadcare-Request-Id: @\r\nWarning: @\r\n\r\n{\"@\":[\"@\"]}",
    "HTTP/1.1 400 Bad\r\n" JSON_TYPE CLOSES "\r\n{\"error\":{\"content\":\"@\",\"error_code\":\"@\"}}",
    "HTTP/1.1 403 No\r\nContent-Type: text/plain\r\n" CLOSES "\r\n@",
    "HTTP/1.1 403 No\r\nContent-Type: application/xml\r\n" CLOSES "\r\n<Error><Code>@</Code><Message>@</Message></Error>",
    "HTTP/1.1 302 @\r\nLocation: http://127.0.0.1/@\r\n" CLOSES "\r\n@",
    "HTTP/1.1 @\r\n\r\n@",
    "HTTP/1.1 200 OK\r\n@\r\n\r\n@",
    "HTTP/1.1 200 OK\r\nContent-Length: @\r\n\r\n@",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n@\r\n",
    "@",
};

TEST("a service that repeats the credential, wherever and however, gets it into no error, no log line and no cursor") {
    static const char *(*const forms[])(const char *) = {as_it_is, in_capitals, percent_encoded, as_html, in_base64};
    size_t i, f;
    int auth, struck = 0;
    for (i = 0; i < sizeof mirrored / sizeof mirrored[0]; i++) {
        for (f = 0; f < sizeof forms / sizeof forms[0]; f++) {
            for (auth = 0; auth < 2; auth++) {
                struct journal journal;
                struct server server;
                struct mirror mirror;
                uc_client_opts opts;
                uc_client *client;
                uc_page *page;
                uc_error *error;
                const char *shown[6];
                size_t s;
                memset(&mirror, 0, sizeof mirror);
                mirror.reply = mirrored[i];
                mirror.form = forms[f];
                server_start(&server, mirrors, &mirror);
                journal_start(&journal);
                opts = logged(&journal, auth, -1);
                opts.api_base = server.base;
                client = client_with(&opts);
                uc_groups_list(client, NULL, &page, &error);
                CHECK(strlen(mirror.credential) >= strlen(SECRET_KEY));
                shown[0] = journal.text;
                shown[1] = page ? uc_page_end_cursor(page) : NULL;
                shown[2] = error ? error->message : NULL;
                shown[3] = error ? error->code : NULL;
                shown[4] = error ? error->request_id : NULL;
                shown[5] = error ? error->body : NULL;
                for (s = 0; s < 6; s++) {
                    if (shown[s] == NULL) continue;
                    struck += occurrences(shown[s], "***");
                    CHECK_LACKS(shown[s], mirror.credential);
                    if (forms[f] != in_base64) CHECK_LACKS(shown[s], mirror.shown);
                    else CHECK_LACKS(shown[s], "ZW1vc2VjcmV0"); /* a piece of it wherever it begins a triple */
                    if (strstr(shown[s], mirror.shown + strlen(mirror.shown) / 3)) FAIL("%s: %s", mirrored[i], shown[s]);
                }
                CHECK_INT(1, journal.lines);
                uc_free(error);
                uc_free(page);
                uc_free(client);
                server_stop(&server);
                journal_end(&journal);
            }
        }
    }
    CHECK(struck > 100); /* it did come that far */
}

#define SOME_ID "22240276-2f06-41f8-9411-755c8ce926ed"
#define GOOD "HTTP/1.1 200 OK\r\n" JSON_TYPE CLOSES "X-Uploadcare-Request-Id: @\r\nWarning: @\r\n\r\n"

static uc_status converts(const uc_client *client, uc_error **error) {
    uc_job *job;
    return uc_convert_document(client, SOME_ID "/document/-/format/png/", NULL, &job, error);
}

static uc_status polls(const uc_client *client, const char *token, uc_error **error) {
    uc_job *job;
    uc_error *none;
    uc_status status;
    CHECK_OK(uc_job_resume(client, token, &job, &none), none);
    status = uc_job_poll(job, error);
    uc_free(job);
    return status;
}

static uc_status polls_document(const uc_client *client, uc_error **error) { return polls(client, "document:22450034", error); }
static uc_status polls_video(const uc_client *client, uc_error **error) { return polls(client, "video:22450034", error); }

static uc_status deletes_with_files(const uc_client *client, uc_error **error) {
    uc_batch *batch;
    uc_status status = uc_group_delete_with_files(client, SOME_ID "~1", &batch, error);
    uc_free(batch);
    return status;
}

/** To a GET of a group with the group, and to others with what was told. */
static void mirrors_behind_group(int connection, void *data) {
    struct mirror *mirror = (struct mirror *)data;
    const char *told = mirror->reply;
    char start[13] = "";
    if (recv(connection, start, 12, MSG_PEEK | MSG_WAITALL) == 12 && strcmp(start, "GET /groups/") == 0)
        mirror->reply = GOOD "{\"id\":\"" SOME_ID "~1\",\"files_count\":1,\"files\":[{\"uuid\":\"" SOME_ID "\"}]}";
    mirrors(connection, data);
    mirror->reply = told;
    /* So that the body of the request, which is not read, causes no reset. */
    shutdown(connection, SHUT_WR);
    while (recv(connection, start, sizeof start, 0) > 0) continue;
}

TEST("a service that repeats the credential when it says why a job or a file failed gets it into no error and no log line") {
    static const struct { const char *what; uc_status (*call)(const uc_client *, uc_error **); const char *reply; } rows[] = {
        {"a conversion", converts, GOOD "{\"result\":[],\"problems\":{\"" SOME_ID "/document/-/format/png/\":\"Bad: @\"}}"},
        {"a job", polls_document, GOOD "{\"status\":\"failed\",\"error\":\"Bad: @\",\"result\":{}}"},
        {"a job", polls_video, GOOD "{\"status\":\"failed\",\"error\":\"Bad: @\",\"result\":{}}"},
        {"a file", deletes_with_files, GOOD "{\"status\":\"ok\",\"result\":[],\"problems\":{\"" SOME_ID "\":\"Bad: @\"}}"},
    };
    size_t i;
    int auth;
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (auth = 0; auth < 2; auth++) {
            struct journal journal;
            struct server server;
            struct mirror mirror;
            uc_client_opts opts;
            uc_client *client;
            uc_error *error = NULL;
            memset(&mirror, 0, sizeof mirror);
            mirror.reply = rows[i].reply;
            mirror.form = as_it_is;
            server_start(&server, mirrors_behind_group, &mirror);
            journal_start(&journal);
            opts = logged(&journal, auth, -1);
            opts.api_base = server.base;
            client = client_with(&opts);
            CHECK_FAILS(UC_ERR_JOB, rows[i].call(client, &error), error);
            server_stop(&server);
            CHECK_CONTAINS(error->message, "Bad: ***");
            CHECK_LACKS(error->message, mirror.credential);
            CHECK_LACKS(error->request_id ? error->request_id : "", mirror.credential);
            CHECK_LACKS(error->body ? error->body : "", mirror.credential);
            CHECK_LACKS(journal.text, mirror.credential);
            uc_free(error);
            uc_free(client);
            journal_end(&journal);
        }
    }
}

static const char *json_escaped(const char *credential) {
    char *made = (char *)malloc(6 * strlen(credential) + 1), *to = made;
    for (; *credential; credential++) to += sprintf(to, "\\u%04x", *credential);
    *to = '\0';
    return made;
}

static const char *as_html_in_hex(const char *credential) {
    char *made = (char *)malloc(6 * strlen(credential) + 1), *to = made;
    for (; *credential; credential++) to += sprintf(to, "&#x%X;", *credential);
    *to = '\0';
    return made;
}

/** The forms of a credential, and where each character of one ends. */
static const struct { const char *(*form)(const char *); char last; size_t unit; } cut_forms[] = {
    {as_it_is, '\0', 1}, {percent_encoded, '\0', 3}, {json_escaped, '\0', 6}, {as_html, ';', 0}, {as_html_in_hex, ';', 6},
};
#define CUT_FORMS (sizeof cut_forms / sizeof cut_forms[0])

/** So many bytes of the form are six characters: fewer may stay, since they might be anything. */
static size_t six_characters(size_t form, const char *shown) {
    size_t size = 0;
    int i;
    if (cut_forms[form].last == '\0') return 6 * cut_forms[form].unit;
    for (i = 0; i < 6; i++) size = (size_t)(strchr(shown + size, cut_forms[form].last) + 1 - shown);
    return size;
}

/** What stands behind the filler: less than six characters of the credential, or at most "***". */
static void check_cut(const char *text_with_it, size_t form, size_t offset, const char *shown) {
    const char *rest = strstr(text_with_it, "it is ");
    if (rest == NULL) return; /* It was cut before. */
    rest += strlen("it is ");
    if (strncmp(rest, "***", strlen(rest)) == 0) return;
    if (strlen(rest) >= six_characters(form, shown)) FAIL("form %lu, cut after %lu: %s", (unsigned long)form, (unsigned long)offset, rest);
}

/**
 * Has the service write "it is " and the credential in some form, in a body that has so much room for
 * the latter: one that is longer than errors keep, or one that ends there.
 */
static void check_cut_after(size_t form, size_t offset, int is_long) {
    /* An error keeps 65536 bytes. */
    char *filler = is_long ? repeated("x", 65536 - 6 - offset) : text("x"), *length, *reply;
    struct journal journal;
    struct server server;
    struct mirror mirror;
    uc_client_opts opts;
    uc_client *client;
    uc_page *page;
    uc_error *error;
    memset(&mirror, 0, sizeof mirror);
    length = is_long ? text("%s", "") : text("Content-Length: %lu\r\n", (unsigned long)(7 + offset));
    reply = text("HTTP/1.1 403 No\r\nContent-Type: text/plain\r\nConnection: close\r\n%s\r\n%sit is @", length, filler);
    mirror.reply = reply;
    mirror.form = cut_forms[form].form;
    server_start(&server, mirrors, &mirror);
    journal_start(&journal);
    opts = logged(&journal, UC_AUTH_SIGNED, -1);
    opts.api_base = server.base;
    client = client_with(&opts);
    CHECK_FAILS(UC_ERR_AUTH, uc_groups_list(client, NULL, &page, &error), error);
    server_stop(&server); /* It is written to no more. */
    check_cut(error->body, form, offset, mirror.shown);
    if (!is_long) check_cut(error->message, form, offset, mirror.shown);
    mirror.credential[6] = '\0';
    mirror.shown[six_characters(form, mirror.shown)] = '\0';
    CHECK_LACKS(error->body, mirror.credential);
    CHECK_LACKS(error->message, mirror.credential);
    CHECK_LACKS(journal.text, mirror.credential);
    CHECK_LACKS(error->body, mirror.shown);
    CHECK_LACKS(error->message, mirror.shown);
    CHECK_LACKS(journal.text, mirror.shown);
    uc_free(error);
    uc_free(client);
    journal_end(&journal);
    free(reply);
    free(length);
    free(filler);
}

TEST("a body that ends within the credential shows no piece of it, in whichever form it stands there and wherever it ends") {
    size_t form, offset;
    for (form = 0; form < CUT_FORMS; form++)
        for (offset = 0; offset < (form == 0 ? 40 : 60); offset++) check_cut_after(form, offset, 0);
}

TEST("a body that is cut within the credential shows no piece of it, in whichever form it stands there") {
    size_t form, offset;
    for (offset = 0; offset < 40; offset += 3) check_cut_after(0, offset, 1);
    for (form = 1; form < CUT_FORMS; form++)
        for (offset = 40; offset < 47; offset++) check_cut_after(form, offset, 1); /* each one within an escape */
}

/* -- texts of the service's ---------------------------------------------------------------------------------------- */

TEST("a line stays a line of some hundred bytes, whatever ids, warnings and links the service makes up") {
    char *id = repeated("\\t\xe2\x80\xae" "id", 5000), *link = repeated("x", 7000), *json;
    struct journal journal;
    uc_client_opts opts;
    uc_client *client;
    uc_page *page;
    uc_error *error;
    journal_start(&journal);
    opts = logged(&journal, UC_AUTH_SIGNED, -1);
    client = client_with(&opts);
    json = text("{\"fault\":\"body\",\"status\":200,\"content_type\":\"" API_TYPE "\",\"body\":\"{\\\"next\\\":\\\"/groups/?%s\\\","
                "\\\"results\\\":[]}\"}", link);
    fault(json);
    free(json);
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    json = text("{\"fault\":\"status\",\"status\":418,\"headers\":{\"X-Uploadcare-Request-Id\":\"a\\tid\\tid\\tid%s\",\"Warning\":\"299 - %s\"},"
                "\"content_type\":\"text/plain\",\"body\":\"%s\"}", "", id, id);
    fault(json);
    CHECK_FAILS(UC_ERR_REJECTED, uc_page_next(page, &error), error);
    CHECK_INT(2, journal.lines);
    CHECK(journal.size < 200 + 2000);
    CHECK_CONTAINS(journal.text, "GET /groups/?xxxx");
    CHECK_CONTAINS(journal.text, "request a id id id");
    CHECK_CONTAINS(journal.text, "xxx... ->");
    CHECK_CONTAINS(journal.text, "\\u202eid \\u202eid");
    CHECK_LACKS(journal.text, "\t");
    CHECK_LACKS(journal.text, "\xe2\x80\xae");
    CHECK(is_utf8(journal.text));
    uc_free(error);
    uc_free(page);
    uc_free(client);
    free(json);
    free(link);
    free(id);
    journal_end(&journal);
}

static void warns(int connection, void *data) {
    char head[4096];
    if (read_head(connection, head, sizeof head) < 0) return;
    send_text(connection, (const char *)data);
}

TEST("what the service warns of stands in the line, of a success as of a failure") {
    static const struct { const char *reply, *part; uc_status status; } cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\nConnection: close\r\n"
         "Warning: 299 - \"This version of the API ends in 2027\"\r\n\r\n{\"results\":[]}",
         "; Warning: 299 - \"This version of the API ends in 2027\"\n", UC_OK},
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\nWarning: 299 - \"a\"\r\nwarning:\t199 - \"\xe9\"\r\n\r\n",
         ": the service answered HTTP 404 Not Found; Warning: 299 - \"a\", 199 - \"\xef\xbf\xbd\"\n", UC_ERR_NOT_FOUND},
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\nWarning: \r\n\r\n",
         ": the service answered HTTP 404 Not Found\n", UC_ERR_NOT_FOUND},
    };
    size_t i;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct journal journal;
        struct server server;
        uc_client_opts opts;
        uc_client *client;
        uc_page *page;
        uc_error *error;
        server_start(&server, warns, (void *)cases[i].reply);
        journal_start(&journal);
        opts = logged(&journal, UC_AUTH_SIGNED, -1);
        opts.api_base = server.base;
        client = client_with(&opts);
        CHECK_STATUS(cases[i].status, uc_groups_list(client, NULL, &page, &error));
        CHECK_CONTAINS(journal.text, cases[i].part);
        uc_free(page);
        uc_free(error);
        uc_free(client);
        server_stop(&server);
        journal_end(&journal);
    }
}

/* -- keys that are words ------------------------------------------------------------------------------------------- */

#define HTML_TYPE "Content-Type: text/html\r\n"
#define TEXT_TYPE "Content-Type: text/plain\r\n"

TEST("a key that is a word is struck from what the service writes, and never from what the library does") {
    static const struct { const char *key, *reply, *message, *line; } rows[] = {
        {"the", "HTTP/1.1 500 No\r\n" HTML_TYPE CLOSES "\r\n<p>", "the service answered HTTP 500 Internal Server Error",
         "(attempt 1): the service answered HTTP 500 Internal Server Error\n"},
        {"the", "HTTP/1.1 500 No\r\n" TEXT_TYPE CLOSES "\r\n", "the service answered HTTP 500 Internal Server Error",
         "(attempt 1): the service answered HTTP 500 Internal Server Error\n"},
        {"service", "HTTP/1.1 500 No\r\n" HTML_TYPE CLOSES "Warning: 299 - the service ends\r\n\r\n<p>",
         "the service answered HTTP 500 Internal Server Error",
         "(attempt 1): the service answered HTTP 500 Internal Server Error; Warning: 299 - the *** ends\n"},
        {"answered", "HTTP/1.1 503 answered\r\n" CLOSES "\r\n", "the service answered HTTP 503 Service Unavailable",
         ": the service answered HTTP 503 Service Unavailable\n"},
        {"attempt", "HTTP/1.1 404 No\r\n" HTML_TYPE CLOSES "X-Uploadcare-Request-Id: attempt-1\r\n\r\n<p>",
         "the service answered HTTP 404 Not Found", "(attempt 1, request ***-1): the service answered HTTP 404 Not Found\n"},
        {"service", "HTTP/1.1 400 No\r\n" JSON_TYPE CLOSES "\r\n{\"detail\":\"The service wants more.\"}",
         "The *** wants more.", "(attempt 1): The *** wants more.\n"},
        {"service", "HTTP/1.1 400 No\r\n" TEXT_TYPE CLOSES "\r\nno service today", "no *** today",
         "(attempt 1): no *** today\n"},
        {"redirect", "HTTP/1.1 302 redirect\r\nLocation: /redirect\r\n" CLOSES "\r\n",
         "the service answered HTTP 302 Found: a redirect, which is not followed", ": a redirect, which is not followed\n"},
        {"textual", "HTTP/1.1 200 OK\r\nContent-Type: text/textual\r\n" CLOSES "\r\n<p>",
         "the answer is not the JSON it should be (its content type is text/***)", ": the answer is not the JSON it should be"},
        {"sound", "sound\r\n\r\n", "the answer is not sound HTTP", ": the answer is not sound HTTP"},
        {"connection", "", "the connection to 127.0.0.1:", ": the connection to 127.0.0.1:"},
        {"peer", "", "was lost: the peer closed it", "was lost: the peer closed it\n"},
    };
    size_t i;
    int auth;
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (auth = 0; auth < 2; auth++) {
            struct journal journal;
            struct server server;
            uc_client_opts opts;
            uc_client *client;
            uc_page *page;
            uc_error *error;
            server_start(&server, warns, (void *)rows[i].reply);
            journal_start(&journal);
            opts = logged(&journal, auth, -1);
            opts.api_base = server.base;
            CHECK_OK(uc_client_new(PUBLIC_KEY, rows[i].key, &opts, &client, &error), error);
            CHECK(uc_groups_list(client, NULL, &page, &error) < 0);
            CHECK_CONTAINS(error->message, rows[i].message);
            CHECK_CONTAINS(journal.text, rows[i].line);
            CHECK_CONTAINS(journal.text, "GET /groups/ -> ");
            CHECK_CONTAINS(journal.text, "(attempt 1");
            uc_free(error);
            uc_free(client);
            server_stop(&server);
            journal_end(&journal);
        }
    }
}

/* -- callbacks that sign ------------------------------------------------------------------------------------------ */

static int32_t signs(void *data, int32_t algorithm, const char *text_to_sign, char *hex, size_t size) {
    (void)data;
    (void)algorithm;
    (void)text_to_sign;
    if (size < 41) return 1;
    memcpy(hex, "0123456789abcdef0123456789abcdef01234567", 41);
    return 0;
}

TEST("a signature of the sign callback stands neither in the log nor in the error") {
    struct journal journal;
    uc_client_opts opts;
    uc_client *client;
    uc_page *page;
    uc_error *error;
    journal_start(&journal);
    opts = logged(&journal, UC_AUTH_SIGNED, 3);
    opts.sign = signs;
    CHECK_OK(uc_client_new(PUBLIC_KEY, NULL, &opts, &client, &error), error);
    CHECK_FAILS(UC_ERR_AUTH, uc_groups_list(client, NULL, &page, &error), error);
    check_error_clean(error);
    CHECK_INT(1, requests_counted());
    CHECK_INT(1, journal.lines);
    check_clean(journal.text);
    CHECK_LACKS(journal.text, "0123456789abcdef0123456789abcdef01234567");
    uc_free(error);
    uc_free(client);
    journal_end(&journal);
}
