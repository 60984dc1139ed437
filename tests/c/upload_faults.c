/* What goes wrong on the way of an upload: it ends well or with the right error, never with a wrong file. */
#include "uploads.h"

static uc_client *client_with_retries(int retries) {
    uc_client_opts opts = client_opts();
    opts.retries = retries;
    return client_with(&opts);
}

/** A refusal of storage's that stays. */
#define TOO_LARGE                                                                                      \
    "{\"fault\":\"status\",\"status\":400,\"path\":\"/_parts/\",\"times\":-1,\"content_type\":\"application/xml\"," \
    "\"body\":\"<Error><Code>EntityTooLarge</Code><Message>Too large.</Message></Error>\"}"

/** How many requests began with this path. */
static int requests_to(const char *path) {
    char *requests = emulator_get("/_emulator/requests"), *target = text("\"target\":\"%s", path);
    int count = occurrences(requests, target);
    free(requests);
    free(target);
    return count;
}

/* -- each trouble at each step ------------------------------------------------------------------------- */

static const struct step {
    const char *path;
    int64_t size;
} steps[] = {
    {"/base/", 9 * MIB},
    {"/multipart/start/", 11 * MIB},
    {"/_parts/", 11 * MIB},
    {"/multipart/complete/", 11 * MIB},
    {"/info/", 11 * MIB},
};
#define STEPS 5
enum { BASE, START, PART_, COMPLETE, INFO };

static const struct trouble {
    const char *fault;
    uc_status status; /* past the retries */
    int is_sure;      /* nothing can have been done: a POST of a file is sent again, too */
    int is_of_answer; /* what a part's answer says beyond its status does not count */
} troubles[] = {
    {"\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"0\"}", UC_ERR_THROTTLED, 1, 0},
    {"\"fault\":\"status\",\"status\":500,\"headers\":{\"Retry-After\":\"0\"}", UC_ERR_SERVER, 0, 0},
    {"\"fault\":\"status\",\"status\":503,\"headers\":{\"Retry-After\":\"0\"}", UC_ERR_SERVER, 0, 0},
    {"\"fault\":\"status\",\"status\":502,\"headers\":{\"Retry-After\":\"0\"}", UC_ERR_SERVER, 0, 0},
    {"\"fault\":\"reset_before\"", UC_ERR_NETWORK, 0, 0},
    {"\"fault\":\"reset_before\",\"done\":true", UC_ERR_NETWORK, 0, 0},
    {"\"fault\":\"close_before\",\"done\":true", UC_ERR_NETWORK, 0, 0},
    {"\"fault\":\"reset_inside\",\"after\":5", UC_ERR_NETWORK, 0, 1},
    {"\"fault\":\"close_inside\"", UC_ERR_NETWORK, 0, 1},
    {"\"fault\":\"truncated_json\"", UC_ERR_PROTOCOL, 0, 1},
    {"\"fault\":\"reset_reading\",\"after\":10", UC_ERR_NETWORK, 1, 0},
    {"\"fault\":\"reset_reading\",\"after\":200000", UC_ERR_NETWORK, 1, 0},
};
#define TROUBLES (sizeof troubles / sizeof troubles[0])

/** What is told with a request is too little for a reset while it is read; /info/ tells nothing at all. */
static int is_pointless(int step, const struct trouble *trouble) {
    return (strstr(trouble->fault, "reset_reading") && step != BASE && step != PART_) ||
           (trouble->is_of_answer && step == PART_);
}

static void trouble_at(const struct step *step, const char *what, int times) {
    char *json = text("{%s,\"path\":\"%s\",\"times\":%d}", what, step->path, times);
    reset(NULL);
    fault(json);
    free(json);
}

static void check_trouble(const uc_client *client, int step, const struct trouble *trouble, int times, enum way way) {
    struct content content = content_of(steps[step].size);
    int is_lasting = times < 0, may_fail = step == BASE ? is_lasting || !trouble->is_sure : is_lasting && step != INFO;
    uc_file *file;
    uc_error *error;
    uc_status status;
    if (is_pointless(step, trouble)) return;
    trouble_at(&steps[step], trouble->fault, times);
    status = upload_by(way, client, &content, NULL, &file, &error);
    no_more_faults();
    if (status == UC_OK && (!may_fail || step == COMPLETE)) {
        CHECK(file != NULL && error == NULL);
        CHECK((file->json == NULL) == (step == INFO && is_lasting));
        check_arrived(file, &content);
    } else {
        CHECK_FAILS(may_fail ? trouble->status : UC_OK, status, error);
        CHECK(file == NULL);
        uc_free(error);
        /* What breaks a kept connection before it has the whole request costs no retry. */
        if (step == BASE && !strstr(trouble->fault, "reset_reading"))
            CHECK_INT(is_lasting && trouble->is_sure ? 2 : 1, requests_to("/base/"));
    }
    check_nothing_wrong(&content);
}

TEST("a trouble that passes is got over at every step, but that no file is sent twice that may have arrived") {
    uc_client *client = client_with_retries(3);
    size_t i, stride = getenv("UC_TEST_SLOW") ? 3 : 1;
    int step;
    for (step = 0; step < STEPS; step++)
        for (i = (size_t)step % stride; i < TROUBLES; i += stride) check_trouble(client, step, &troubles[i], 1, BY_PATH);
    uc_free(client);
}

TEST("the same for a stream, of which each part is kept until it has arrived") {
    uc_client *client = client_with_retries(3);
    size_t i;
    int step;
    for (step = 0; step < STEPS; step++)
        for (i = (size_t)step % 3; i < TROUBLES; i += 3) check_trouble(client, step, &troubles[i], 1, BY_STREAM);
    uc_free(client);
}

TEST("a trouble that stays is its own error at every step, but that a file that is there is no failure") {
    uc_client *client = client_with_retries(1);
    size_t i, stride = getenv("UC_TEST_SLOW") ? 3 : 1;
    int step;
    for (step = 0; step < STEPS; step++)
        for (i = (size_t)step % stride; i < TROUBLES; i += stride) check_trouble(client, step, &troubles[i], -1, BY_PATH);
    uc_free(client);
}

TEST("several troubles at once, and on a connection that was kept, change nothing in what arrives") {
    struct content content = content_of(23 * MIB + 5);
    uc_client *client = client_with_retries(6);
    uc_upload_opts opts = upload_opts();
    int way;
    for (way = 0; way < WAYS; way++) {
        reset(NULL);
        fault("[{\"fault\":\"status\",\"status\":503,\"path\":\"/multipart/\",\"headers\":{\"Retry-After\":\"0\"},\"times\":2},"
              "{\"fault\":\"reset_reading\",\"path\":\"/_parts/\",\"after\":3000000,\"times\":3},"
              "{\"fault\":\"close_idle\",\"path\":\"/_parts/\",\"times\":3},"
              "{\"fault\":\"reset_before\",\"path\":\"/_parts/\",\"done\":true,\"skip\":1,\"times\":2},"
              "{\"fault\":\"status\",\"status\":500,\"path\":\"/_parts/\",\"headers\":{\"Retry-After\":\"0\"},\"times\":2},"
              "{\"fault\":\"close_before\",\"path\":\"/multipart/complete/\",\"done\":true}]");
        check_upload_by((enum way)way, client, &content, &opts);
    }
    uc_free(client);
}

/* -- what the answers say ------------------------------------------------------------------------------- */

#define ENVELOPE(status, content, code) \
    "\"body\":\"{\\\"error\\\":{\\\"status_code\\\":" status ",\\\"content\\\":\\\"" content \
    "\\\",\\\"error_code\\\":\\\"" code "\\\"}}\",\"content_type\":\"application/json\""

static const struct answer {
    const char *body;
    int http_status;
    uc_status status;
    const char *code;
    const char *message;
} answers[] = {
    {ENVELOPE("400", "File is too large.", "FileSizeLimitExceededError"), 400, UC_ERR_REJECTED, "FileSizeLimitExceededError", "File is too large."},
    {ENVELOPE("403", "Account has been blocked.", "AccountBlockedError"), 403, UC_ERR_AUTH, "AccountBlockedError", "Account has been blocked."},
    {ENVELOPE("401", "Expired token.", "AccessTokenExpiredError"), 401, UC_ERR_AUTH, "AccessTokenExpiredError", "Expired token."},
    {ENVELOPE("404", "File is not found.", "FileNotFoundError"), 404, UC_ERR_NOT_FOUND, "FileNotFoundError", "File is not found."},
    {ENVELOPE("405", "HTTP method", "MethodNotAllowedError"), 405, UC_ERR_REJECTED, "MethodNotAllowedError", "HTTP method"},
    {ENVELOPE("413", "The size of the request is too large.", "RequestSizeLimitExceededError"), 413, UC_ERR_REJECTED, "RequestSizeLimitExceededError", "too large"},
    {ENVELOPE("429", "Request was throttled.", "RequestThrottledError"), 429, UC_ERR_THROTTLED, "RequestThrottledError", "throttled"},
    {ENVELOPE("500", "Internal error.", "UploadAPIError"), 500, UC_ERR_SERVER, "UploadAPIError", "Internal error."},
    {ENVELOPE("400", "Something new.", "NeverHeardOfError"), 400, UC_ERR_REJECTED, "NeverHeardOfError", "Something new."},
    {"\"body\":\"pub_key is\\ninvalid.\",\"content_type\":\"text/plain; charset=utf-8\",\"status\":403", 403, UC_ERR_AUTH, NULL, "pub_key is invalid."},
    {"\"body\":\"Request was throttled.\",\"content_type\":\"text/plain; charset=utf-8\",\"status\":429", 429, UC_ERR_THROTTLED, NULL, "Request was throttled."},
    {"\"body\":\"<html><h1>413</h1></html>\",\"content_type\":\"text/html\",\"status\":413", 413, UC_ERR_REJECTED, NULL, "413"},
    {"\"body\":\"<html><h1>502</h1></html>\",\"content_type\":\"text/html\",\"status\":502", 502, UC_ERR_SERVER, NULL, "502"},
    {"\"body\":\"<html><h1>Welcome to our hotel</h1></html>\",\"content_type\":\"text/html\"", 200, UC_ERR_PROTOCOL, NULL, "text/html"},
    {"\"body\":\"\"", 200, UC_ERR_PROTOCOL, NULL, ""},
    {"\"body\":\"{}\"", 200, UC_ERR_PROTOCOL, NULL, ""},
    {"\"body\":\"[]\"", 200, UC_ERR_PROTOCOL, NULL, ""},
    {"\"body\":\"{\\\"file\\\":\\\"x\\\",\\\"uuid\\\":\\\"../x\\\",\\\"parts\\\":[]}\"", 200, UC_ERR_PROTOCOL, NULL, ""},
};
#define ANSWERS (sizeof answers / sizeof answers[0])

TEST("refusals in an envelope, in plain text, in HTML, and answers that make no sense are their own error at every step") {
    static const int asked[] = {BASE, START, COMPLETE};
    uc_client *client = client_with_retries(-1);
    size_t i, step;
    for (step = 0; step < 3; step++) {
        for (i = 0; i < ANSWERS; i++) {
            struct content content = content_of(step == 0 ? 1000 : 11 * MIB);
            char *what = text("\"fault\":\"body\",%s", answers[i].body);
            uc_file *file;
            uc_error *error;
            trouble_at(&steps[asked[step]], what, -1);
            CHECK_FAILS(answers[i].status, upload_by(BY_MEMORY, client, &content, NULL, &file, &error), error);
            CHECK_INT(answers[i].http_status, error->http_status);
            CHECK_TEXT(answers[i].code, error->code);
            CHECK_CONTAINS(error->message, answers[i].message);
            CHECK(file == NULL);
            uc_free(error);
            CHECK_INT(0, files_made());
            free(what);
        }
    }
    uc_free(client);
}

TEST("what storage says of a part, in XML or otherwise, is the error, with its code") {
    static const struct answer said[] = {
        {"\"body\":\"<?xml version=\\\"1.0\\\"?>\\n<Error><Code>EntityTooLarge</Code><Message>Your upload\\nexceeds.</Message></Error>\","
         "\"content_type\":\"application/xml\",\"status\":400", 400, UC_ERR_REJECTED, "EntityTooLarge", "Your upload exceeds."},
        {"\"body\":\"<Error><Code>SignatureDoesNotMatch</Code><Message>No match.</Message></Error>\","
         "\"content_type\":\"application/xml\",\"status\":403", 403, UC_ERR_AUTH, "SignatureDoesNotMatch", "No match."},
        {"\"body\":\"<Error><Code>NoSuchUpload</Code><Message>Gone.</Message></Error>\","
         "\"content_type\":\"application/xml\",\"status\":404", 404, UC_ERR_NOT_FOUND, "NoSuchUpload", "Gone."},
        {"\"body\":\"<Error><Code>SlowDown</Code><Message>Slower.</Message></Error>\","
         "\"content_type\":\"application/xml\",\"status\":503", 503, UC_ERR_SERVER, "SlowDown", "Slower."},
        {"\"body\":\"<Error><Code></Code></Error>\",\"content_type\":\"application/xml\",\"status\":400", 400, UC_ERR_REJECTED, NULL, "400"},
        {"\"body\":\"<html>403</html>\",\"content_type\":\"text/html\",\"status\":403", 403, UC_ERR_AUTH, NULL, "403"},
        {"\"body\":\"\",\"status\":307,\"headers\":{\"Location\":\"http://127.0.0.1:9/elsewhere\"}", 307, UC_ERR_PROTOCOL, NULL, "307"},
    };
    struct content content = content_of(11 * MIB);
    uc_client *client = client_with_retries(-1);
    size_t i;
    for (i = 0; i < sizeof said / sizeof said[0]; i++) {
        char *what = text("\"fault\":\"body\",%s", said[i].body);
        uc_file *file;
        uc_error *error;
        trouble_at(&steps[PART_], what, -1);
        CHECK_FAILS(said[i].status, upload_by(BY_PATH, client, &content, NULL, &file, &error), error);
        CHECK_INT(said[i].http_status, error->http_status);
        CHECK_TEXT(said[i].code, error->code);
        CHECK_CONTAINS(error->message, said[i].message);
        CHECK(file == NULL);
        uc_free(error);
        CHECK_INT(0, files_made());
        free(what);
    }
    uc_free(client);
}

TEST("a part that storage has waited for too long is sent again") {
    struct content content = content_of(11 * MIB);
    uc_client *client = client_with_retries(3);
    fault("{\"fault\":\"status\",\"status\":400,\"path\":\"/_parts/\",\"skip\":1}"); /* RequestTimeout */
    check_upload_by(BY_STREAM, client, &content, NULL);
    CHECK_INT(1, requests_to("/multipart/start/"));
    CHECK_INT(4, requests_to("/_parts/"));
    uc_free(client);
}

/* -- part addresses ----------------------------------------------------------------------------------------- */

TEST("part addresses that expire meanwhile are asked for anew, once") {
    struct content content = content_of(16 * MIB);
    int life = (int)at_most(2000) / 1000;
    char *project = text("{\"part_url_lifetime_s\":%d}", life);
    char *late = text("{\"fault\":\"delay\",\"path\":\"/_parts/\",\"ms\":%d}", life * 1000 + 1500);
    uc_client *client = client_with_retries(3);
    uc_upload_opts opts = upload_opts();
    uc_file *file;
    uc_error *error;
    opts.parallel = 1;
    emulator("POST", "/_emulator/project", project);
    fault(late);
    check_upload_by(BY_PATH, client, &content, &opts);
    CHECK_INT(2, requests_to("/multipart/start/"));
    CHECK_INT(1, files_made());
    emulator("POST", "/_emulator/project", "{\"part_url_lifetime_s\":-5}");
    forget_requests();
    CHECK_FAILS(UC_ERR_AUTH, upload_by(BY_PATH, client, &content, &opts, &file, &error), error);
    CHECK_CONTAINS(error->message, "expired");
    CHECK_INT(2, requests_to("/multipart/start/"));
    uc_free(error);
    /* What a stream has given does not come again. */
    CHECK_FAILS(UC_ERR_AUTH, upload_by(BY_STREAM, client, &content, &opts, &file, &error), error);
    uc_free(error);
    free(project);
    free(late);
    uc_free(client);
}

TEST("no part goes to an address that is not safe") {
    static const char *const addresses[] = {
        "http://192.0.2.1/part", "http://example.com/part", "http://127.0.0.1.example.com/", "http://127.0.0.1@example.com/",
        "http://localhost.example.com/", "ftp://127.0.0.1/", "file:///etc/passwd", "//127.0.0.1/part", "/part", "127.0.0.1",
        "", "http://", "https://", "ht tp://127.0.0.1/", "http://127.0.0.1/\\r\\nX: y",
    };
    struct content content = content_of(11 * MIB);
    uc_client *client = client_with_retries(3);
    size_t i;
    for (i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        char *what = text("\"fault\":\"set\",\"pointer\":\"/parts/%d\",\"value\":\"%s\"", (int)i % 3, addresses[i]);
        uc_file *file;
        uc_error *error;
        trouble_at(&steps[START], what, -1);
        CHECK_FAILS(UC_ERR_PROTOCOL, upload_by(BY_PATH, client, &content, NULL, &file, &error), error);
        CHECK_INT(1, requests_counted());
        uc_free(error);
        free(what);
    }
    uc_free(client);
}

TEST("no part goes to a port that is no number, or too large a one") {
    char *here = text("http://127.0.0.1:+%d/_parts/x", port_of(base()));
    const char *const addresses[] = {here, "http://127.0.0.1:99999/part", "http://127.0.0.1:+80/part", "http://127.0.0.1:-80/part",
                                     "http://127.0.0.1:/part", "http://[::1]:+80/part", "https://127.0.0.1:65536/part",
                                     "https://storage.example.com:/part", "https://storage.example.com:+443/part"};
    struct content content = content_of(11 * MIB);
    uc_client *client = client_with_retries(3);
    size_t i;
    for (i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        char *what = text("\"fault\":\"set\",\"pointer\":\"/parts/%d\",\"value\":\"%s\"", (int)i % 3, addresses[i]);
        uc_file *file;
        uc_error *error;
        uc_status status;
        trouble_at(&steps[START], what, -1);
        status = upload_by(i % 2 ? BY_STREAM : BY_PATH, client, &content, NULL, &file, &error);
        if (status != UC_ERR_PROTOCOL) FAIL("%s: %s: %s", addresses[i], uc_status_name(status), error ? error->message : "");
        CHECK_FAILS(UC_ERR_PROTOCOL, status, error);
        CHECK_INT(1, requests_counted());
        uc_free(error);
        free(what);
    }
    free(here);
    uc_free(client);
}

TEST("as many parts are sent as there are addresses, or none") {
    static const char *const parts[] = {"[]", "null", "7", "[\"http://127.0.0.1/1\"]", "[1,2,3]", "[null,null,null]",
                                        "[\"http://127.0.0.1/1\",\"http://127.0.0.1/2\",\"http://127.0.0.1/3\",\"http://127.0.0.1/4\"]"};
    struct content content = content_of(11 * MIB);
    uc_client *client = client_with_retries(3);
    size_t i;
    for (i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char *what = text("\"fault\":\"set\",\"pointer\":\"/parts\",\"value\":%s", parts[i]);
        uc_file *file;
        uc_error *error;
        trouble_at(&steps[START], what, -1);
        CHECK_FAILS(UC_ERR_PROTOCOL, upload_by(BY_STREAM, client, &content, NULL, &file, &error), error);
        CHECK_INT(0, requests_to("/_parts/"));
        uc_free(error);
        free(what);
    }
    uc_free(client);
}

TEST("part addresses hear of nobody's keys, and errors and logs not of the addresses' signatures") {
    struct content content = content_of(11 * MIB);
    uc_client *client = client_with_retries(3);
    uc_file *file;
    uc_error *error;
    char *requests, *at;
    emulator("POST", "/_emulator/project", "{\"signed_uploads\":true}");
    check_upload_by(BY_PATH, client, &content, NULL);
    requests = emulator_get("/_emulator/requests");
    for (at = strstr(requests, "\"method\":\"PUT\""); at; at = strstr(at + 1, "\"method\":\"PUT\"")) CHECK_LACKS(at, "Bearer");
    CHECK_LACKS(requests, SECRET_KEY);
    CHECK_INT(3, occurrences(requests, "\"content-type\":\"application/octet-stream\""));
    free(requests);
    fault(TOO_LARGE);
    CHECK_FAILS(UC_ERR_REJECTED, upload_by(BY_PATH, client, &content, NULL, &file, &error), error);
    CHECK_LACKS(error->message, "signature=");
    uc_free(error);
    CHECK_INT(1, check_nothing_wrong(&content));
    uc_free(client);
}

/* -- siblings, and files that change ------------------------------------------------------------------------ */

TEST("when a part fails for good, its siblings stop at once") {
    struct content content = content_of(40 * MIB);
    uc_client *client = client_with_retries(3);
    int way;
    for (way = 0; way < WAYS; way++) {
        int64_t start;
        uc_file *file;
        uc_error *error;
        reset(NULL);
        fault("[{\"fault\":\"hang_reading\",\"path\":\"/_parts/\",\"times\":2},"
              "{\"fault\":\"hang\",\"path\":\"/_parts/\"}," TOO_LARGE "]");
        start = now_ms();
        CHECK_FAILS(UC_ERR_REJECTED, upload_by((enum way)way, client, &content, NULL, &file, &error), error);
        CHECK_BEFORE(start, 5000);
        CHECK_INT(400, error->http_status);
        CHECK(requests_to("/_parts/") <= 4);
        CHECK_INT(0, requests_to("/multipart/complete/"));
        uc_free(error);
    }
    uc_free(client);
}

/** What happens to a file while it is sent. */
struct change {
    const char *path;
    int64_t size;
    int kind;
    int is_done;
};

static int32_t change_file(void *data, int64_t done, int64_t total) {
    struct change *change = (struct change *)data;
    int file;
    (void)total;
    if (change->is_done || done == 0) return 0;
    change->is_done = 1;
    file = open(change->path, O_WRONLY);
    if (change->kind == 0) change->is_done = ftruncate(file, (off_t)change->size - 1) == 0;
    if (change->kind == 1) change->is_done = ftruncate(file, (off_t)change->size + 1) == 0;
    if (change->kind == 2) change->is_done = pwrite(file, "changed", 7, (off_t)change->size / 2) == 7;
    if (change->kind == 3) change->is_done = ftruncate(file, 0) == 0;
    close(file);
    return 0;
}

TEST("a file that shrinks, grows or changes while it is sent is UC_ERR_FILE, and no file is made") {
    static const int64_t sizes[] = {10 * MIB, 21 * MIB};
    uc_client *client = client_with_retries(3);
    uc_upload_opts opts = upload_opts();
    size_t i;
    int kind;
    opts.parallel = 1;
    opts.progress = change_file;
    for (i = 0; i < 2; i++) {
        for (kind = 0; kind < 4; kind++) {
            struct content content = content_of(sizes[i]);
            char *path = file_of("changing", &content);
            struct change change = {path, sizes[i], kind, 0};
            uc_file *file;
            uc_error *error;
            reset(NULL);
            fault("[{\"fault\":\"hang_reading\",\"path\":\"/base/\",\"after\":1000,\"ms\":1000},"
                  "{\"fault\":\"delay\",\"path\":\"/_parts/\",\"skip\":1,\"ms\":1000}]");
            opts.progress_data = &change;
            CHECK_FAILS(UC_ERR_FILE, uc_upload_path(client, path, &opts, &file, &error), error);
            CHECK(change.is_done);
            CHECK_CONTAINS(error->message, path);
            CHECK_INT(0, files_made());
            uc_free(error);
            free(path);
        }
    }
    uc_free(client);
}

/** What happens to a file while it is sent, and changes nothing in it. */
static int32_t change_name(void *data, int64_t done, int64_t total) {
    struct change *change = (struct change *)data;
    char *other = text("%s.other", change->path);
    int file;
    (void)total;
    if (change->is_done || done == 0) {
        free(other);
        return 0;
    }
    if (change->kind == 0) change->is_done = rename(change->path, other) == 0;
    if (change->kind == 1) change->is_done = chmod(change->path, 0400) == 0;
    if (change->kind == 2) change->is_done = link(change->path, other) == 0;
    if (change->kind == 3) change->is_done = unlink(change->path) == 0;
    if (change->kind == 4) { /* another file takes its place */
        file = open(other, O_WRONLY | O_CREAT, 0600);
        change->is_done = write(file, "other", 5) == 5 && rename(other, change->path) == 0;
        close(file);
    }
    unlink(other);
    free(other);
    return 0;
}

TEST("a new name or mode of a file while it is sent, or another file in its place, is no change of it") {
    static const int64_t sizes[] = {10 * MIB, 21 * MIB};
    uc_client *client = client_with_retries(3);
    uc_upload_opts opts = upload_opts();
    size_t i;
    int kind;
    opts.parallel = 1;
    opts.progress = change_name;
    for (i = 0; i < 2; i++) {
        for (kind = 0; kind < 5; kind++) {
            struct content content = content_of(sizes[i]);
            char *path = file_of("renamed", &content);
            struct change change = {path, sizes[i], kind, 0};
            uc_file *file;
            uc_error *error;
            reset(NULL);
            fault("[{\"fault\":\"hang_reading\",\"path\":\"/base/\",\"after\":1000,\"ms\":1000},"
                  "{\"fault\":\"delay\",\"path\":\"/_parts/\",\"skip\":1,\"ms\":1000}]");
            opts.progress_data = &change;
            CHECK_OK(uc_upload_path(client, path, &opts, &file, &error), error);
            CHECK(change.is_done);
            check_arrived(file, &content);
            unlink(path);
            free(path);
        }
    }
    uc_free(client);
}
