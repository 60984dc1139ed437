/*
 * Answers that would take much more memory or time than they are large: lists that are longer than
 * the service can have, in every function that reads one. And answers that are nearly right: with a
 * byte order mark, or cut short.
 */
#include "files.h"
#include "servers.h"

#define ID "badfc9f7-f88f-4921-9cc0-22e2c08aa2da~12"
#define UUID "22240276-2f06-41f8-9411-755c8ce926ed"
#define MIB (1 << 20)

/* -- a server that says one thing many times ------------------------------------------------------- */

static struct said {
    const char *type;   /* NULL: no content type */
    const char *before, *unit, *after;
    size_t times;
    int hides_length; /* the end of the connection is the end of the body */
    int status;
} said;

/** Reads what follows the head of a request, as long as the head says that it is. */
static void read_rest(int connection, const char *head) {
    const char *length = strcasestr(head, "content-length:");
    size_t left = length ? (size_t)atol(length + 15) : 0;
    char bytes[4096];
    while (left > 0) {
        ssize_t got = recv(connection, bytes, left < sizeof bytes ? left : sizeof bytes, 0);
        if (got <= 0) return;
        left -= (size_t)got;
    }
}

static void says(int connection, void *data) {
    static char head[4096], many[1 << 16];
    size_t size = strlen(said.unit), fit = size ? sizeof many / size : 0, left, i;
    size_t whole = strlen(said.before) + size * said.times + strlen(said.after);
    (void)data;
    if (read_head(connection, head, sizeof head) < 0) return;
    read_rest(connection, head);
    i = (size_t)snprintf(head, sizeof head, "HTTP/1.1 %d Said\r\nConnection: close\r\n", said.status);
    if (said.type) i += (size_t)snprintf(head + i, sizeof head - i, "Content-Type: %s\r\n", said.type);
    if (!said.hides_length)
        i += (size_t)snprintf(head + i, sizeof head - i, "Content-Length: %lu\r\n", (unsigned long)whole);
    snprintf(head + i, sizeof head - i, "\r\n");
    for (i = 0; i < fit; i++) memcpy(many + i * size, said.unit, size);
    if (send_text(connection, head) != 0 || send_text(connection, said.before) != 0) return;
    for (left = said.times; left > 0;) {
        size_t now = left < fit ? left : fit;
        if (send_bytes(connection, many, now * size) != 0) return;
        left -= now;
    }
    send_text(connection, said.after);
}

static void say(const char *type, const char *before, const char *unit, size_t times, const char *after) {
    said.type = type;
    said.before = before;
    said.unit = unit;
    said.times = times;
    said.after = after;
    said.hides_length = 0;
    said.status = 200;
}

static uc_client *client_of(struct server *server) {
    uc_client_opts opts = client_opts();
    server_start(server, says, NULL);
    opts.api_base = opts.upload_base = server->base;
    opts.retries = -1;
    return client_with(&opts);
}

/* -- memory ----------------------------------------------------------------------------------------- */

static long memory_kib(const char *field) {
    char line[256];
    long kib = -1;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, field, strlen(field)) == 0) kib = atol(line + strlen(field) + 1);
    if (file) fclose(file);
    return kib;
}

/** From here on the peak is counted anew. What is in use now. */
static long memory_begin(void) {
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (file) {
        fputs("5", file);
        fclose(file);
    }
    return memory_kib("VmRSS:");
}

/** By how much more than a response of `size` bytes the peak may have risen: 16 times that, and what a call takes anyway. */
static void check_memory(const char *what, long before, size_t size) {
    long peak = memory_kib("VmHWM:") - before, most = (long)(16 * (size >> 10)) + 4096;
#if defined(__SANITIZE_ADDRESS__)
    return; /* which keeps what was freed */
#endif
    if (getenv("UC_TEST_SLOW") || before < 0) return;
    if (peak > most) FAIL("%s: %ld KiB for a response of %lu KiB", what, peak, (unsigned long)(size >> 10));
}

/* -- each function that reads a list ------------------------------------------------------------------ */

enum reader {
    GROUPS_LIST, FILES_LIST, SEARCH, GROUP_INFO, GROUP_CREATE, GROUP_STORE, FILE_INFO, FILE_COPY, UPLOAD_INFO, FILES_STORE,
    METADATA, TAGS, PROJECT, WEBHOOKS, DOCUMENT_INFO, CONVERT, JOB_POLL
};

static uc_status reads(enum reader reader, const uc_client *client, uc_error **error) {
    static const char *const uuids[] = {UUID};
    uc_page *page = NULL;
    uc_group *group = NULL;
    uc_file *file = NULL;
    uc_batch *batch = NULL;
    uc_metadata *metadata = NULL;
    uc_tags *tags = NULL;
    uc_project *found = NULL;
    uc_webhooks *webhooks = NULL;
    uc_document *info = NULL;
    uc_job *job = NULL;
    uc_status status = UC_ERR_INTERNAL;
    switch (reader) {
    case GROUPS_LIST: status = uc_groups_list(client, NULL, &page, error); break;
    case FILES_LIST: status = uc_files_list(client, NULL, &page, error); break;
    case SEARCH: status = uc_files_search(client, "{\"query\":\"apple\"}", NULL, &page, error); break;
    case GROUP_INFO: status = uc_group_info(client, ID, &group, error); break;
    case GROUP_CREATE: status = uc_group_create(client, uuids, 1, NULL, &group, error); break;
    case GROUP_STORE: status = uc_group_store_files(client, ID, &batch, error); break;
    case FILE_INFO: status = uc_file_info(client, UUID, NULL, &file, error); break;
    case FILE_COPY: status = uc_file_copy(client, UUID, NULL, &file, error); break;
    case UPLOAD_INFO: status = uc_upload_info(client, UUID, &file, error); break;
    case FILES_STORE: status = uc_files_store(client, uuids, 1, &batch, error); break;
    case METADATA: status = uc_metadata_list(client, UUID, &metadata, error); break;
    case TAGS: status = uc_tags_list(client, UUID, &tags, error); break;
    case PROJECT: status = uc_project_info(client, &found, error); break;
    case WEBHOOKS: status = uc_webhooks_list(client, &webhooks, error); break;
    case DOCUMENT_INFO: status = uc_document_info(client, UUID, &info, error); break;
    case CONVERT: status = uc_convert_document(client, UUID "/document/", NULL, &job, error); break;
    case JOB_POLL:
        status = uc_job_resume(client, "document:1", &job, error);
        if (status == UC_OK) status = uc_job_poll(job, error);
        break;
    }
    uc_free(page);
    uc_free(group);
    uc_free(file);
    uc_free(batch);
    uc_free(metadata);
    uc_free(tags);
    uc_free(found);
    uc_free(webhooks);
    uc_free(info);
    uc_free(job);
    return status;
}

#define JSON "application/json"
#define GROUP "{\"id\":\"" ID "\",\"files_count\":12,"
#define FILE_ "{\"uuid\":\"" UUID "\","
static const struct list {
    enum reader reader;
    const char *before, *unit, *after;
    size_t most; /* entries, in front of the last; beyond them UC_ERR_PROTOCOL */
} lists[] = {
    {GROUPS_LIST, "{\"results\":[", "{\"id\":\"x\"},", "{\"id\":\"x\"}]}", 999},
    {FILES_LIST, "{\"results\":[", "{},", "{}]}", 999},
    {SEARCH, "{\"results\":[", "{},", "{}]}", 999},
    {GROUP_INFO, GROUP "\"files\":[", "null,", "null]}", 999},
    {GROUP_INFO, GROUP "\"files\":[", "{},", "{}]}", 999},
    {GROUP_CREATE, GROUP "\"files\":[", "null,", "null]}", 999},
    {GROUP_CREATE, GROUP "\"files\":[", "{},", "{}]}", 999},
    {FILE_INFO, FILE_ "\"metadata\":{", "\"\":\"\",", "\"\":\"\"}}", 49999},
    {FILE_INFO, FILE_ "\"variations\":{", "\"\":0,", "\"\":0}}", 49999},
    {FILE_INFO, FILE_ "\"tags\":[", "\"\",", "\"\"]}", 49999},
    {FILE_INFO, FILE_ "\"content_info\":{\"video\":{\"audio\":[", "{},", "{}]}}}", 999},
    {FILE_INFO, FILE_ "\"content_info\":{\"video\":{\"video\":[", "0,", "0]}}}", 999},
    {FILE_COPY, "{\"result\":" FILE_ "\"tags\":[", "\"\",", "\"\"]}}", 49999},
    {UPLOAD_INFO, FILE_ "\"tags\":[", "\"\",", "\"\"]}", 49999},
    {FILES_STORE, "{\"result\":[", "{},", "{}]}", 0},
    {FILES_STORE, "{\"problems\":{", "\"\":\"\",", "\"\":\"\"}}", 0},
    {METADATA, "{", "\"\":\"\",", "\"\":\"\"}", 49999},
    {TAGS, "{\"tags\":[", "\"\",", "\"\"]}", 49999},
    {TAGS, "{\"tags\":[],\"added\":[", "\"\",", "\"\"]}", 49999},
    {PROJECT, "{\"collaborators\":[", "{},", "{}]}", 999},
    {WEBHOOKS, "[", "{\"id\":1},", "{\"id\":1}]", 999},
    {DOCUMENT_INFO, "{\"format\":{\"conversion_formats\":[", "{\"name\":\"\"},", "{\"name\":\"\"}]}}", 49999},
    {DOCUMENT_INFO, "{\"converted_groups\":{", "\"\":\"\",", "\"\":\"\"}}", 49999},
    {CONVERT, "{\"result\":[{\"token\":1,\"uuid\":\"" UUID "\"}],\"problems\":{", "\"\":\"\",", "\"\":\"\"}}", 49999},
};
#define LISTS (sizeof lists / sizeof lists[0])

TEST("a list that is as long as the service can make it is read; one more is UC_ERR_PROTOCOL") {
    struct server server;
    uc_client *client = client_of(&server);
    size_t i;
    for (i = 0; i < LISTS; i++) {
        const struct list *list = &lists[i];
        uc_error *error;
        say(JSON, list->before, list->unit, list->most, list->after);
        CHECK_OK(reads(list->reader, client, &error), error);
        say(JSON, list->before, list->unit, list->most + 1, list->after);
        CHECK_FAILS(UC_ERR_PROTOCOL, reads(list->reader, client, &error), error);
        CHECK_CONTAINS(error->message, "a list has more entries than");
        uc_free(error);
    }
    uc_free(client);
    server_stop(&server);
}

TEST("4 MiB of entries are UC_ERR_PROTOCOL in every function, in the memory of the response") {
    struct server server;
    uc_client *client = client_of(&server);
    size_t i, size = (getenv("UC_TEST_SLOW") ? 1 : 4) * MIB;
    for (i = 0; i < LISTS; i++) {
        const struct list *list = &lists[i];
        long before = memory_begin();
        uc_error *error;
        say(JSON, list->before, list->unit, size / strlen(list->unit), list->after);
        CHECK_FAILS(UC_ERR_PROTOCOL, reads(list->reader, client, &error), error);
        check_memory(list->before, before, size);
        CHECK(memory_kib("VmHWM:") - before < 40960 || getenv("UC_TEST_SLOW") || before < 0);
        uc_free(error);
    }
    uc_free(client);
    server_stop(&server);
}

TEST("what may be as long as it likes takes no more than 16 times its size") {
    static const struct list long_ones[] = {
        {FILE_INFO, FILE_ "\"x\":[", "[],", "[]]}", 0},
        {FILE_INFO, FILE_ "\"appdata\":{\"x\":[", "{},", "{}]}}", 0},
        {FILE_INFO, FILE_ "\"original_filename\":\"", "\\n", "\"}", 0},
        {FILE_INFO, FILE_ "\"original_filename\":\"", "\\u0000", "\"}", 0},
        {FILE_INFO, FILE_ "\"content_info\":{\"image\":{\"dpi\":[", "0,", "0]}}}", 0},
        {GROUPS_LIST, "{\"next\":null,\"x\":{\"y\":[", "1,", "1]},\"results\":[]}", 0},
        {CONVERT, "{\"result\":[", "{},", "{\"token\":1}]}", 0},
        {JOB_POLL, "{\"status\":\"processing\",\"error\":\"", "x", "\"}", 0},
        {JOB_POLL, "{\"status\":\"processing\",\"result\":{\"uuid\":\"", "\\n", "\"}}", 0},
        {FILE_INFO, FILE_ "\"x\":\"", "\xff", "\"}", 0},
    };
    struct server server;
    uc_client *client = client_of(&server);
    size_t i, size = (getenv("UC_TEST_SLOW") ? 1 : 8) * MIB;
    for (i = 0; i < sizeof long_ones / sizeof long_ones[0]; i++) {
        const struct list *list = &long_ones[i];
        long before = memory_begin();
        uc_error *error;
        say(JSON, list->before, list->unit, size / strlen(list->unit), list->after);
        CHECK_OK(reads(list->reader, client, &error), error);
        check_memory(list->before, before, size);
    }
    uc_free(client);
    server_stop(&server);
}

/** What this thread has computed so far, whatever else the machine does. */
static int64_t computed_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

TEST("60 MiB that have to be passed over or unpacked are read in half a second") {
    static const struct list long_ones[] = {
        {FILE_INFO, FILE_ "\"x\":[", "[],", "[]]}", 0},
        {FILE_INFO, FILE_ "\"x\":[", "1,", "1]}", 0},
        {FILE_INFO, FILE_ "\"x\":[", "{\"\":0},", "{}]}", 0},
        {FILE_INFO, FILE_ "\"x\":\"", "\\\\", "\"}", 0},
        {FILE_INFO, FILE_ "\"original_filename\":\"", "\\u00e9", "\"}", 0},
    };
    struct server server;
    uc_client *client = client_of(&server);
    size_t i;
    for (i = 0; i < sizeof long_ones / sizeof long_ones[0] && !getenv("UC_TEST_SLOW"); i++) {
        const struct list *list = &long_ones[i];
        int64_t start = computed_ms(), receiving, reading;
        uc_error *error;
        say(JSON, "", "x", 60 * MIB, "");
        CHECK_FAILS(UC_ERR_PROTOCOL, reads(list->reader, client, &error), error);
        uc_free(error);
        receiving = computed_ms() - start;
        start = computed_ms();
        say(JSON, list->before, list->unit, 60 * MIB / strlen(list->unit), list->after);
        CHECK_OK(reads(list->reader, client, &error), error);
        reading = computed_ms() - start - receiving;
        if (getenv("UC_TEST_TIMES")) printf("%s: %d ms, %d ms\n", list->unit, (int)receiving, (int)reading);
        if (reading > 500) FAIL("%s: %d ms", list->unit, (int)reading);
    }
    uc_free(client);
    server_stop(&server);
}

/* -- nesting ------------------------------------------------------------------------------------------- */

TEST("60 MiB of opening brackets are UC_ERR_PROTOCOL at once, in a field that nobody reads too") {
    struct server server;
    uc_client *client = client_of(&server);
    long before;
    uc_error *error;
    size_t size = (getenv("UC_TEST_SLOW") ? 1 : 60) * (size_t)MIB;
    say(JSON, FILE_ "\"x\":", "[", size, "");
    before = memory_begin();
    CHECK_FAILS(UC_ERR_PROTOCOL, reads(FILE_INFO, client, &error), error);
    CHECK_CONTAINS(error->message, "nested more than 128 deep");
    check_memory("brackets", before, size / 4);
    uc_free(error);
    uc_free(client);
    server_stop(&server);
}

/* -- a byte order mark ----------------------------------------------------------------------------------- */

#define MARK "\xef\xbb\xbf"

TEST("a byte order mark before the JSON is ignored, in answers, in errors and by uc_request") {
    struct server server;
    uc_client *client = client_of(&server);
    uc_group *group;
    uc_file *file;
    uc_error *error;
    char *reply;
    enum reader reader;
    say(JSON, MARK GROUP "\"files\":[null]}", "", 0, "");
    CHECK_OK(uc_group_info(client, ID, &group, &error), error);
    CHECK_TEXT(ID, group->id);
    CHECK_TEXT(GROUP "\"files\":[null]}", group->json);
    uc_free(group);
    CHECK_OK(uc_request(client, "GET", "/groups/", NULL, &reply, &error), error);
    CHECK_TEXT(GROUP "\"files\":[null]}", reply);
    uc_free(reply);
    for (reader = GROUPS_LIST; reader <= SEARCH; reader = (enum reader)(reader + 1)) {
        say(JSON, MARK "{\"results\":[]}", "", 0, "");
        CHECK_OK(reads(reader, client, &error), error);
    }
    say(JSON, MARK "{\"file\":\"" UUID "\"}", "", 0, "");
    CHECK_OK(uc_upload_data(client, "x", 1, NULL, &file, &error), error);
    CHECK_TEXT(UUID, file->uuid);
    uc_free(file);
    say(JSON, MARK "{\"detail\":\"Not found.\"}", "", 0, "");
    said.status = 404;
    CHECK_FAILS(UC_ERR_NOT_FOUND, reads(FILE_INFO, client, &error), error);
    CHECK_TEXT("Not found.", error->message);
    CHECK_TEXT("{\"detail\":\"Not found.\"}", error->body);
    uc_free(error);
    uc_free(client);
    server_stop(&server);
}

TEST("a byte order mark before a webhook's JSON is signed and ignored") {
    /* HMAC-SHA256 of the body, the mark included, with the key "secret". */
    static const char body[] = MARK "{\"hook\":{\"event\":\"file.uploaded\"},\"data\":{\"uuid\":\"x\"}}";
    uc_webhook_event *event;
    uc_error *error;
    CHECK_OK(webhook_read("secret", "v1=86773191d2b856249cf1ac66e8c50a3d395897f0615afb4735536d2e83c980bb", body, sizeof body - 1, &event, &error), error);
    CHECK_TEXT("file.uploaded", event->event);
    CHECK_TEXT(body + 3, event->json);
    uc_free(event);
    CHECK_FAILS(UC_ERR_AUTH, webhook_read("secret", "v1=86773191d2b856249cf1ac66e8c50a3d395897f0615afb4735536d2e83c980bb", body + 3, sizeof body - 4, &event, &error), error);
    uc_free(error);
}

/* -- cut short ------------------------------------------------------------------------------------------- */

TEST("JSON that is not whole is no success of uc_request and of calls that read nothing of it") {
    static const struct {
        const char *type, *body;
        int hides_length;
        uc_status status;
    } cases[] = {
        {JSON, "{\"a\":1", 1, UC_ERR_NETWORK},
        {JSON, "{\"a\":1", 0, UC_ERR_PROTOCOL},
        {"application/vnd.uploadcare-v0.7+json", "[1,", 1, UC_ERR_NETWORK},
        {NULL, "{\"a\":", 1, UC_ERR_NETWORK},
        {NULL, " [", 1, UC_ERR_NETWORK},
        {JSON, "{\"a\":1}}", 1, UC_ERR_PROTOCOL},
        {JSON, "{\"a\":1}", 1, UC_OK},
        {JSON, "{\"a\":1}\n", 0, UC_OK},
        {JSON, "", 0, UC_OK},
        {JSON, "\"text\"", 1, UC_OK},
        {NULL, "pub_key is required", 1, UC_OK},
        {"text/plain", "{\"a\":", 1, UC_ERR_NETWORK},
        {"text/plain", "{\"a\":", 0, UC_OK},
    };
    struct server server;
    uc_client *client = client_of(&server);
    size_t i;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *reply;
        uc_error *error;
        uc_status status;
        say(cases[i].type, cases[i].body, "", 0, "");
        said.hides_length = cases[i].hides_length;
        status = uc_request(client, "GET", "/groups/", NULL, &reply, &error);
        if (status != cases[i].status) FAIL("%s of %s", uc_status_name(status), cases[i].body);
        CHECK_TEXT(status == UC_OK ? cases[i].body : NULL, reply);
        uc_free(reply);
        uc_free(error);
        status = uc_group_delete(client, ID, NULL);
        if (status != cases[i].status) FAIL("uc_group_delete: %s of %s", uc_status_name(status), cases[i].body);
        status = uc_metadata_delete(client, UUID, "key", NULL);
        if (status != cases[i].status) FAIL("uc_metadata_delete: %s of %s", uc_status_name(status), cases[i].body);
        status = uc_webhook_unsubscribe(client, "https://example.com/", NULL);
        if (status != cases[i].status) FAIL("uc_webhook_unsubscribe: %s of %s", uc_status_name(status), cases[i].body);
    }
    uc_free(client);
    server_stop(&server);
}

TEST("an answer that is cut short is asked for again") {
    struct server server;
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_error *error;
    char *reply;
    server_start(&server, says, NULL);
    opts.api_base = server.base;
    opts.retries = 1;
    client = client_with(&opts);
    say(JSON, "{\"a\":1", "", 0, "");
    said.hides_length = 1;
    CHECK_FAILS(UC_ERR_NETWORK, uc_request(client, "GET", "/groups/", NULL, &reply, &error), error);
    CHECK_INT(2, error->attempts);
    CHECK_INT(200, error->http_status);
    uc_free(error);
    CHECK_FAILS(UC_ERR_NETWORK, uc_request(client, "POST", "/groups/", NULL, &reply, &error), error);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    uc_free(client);
    server_stop(&server);
}

/* -- arguments ------------------------------------------------------------------------------------------- */

TEST("a text of more than 64 KiB is UC_ERR_ARGUMENT, but JSON may be longer") {
    struct server server;
    uc_client *client = client_of(&server), *other;
    char *at_most = repeated("x", 65536), *more = repeated("x", 65537), *json = text("{\"query\":\"%s\"}", more), *reply;
    uc_page *page;
    uc_error *error;
    check_refusal(uc_metadata_set(client, UUID, at_most, "value", &error), &error, "key is not a key", at_most);
    check_refusal(uc_metadata_set(client, UUID, more, "value", &error), &error, "key is longer than 65536 bytes", more);
    check_refusal(uc_client_new(more, NULL, NULL, &other, &error), &error, "public_key is longer than 65536 bytes", more);
    say(JSON, "{\"results\":[]}", "", 0, "");
    CHECK_OK(uc_files_search(client, json, NULL, &page, &error), error);
    CHECK_OK(uc_request(client, "POST", "/files/search/", json, &reply, &error), error);
    uc_free(reply);
    uc_free(page);
    uc_free(client);
    server_stop(&server);
    free(at_most);
    free(more);
    free(json);
}
