/* Answers that are too large, too deep, or not what they should be: no crash, bounded memory, the right status or text. */
#include "servers.h"

#include <math.h>
#include <sys/resource.h>

#define ID "22240276-2f06-41f8-9411-755c8ce926ed~1"
#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static uc_client *client_without_retries(void) {
    uc_client_opts opts = client_opts();
    opts.retries = -1;
    return client_with(&opts);
}

/** The most memory that this process has held, in MiB; 0 where a sanitizer or valgrind holds more than the program. */
static long peak_mib(void) {
    struct rusage usage;
#ifdef __SANITIZE_ADDRESS__
    return 0;
#endif
    if (getenv("UC_TEST_SLOW")) return 0;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

/** A page of the groups given, to be freed. */
static char *page_of(const char *groups) {
    return text("{\"next\":null,\"previous\":null,\"total\":1,\"per_page\":100,\"results\":[%s]}", groups);
}

/** A group whose cdn_url is `url` as JSON, to be freed. */
static char *group_with_url(const char *url) {
    return text("{\"id\":\"%s\",\"datetime_created\":\"2020-01-01T00:00:00.000001Z\",\"files_count\":1,"
                "\"cdn_url\":%s,\"url\":\"https://api.uploadcare.com/groups/%s/\"}", ID, url, ID);
}

/* -- reading everything ------------------------------------------------------------------------------- */

static size_t text_seen;

static void see(const char *field) {
    if (field == NULL) return;
    text_seen += strlen(field);
    CHECK(is_utf8(field));
}

static void see_pairs(const uc_pair *pairs, size_t count) {
    size_t i;
    for (i = 0; i < count; i++) {
        CHECK(pairs[i].key != NULL && pairs[i].value != NULL);
        see(pairs[i].key);
        see(pairs[i].value);
    }
}

/** A time is a text with its microseconds, or neither. */
static void see_time(const char *time, int64_t us) {
    see(time);
    if (time == NULL) CHECK(us == INT64_MIN);
}

static void see_file(const uc_file *file) {
    size_t i;
    if (file == NULL) return;
    see(file->uuid);
    see(file->original_filename);
    see(file->original_file_url);
    see(file->url);
    see(file->mime_type);
    see(file->default_effects);
    see(file->appdata);
    see(file->json);
    see_time(file->datetime_uploaded, file->datetime_uploaded_us);
    see_time(file->datetime_stored, file->datetime_stored_us);
    see_time(file->datetime_removed, file->datetime_removed_us);
    CHECK(file->is_image == 0 || file->is_image == 1);
    CHECK(file->is_stored == 0 || file->is_stored == 1);
    CHECK_INT(0, file->reserved);
    CHECK(file->is_ready == 0 || file->is_ready == 1);
    see_pairs(file->metadata, file->metadata_len);
    see_pairs(file->variations, file->variations_len);
    for (i = 0; i < file->tags_len; i++) see(file->tags[i]);
    if (file->image) {
        see(file->image->format);
        see(file->image->color_mode);
        see(file->image->datetime_original);
        CHECK(!isnan(file->image->dpi_x) && !isnan(file->image->latitude));
    }
    if (file->video) {
        see(file->video->format);
        for (i = 0; i < file->video->audio_len; i++) see(file->video->audio[i]->codec);
        for (i = 0; i < file->video->video_len; i++) see(file->video->video[i]->codec);
    }
}

static void see_group(const uc_group *group) {
    size_t i;
    CHECK(group != NULL && group->id != NULL);
    see(group->id);
    see(group->cdn_url);
    see(group->url);
    see(group->json);
    see_time(group->datetime_created, group->datetime_created_us);
    for (i = 0; i < group->files_len; i++) see_file(group->files[i]);
}

static void see_page(const uc_page *page) {
    size_t i;
    see(uc_page_json(page));
    see(uc_page_end_cursor(page));
    CHECK(uc_page_total(page) >= -1);
    CHECK(uc_page_per_page(page) >= -1);
    for (i = 0; i < uc_page_count(page); i++) see_group(uc_page_group(page, i));
    CHECK(uc_page_group(page, i) == NULL);
}

/* -- too large ------------------------------------------------------------------------------------------ */

/** A listing, a group and a raw request, each answered by what `more_than_fits` says, must end in UC_ERR_PROTOCOL. */
static void check_too_large(const char *more_than_fits) {
    uc_client *client = client_new();
    uc_page *page;
    uc_group *group;
    char *reply;
    uc_error *error;
    reset(NULL);
    fault(more_than_fits);
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_groups_list(client, NULL, &page, &error), error);
    CHECK(page == NULL);
    CHECK_INT(1, error->attempts);
    CHECK(error->body == NULL || strlen(error->body) <= 65536);
    uc_free(error);
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_group_info(client, ID, &group, &error), error);
    uc_free(error);
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_request(client, "GET", "/groups/", NULL, &reply, &error), error);
    uc_free(error);
    CHECK_INT(3, requests_counted());
    no_more_faults();
    check_listing(client, NULL, 250);
    uc_free(client);
    CHECK(peak_mib() < 300);
}

TEST("a body of 65 MiB is UC_ERR_PROTOCOL, in bounded memory, and the client works afterwards") {
    check_too_large("{\"fault\":\"body\",\"fill\":68157440,\"times\":-1}");
}

TEST("a gzip bomb is UC_ERR_PROTOCOL, in bounded memory, and the client works afterwards") {
    check_too_large("{\"fault\":\"body\",\"gzip_fill\":1073741824,\"times\":-1}");
}

TEST("an error of 65 MiB keeps its status and at most 64 KiB of its body") {
    uc_client *client = client_without_retries();
    uc_page *page;
    uc_error *error;
    fault("{\"fault\":\"body\",\"fill\":68157440,\"status\":400}");
    CHECK_FAILS(UC_ERR_REJECTED, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(400, error->http_status);
    CHECK(error->body == NULL || strlen(error->body) <= 65536);
    uc_free(error);
    fault("{\"fault\":\"body\",\"fill\":68157440,\"status\":500}");
    CHECK_FAILS(UC_ERR_SERVER, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(500, error->http_status);
    uc_free(error);
    uc_free(client);
    CHECK(peak_mib() < 300);
}

/* Servers that never come to an end. */

static void endless_chunks(int connection, void *data) {
    char head[4096], chunk[4096 + 16];
    (void)data;
    if (read_head(connection, head, sizeof head) < 0) return;
    if (send_text(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n") != 0) return;
    memcpy(chunk, "1000\r\n", 6);
    memset(chunk + 6, ' ', 4096);
    memcpy(chunk + 6 + 4096, "\r\n", 2);
    while (send_bytes(connection, chunk, 6 + 4096 + 2) == 0) continue;
}

static void endless_body(int connection, void *data) {
    char bytes[4096];
    (void)data;
    if (read_head(connection, bytes, sizeof bytes) < 0) return;
    if (send_text(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n") != 0) return;
    memset(bytes, ' ', sizeof bytes);
    while (send_bytes(connection, bytes, sizeof bytes) == 0) continue;
}

static void endless_head(int connection, void *data) {
    char head[4096];
    (void)data;
    if (read_head(connection, head, sizeof head) < 0) return;
    if (send_text(connection, "HTTP/1.1 200 OK\r\n") != 0) return;
    while (send_text(connection, "X-And-On: and on and on and on and on and on and on and on and on and on\r\n") == 0) continue;
}

static void endless_line(int connection, void *data) {
    char bytes[4096];
    (void)data;
    if (read_head(connection, bytes, sizeof bytes) < 0) return;
    if (send_text(connection, "HTTP/1.1 200 OK\r\nX-Long: ") != 0) return;
    memset(bytes, 'a', sizeof bytes);
    while (send_bytes(connection, bytes, sizeof bytes) == 0) continue;
}

static void claims_much(int connection, void *data) {
    char head[4096];
    (void)data;
    if (read_head(connection, head, sizeof head) < 0) return;
    send_text(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9223372036854775807\r\n\r\n{\"next\":");
    recv(connection, head, 1, 0); /* until the client gives up */
}

static void claims_nonsense(int connection, void *data) {
    char head[4096];
    (void)data;
    if (read_head(connection, head, sizeof head) < 0) return;
    send_text(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: -5\r\n\r\n{}");
}

static void is_no_http(int connection, void *data) {
    char head[4096];
    (void)data;
    if (read_head(connection, head, sizeof head) < 0) return;
    send_text(connection, "220 mail.example.com ESMTP\r\n\r\n");
}

static void chunks_are_broken(int connection, void *data) {
    char head[4096];
    (void)data;
    if (read_head(connection, head, sizeof head) < 0) return;
    send_text(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nnot a length\r\n{}\r\n0\r\n\r\n");
}

static void gzip_is_broken(int connection, void *data) {
    char head[4096];
    (void)data;
    if (read_head(connection, head, sizeof head) < 0) return;
    send_text(connection,
              "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 10\r\n\r\nnot gzip!!");
}

TEST("a server that never comes to an end, or speaks no sound HTTP, is UC_ERR_PROTOCOL in bounded memory") {
    static const struct { void (*serve)(int connection, void *data); const char *what; } servers[] = {
        {endless_chunks, "endless chunks"}, {endless_body, "an endless body"}, {endless_head, "an endless head"},
        {endless_line, "an endless line"}, {claims_much, "a length of 2^63 - 1"}, {claims_nonsense, "a length of -5"},
        {is_no_http, "no HTTP"}, {chunks_are_broken, "broken chunks"}, {gzip_is_broken, "broken gzip"},
    };
    size_t i;
    for (i = 0; i < sizeof servers / sizeof servers[0]; i++) {
        struct server server;
        uc_client_opts opts = client_opts();
        uc_client *client;
        uc_page *page;
        uc_error *error;
        uc_status status;
        int64_t start = now_ms();
        server_start(&server, servers[i].serve, NULL);
        opts.api_base = server.base;
        opts.retries = -1;
        opts.idle_timeout_ms = (uint32_t)at_most(4000);
        client = client_with(&opts);
        status = uc_groups_list(client, NULL, &page, &error);
        if (status != UC_ERR_PROTOCOL) FAIL("%s: %s: %s", servers[i].what, uc_status_name(status), error ? error->message : "");
        CHECK_FAILS(UC_ERR_PROTOCOL, status, error);
        CHECK_BEFORE(start, 3500);
        uc_free(error);
        uc_free(client);
        server_stop(&server);
    }
    CHECK(peak_mib() < 300);
}

/* -- too deep --------------------------------------------------------------------------------------------- */

static void check_too_deep(const uc_client *client) {
    uc_page *page;
    uc_group *group;
    uc_error *error;
    uc_status status;
    char *open = repeated("[", 10000), *close_ = repeated("]", 10000), *objects = repeated("{\"a\":", 10000), *body;

    fault("{\"fault\":\"body\",\"nested\":10000}");
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_groups_list(client, NULL, &page, &error), error);
    uc_free(error);

    body = text("{\"next\":null,\"previous\":null,\"total\":0,\"per_page\":100,\"results\":[],\"unknown\":%s%s}", open, close_);
    answer(200, API_TYPE, body);
    status = uc_groups_list(client, NULL, &page, &error); /* an unknown field may be passed over unread */
    if (status == UC_OK) {
        CHECK_TEXT(body, uc_page_json(page));
        CHECK_DONE(uc_page_next(page, &error), error);
    } else {
        CHECK_FAILS(UC_ERR_PROTOCOL, status, error);
    }
    uc_free(page);
    uc_free(error);
    free(body);

    answer(200, API_TYPE, objects);
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_group_info(client, ID, &group, &error), error);
    uc_free(error);

    body = text("{\"detail\":%s%s}", open, close_);
    answer(400, API_TYPE, body);
    CHECK_FAILS(UC_ERR_REJECTED, uc_group_info(client, ID, &group, &error), error);
    CHECK_CONTAINS(error->message, "400");
    CHECK_TEXT(body, error->body);
    uc_free(error);
    free(body);
    free(open);
    free(close_);
    free(objects);
}

TEST("JSON nested 10,000 deep is UC_ERR_PROTOCOL, or passed over in a field that nobody reads") {
    uc_client *client = client_without_retries();
    check_too_deep(client);
    uc_free(client);
}

static void *checks_too_deep(void *client) {
    check_too_deep((const uc_client *)client);
    return NULL;
}

TEST("JSON nested 10,000 deep does not run over the stack of a small thread either") {
    uc_client *client = client_without_retries();
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    CHECK(pthread_attr_setstacksize(&attributes, 256 * 1024) == 0);
    CHECK(pthread_create(&thread, &attributes, checks_too_deep, client) == 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    uc_free(client);
}

/* -- wrong kinds of answer ------------------------------------------------------------------------------------ */

TEST("an answer that is not a page is UC_ERR_PROTOCOL, not an empty listing, and its body is shown") {
    static const char *const bodies[] = {
        "", " ", "null", "true", "7", "\"text\"", "[]", "[{}]", "{}", "{\"results\":null}", "{\"results\":{}}", "{\"results\":7}",
        "{\"results\":\"x\"}", "{\"detail\":\"Not found.\"}", "{\"next\":null,\"previous\":null,\"total\":0,\"per_page\":100}",
        "<html><body>Hello</body></html>", "OK", "{\"results\":[]} {}", "{\"results\":[],}", "{'results':[]}",
        "{\"results\":[null]}", "{\"results\":[7]}", "{\"results\":[\"x\"]}", "{\"results\":[[]]}", "{\"results\":[{}]}",
    };
    uc_client *client = client_without_retries();
    size_t i;
    for (i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        uc_page *page;
        uc_error *error;
        uc_status status;
        answer(200, bodies[i][0] == '<' ? "text/html" : API_TYPE, bodies[i]);
        status = uc_groups_list(client, NULL, &page, &error);
        if (status != UC_ERR_PROTOCOL) FAIL("%s of %s", uc_status_name(status), bodies[i]);
        CHECK(page == NULL);
        CHECK_FAILS(UC_ERR_PROTOCOL, status, error);
        CHECK_INT(200, error->http_status);
        CHECK_INT(1, error->attempts);
        if (bodies[i][0]) CHECK_TEXT(bodies[i], error->body);
        CHECK(error->request_id != NULL);
        uc_free(error);
    }
    uc_free(client);
}

TEST("an answer that is not a group is UC_ERR_PROTOCOL, not an empty group") {
    static const char *const bodies[] = {
        "", "null", "[]", "7", "{}", "{\"id\":null}", "{\"id\":7}", "<html></html>",
        "{\"id\":\"" ID "\",\"datetime_created\":\"2020-01-01T00:00:00Z\",\"files_count\":1,\"cdn_url\":\"a\",\"url\":\"b\",\"files\":7}",
        "{\"id\":\"" ID "\",\"datetime_created\":\"2020-01-01T00:00:00Z\",\"files_count\":1,\"cdn_url\":\"a\",\"url\":\"b\",\"files\":[7]}",
        "{\"id\":\"" ID "\",\"datetime_created\":\"2020-01-01T00:00:00Z\",\"files_count\":1,\"cdn_url\":\"a\",\"url\":\"b\",\"files\":[[]]}",
    };
    uc_client *client = client_without_retries();
    size_t i;
    for (i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        uc_group *group;
        uc_error *error;
        uc_status status;
        answer(200, bodies[i][0] == '<' ? "text/html" : API_TYPE, bodies[i]);
        status = uc_group_info(client, ID, &group, &error);
        if (status != UC_ERR_PROTOCOL) FAIL("%s of %s", uc_status_name(status), bodies[i]);
        CHECK(group == NULL);
        CHECK_FAILS(UC_ERR_PROTOCOL, status, error);
        uc_free(error);
    }
    uc_free(client);
}

static const char *const wrong_values[] = {
    "null", "true", "false", "7", "-1", "1.5", "1e400", "-1e400", "99999999999999999999999", "9223372036854775808",
    "\"\"", "\"text\"", "\"7\"", "[]", "[null]", "[7]", "[[]]", "{}", "{\"a\":7}", "{\"a\":null}", "{\"a\":{}}", "[\"a\",\"b\"]",
};
#define WRONG (sizeof wrong_values / sizeof wrong_values[0])

TEST("any value in any field of a listing is read without harm: a page that can be seen, or UC_ERR_PROTOCOL") {
    static const char *const fields[] = {
        "/next", "/previous", "/total", "/per_page", "/results", "/results/0", "/results/0/id", "/results/0/datetime_created",
        "/results/0/files_count", "/results/0/cdn_url", "/results/0/url", "/unknown", "/results/0/unknown",
    };
    uc_client *client = client_without_retries();
    uc_groups_opts opts = groups_opts();
    size_t f, v;
    reset("{\"groups\":4}");
    opts.limit = 2;
    for (f = 0; f < sizeof fields / sizeof fields[0]; f++) {
        for (v = 0; v < WRONG; v++) {
            char *json = text("{\"fault\":\"set\",\"pointer\":\"%s\",\"value\":%s}", fields[f], wrong_values[v]);
            uc_page *page;
            uc_error *error;
            uc_status status;
            if (strstr(wrong_values[v], "e400") || strlen(wrong_values[v]) > 18) {
                free(json); /* numbers that the emulator's own JSON cannot hold have a test of their own */
                continue;
            }
            no_more_faults();
            fault(json);
            status = uc_groups_list(client, &opts, &page, &error);
            if (status == UC_OK) {
                CHECK(error == NULL);
                see_page(page);
                uc_page_next(page, &error);
                uc_free(error);
                uc_page_previous(page, &error);
                see_page(page);
            } else {
                if (status != UC_ERR_PROTOCOL) FAIL("%s: %s", json, uc_status_name(status));
                CHECK(page == NULL);
                CHECK(error != NULL);
            }
            if (strstr(fields[f], "unknown") && status != UC_OK) FAIL("an unknown field disturbs: %s", json);
            uc_free(error);
            uc_free(page);
            free(json);
        }
    }
    uc_free(client);
}

TEST("any value in any field of a file is read without harm: a group that can be seen, or UC_ERR_PROTOCOL") {
    static const char *const fields[] = {
        "", "/uuid", "/original_filename", "/original_file_url", "/url", "/mime_type", "/size", "/is_image", "/is_ready",
        "/datetime_uploaded", "/datetime_stored", "/datetime_removed", "/default_effects", "/metadata", "/variations", "/tags",
        "/appdata", "/content_info", "/content_info/image", "/content_info/image/width", "/content_info/image/format",
        "/content_info/image/orientation", "/content_info/image/sequence", "/content_info/image/dpi",
        "/content_info/image/geo_location", "/content_info/image/datetime_original", "/content_info/image/color_mode",
        "/content_info/video", "/unknown",
    };
    uc_client *client = client_without_retries();
    char *id;
    size_t f, v;
    reset("{\"groups\":1,\"files_per_group\":1}");
    id = group_id(0);
    for (f = 0; f < sizeof fields / sizeof fields[0]; f++) {
        for (v = 0; v < WRONG; v++) {
            char *json = text("{\"fault\":\"set\",\"pointer\":\"/files/0%s\",\"value\":%s}", fields[f], wrong_values[v]);
            uc_group *group;
            uc_error *error;
            uc_status status;
            if (strstr(wrong_values[v], "e400") || strlen(wrong_values[v]) > 18) {
                free(json);
                continue;
            }
            no_more_faults();
            fault(json);
            status = uc_group_info(client, id, &group, &error);
            if (status == UC_OK) {
                CHECK(error == NULL);
                CHECK_INT(1, group->files_len);
                see_group(group);
            } else {
                if (status != UC_ERR_PROTOCOL) FAIL("%s: %s", json, uc_status_name(status));
                CHECK(group == NULL);
                CHECK(error != NULL);
            }
            if (strcmp(fields[f], "/unknown") == 0 && status != UC_OK) FAIL("an unknown field disturbs: %s", json);
            uc_free(error);
            uc_free(group);
            free(json);
        }
    }
    free(id);
    uc_free(client);
}

TEST("null where a value may lack is the same as no value at all") {
    static const char *const groups[] = {
        "{\"id\":\"" ID "\",\"datetime_created\":null,\"files_count\":null,\"cdn_url\":null,\"url\":null}", "{\"id\":\"" ID "\"}",
    };
    uc_client *client = client_without_retries();
    size_t i;
    for (i = 0; i < 2; i++) {
        char *body = i == 0 ? text("{\"next\":null,\"previous\":null,\"total\":null,\"per_page\":null,\"results\":[%s]}", groups[0])
                            : text("{\"results\":[%s]}", groups[1]);
        const uc_group *group;
        uc_page *page;
        uc_error *error;
        answer(200, API_TYPE, body);
        CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
        see_page(page);
        CHECK_INT(-1, uc_page_total(page));
        CHECK_INT(-1, uc_page_per_page(page));
        CHECK_INT(1, uc_page_count(page));
        group = uc_page_group(page, 0);
        CHECK_TEXT(ID, group->id);
        CHECK_TEXT(NULL, group->cdn_url);
        CHECK_TEXT(NULL, group->datetime_created);
        CHECK(group->datetime_created_us == INT64_MIN);
        CHECK_DONE(uc_page_next(page, &error), error);
        uc_free(page);
        free(body);
    }
    uc_free(client);
}

TEST("a number that is too large for its field is never another number") {
    static const struct { const char *number; long long value; int fits; } numbers[] = {
        {"0", 0, 1}, {"4294967296", 4294967296ll, 1}, {"9223372036854775807", 9223372036854775807ll, 1},
        {"9223372036854775808", 0, 0}, {"18446744073709551616", 0, 0}, {"99999999999999999999999999", 0, 0}, {"1e30", 0, 0},
        {"1e400", 0, 0}, {"-9223372036854775809", 0, 0}, {"1.5", 0, 0},
    };
    uc_client *client = client_without_retries();
    size_t i;
    for (i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char *body = text("{\"next\":null,\"previous\":null,\"total\":%s,\"per_page\":100,\"results\":[{\"id\":\"%s\","
                          "\"datetime_created\":\"2020-01-01T00:00:00Z\",\"files_count\":%s,\"cdn_url\":\"a\",\"url\":\"b\"}]}",
                          numbers[i].number, ID, numbers[i].number);
        uc_page *page;
        uc_error *error;
        uc_status status;
        answer(200, API_TYPE, body);
        status = uc_groups_list(client, NULL, &page, &error);
        if (numbers[i].fits) {
            CHECK_STATUS(UC_OK, status);
            CHECK_INT(numbers[i].value, uc_page_total(page));
            CHECK_INT(numbers[i].value, uc_page_group(page, 0)->files_count);
        } else if (status == UC_OK) {
            CHECK_INT(-1, uc_page_total(page));
            CHECK_INT(-1, uc_page_group(page, 0)->files_count);
        } else {
            CHECK_FAILS(UC_ERR_PROTOCOL, status, error);
        }
        uc_free(error);
        uc_free(page);
        free(body);
    }
    uc_free(client);
}

/* -- text ------------------------------------------------------------------------------------------------------ */

/** Checks what becomes of a JSON string, in a listing. NULL: UC_ERR_PROTOCOL or a replacement character, never bad UTF-8. */
static void check_text(const uc_client *client, const char *json, const char *expected) {
    char *group = group_with_url(json), *body = page_of(group);
    uc_page *page;
    uc_error *error;
    uc_status status;
    answer(200, API_TYPE, body);
    status = uc_groups_list(client, NULL, &page, &error);
    if (expected != NULL) {
        test_ok(__FILE__, __LINE__, json, UC_OK, status, error);
        CHECK_TEXT(expected, uc_page_group(page, 0)->cdn_url);
        CHECK_TEXT(ID, uc_page_group(page, 0)->id);
        CHECK_TEXT(body, uc_page_json(page));
    } else if (status == UC_OK) {
        CHECK_CONTAINS(uc_page_group(page, 0)->cdn_url, REPLACEMENT);
        see_page(page);
    } else {
        test_fails(__FILE__, __LINE__, json, UC_ERR_PROTOCOL, status, error);
        if (error->body) CHECK(is_utf8(error->body));
    }
    uc_free(error);
    uc_free(page);
    free(body);
    free(group);
}

TEST("text comes through whatever it holds: escapes, emoji, U+0000 as U+FFFD") {
    uc_client *client = client_without_retries();
    check_text(client, "\"\"", "");
    check_text(client, "\"plain\"", "plain");
    check_text(client, "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t");
    check_text(client, "\"\\u0041\\u00e9\\u20AC\\uFFFF\"", "A\xc3\xa9\xe2\x82\xac\xef\xbf\xbf");
    check_text(client, "\"\xf0\x9f\x98\x80 \xd0\xb6 \xe4\xb8\xad\xf4\x8f\xbf\xbf\"", "\xf0\x9f\x98\x80 \xd0\xb6 \xe4\xb8\xad\xf4\x8f\xbf\xbf");
    check_text(client, "\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80");
    check_text(client, "\"\\u0000\"", REPLACEMENT);
    check_text(client, "\"a\\u0000b\\u0000\\u0000\"", "a" REPLACEMENT "b" REPLACEMENT REPLACEMENT);
    check_text(client, "\"a\\\\u0000b\"", "a\\u0000b");
    check_text(client, "\"\\u0001\\u001f\\u007f\\u2028\"", "\x01\x1f\x7f\xe2\x80\xa8");
    check_text(client, "\"100%s %n %\"", "100%s %n %");
    uc_free(client);
}

TEST("the same for the texts of a file, its metadata and tags") {
    uc_client *client = client_without_retries();
    const uc_file *file;
    uc_group *group;
    uc_error *error;
    char *body = text("{\"id\":\"%s\",\"datetime_created\":\"2020-01-01T00:00:00Z\",\"files_count\":1,\"cdn_url\":\"a\",\"url\":\"b\","
                      "\"files\":[{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\",\"original_filename\":\"a\\u0000b \\ud83d\\ude00.jpg\","
                      "\"size\":1,\"is_image\":null,\"is_ready\":true,\"mime_type\":\"\",\"url\":\"c\","
                      "\"metadata\":{\"k\\u0000\":\"v\\u0000\",\"\\\"\":\"\\n\"},\"tags\":[\"\\u0000\",\"\\u00fc\"]}]}", ID);
    answer(200, API_TYPE, body);
    CHECK_OK(uc_group_info(client, ID, &group, &error), error);
    see_group(group);
    CHECK_INT(1, group->files_len);
    file = group->files[0];
    CHECK_TEXT("a" REPLACEMENT "b \xf0\x9f\x98\x80.jpg", file->original_filename);
    CHECK_INT(2, file->metadata_len);
    CHECK_TEXT("k" REPLACEMENT, file->metadata[0].key);
    CHECK_TEXT("v" REPLACEMENT, file->metadata[0].value);
    CHECK_TEXT("\"", file->metadata[1].key);
    CHECK_TEXT("\n", file->metadata[1].value);
    CHECK_INT(2, file->tags_len);
    CHECK_TEXT(REPLACEMENT, file->tags[0]);
    CHECK_TEXT("\xc3\xbc", file->tags[1]);
    uc_free(group);
    uc_free(client);
    free(body);
}

TEST("lone surrogates and bytes that are not UTF-8 never reach the caller as they are") {
    static const char *const strings[] = {
        "\"\\ud800\"", "\"\\udc00\"", "\"\\ud83dx\"", "\"\\ud83d\\u0041\"", "\"\\ud83d\\ud83d\"", "\"\\ude00\\ud83d\"",
        "\"\xff\"", "\"a\xc3\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf5\x80\x80\x80\"", "\"\x80\"", "\"\xe2\x82\"",
    };
    uc_client *client = client_without_retries();
    size_t i;
    for (i = 0; i < sizeof strings / sizeof strings[0]; i++) check_text(client, strings[i], NULL);
    uc_free(client);
}

TEST("broken escapes and raw control characters inside a string are UC_ERR_PROTOCOL") {
    static const char *const strings[] = {"\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\", "\"line\nbreak\"", "\"no end"};
    uc_client *client = client_without_retries();
    size_t i;
    for (i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        char *group = group_with_url(strings[i]), *body = page_of(group);
        uc_page *page;
        uc_error *error;
        uc_status status;
        answer(200, API_TYPE, body);
        status = uc_groups_list(client, NULL, &page, &error);
        if (status == UC_OK) FAIL("%s is taken for \"%s\"", strings[i], uc_page_group(page, 0)->cdn_url);
        CHECK_FAILS(UC_ERR_PROTOCOL, status, error);
        uc_free(error);
        free(body);
        free(group);
    }
    uc_free(client);
}

TEST("NUL bytes in a body end no text: they are U+FFFD, in errors and in answers of uc_request") {
    static const char body[] = "a\0b";
    static const char nul_in_text[] = "{\"results\":[{\"id\":\"" ID "\",\"cdn_url\":\"a\0b\"}]}";
    uc_client *client = client_without_retries();
    char *reply;
    uc_page *page;
    uc_error *error;
    uc_status status;
    answer_bytes("", 400, "text/plain", body, 3);
    CHECK_FAILS(UC_ERR_REJECTED, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_TEXT("a" REPLACEMENT "b", error->body);
    uc_free(error);
    answer_bytes("", 200, API_TYPE, "{\"a\":\"b\0c\"}", 11);
    status = uc_request(client, "GET", "/anything/", NULL, &reply, &error);
    if (status == UC_OK) CHECK_TEXT("{\"a\":\"b" REPLACEMENT "c\"}", reply);
    else CHECK_FAILS(UC_ERR_PROTOCOL, status, error);
    uc_free(error);
    uc_free(reply);
    answer_bytes("", 200, API_TYPE, nul_in_text, sizeof nul_in_text - 1);
    status = uc_groups_list(client, NULL, &page, &error);
    if (status == UC_OK) CHECK_TEXT("a" REPLACEMENT "b", uc_page_group(page, 0)->cdn_url);
    else CHECK_FAILS(UC_ERR_PROTOCOL, status, error);
    uc_free(error);
    uc_free(page);
    answer_bytes("", 200, API_TYPE, "{\"results\":[]}\0", 15);
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_groups_list(client, NULL, &page, &error), error);
    uc_free(error);
    uc_free(client);
}

TEST("an error whose body is not UTF-8 keeps its status, and a body that is") {
    static const char body[] = "{\"detail\":\"caf\xe9\"}";
    uc_client *client = client_without_retries();
    uc_page *page;
    uc_error *error;
    answer(404, API_TYPE, body);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_groups_list(client, NULL, &page, &error), error);
    CHECK(is_utf8(error->message));
    CHECK(error->body != NULL);
    CHECK(is_utf8(error->body));
    CHECK_CONTAINS(error->body, "caf");
    uc_free(error);
    uc_free(client);
}

TEST("a long name, many metadata and as many files as a group has all come through") {
    uc_client *client = client_without_retries();
    char *name = repeated("\xf0\x9f\x98\x80", 50000), *pairs = repeated("\"k\":\"v\",", 20000), *nulls = repeated("null,", 999);
    char *body = text("{\"id\":\"%s\",\"datetime_created\":\"2020-01-01T00:00:00Z\",\"files_count\":1000,\"cdn_url\":\"a\",\"url\":\"b\","
                      "\"files\":[%s{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\",\"original_filename\":\"%s\",\"size\":5497558138880,"
                      "\"metadata\":{%s\"last\":\"one\"}}]}", ID, nulls, name, pairs);
    uc_group *group;
    uc_error *error;
    answer(200, API_TYPE, body);
    CHECK_OK(uc_group_info(client, ID, &group, &error), error);
    CHECK_INT(1000, group->files_len);
    CHECK(group->files[0] == NULL && group->files[998] == NULL);
    CHECK_TEXT(name, group->files[999]->original_filename);
    CHECK_INT(5497558138880ll, group->files[999]->size);
    CHECK(group->files[999]->metadata_len >= 2);
    CHECK_TEXT("one", group->files[999]->metadata[group->files[999]->metadata_len - 1].value);
    see_group(group);
    uc_free(group);
    uc_free(client);
    free(body);
    free(name);
    free(pairs);
    free(nulls);
}

/* -- every way to write it, and every way to break it ------------------------------------------------------------- */

/** A server that answers each request with the bytes at hand. */
struct canned {
    const char *bytes;
    size_t size;
};

static void serves_canned(int connection, void *data) {
    struct canned *canned = (struct canned *)data;
    size_t size;
    char head[4096], lines[200], *copy; /* the client may have its answer, and the bytes be gone, before send() returns */
    if (read_head(connection, head, sizeof head) < 0) return;
    size = canned->size;
    copy = (char *)malloc(size + 1);
    memcpy(copy, canned->bytes, size);
    snprintf(lines, sizeof lines,
             "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %lu\r\nConnection: close\r\n\r\n",
             (unsigned long)size);
    if (send_text(connection, lines) == 0) send_bytes(connection, copy, size);
    free(copy);
}

TEST("JSON may be written in any way that JSON allows: blanks, order, escaped keys, repeated keys, unknown fields") {
    static const char *const pages[] = {
        "{\"results\":[{\"id\":\"" ID "\",\"cdn_url\":\"here\",\"files_count\":3}]}",
        " \t\r\n{ \"results\" : [ { \"files_count\" : 3 , \"cdn_url\"\n:\t\"here\" , \"id\" : \"" ID "\" } ] , \"next\" : null } \n\n",
        "{\"\\u0072esults\":[{\"\\u0069d\":\"" ID "\",\"cdn\\u005furl\":\"\\u0068ere\",\"files_count\":3}]}",
        "{\"unknown\":{\"results\":[1,{\"id\":\"x\"}]},\"results\":[{\"x\":[{\"id\":\"no\"}],\"id\":\"" ID "\",\"y\":{\"cdn_url\":\"no\"},"
        "\"cdn_url\":\"here\",\"z\":\"}],\\\"id\\\":\\\"no\\\"\",\"files_count\":3,\"\":\"\",\"v\":-1.5e+3,\"w\":true}]}",
        "{\"results\":[{\"id\":\"" ID "\",\"cdn_url\":\"here\",\"files_count\":3.0e0}]}",
        "{\"total\":12,\"per_page\":7,\"previous\":null,\"next\":null,\"results\":[{\"id\":\"" ID "\",\"url\":null,\"cdn_url\":\"here\","
        "\"datetime_created\":null,\"files_count\":3}],\"totals\":{\"a\":[]},\"e\":[]}",
    };
    struct canned canned;
    struct server server;
    uc_client_opts opts = client_opts();
    uc_client *client;
    size_t i;
    server_start(&server, serves_canned, &canned);
    opts.api_base = server.base;
    client = client_with(&opts);
    for (i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        uc_page *page;
        uc_error *error;
        canned.bytes = pages[i];
        canned.size = strlen(pages[i]);
        CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
        CHECK_INT(1, uc_page_count(page));
        CHECK_TEXT(ID, uc_page_group(page, 0)->id);
        CHECK_TEXT("here", uc_page_group(page, 0)->cdn_url);
        if (i != 4) CHECK_INT(3, uc_page_group(page, 0)->files_count);
        CHECK_TEXT(pages[i], uc_page_json(page));
        CHECK_DONE(uc_page_next(page, &error), error);
        uc_free(page);
    }
    uc_free(client);
    server_stop(&server);
}

static const char whole_page[] =
    "{\"next\":\"/groups/?limit=2&a=\\u0041\",\"previous\":null,\"total\":250,\"per_page\":2,\"x\":{\"y\":[1,-2.5e3,true,null,\"]}\"]},\"results\":["
    "{\"id\":\"" ID "\",\"datetime_created\":\"2020-01-01T00:00:00.000001Z\",\"files_count\":1,\"cdn_url\":\"caf\xc3\xa9 \\ud83d\\ude00 \\\"\","
    "\"url\":null}, {\"id\":\"" ID "\",\"files_count\":12}]}";

TEST("a page cut at any byte is UC_ERR_PROTOCOL, though its length says that it is whole") {
    struct canned canned;
    struct server server;
    uc_client_opts opts = client_opts();
    uc_client *client;
    size_t size = strlen(whole_page), step = getenv("UC_TEST_SLOW") ? 7 : 1;
    server_start(&server, serves_canned, &canned);
    opts.api_base = server.base;
    opts.retries = -1;
    client = client_with(&opts);
    canned.bytes = whole_page;
    for (canned.size = 0; canned.size < size; canned.size += step) {
        uc_page *page;
        uc_error *error;
        uc_status status = uc_groups_list(client, NULL, &page, &error);
        if (status != UC_ERR_PROTOCOL) FAIL("%s of %.*s", uc_status_name(status), (int)canned.size, whole_page);
        CHECK_FAILS(UC_ERR_PROTOCOL, status, error);
        uc_free(error);
    }
    uc_free(client);
    server_stop(&server);
}

TEST("a page with any byte changed is read without harm: a page that can be seen, or UC_ERR_PROTOCOL") {
    static const char changes[] = "\"\\{}[],:0e-u\xff \n";
    struct canned canned;
    struct server server;
    uc_client_opts opts = client_opts();
    uc_client *client;
    size_t size = strlen(whole_page), step = getenv("UC_TEST_SLOW") ? 31 : 3, at, c, i = 0;
    server_start(&server, serves_canned, &canned);
    opts.api_base = server.base;
    opts.retries = -1;
    client = client_with(&opts);
    for (at = 0; at < size; at++) {
        for (c = 0; c < sizeof changes; c++) { /* the NUL at their end too */
            char *bytes;
            uc_page *page;
            uc_error *error;
            uc_status status;
            if (i++ % step != 0) continue;
            bytes = text("%s", whole_page);
            bytes[at] = changes[c];
            canned.bytes = bytes;
            canned.size = size;
            status = uc_groups_list(client, NULL, &page, &error);
            if (status == UC_OK) {
                see_page(page);
                CHECK(uc_page_count(page) <= 2);
            } else if (status != UC_ERR_PROTOCOL) {
                FAIL("%s of %s", uc_status_name(status), bytes);
            }
            uc_free(error);
            uc_free(page);
            free(bytes);
        }
    }
    uc_free(client);
    server_stop(&server);
}
