/*
 * One server that answers as gateways and worse do, byte for byte, and every function that could meet
 * it: each gives the right status, in bounded memory and time.
 */
#include "gzip.h"
#include "servers.h"

#include <sys/resource.h>

#define UUID "22240276-2f06-41f8-9411-755c8ce926ed"
#define GROUP_ID "badfc9f7-f88f-4921-9cc0-22e2c08aa2da~1"
#define FILE_JSON "{\"uuid\":\"" UUID "\",\"original_filename\":\"a.jpg\",\"size\":1,\"is_ready\":true}"
#define GROUP_JSON "{\"id\":\"" GROUP_ID "\",\"files_count\":1,\"cdn_url\":\"https://ucarecdn.com/" GROUP_ID "/\",\"files\":[" FILE_JSON "]}"
#define PAGE_OF(item) "{\"next\":null,\"previous\":null,\"total\":1,\"per_page\":100,\"results\":[" item "]}"
#define HOOK_JSON "{\"id\":1,\"target_url\":\"https://example.com/\",\"event\":\"file.uploaded\",\"is_active\":true}"
#define JOB_JSON "{\"result\":[{\"token\":1,\"uuid\":\"" UUID "\"}],\"problems\":{}}"

/* -- the server ------------------------------------------------------------------------------------- */

static struct {
    struct server server;
    struct bytes first;  /* what the first request is answered with, where a function makes two */
    struct bytes answer; /* what all others are */
    int end;             /* how the connection ends after it */
    char request[8192];  /* the head of the last one */
    int requests;
} gateway;

enum { STAYS, FIN, RST };

/* Held while an answer is sent, which may last longer than the call that has heard enough of it. */
static pthread_mutex_t answering = PTHREAD_MUTEX_INITIALIZER;

static void end_with_reset(int connection) {
    struct linger linger = {1, 0};
    setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

static int send_answer(int connection, const struct bytes *answer) {
    return send_bytes(connection, (const char *)answer->bytes, answer->size);
}

static void serve(int connection, void *data) {
    (void)data;
    while (read_head(connection, gateway.request, sizeof gateway.request) > 0) {
        const char *length = strcasestr(gateway.request, "\r\ncontent-length:");
        int first = gateway.first.size > 0 && gateway.requests == 0;
        int sent;
        long body = length ? atol(length + 17) : 0;
        char byte;
        while (body-- > 0 && recv(connection, &byte, 1, 0) == 1) continue;
        __atomic_add_fetch(&gateway.requests, 1, __ATOMIC_SEQ_CST);
        pthread_mutex_lock(&answering);
        sent = send_answer(connection, first ? &gateway.first : &gateway.answer);
        pthread_mutex_unlock(&answering);
        if (sent != 0) return;
        if (first || gateway.end == STAYS) continue;
        if (gateway.end == RST) end_with_reset(connection);
        return;
    }
}

static void forget(struct bytes *bytes) {
    free(bytes->bytes);
    memset(bytes, 0, sizeof *bytes);
}

static void gateway_start(void) {
    memset(&gateway, 0, sizeof gateway);
    server_start(&gateway.server, serve, NULL);
}

static void gateway_stop(void) {
    server_stop(&gateway.server);
    forget(&gateway.first);
    forget(&gateway.answer);
}

/** The next answers are these bytes. */
static void gateway_answers(const void *bytes, size_t size, int end) {
    pthread_mutex_lock(&answering);
    forget(&gateway.first);
    forget(&gateway.answer);
    put(&gateway.answer, bytes, size);
    gateway.end = end;
    gateway.requests = 0;
    pthread_mutex_unlock(&answering);
}

static void gateway_says(const char *answer, int end) { gateway_answers(answer, strlen(answer), end); }

static uc_client *client_of(int retries) {
    uc_client_opts opts = client_opts();
    opts.api_base = opts.upload_base = gateway.server.base;
    opts.retries = retries;
    opts.idle_timeout_ms = (uint32_t)at_most(2000);
    opts.timeout_ms = (uint32_t)at_most(5000);
    return client_with(&opts);
}

/* -- the functions ------------------------------------------------------------------------------------ */

static uc_status groups_list(const uc_client *client, uc_error **error) {
    uc_page *page;
    uc_status status = uc_groups_list(client, NULL, &page, error);
    if (status == UC_OK) CHECK_TEXT(GROUP_ID, uc_page_group(page, 0)->id);
    uc_free(page);
    return status;
}

static uc_status page_next(const uc_client *client, uc_error **error) {
    uc_page *page;
    uc_status status;
    CHECK_OK(uc_groups_list(client, NULL, &page, error), *error);
    status = uc_page_next(page, error);
    CHECK_INT(1, uc_page_count(page));
    uc_free(page);
    return status;
}

static uc_status files_list(const uc_client *client, uc_error **error) {
    uc_page *page;
    uc_status status = uc_files_list(client, NULL, &page, error);
    if (status == UC_OK) CHECK_TEXT(UUID, uc_page_file(page, 0)->uuid);
    uc_free(page);
    return status;
}

static uc_status files_search(const uc_client *client, uc_error **error) {
    uc_page *page;
    uc_status status = uc_files_search(client, "{\"query\":\"pineapple\"}", NULL, &page, error);
    uc_free(page);
    return status;
}

static uc_status group_info(const uc_client *client, uc_error **error) {
    uc_group *group;
    uc_status status = uc_group_info(client, GROUP_ID, &group, error);
    uc_free(group);
    return status;
}

static uc_status group_create(const uc_client *client, uc_error **error) {
    static const char *const files[] = {UUID};
    uc_group *group;
    uc_status status = uc_group_create(client, files, 1, NULL, &group, error);
    uc_free(group);
    return status;
}

static uc_status group_delete(const uc_client *client, uc_error **error) {
    return uc_group_delete(client, GROUP_ID, error);
}

static uc_status file_info(const uc_client *client, uc_error **error) {
    uc_file *file;
    uc_status status = uc_file_info(client, UUID, NULL, &file, error);
    if (status == UC_OK) CHECK_TEXT(UUID, file->uuid);
    uc_free(file);
    return status;
}

static uc_status file_store(const uc_client *client, uc_error **error) {
    uc_file *file;
    uc_status status = uc_file_store(client, UUID, &file, error);
    uc_free(file);
    return status;
}

static uc_status file_delete(const uc_client *client, uc_error **error) {
    uc_file *file;
    uc_status status = uc_file_delete(client, UUID, &file, error);
    uc_free(file);
    return status;
}

static uc_status files_store(const uc_client *client, uc_error **error) {
    static const char *const files[] = {UUID};
    uc_batch *batch;
    uc_status status = uc_files_store(client, files, 1, &batch, error);
    uc_free(batch);
    return status;
}

static uc_status file_copy(const uc_client *client, uc_error **error) {
    uc_file *file;
    uc_status status = uc_file_copy(client, UUID, NULL, &file, error);
    uc_free(file);
    return status;
}

static uc_status file_copy_remote(const uc_client *client, uc_error **error) {
    char *url;
    uc_status status = uc_file_copy_remote(client, UUID, "mine", NULL, &url, error);
    uc_free(url);
    return status;
}

static uc_status metadata_list(const uc_client *client, uc_error **error) {
    uc_metadata *metadata;
    uc_status status = uc_metadata_list(client, UUID, &metadata, error);
    uc_free(metadata);
    return status;
}

static uc_status metadata_get(const uc_client *client, uc_error **error) {
    char *value;
    uc_status status = uc_metadata_get(client, UUID, "pet", &value, error);
    if (status == UC_OK) CHECK_TEXT("cat", value);
    uc_free(value);
    return status;
}

static uc_status metadata_set(const uc_client *client, uc_error **error) {
    return uc_metadata_set(client, UUID, "pet", "cat", error);
}

static uc_status metadata_delete(const uc_client *client, uc_error **error) {
    return uc_metadata_delete(client, UUID, "pet", error);
}

static uc_status tags_list(const uc_client *client, uc_error **error) {
    uc_tags *tags;
    uc_status status = uc_tags_list(client, UUID, &tags, error);
    uc_free(tags);
    return status;
}

static uc_status tags_update(const uc_client *client, uc_error **error) {
    static const char *const added[] = {"cat"};
    uc_tags *tags;
    uc_status status = uc_tags_update(client, UUID, added, 1, NULL, 0, &tags, error);
    uc_free(tags);
    return status;
}

static uc_status project_info(const uc_client *client, uc_error **error) {
    uc_project *project;
    uc_status status = uc_project_info(client, &project, error);
    uc_free(project);
    return status;
}

static uc_status webhooks_list(const uc_client *client, uc_error **error) {
    uc_webhooks *webhooks;
    uc_status status = uc_webhooks_list(client, &webhooks, error);
    if (status == UC_OK) CHECK_INT(1, webhooks->webhooks_len);
    uc_free(webhooks);
    return status;
}

static uc_status webhook_create(const uc_client *client, uc_error **error) {
    uc_webhook_opts opts = webhook_opts();
    uc_webhook *webhook;
    uc_status status;
    opts.target_url = "https://example.com/";
    opts.event = "file.uploaded";
    status = uc_webhook_create(client, &opts, &webhook, error);
    uc_free(webhook);
    return status;
}

static uc_status webhook_unsubscribe(const uc_client *client, uc_error **error) {
    return uc_webhook_unsubscribe(client, "https://example.com/", error);
}

static uc_status document_info(const uc_client *client, uc_error **error) {
    uc_document *info;
    uc_status status = uc_document_info(client, UUID, &info, error);
    uc_free(info);
    return status;
}

static uc_status convert_video(const uc_client *client, uc_error **error) {
    uc_job *job;
    uc_status status = uc_convert_video(client, UUID "/video/", NULL, &job, error);
    uc_free(job);
    return status;
}

static uc_status job_poll(const uc_client *client, uc_error **error) {
    uc_job *job;
    uc_status status;
    CHECK_OK(uc_convert_video(client, UUID "/video/", NULL, &job, error), *error);
    status = uc_job_poll(job, error);
    uc_free(job);
    return status;
}

static uc_status addon_run(const uc_client *client, uc_error **error) {
    uc_job *job;
    uc_status status = uc_addon_run(client, "remove_bg", UUID, NULL, &job, error);
    uc_free(job);
    return status;
}

static uc_status upload_data(const uc_client *client, uc_error **error) {
    uc_file *file;
    uc_status status = uc_upload_data(client, "x", 1, NULL, &file, error);
    if (status == UC_OK) CHECK_TEXT(UUID, file->uuid);
    uc_free(file);
    return status;
}

static uc_status upload_url(const uc_client *client, uc_error **error) {
    uc_job *job;
    uc_status status = uc_upload_url(client, "https://example.com/a.jpg", NULL, &job, error);
    uc_free(job);
    return status;
}

static uc_status upload_info(const uc_client *client, uc_error **error) {
    uc_file *file;
    uc_status status = uc_upload_info(client, UUID, &file, error);
    uc_free(file);
    return status;
}

static uc_status upload_group_info(const uc_client *client, uc_error **error) {
    uc_group *group;
    uc_status status = uc_upload_group_info(client, GROUP_ID, &group, error);
    uc_free(group);
    return status;
}

static uc_status request(const uc_client *client, uc_error **error) {
    char *answer;
    uc_status status = uc_request(client, "GET", "/anything/", NULL, &answer, error);
    CHECK((status == UC_OK) == (answer != NULL));
    uc_free(answer);
    return status;
}

/** What is done with an answer. */
enum use {
    READS,     /* nothing at all is no answer */
    MAY_LACK,  /* nothing at all is one, too */
    PASSES_ON, /* whatever it is */
    IGNORES,   /* but for its status */
};

static const struct function {
    const char *name;
    uc_status (*call)(const uc_client *client, uc_error **error);
    enum use use;
    const char *body;
    const char *first; /* the body of the answer to an earlier request, or NULL */
} functions[] = {
    {"uc_groups_list", groups_list, READS, PAGE_OF(GROUP_JSON), NULL},
    {"uc_page_next", page_next, READS, PAGE_OF(GROUP_JSON),
     "{\"next\":\"BASE/groups/?from=1\",\"previous\":null,\"total\":2,\"per_page\":1,\"results\":[" GROUP_JSON "]}"},
    {"uc_files_list", files_list, READS, PAGE_OF(FILE_JSON), NULL},
    {"uc_files_search", files_search, READS, PAGE_OF(FILE_JSON), NULL},
    {"uc_group_info", group_info, READS, GROUP_JSON, NULL},
    {"uc_group_create", group_create, READS, GROUP_JSON, NULL},
    {"uc_group_delete", group_delete, IGNORES, "{}", NULL},
    {"uc_file_info", file_info, READS, FILE_JSON, NULL},
    {"uc_file_store", file_store, READS, FILE_JSON, NULL},
    {"uc_file_delete", file_delete, READS, FILE_JSON, NULL},
    {"uc_files_store", files_store, READS, "{\"result\":[" FILE_JSON "],\"problems\":{}}", NULL},
    {"uc_file_copy", file_copy, READS, "{\"type\":\"file\",\"result\":" FILE_JSON "}", NULL},
    {"uc_file_copy_remote", file_copy_remote, READS, "{\"type\":\"url\",\"result\":\"s3://bucket/key\"}", NULL},
    {"uc_metadata_list", metadata_list, MAY_LACK, "{\"pet\":\"cat\"}", NULL},
    {"uc_metadata_get", metadata_get, READS, "\"cat\"", NULL},
    {"uc_metadata_set", metadata_set, READS, "\"cat\"", NULL},
    {"uc_metadata_delete", metadata_delete, IGNORES, "{}", NULL},
    {"uc_tags_list", tags_list, READS, "{\"tags\":[\"cat\"]}", NULL},
    {"uc_tags_update", tags_update, READS, "{\"tags\":[\"cat\"],\"added\":[\"cat\"],\"deleted\":[]}", NULL},
    {"uc_project_info", project_info, READS, "{\"name\":\"demo\",\"pub_key\":\"demopublickey\",\"collaborators\":[]}", NULL},
    {"uc_webhooks_list", webhooks_list, READS, "[" HOOK_JSON "]", NULL},
    {"uc_webhook_create", webhook_create, READS, HOOK_JSON, NULL},
    {"uc_webhook_unsubscribe", webhook_unsubscribe, IGNORES, "{}", NULL},
    {"uc_document_info", document_info, READS, "{\"error\":null,\"format\":{\"name\":\"pdf\",\"conversion_formats\":[]}}", NULL},
    {"uc_convert_video", convert_video, READS, JOB_JSON, NULL},
    {"uc_job_poll", job_poll, READS, "{\"status\":\"processing\",\"error\":null,\"result\":{\"uuid\":\"" UUID "\"}}", JOB_JSON},
    {"uc_addon_run", addon_run, READS, "{\"request_id\":\"" UUID "\"}", NULL},
    {"uc_upload_data", upload_data, READS, "{\"file\":\"" UUID "\",\"uuid\":\"" UUID "\",\"size\":1}", NULL},
    {"uc_upload_url", upload_url, READS, "{\"type\":\"token\",\"token\":\"" UUID "\"}", NULL},
    {"uc_upload_info", upload_info, READS, FILE_JSON, NULL},
    {"uc_upload_group_info", upload_group_info, READS, GROUP_JSON, NULL},
    {"uc_request", request, PASSES_ON, "{\"any\":[\"thing\"]}", NULL},
};

/* -- the answers ---------------------------------------------------------------------------------------- */

enum packing { PLAIN, GZIP, TWO_MEMBERS, ZEROS_AFTER, GARBAGE_AFTER, CUT_GZIP, WRONG_SUM, TWICE, EMPTY };
enum framing { LENGTH, LONGER, SHORTER, NO_LENGTH, CUT, CHUNKS, CHUNKS_CUT, CHUNKS_WITH_EXTRAS };

struct kind {
    const char *name;
    const char *before;  /* interim responses, or "" */
    const char *headers; /* further ones, or "" */
    enum packing packing;
    enum framing framing;
    int end;
    uc_status status;
    const char *message; /* a part of it, or NULL */
};

static const char zeros[512] = "";

static void pack(struct bytes *to, const char *body, enum packing packing) {
    struct bytes inner;
    char *half;
    memset(&inner, 0, sizeof inner);
    switch (packing) {
    case EMPTY: return;
    case PLAIN: put_text(to, body); return;
    case TWO_MEMBERS:
        half = text("%.*s", (int)strlen(body) / 2, body);
        gzip_put(to, half);
        gzip_put(to, body + strlen(half));
        free(half);
        return;
    case TWICE: /* stored blocks end with text as it is, so that the inner one goes in by hand */
        gzip_put(&inner, body);
        gzip_head(to);
        put(to, "\1", 1);
        put_little_endian(to, inner.size, 2);
        put_little_endian(to, ~inner.size, 2);
        put(to, inner.bytes, inner.size);
        put_little_endian(to, crc_of(0, inner.bytes, inner.size), 4);
        put_little_endian(to, inner.size, 4);
        free(inner.bytes);
        return;
    default: gzip_put(to, body);
    }
    if (packing == ZEROS_AFTER) put(to, zeros, sizeof zeros);
    if (packing == GARBAGE_AFTER) put_text(to, "odds and ends");
    if (packing == CUT_GZIP) to->size -= 9;
    if (packing == WRONG_SUM) to->bytes[to->size - 8] ^= 1;
}

static void frame(struct bytes *to, const struct kind *kind, const struct bytes *body) {
    size_t half = body->size / 2;
    char *line = NULL;
    switch (kind->framing) {
    case LENGTH: case LONGER: case SHORTER:
        line = text("Content-Length: %d\r\n\r\n", (int)body->size + (kind->framing == LONGER ? 10 : kind->framing == SHORTER ? -1 : 0));
        put_text(to, line);
        put(to, body->bytes, body->size);
        break;
    case NO_LENGTH: case CUT:
        put_text(to, "\r\n");
        put(to, body->bytes, kind->framing == CUT ? half : body->size);
        break;
    case CHUNKS: case CHUNKS_CUT: case CHUNKS_WITH_EXTRAS:
        line = text("Transfer-Encoding: chunked\r\n\r\n%x%s\r\n", (unsigned)half, kind->framing == CHUNKS_WITH_EXTRAS ? ";a=b;c=\"d\"" : "");
        put_text(to, line);
        put(to, body->bytes, half);
        if (kind->framing == CHUNKS_CUT) break;
        free(line);
        line = text("\r\n%x\r\n", (unsigned)(body->size - half));
        put_text(to, line);
        put(to, body->bytes + half, body->size - half);
        put_text(to, kind->framing == CHUNKS ? "\r\n0\r\n\r\n" : "\r\n000\r\nX-Trailer: 1\r\n\r\n");
    }
    free(line);
}

static void answer_with(const struct kind *kind, const char *body) {
    struct bytes packed, whole;
    memset(&packed, 0, sizeof packed);
    memset(&whole, 0, sizeof whole);
    pack(&packed, body, kind->packing);
    put_text(&whole, kind->before);
    put_text(&whole, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n");
    put_text(&whole, kind->headers);
    frame(&whole, kind, &packed);
    gateway_answers(whole.bytes, whole.size, kind->end);
    free(packed.bytes);
    free(whole.bytes);
}

static void answer_first_with(const char *body) {
    char *at = strstr((char *)body, "BASE"), *made;
    made = at ? text("%.*s%s%s", (int)(at - body), body, gateway.server.base, at + 4) : text("%s", body);
    at = text("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", (int)strlen(made), made);
    put_text(&gateway.first, at);
    free(at);
    free(made);
}

/** What this function must make of it. */
static uc_status status_of(const struct kind *kind, const struct function *function) {
    if (kind->packing == EMPTY && kind->status == UC_OK && function->use == READS) return UC_ERR_PROTOCOL;
    return kind->status;
}

static void check_kind(const struct kind *kind) {
    size_t i;
    for (i = 0; i < sizeof functions / sizeof *functions; i++) {
        const struct function *function = &functions[i];
        uc_status expected = status_of(kind, function), got;
        uc_client *client;
        uc_error *error;
        int64_t start = now_ms();
        answer_with(kind, function->body);
        if (function->first) answer_first_with(function->first);
        client = client_of(-1);
        got = function->call(client, &error);
        if (got != expected)
            FAIL("%s, %s: %s, not %s: %s", function->name, kind->name, uc_status_name(got), uc_status_name(expected),
                 error ? error->message : "");
        if (expected != UC_OK) CHECK_FAILS(expected, got, error);
        if (expected != UC_OK && kind->message && kind->status == expected) CHECK_CONTAINS(error->message, kind->message);
        uc_free(error);
        uc_free(client);
        if (now_ms() - start > at_most(1000)) FAIL("%s, %s: %d ms", function->name, kind->name, (int)(now_ms() - start));
    }
}

static void check_kinds(const struct kind *kinds, size_t count) {
    size_t i;
    gateway_start();
    for (i = 0; i < count; i++) check_kind(&kinds[i]);
    gateway_stop();
}

#define CHECK_KINDS(kinds) check_kinds(kinds, sizeof(kinds) / sizeof *(kinds))

TEST("content codings are read in every spelling, with members and padding, and what is broken is no answer") {
    static const struct kind kinds[] = {
        {"gzip", "", "Content-Encoding: gzip\r\n", GZIP, LENGTH, STAYS, UC_OK, NULL},
        {"GZIP", "", "Content-Encoding: GZIP\r\n", GZIP, LENGTH, STAYS, UC_OK, NULL},
        {"x-gzip", "", "Content-Encoding: x-gzip\r\n", GZIP, LENGTH, STAYS, UC_OK, NULL},
        {"gzip and identity", "", "Content-Encoding:  gzip , identity \r\n", GZIP, LENGTH, STAYS, UC_OK, NULL},
        {"identity", "", "Content-Encoding: Identity\r\n", PLAIN, LENGTH, STAYS, UC_OK, NULL},
        {"no coding named", "", "Content-Encoding: \r\n", PLAIN, LENGTH, STAYS, UC_OK, NULL},
        {"gzip in chunks", "", "Content-Encoding: gzip\r\n", GZIP, CHUNKS, STAYS, UC_OK, NULL},
        {"gzip without a length", "", "Content-Encoding: gzip\r\n", GZIP, NO_LENGTH, FIN, UC_OK, NULL},
        {"two members", "", "Content-Encoding: gzip\r\n", TWO_MEMBERS, LENGTH, STAYS, UC_OK, NULL},
        {"zeros after it", "", "Content-Encoding: gzip\r\n", ZEROS_AFTER, LENGTH, STAYS, UC_OK, NULL},
        {"garbage after it", "", "Content-Encoding: gzip\r\n", GARBAGE_AFTER, LENGTH, STAYS, UC_OK, NULL},
        {"packed twice", "", "Content-Encoding: gzip, gzip\r\n", TWICE, LENGTH, STAYS, UC_OK, NULL},
        {"packed twice, two lines", "", "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", TWICE, LENGTH, STAYS, UC_OK, NULL},
        {"cut gzip", "", "Content-Encoding: gzip\r\n", CUT_GZIP, LENGTH, STAYS, UC_ERR_NETWORK, NULL},
        {"a wrong sum", "", "Content-Encoding: gzip\r\n", WRONG_SUM, LENGTH, STAYS, UC_ERR_PROTOCOL, "gzip"},
        {"no gzip at all", "", "Content-Encoding: gzip\r\n", PLAIN, LENGTH, STAYS, UC_ERR_PROTOCOL, "gzip"},
        {"a coding nobody asked for", "", "Content-Encoding: br\r\n", PLAIN, LENGTH, STAYS, UC_ERR_PROTOCOL, "Content-Encoding"},
        {"an empty body named gzip", "", "Content-Encoding: gzip\r\n", EMPTY, LENGTH, STAYS, UC_OK, NULL},
        {"an empty body named gzip, no length", "", "Content-Encoding: gzip\r\n", EMPTY, NO_LENGTH, FIN, UC_OK, NULL},
        {"an empty body", "", "", EMPTY, LENGTH, STAYS, UC_OK, NULL},
    };
    CHECK_KINDS(kinds);
}

TEST("a body ends where it says, or is no answer") {
    static const struct kind kinds[] = {
        {"with a length", "", "", PLAIN, LENGTH, STAYS, UC_OK, NULL},
        {"without a length", "", "", PLAIN, NO_LENGTH, FIN, UC_OK, NULL},
        {"without a length, reset", "", "", PLAIN, NO_LENGTH, RST, UC_ERR_NETWORK, "was lost"},
        {"without a length, cut and reset", "", "", PLAIN, CUT, RST, UC_ERR_NETWORK, "was lost"},
        {"longer than what comes", "", "", PLAIN, LONGER, FIN, UC_ERR_NETWORK, "was lost"},
        {"longer than what comes, reset", "", "", PLAIN, LONGER, RST, UC_ERR_NETWORK, "was lost"},
        {"chunks", "", "", PLAIN, CHUNKS, STAYS, UC_OK, NULL},
        {"chunks with extras", "", "", PLAIN, CHUNKS_WITH_EXTRAS, STAYS, UC_OK, NULL},
        {"cut chunks", "", "", PLAIN, CHUNKS_CUT, FIN, UC_ERR_NETWORK, "was lost"},
        {"cut chunks, reset", "", "", PLAIN, CHUNKS_CUT, RST, UC_ERR_NETWORK, "was lost"},
    };
    CHECK_KINDS(kinds);
}

/** The answer to a request that asks for nothing in particular; it must fail so, or give this body. */
static uc_error *check_request(uc_status expected, const char *body, const char *what) {
    uc_client *client = client_of(-1);
    char *got;
    uc_error *error;
    uc_status status = uc_request(client, "GET", "/anything/", NULL, &got, &error);
    if (status != expected)
        FAIL("%s: %s, not %s: %s", what, uc_status_name(status), uc_status_name(expected), error ? error->message : "");
    CHECK_TEXT(expected == UC_OK ? body : NULL, got);
    if (expected != UC_OK) CHECK_FAILS(expected, status, error);
    uc_free(got);
    uc_free(client);
    return error;
}

#define IN_CHUNKS "2\r\n{}\r\n0\r\n\r\n"

TEST("a Transfer-Encoding other than chunked over HTTP/1.1 is UC_ERR_PROTOCOL, and an error keeps its own status") {
    static const struct { const char *version, *headers; int is_known; } rows[] = {
        {"1.1", "Transfer-Encoding: chunked\r\n", 1},
        {"1.1", "Transfer-Encoding: CHUNKED\r\n", 1},
        {"1.1", "Transfer-Encoding:  chunked \t\r\n", 1},
        {"1.1", "Transfer-Encoding:\r\n chunked\r\n", 1},
        {"1.1", "Transfer-Encoding: xchunked\r\n", 0},
        {"1.1", "Transfer-Encoding: chunked2\r\n", 0},
        {"1.1", "Transfer-Encoding: chunked;a=b\r\n", 0},
        {"1.1", "Transfer-Encoding: gzip, chunked\r\n", 0},
        {"1.1", "Transfer-Encoding: chunked, gzip\r\n", 0},
        {"1.1", "Transfer-Encoding: chunked, chunked\r\n", 0},
        {"1.1", "Transfer-Encoding: gzip\r\n", 0},
        {"1.1", "Transfer-Encoding: identity\r\n", 0},
        {"1.1", "Transfer-Encoding: \r\n", 0},
        {"1.1", "Transfer-Encoding: \xff\r\n", 0},
        {"1.1", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 0},
        {"1.1", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", 0},
        {"1.1", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", 0},
        {"1.1", "Transfer-Encoding: xchunked\r\nContent-Length: 12\r\n", 0},
        {"1.0", "Transfer-Encoding: chunked\r\n", 0},
        {"1.0", "Transfer-Encoding: xchunked\r\n", 0},
    };
    static const struct { const char *line; int http_status; uc_status status; } errors[] = {
        {"400 Bad Request", 400, UC_ERR_REJECTED}, {"403 Forbidden", 403, UC_ERR_AUTH},   {"404 Not Found", 404, UC_ERR_NOT_FOUND},
        {"429 Too Many", 429, UC_ERR_THROTTLED},   {"503 Unavailable", 503, UC_ERR_SERVER},
    };
    size_t i, j;
    gateway_start();
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *answer = text("HTTP/%s 200 OK\r\nContent-Type: application/json\r\n%s\r\n" IN_CHUNKS, rows[i].version, rows[i].headers);
        uc_error *error;
        gateway_says(answer, FIN);
        error = check_request(rows[i].is_known ? UC_OK : UC_ERR_PROTOCOL, "{}", answer);
        if (error) CHECK_CONTAINS(error->message, "Transfer-Encoding");
        uc_free(error);
        free(answer);
        for (j = 0; j < sizeof errors / sizeof *errors; j++) {
            answer = text("HTTP/%s %s\r\nContent-Type: application/json\r\n%s\r\n" IN_CHUNKS, rows[i].version, errors[j].line, rows[i].headers);
            gateway_says(answer, FIN);
            error = check_request(errors[j].status, NULL, answer);
            CHECK_INT(errors[j].http_status, error->http_status);
            uc_free(error);
            free(answer);
        }
    }
    gateway_stop();
}

TEST("no function takes a body for an answer whose Transfer-Encoding is not known") {
    static const struct kind kinds[] = {
        {"xchunked", "", "Transfer-Encoding: xchunked\r\n", PLAIN, NO_LENGTH, FIN, UC_ERR_PROTOCOL, "Transfer-Encoding"},
        {"xchunked and a length", "", "Transfer-Encoding: xchunked\r\n", PLAIN, LENGTH, STAYS, UC_ERR_PROTOCOL, "Transfer-Encoding"},
        {"chunked twice", "", "Transfer-Encoding: chunked\r\n", PLAIN, CHUNKS, STAYS, UC_ERR_PROTOCOL, "Transfer-Encoding"},
        {"gzip and chunked", "", "Transfer-Encoding: gzip\r\n", GZIP, CHUNKS, STAYS, UC_ERR_PROTOCOL, "Transfer-Encoding"},
    };
    CHECK_KINDS(kinds);
}

TEST("what begins like JSON, has no length and is cut is no answer, whatever it is called") {
    static const char *const types[] = {"Content-Type: text/plain\r\n", "Content-Type: text/html; charset=utf-8\r\n",
                                        "Content-Type: application/octet-stream\r\n", "Content-Type: application/json\r\n", ""};
    static const char *const bodies[] = {"{\"a\":[1,2]}", "[{\"a\":1},{}]", " \r\n\t{\"a\":\"b\"}"};
    size_t i, j;
    gateway_start();
    for (i = 0; i < sizeof types / sizeof *types; i++) {
        for (j = 0; j < sizeof bodies / sizeof *bodies; j++) {
            char *head = text("HTTP/1.1 200 OK\r\n%sConnection: close\r\n", types[i]), *answer;
            size_t cut;
            answer = text("%s\r\n%s", head, bodies[j]);
            gateway_says(answer, FIN);
            CHECK(check_request(UC_OK, bodies[j], answer) == NULL);
            free(answer);
            for (cut = strcspn(bodies[j], "{[") + 1; cut < strlen(bodies[j]); cut++) {
                answer = text("%s\r\n%.*s", head, (int)cut, bodies[j]);
                gateway_says(answer, FIN);
                uc_free(check_request(UC_ERR_NETWORK, NULL, answer));
                free(answer);
            }
            free(head);
        }
    }
    gateway_stop();
}

TEST("what is called no JSON and is as long as it says, or does not begin like JSON, is passed on as it is") {
    static const char *const answers[][2] = {
        {"Content-Type: text/plain\r\nContent-Length: 6\r\n", "{\"a\":1"},
        {"Content-Type: text/html\r\nContent-Length: 6\r\n", "[{\"a\":"},
        {"Content-Type: text/html\r\n", "<html><h1>{\"a\":"},
        {"Content-Type: text/plain\r\n", "two words"},
        {"Content-Type: text/plain\r\n", ""},
    };
    size_t i;
    gateway_start();
    for (i = 0; i < sizeof answers / sizeof *answers; i++) {
        char *answer = text("HTTP/1.1 200 OK\r\nConnection: close\r\n%s\r\n%s", answers[i][0], answers[i][1]);
        gateway_says(answer, FIN);
        CHECK(check_request(UC_OK, answers[i][1], answer) == NULL);
        free(answer);
    }
    gateway_stop();
}

TEST("a redirect is called one, and a 304 is not") {
    static const struct { const char *answer; int is_redirect; } rows[] = {
        {"HTTP/1.1 302 Found\r\nLocation: /elsewhere/\r\nContent-Length: 0\r\n\r\n", 1},
        {"HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n", 0},
    };
    size_t i;
    gateway_start();
    for (i = 0; i < 2; i++) {
        uc_error *error;
        gateway_says(rows[i].answer, STAYS);
        error = check_request(UC_ERR_PROTOCOL, NULL, rows[i].answer);
        CHECK_CONTAINS(error->message, i == 0 ? "302" : "304");
        test_contains(__FILE__, __LINE__, "error->message", error->message, "redirect", rows[i].is_redirect);
        uc_free(error);
    }
    gateway_stop();
}

TEST("a request id that is no ASCII text is shown all the same") {
    uc_error *error;
    gateway_start();
    gateway_says("HTTP/1.1 404 Not Found\r\nX-Uploadcare-Request-Id: one\ttwo \xc3\xa9 \xff end\r\nContent-Length: 0\r\n\r\n", STAYS);
    error = check_request(UC_ERR_NOT_FOUND, NULL, "404");
    CHECK_TEXT("one two \xc3\xa9 \xef\xbf\xbd end", error->request_id);
    uc_free(error);
    gateway_stop();
}

TEST("folded headers, many headers, large headers and interim responses are read") {
    static struct kind kinds[] = {
        {"a folded header", "", "X-Long: one\r\n two\r\n\tthree\r\n", PLAIN, LENGTH, STAYS, UC_OK, NULL},
        {"a fold before any text", "", "X-Long:\r\n one\r\n", PLAIN, LENGTH, STAYS, UC_OK, NULL},
        {"a folded coding", "", "Content-Encoding:\r\n  gzip\r\n", GZIP, LENGTH, STAYS, UC_OK, NULL},
        {"100 more headers", "", NULL, PLAIN, LENGTH, STAYS, UC_OK, NULL},
        {"a header of 100 KB", "", NULL, PLAIN, LENGTH, STAYS, UC_OK, NULL},
        {"a header of 200 KB", "", NULL, PLAIN, LENGTH, STAYS, UC_ERR_PROTOCOL, "header"},
        {"100 Continue", "HTTP/1.1 100 Continue\r\n\r\n", "", PLAIN, LENGTH, STAYS, UC_OK, NULL},
        {"100 Continue with a header", "HTTP/1.1 100 Continue\r\nX-Gateway: 1\r\n\r\n", "", PLAIN, LENGTH, STAYS, UC_OK, NULL},
        {"103 Early Hints", "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n", "", PLAIN, LENGTH, STAYS, UC_OK, NULL},
        {"several, and folds after them",
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>;\r\n rel=preload\r\n\r\n",
         "X-Long: one\r\n two\r\nContent-Encoding:\r\n gzip\r\n", GZIP, LENGTH, STAYS, UC_OK, NULL},
    };
    char *many = repeated("X-Gateway-Says: something that nobody needs\r\n", 100);
    char *large = repeated("a", 100 * 1024), *larger = repeated("a", 200 * 1024);
    char *large_line = text("X-Large: %s\r\n", large), *larger_line = text("X-Larger: %s\r\n", larger);
    kinds[3].headers = many;
    kinds[4].headers = large_line;
    kinds[5].headers = larger_line;
    CHECK_KINDS(kinds);
    free(many);
    free(large);
    free(larger);
    free(large_line);
    free(larger_line);
}

TEST("a folded Content-Type and a folded Retry-After mean what they say") {
    uc_client *client;
    uc_error *error;
    gateway_start();
    gateway_says("HTTP/1.1 429 Too Many\r\nContent-Type:\r\n application/json\r\nRetry-After:\r\n\t7\r\n"
                 "Content-Length: 18\r\n\r\n{\"detail\":\"Later\"}", STAYS);
    client = client_of(-1);
    CHECK_FAILS(UC_ERR_THROTTLED, groups_list(client, &error), error);
    CHECK_TEXT("Later", error->message);
    CHECK_INT(7000, error->retry_after_ms);
    uc_free(error);
    uc_free(client);
    gateway_stop();
}

TEST("204 named gzip is an empty body, with a length, without, and in chunks that it must not have") {
    static const char *const answers[] = {
        "HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
    };
    size_t i, j;
    gateway_start();
    for (i = 0; i < sizeof answers / sizeof *answers; i++) {
        for (j = 0; j < sizeof functions / sizeof *functions; j++) {
            uc_client *client;
            uc_error *error;
            uc_status got;
            if (functions[j].use == READS || functions[j].first) continue;
            gateway_says(answers[i], STAYS);
            client = client_of(3);
            got = functions[j].call(client, &error);
            if (got != UC_OK) FAIL("%s, %d: %s: %s", functions[j].name, (int)i, uc_status_name(got), error->message);
            CHECK_INT(1, gateway.requests);
            uc_free(client);
        }
    }
    gateway_stop();
}

TEST("an answer that was lost on the way is asked for again by GET, PUT and DELETE, and not by POST") {
    static const struct { const char *method; int attempts; } rows[] = {{"GET", 3}, {"PUT", 3}, {"DELETE", 3}, {"POST", 1}, {"PATCH", 1}};
    size_t i;
    gateway_start();
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        uc_client *client = client_of(2);
        char *got;
        uc_error *error;
        gateway_says("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"a\":1", RST);
        CHECK_FAILS(UC_ERR_NETWORK, uc_request(client, rows[i].method, "/anything/", NULL, &got, &error), error);
        CHECK_INT(rows[i].attempts, error->attempts);
        CHECK(got == NULL);
        uc_free(error);
        uc_free(client);
    }
    gateway_stop();
}

TEST("a request without a body has the length 0 where its method usually has one, and is never in chunks") {
    static const struct { const char *method, *json, *length; } rows[] = {
        {"PUT", NULL, "0"}, {"POST", NULL, "0"}, {"PATCH", NULL, "0"}, {"GET", NULL, NULL}, {"DELETE", NULL, NULL},
        {"PUT", "{}", "2"}, {"POST", "{}", "2"}, {"PATCH", "{}", "2"}, {"DELETE", "{}", "2"},
    };
    size_t i;
    uc_client *client;
    uc_error *error;
    uc_file *file;
    gateway_start();
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *got, *line;
        gateway_says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", STAYS);
        client = client_of(-1);
        CHECK_OK(uc_request(client, rows[i].method, "/anything/", rows[i].json, &got, &error), error);
        CHECK_TEXT("", got);
        if (strcasestr(gateway.request, "transfer-encoding")) FAIL("%s: %s", rows[i].method, gateway.request);
        line = rows[i].length ? text("\r\ncontent-length: %s\r\n", rows[i].length) : text("content-length");
        if ((strcasestr(gateway.request, line) != NULL) != (rows[i].length != NULL)) FAIL("%s", gateway.request);
        free(line);
        uc_free(got);
        uc_free(client);
    }
    gateway_says("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" FILE_JSON, FIN);
    client = client_of(-1);
    CHECK_OK(uc_file_store(client, UUID, &file, &error), error);
    CHECK(strcasestr(gateway.request, "\r\ncontent-length: 0\r\n") != NULL);
    CHECK(strcasestr(gateway.request, "transfer-encoding") == NULL);
    uc_free(file);
    uc_free(client);
    gateway_stop();
}

/* -- answers that were kept ---------------------------------------------------------------------------- */

static uc_status any_page(const uc_client *client, uc_error **error) {
    uc_page *page;
    uc_status status = uc_groups_list(client, NULL, &page, error);
    if (status == UC_OK) CHECK_INT(1, uc_page_count(page));
    uc_free(page);
    return status;
}

/** Answers with a file of ../shared/cases/answers, whose bytes are sent as they are. */
static void check_kept(const char *name, int end, uc_status (*call)(const uc_client *, uc_error **), uc_status expected,
                       int64_t retry_after_ms) {
    struct bytes bytes;
    char part[4096], *path;
    FILE *file;
    size_t got;
    uc_client *client;
    uc_error *error;
    uc_status status;
    if (getenv("UC_TEST_ANSWERS") == NULL) {
        printf("skipped: no ../shared/cases/answers/%s.http\n", name);
        return;
    }
    path = text("%s/%s.http", getenv("UC_TEST_ANSWERS"), name);
    file = fopen(path, "rb");
    if (file == NULL) FAIL("no %s", path);
    memset(&bytes, 0, sizeof bytes);
    while ((got = fread(part, 1, sizeof part, file)) > 0) put(&bytes, part, got);
    fclose(file);
    gateway_start();
    gateway_answers(bytes.bytes, bytes.size, end);
    client = client_of(-1);
    status = call(client, &error);
    if (status != expected) FAIL("%s: %s: %s", name, uc_status_name(status), error ? error->message : "");
    if (error) CHECK_INT(retry_after_ms, error->retry_after_ms);
    uc_free(error);
    uc_free(client);
    gateway_stop();
    free(bytes.bytes);
    free(path);
}

TEST("the kept answers are what they should be") {
    check_kept("content-encoding-upper-case", STAYS, any_page, UC_OK, -1);
    check_kept("folded-header", STAYS, any_page, UC_OK, -1);
    check_kept("empty-204-gzip", STAYS, group_delete, UC_OK, -1);
    check_kept("truncated-without-length", RST, request, UC_ERR_NETWORK, -1);
}

/* -- answers that are larger than they look ------------------------------------------------------------- */

/** A value in KiB of /proc/self/status, or 0 where a sanitizer or valgrind holds more than the program. */
static long memory_kib(const char *name) {
    char line[256];
    long kib = 0;
    FILE *status;
#ifdef __SANITIZE_ADDRESS__
    return 0;
#endif
    if (getenv("UC_TEST_SLOW") || (status = fopen("/proc/self/status", "r")) == NULL) return 0;
    while (fgets(line, sizeof line, status)) {
        if (strncmp(line, name, strlen(name)) == 0) kib = atol(line + strlen(name) + 1);
    }
    fclose(status);
    return kib;
}

/** Begins to count the peak of memory anew; what is held now. */
static long memory_begin(void) {
    FILE *clear = fopen("/proc/self/clear_refs", "w");
    if (clear) {
        fputs("5", clear);
        fclose(clear);
    }
    return memory_kib("VmRSS");
}

/** An answer of gzip that unpacks to so many bytes. */
static struct bytes bomb_of(const char *start, const char *unit, size_t size, const char *end) {
    struct bytes packed, whole;
    char *head;
    memset(&packed, 0, sizeof packed);
    memset(&whole, 0, sizeof whole);
    gzip_bomb(&packed, start, unit, size, end);
    head = text("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n",
                (int)packed.size);
    put_text(&whole, head);
    put(&whole, packed.bytes, packed.size);
    free(head);
    free(packed.bytes);
    return whole;
}

/** Calls this function; the peak of memory may be so many times what the answer unpacks to. */
static void check_bomb_for(const struct function *function, const struct bytes *bomb, size_t size, int times) {
    uc_client *client = client_of(-1);
    uc_error *error;
    uc_status got;
    long before, grown;
    int64_t began;
    gateway_answers(bomb->bytes, bomb->size, STAYS);
    if (function->first) answer_first_with(function->first);
    before = memory_begin();
    began = now_ms();
    got = function->call(client, &error);
    grown = memory_kib("VmHWM") - before;
    /* To some it is an answer: of metadata, say, or of no files. */
    if (got != UC_ERR_PROTOCOL && (got != UC_OK || function->call == groups_list || function->call == group_info))
        FAIL("%s: %s", function->name, uc_status_name(got));
    if (grown > (long)(size / 1024) * times + 8192) FAIL("%s: %ld MiB", function->name, grown / 1024);
    if (now_ms() - began > at_most(3000)) FAIL("%s: %d ms", function->name, (int)(now_ms() - began));
    uc_free(error);
    uc_free(client);
}

/** The large one for some functions, a smaller one for all. */
static void check_bomb(const char *start, const char *unit, const char *end, int times) {
    size_t large = getenv("UC_TEST_SLOW") ? 6000000 : 60000000, small = large / 20, i;
    struct bytes large_bomb = bomb_of(start, unit, large, end), small_bomb = bomb_of(start, unit, small, end);
    gateway_start();
    for (i = 0; i < sizeof functions / sizeof *functions; i++) {
        int is_one = functions[i].call == groups_list || functions[i].call == group_info || functions[i].call == request;
        check_bomb_for(&functions[i], &small_bomb, small, times);
        if (is_one) check_bomb_for(&functions[i], &large_bomb, large, times);
    }
    gateway_stop();
    free(large_bomb.bytes);
    free(small_bomb.bytes);
}

TEST("60 MB of nothing in 60 KB of gzip take at most four times that") {
    check_bomb("", " ", "", 4);
}

/** Sends what stands before the bar, and what comes after it again and again; with ! for the bar without pauses. */
static void drip(int connection, void *data) {
    const char *start = (const char *)data, *bar = strpbrk(start, "|!");
    char *many = repeated(bar + 1, *bar == '|' ? 1 : 20000);
    if (read_head(connection, gateway.request, sizeof gateway.request) > 0 &&
        send_bytes(connection, start, (size_t)(bar - start)) == 0)
        while (send_text(connection, many) == 0) sleep_ms(*bar == '|' ? 5 : 0);
    free(many);
}

TEST("an answer without an end that says nothing is no answer, in bounded memory, also where there is no time limit") {
    static const char *const floods[] = {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;!a",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n!0",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n \r\n0\r\nX: !a",
        "HTTP/1.1 200 OK\r\nX: !a",
        "HTTP/1.1 103 Early Hints\r\nX: !a",
        "HTTP/1.1 200 OK\r\n\r\n! ",
    };
    size_t i;
    for (i = 0; i < sizeof floods / sizeof *floods; i++) {
        struct server server;
        uc_client_opts opts = client_opts();
        uc_client *client;
        uc_error *error;
        int64_t start = now_ms();
        long before = memory_begin();
        server_start(&server, drip, (void *)floods[i]);
        opts.upload_base = server.base;
        opts.retries = -1;
        client = client_with(&opts);
        CHECK_FAILS(UC_ERR_PROTOCOL, upload_data(client, &error), error);
        CHECK(memory_kib("VmHWM") - before < 200 * 1024);
        CHECK_BEFORE(start, 5000);
        uc_free(error);
        uc_free(client);
        server_stop(&server);
    }
}

/**
 * gzip in gzip: inside, a member of `body` and after it 258 members of nothing for each round. They are
 * 23 bytes each, and five bits outside stand for 258 bytes of them.
 */
static struct bytes empty_members_after(const char *body, int rounds, const char *status) {
    struct bytes inner, member, packed, whole;
    unsigned long crc;
    char *head;
    int i, j;
    memset(&inner, 0, sizeof inner);
    memset(&member, 0, sizeof member);
    memset(&packed, 0, sizeof packed);
    memset(&whole, 0, sizeof whole);
    gzip_put(&inner, body);
    gzip_put(&member, "");
    CHECK_INT(23, member.size);
    put(&inner, member.bytes, member.size);
    gzip_head(&packed);
    put(&packed, "", 1); /* a block that is stored */
    put_little_endian(&packed, inner.size, 2);
    put_little_endian(&packed, ~inner.size, 2);
    put(&packed, inner.bytes, inner.size);
    put_bits(&packed, 1 | 2 << 1, 3); /* and one with codes of its own, as in gzip_bomb() */
    put_bits(&packed, 29, 5);
    put_bits(&packed, 8, 5);
    put_bits(&packed, 14, 4);
    for (i = 0; i < 18; i++) put_bits(&packed, i == 2 || i == 3 ? 2 : i == 17 ? 1 : 0, 3);
    put_bits(&packed, 3 | (138 - 11) << 2, 9);
    put_bits(&packed, 3 | (118 - 11) << 2, 9);
    put_bits(&packed, 0, 1);
    put_bits(&packed, 3 | (28 - 11) << 2, 9);
    put_bits(&packed, 0, 1);
    for (i = 0; i < 8; i++) put_bits(&packed, 1, 2); /* no distance below 17 to 24 */
    put_bits(&packed, 0, 1);
    for (i = 0; i < 23 * rounds; i++) put_bits(&packed, 1 | (23 - 17) << 2, 5);
    put_bits(&packed, 0, 1);
    packed.bits = 0;
    crc = crc_of(0, inner.bytes, inner.size);
    for (i = 0; i < rounds; i++)
        for (j = 0; j < 258; j++) crc = crc_of(crc, member.bytes, member.size);
    put_little_endian(&packed, crc, 4);
    put_little_endian(&packed, inner.size + (unsigned long)rounds * 258 * member.size, 4);
    head = text("HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Encoding: gzip, gzip\r\nContent-Length: %d\r\n\r\n", status,
                (int)packed.size);
    put_text(&whole, head);
    put(&whole, packed.bytes, packed.size);
    free(head);
    free(inner.bytes);
    free(member.bytes);
    free(packed.bytes);
    return whole;
}

struct cancel {
    const uc_client *client;
    int64_t after_ms;
};

static void *cancels(void *argument) {
    struct cancel *cancel = (struct cancel *)argument;
    sleep_ms(cancel->after_ms);
    uc_client_cancel(cancel->client);
    return NULL;
}

TEST("members of nothing after an answer are passed over, and a million of them hear timeout_ms and a cancel") {
    struct bytes few = empty_members_after("{\"a\":1}", 2, "200 OK");
    struct bytes many = empty_members_after("{\"a\":1}", getenv("UC_TEST_SLOW") ? 1000 : 10000, "200 OK");
    struct bytes error_many = empty_members_after("{\"detail\":\"No\"}", getenv("UC_TEST_SLOW") ? 1000 : 10000, "404 Not Found");
    int i;
    gateway_start();
    gateway_answers(few.bytes, few.size, STAYS);
    CHECK(check_request(UC_OK, "{\"a\":1}", "few") == NULL);
    for (i = 0; i < 4; i++) {
        const struct bytes *answer = i < 2 ? &many : &error_many;
        uc_client_opts opts = client_opts();
        struct cancel cancel;
        uc_client *client;
        uc_error *error;
        pthread_t thread;
        int64_t start;
        gateway_answers(answer->bytes, answer->size, STAYS);
        opts.api_base = gateway.server.base;
        opts.retries = -1;
        opts.timeout_ms = i % 2 ? 60000 : 300;
        client = client_with(&opts);
        cancel.client = client;
        cancel.after_ms = 300;
        start = now_ms();
        if (i % 2) CHECK(pthread_create(&thread, NULL, cancels, &cancel) == 0);
        if (i == 2) CHECK_FAILS(UC_ERR_NOT_FOUND, request(client, &error), error); /* the status says the most */
        else CHECK_FAILS(i % 2 ? UC_ERR_CANCELED : UC_ERR_TIMEOUT, request(client, &error), error);
        CHECK_BEFORE(start, 300 + 300);
        CHECK_NOT_BEFORE(start, 280);
        if (i % 2) pthread_join(thread, NULL);
        uc_free(error);
        uc_free(client);
    }
    gateway_stop();
    free(few.bytes);
    free(many.bytes);
    free(error_many.bytes);
}

/** A member of gzip, and then garbage without an end. */
static void endless_garbage(int connection, void *data) {
    struct bytes bytes;
    (void)data;
    memset(&bytes, 0, sizeof bytes);
    put_text(&bytes, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\r\n");
    gzip_put(&bytes, "{\"file\":\"" UUID "\"}");
    if (read_head(connection, gateway.request, sizeof gateway.request) > 0)
        while (send_bytes(connection, (const char *)bytes.bytes, bytes.size) == 0) {
            bytes.size = 0;
            put(&bytes, zeros, sizeof zeros);
            put(&bytes, zeros, sizeof zeros);
        }
    free(bytes.bytes);
}

TEST("what follows after gzip is passed over, but not without an end") {
    struct server server;
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_error *error;
    server_start(&server, endless_garbage, NULL);
    opts.upload_base = server.base;
    opts.retries = -1;
    client = client_with(&opts);
    CHECK_FAILS(UC_ERR_PROTOCOL, upload_data(client, &error), error);
    uc_free(error);
    uc_free(client);
    server_stop(&server);
}

TEST("an endless body, head, line or row of interim responses that drips ends at timeout_ms") {
    static const char *const drips[] = {
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n| ",
        "HTTP/1.1 200 OK\r\n|X: 1\r\n",
        "HTTP/1.1 200 OK\r\nX: |a",
        "|HTTP/1.1 103 Early Hints\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n|1\r\n \r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n \r\n0\r\n|X: 1\r\n",
        "!HTTP/1.1 103 Early Hints\r\n\r\n",
    };
    size_t i;
    for (i = 0; i < sizeof drips / sizeof *drips; i++) {
        struct server server;
        uc_client_opts opts = client_opts();
        uc_client *client;
        uc_error *error;
        int64_t start = now_ms();
        server_start(&server, drip, (void *)drips[i]);
        opts.api_base = server.base;
        opts.retries = -1;
        opts.timeout_ms = 400;
        client = client_with(&opts);
        CHECK_FAILS(UC_ERR_TIMEOUT, request(client, &error), error);
        CHECK_CONTAINS(error->message, "timeout_ms");
        CHECK_NOT_BEFORE(start, 380);
        CHECK_BEFORE(start, 400 + 300);
        uc_free(error);
        uc_free(client);
        server_stop(&server);
    }
}

TEST("a byte order mark is passed over") {
    size_t i;
    gateway_start();
    for (i = 0; i < sizeof functions / sizeof *functions; i++) {
        static const struct kind kind = {"a byte order mark", "", "", PLAIN, LENGTH, STAYS, UC_OK, NULL};
        char *body = text("\xef\xbb\xbf%s", functions[i].body);
        uc_client *client;
        uc_error *error;
        uc_status got;
        answer_with(&kind, body);
        if (functions[i].first) answer_first_with(functions[i].first);
        client = client_of(-1);
        got = functions[i].call(client, &error);
        if (got != UC_OK) FAIL("%s: %s: %s", functions[i].name, uc_status_name(got), error->message);
        uc_free(client);
        free(body);
    }
    gateway_stop();
}

TEST("JSON that is not whole is no answer, whatever the length says") {
    static const struct kind kinds[] = {
        {"a length too short", "", "", PLAIN, SHORTER, STAYS, UC_ERR_PROTOCOL, NULL},
        {"without a length, cut", "", "", PLAIN, CUT, FIN, UC_ERR_PROTOCOL, NULL},
    };
    size_t i, j;
    gateway_start();
    for (i = 0; i < 2; i++) {
        for (j = 0; j < sizeof functions / sizeof *functions; j++) {
            uc_client *client;
            uc_error *error;
            uc_status got;
            if (functions[j].use == IGNORES) continue;
            answer_with(&kinds[i], functions[j].body);
            if (functions[j].first) answer_first_with(functions[j].first);
            client = client_of(-1);
            got = functions[j].call(client, &error);
            if (got != UC_ERR_PROTOCOL && got != UC_ERR_NETWORK) FAIL("%s: %s: %s", functions[j].name, kinds[i].name, uc_status_name(got));
            uc_free(error);
            uc_free(client);
        }
    }
    gateway_stop();
}

TEST("60 MB of nulls, numbers and objects in 60 KB of gzip are not built up") {
    check_bomb("{\"files\":[", "null,", "null]}", 16);
    check_bomb("{\"id\":\"" GROUP_ID "\",\"files\":[", "{},", "{}]}", 16);
    check_bomb("{\"next\":null,\"total\":1,\"results\":[", "{},", "{}]}", 16);
    check_bomb("[", "0,", "0]", 16);
}

TEST("the kept answers to what is read are what they should be") {
    check_kept("byte-order-mark", STAYS, any_page, UC_OK, -1);
    check_kept("429-retry-after-rfc850", STAYS, any_page, UC_ERR_THROTTLED, 3000);
    check_kept("group-info-800000-null-files", STAYS, group_info, UC_ERR_PROTOCOL, -1);
}

/* -- an answer before the end of the request ------------------------------------------------------------ */

static int is_heard; /* what is refused below */

/** Refuses what it has read the head of, and then neither reads nor closes. */
static void refuses_and_stays(int connection, void *data) {
    if (read_head(connection, gateway.request, sizeof gateway.request) < 0) return;
    send_text(connection, (const char *)data);
    while (!__atomic_load_n(&is_heard, __ATOMIC_SEQ_CST)) sleep_ms(5);
}

TEST("a 413 while a file is sent is heard from a peer that neither reads nor closes, after idle_timeout_ms") {
    static const char answer[] = "HTTP/1.1 413 Too Large\r\nContent-Type: text/plain\r\nContent-Length: 14\r\n\r\nNot that much.";
    size_t size = 9 << 20;
    char *bytes = (char *)calloc(size, 1);
    int small = 4096;
    struct server server;
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_file *file;
    uc_error *error;
    int64_t start;
    is_heard = 0;
    server_start(&server, refuses_and_stays, (void *)answer);
    CHECK(setsockopt(server.listening, SOL_SOCKET, SO_RCVBUF, &small, sizeof small) == 0);
    opts.upload_base = server.base;
    opts.idle_timeout_ms = 300;
    client = client_with(&opts);
    start = now_ms();
    CHECK_FAILS(UC_ERR_REJECTED, uc_upload_data(client, bytes, size, NULL, &file, &error), error);
    CHECK_BEFORE(start, 300 + 700);
    CHECK_INT(413, error->http_status);
    CHECK_INT(1, error->attempts);
    CHECK_CONTAINS(error->message, "Not that much.");
    CHECK(file == NULL);
    CHECK_INT(1, server_connections(&server));
    __atomic_store_n(&is_heard, 1, __ATOMIC_SEQ_CST);
    uc_free(error);
    uc_free(client);
    server_stop(&server);
    free(bytes);
}
