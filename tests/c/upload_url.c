/* Files that the service fetches itself. */
#include "jobs.h"
#include "uploads.h"

/** A file's address on the emulator, to be freed: it was uploaded for this. */
static char *address_of(const uc_client *client, const struct content *content) {
    uc_file *file;
    uc_error *error;
    char *address;
    CHECK_OK(upload_by(BY_MEMORY, client, content, NULL, &file, &error), error);
    address = text("%s/_emulator/content/%s", base(), file->uuid);
    uc_free(file);
    forget_requests();
    return address;
}

static uc_job *fetches(const uc_client *client, const char *address, const uc_upload_opts *opts) {
    uc_job *job;
    uc_error *error;
    CHECK_OK(uc_upload_url(client, address, opts, &job, &error), error);
    CHECK(job != NULL);
    return job;
}

/** Waits for the file and checks its content. */
static void check_fetched(uc_job *job, const struct content *content) {
    wait_for(job);
    CHECK(uc_job_file_uuid(job) != NULL);
    check_content(uc_job_file_uuid(job), content);
}

TEST("a file from a URL is a job that ends with the file") {
    uc_client *client = client_new();
    struct content content = content_of(123457);
    char *address = address_of(client, &content);
    uc_job *job;
    uc_error *error;
    uc_file *file;
    jobs_go("{\"polls\":2}");
    job = fetches(client, address, NULL);
    CHECK_TEXT(NULL, uc_job_file_uuid(job));
    CHECK_TEXT(NULL, uc_job_thumbnails_group_id(job));
    CHECK_CONTAINS(uc_job_json(job), "\"token\"");
    CHECK_OK(uc_job_poll(job, &error), error);
    CHECK_CONTAINS(uc_job_json(job), "\"waiting\"");
    CHECK_OK(uc_job_poll(job, &error), error);
    CHECK_CONTAINS(uc_job_json(job), "\"progress\"");
    check_fetched(job, &content);
    CHECK_CONTAINS(uc_job_json(job), "\"success\"");
    forget_requests();
    CHECK_DONE(uc_job_poll(job, &error), error);
    CHECK_INT(0, requests_counted());
    CHECK_OK(uc_upload_info(client, uc_job_file_uuid(job), &file, &error), error);
    CHECK_INT(content.size, file->size);
    CHECK_INT(1, file->is_ready);
    uc_free(file);
    uc_free(job);
    free(address);
    uc_free(client);
}

TEST("a URL may hold spaces and what is not ASCII, and its scheme be in upper case") {
    static const char *const cases[][2] = {
        {"http://127.0.0.1:9/a b%20c.jpg", "127.0.0.1%3A9%2Fa%2520b%2520c.jpg"},
        {"http://127.0.0.1:9/\xd0\x96\"'.jpg?c=\xc3\xa9 ", "127.0.0.1%3A9%2F%25D0%2596%2522%2527.jpg%3Fc%3D%25C3%25A9%2520"},
        {"http://user:word@127.0.0.1:9/a", "user%3Aword%40127.0.0.1%3A9%2Fa"},
        {"HTTP://127.0.0.1:9/A/../b", "127.0.0.1%3A9%2FA%2F..%2Fb"},
    };
    uc_client *client = client_new();
    struct content content = content_of(1001);
    char *address = address_of(client, &content), *pasted = text("%s?a b=\xc3\xa9", address);
    size_t i;
    uc_job *job;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *body, *expected = text("source_url=http%%3A%%2F%%2F%s&", cases[i][1]);
        forget_requests();
        uc_free(fetches(client, cases[i][0], NULL));
        body = sent(0, "body");
        CHECK_CONTAINS(body, expected);
        free(expected);
        free(body);
    }
    memcpy(pasted, "HTTP", 4);
    job = fetches(client, pasted, NULL);
    check_fetched(job, &content);
    uc_free(job);
    free(pasted);
    free(address);
    uc_free(client);
}

TEST("it is named, stored and described as asked for") {
    uc_client *client = client_new();
    struct content content = content_of(77);
    char *address = address_of(client, &content), *told;
    const uc_pair pairs[] = {{"first", "1"}, {"second", "two words"}};
    const char *const tags[] = {"red", "Blue"};
    static const struct {
        int32_t store;
        const char *is_stored;
    } stores[] = {{UC_YES, "true"}, {UC_NO, "false"}, {UC_DEFAULT, "true"}};
    uc_upload_opts opts = upload_opts();
    size_t i;
    opts.filename = "fetched.txt";
    opts.metadata = pairs;
    opts.metadata_len = 2;
    opts.tags = tags;
    opts.tags_len = 2;
    for (i = 0; i < 3; i++) {
        uc_job *job;
        opts.store = stores[i].store;
        job = fetches(client, address, &opts);
        check_fetched(job, &content);
        told = told_upload_of(uc_job_file_uuid(job));
        CHECK_TOLD("fetched.txt", told, "filename");
        CHECK_TOLD(stores[i].is_stored, told, "store");
        CHECK_TOLD("[\"red\",\"blue\"]", told, "tags");
        CHECK_TOLD("two words", told, "second");
        free(told);
        uc_free(job);
    }
    free(address);
    uc_free(client);
}

TEST("a name and metadata go with a URL as they go with a file") {
    static const uc_pair pairs[] = {{"tab", "a\tb"}, {"lines", "\r\n"}, {"quotes", "\"\xd0\x96\" %22"}, {"controls", "\x01\x7f"}};
    uc_client *client = client_new();
    uc_upload_opts opts = upload_opts();
    uc_job *job;
    char *body;
    opts.filename = "tab\t\"quote\" \xd0\x96.txt";
    opts.metadata = pairs;
    opts.metadata_len = 4;
    job = fetches(client, "http://127.0.0.1:9/file", &opts);
    body = sent(0, "body");
    CHECK_CONTAINS(body, "&filename=tab%09%22quote%22+%D0%96.txt&");
    CHECK_CONTAINS(body, "&metadata%5Btab%5D=a%09b&");
    CHECK_CONTAINS(body, "&metadata%5Blines%5D=%0D%0A&");
    CHECK_CONTAINS(body, "&metadata%5Bquotes%5D=%22%D0%96%22+%2522&");
    CHECK_CONTAINS(body, "&metadata%5Bcontrols%5D=%01%7F");
    free(body);
    uc_free(job);
    uc_free(client);
}

TEST("a URL that was fetched before is not fetched again where that is asked for") {
    uc_client *client = client_new(), *other = client_new();
    struct content content = content_of(1000);
    char *address = address_of(client, &content), *first;
    uc_upload_opts opts = upload_opts();
    uc_job *job, *resumed;
    uc_error *error;
    opts.check_url_duplicates = opts.save_url_duplicates = UC_YES;
    job = fetches(client, address, &opts);
    check_fetched(job, &content);
    first = text("%s", uc_job_file_uuid(job));
    uc_free(job);
    /* Whoever does not ask gets a file of its own. */
    job = fetches(client, address, NULL);
    check_fetched(job, &content);
    CHECK(strcmp(first, uc_job_file_uuid(job)) != 0);
    uc_free(job);
    opts.save_url_duplicates = UC_NO;
    job = fetches(client, address, &opts);
    CHECK_TEXT(first, uc_job_file_uuid(job));
    CHECK_CONTAINS(uc_job_json(job), "\"file_info\"");
    forget_requests();
    CHECK_DONE(uc_job_poll(job, &error), error);
    wait_for(job);
    CHECK_OK(uc_job_resume(other, uc_job_token(job), &resumed, &error), error);
    CHECK_TEXT(first, uc_job_file_uuid(resumed));
    CHECK_DONE(uc_job_poll(resumed, &error), error);
    CHECK_INT(0, requests_counted());
    uc_free(resumed);
    uc_free(job);
    free(first);
    free(address);
    uc_free(client);
    uc_free(other);
}

TEST("what a URL's duplicates have to do with it is told as it was asked for") {
    static const char *const told[] = {"check_URL_duplicates=0&save_URL_duplicates=0", "check_URL_duplicates=1&save_URL_duplicates=0",
                                       "check_URL_duplicates=0&save_URL_duplicates=1", "check_URL_duplicates=1&save_URL_duplicates=1"};
    uc_client *client = client_new();
    uc_upload_opts opts = upload_opts();
    int32_t i;
    for (i = 0; i < 4; i++) {
        char *body;
        opts.check_url_duplicates = i % 2 ? UC_YES : UC_NO;
        opts.save_url_duplicates = i / 2 ? UC_YES : UC_DEFAULT;
        forget_requests();
        uc_free(fetches(client, "http://127.0.0.1:9/file", &opts));
        body = sent(0, "body");
        CHECK_CONTAINS(body, told[i]);
        free(body);
    }
    uc_free(client);
}

/* -- progress ------------------------------------------------------------------------------------------------ */

struct heard {
    pthread_t caller;
    int calls, wrong;
    int64_t done, total;
    int64_t stops_at; /* this many bytes; 0: never */
    int is_known;     /* whether a total was ever told */
};

static int32_t hear(void *data, int64_t done, int64_t total) {
    struct heard *heard = (struct heard *)data;
    heard->calls++;
    heard->wrong += !pthread_equal(heard->caller, pthread_self()) || done < heard->done || total < -1;
    heard->done = done;
    heard->total = total;
    heard->is_known |= total != -1;
    return heard->stops_at > 0 && done >= heard->stops_at;
}

/** A web server with a file of 300000 bytes, and one that does not say how many. */
static void serve_file(int connection, void *says_size) {
    struct content content = content_of(300000);
    unsigned char *bytes = content_in_memory(&content);
    char head[4096];
    if (read_head(connection, head, sizeof head) > 0) {
        send_text(connection, says_size ? "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\nConnection: close\r\n\r\n"
                                        : "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        send_bytes(connection, (const char *)bytes, 300000);
    }
    free(bytes);
}

TEST("progress is in bytes, of a number that is known or not") {
    static int says_size = 1;
    void *const kinds[] = {NULL, &says_size};
    uc_client *client = client_new();
    struct content content = content_of(300000);
    size_t i;
    for (i = 0; i < 2; i++) {
        struct server server;
        struct heard heard = {pthread_self(), 0, 0, 0, 0, 0, 0};
        uc_job *job;
        uc_error *error;
        char *address;
        server_start(&server, serve_file, kinds[i]);
        address = text("%s/some/file.bin", server.base);
        jobs_go("{\"polls\":3}");
        job = fetches(client, address, NULL);
        CHECK_DONE(uc_job_wait(job, 60000, hear, &heard, &error), error);
        check_content(uc_job_file_uuid(job), &content);
        CHECK_INT(0, heard.wrong);
        CHECK(heard.calls > 3);
        CHECK_INT(300000, heard.done);
        CHECK_INT(300000, heard.total);
        uc_free(job);
        free(address);
        server_stop(&server);
    }
    uc_free(client);
}

TEST("while the total is not known it is -1") {
    static const char *const totals[] = {"\\\"unknown\\\"", "null"};
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < 2; i++) {
        struct heard heard = {pthread_self(), 0, 0, 0, 0, 41, 0};
        char *told = text("{\"fault\":\"body\",\"path\":\"/from_url/status/\",\"times\":-1,"
                          "\"body\":\"{\\\"status\\\":\\\"progress\\\",\\\"done\\\":41,\\\"total\\\":%s}\"}",
                          totals[i]);
        uc_job *job = fetches(client, "http://127.0.0.1:9/file", NULL);
        uc_error *error;
        fault(told);
        CHECK_FAILS(UC_ERR_CANCELED, uc_job_wait(job, 60000, hear, &heard, &error), error);
        CHECK_INT(41, heard.done);
        CHECK_INT(0, heard.is_known);
        uc_free(error);
        uc_free(job);
        free(told);
        no_more_faults();
    }
    uc_free(client);
}

/** Hears one report of how far a job is. */
struct report {
    int64_t done, total;
};

static int32_t note(void *progress_data, int64_t done, int64_t total) {
    struct report *report = (struct report *)progress_data;
    report->done = done;
    report->total = total;
    return 1;
}

TEST("progress may be numbers, text or words") {
    static const struct {
        const char *told;
        int64_t done, total;
    } reports[] = {
        {"\\\"done\\\":500,\\\"total\\\":400490", 500, 400490},
        {"\\\"done\\\":\\\"500\\\",\\\"total\\\":\\\"400490\\\"", 500, 400490},
        {"\\\"done\\\":\\\"500\\\",\\\"total\\\":\\\"unknown\\\"", 500, -1},
        {"\\\"done\\\":\\\"5497558138881\\\",\\\"total\\\":null", 5497558138881, -1},
        {"\\\"done\\\":\\\"unknown\\\",\\\"total\\\":\\\"\\\"", 0, -1},
        {"\\\"done\\\":\\\"9223372036854775808\\\",\\\"total\\\":-5", 0, -1},
        {"\\\"done\\\":-1,\\\"total\\\":\\\"-1\\\"", 0, -1},
        {"\\\"done\\\":\\\"5 MB\\\",\\\"total\\\":{}", 0, -1},
        {"\\\"total\\\":true", 0, -1},
    };
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof reports / sizeof reports[0]; i++) {
        struct report report = {-2, -2};
        char *told = text("{\"fault\":\"body\",\"path\":\"/from_url/status/\",\"times\":-1,"
                          "\"body\":\"{\\\"status\\\":\\\"progress\\\",%s}\"}",
                          reports[i].told);
        uc_job *job = fetches(client, "http://127.0.0.1:9/file", NULL);
        uc_error *error;
        fault(told);
        CHECK_OK(uc_job_poll(job, &error), error);
        CHECK_FAILS(UC_ERR_CANCELED, uc_job_wait(job, 60000, note, &report, &error), error);
        CHECK_INT(reports[i].done, report.done);
        CHECK_INT(reports[i].total, report.total);
        uc_free(error);
        uc_free(job);
        free(told);
        no_more_faults();
    }
    uc_free(client);
}

static int32_t stop(void *nothing, int64_t done, int64_t total) {
    (void)nothing;
    (void)done;
    (void)total;
    return 1;
}

TEST("who waits may stop, be canceled, or run out of time, and wait again") {
    uc_client *client = client_new();
    struct content content = content_of(999);
    char *address = address_of(client, &content);
    uc_job *job;
    uc_error *error;
    int64_t start = now_ms();
    jobs_go("{\"polls\":4}");
    job = fetches(client, address, NULL);
    CHECK_FAILS(UC_ERR_CANCELED, uc_job_wait(job, 60000, stop, NULL, &error), error);
    uc_free(error);
    CHECK_FAILS(UC_ERR_TIMEOUT, uc_job_wait(job, 1, NULL, NULL, &error), error);
    uc_free(error);
    CHECK_BEFORE(start, 5000);
    check_fetched(job, &content);
    uc_free(job);
    free(address);
    uc_free(client);
}

/* -- in another process ---------------------------------------------------------------------------------------- */

TEST("a job is taken up again by its token, by another client, without a secret key") {
    uc_client_opts opts = client_opts();
    uc_client *client = client_new(), *other;
    struct content content = content_of(5000);
    char *address = address_of(client, &content), *token;
    uc_job *job;
    uc_error *error;
    jobs_go("{\"polls\":2}");
    job = fetches(client, address, NULL);
    token = text("%s", uc_job_token(job));
    CHECK_LACKS(token, SECRET_KEY);
    CHECK_LACKS(token, PUBLIC_KEY);
    uc_free(job);
    uc_free(client);
    CHECK_OK(uc_client_new(PUBLIC_KEY, NULL, &opts, &other, &error), error);
    CHECK_OK(uc_job_resume(other, token, &job, &error), error);
    CHECK_TEXT(token, uc_job_token(job));
    check_fetched(job, &content);
    uc_free(job);
    free(token);
    free(address);
    uc_free(other);
}

TEST("tokens that are none are refused") {
    static const char *const tokens[] = {"upload:", "upload:x", "upload:../info/", "file:", "file:x", "upload",
                                         "upload:00000000-0000-4000-8000-000000000000&x=1"};
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        uc_job *job;
        uc_error *error;
        check_refusal(uc_job_resume(client, tokens[i], &job, &error), &error, "token", tokens[i]);
    }
    uc_free(client);
}

/* -- failures ---------------------------------------------------------------------------------------------------- */

TEST("addresses that the service does not take are its own errors, by code") {
    static const char *const refused[][2] = {
        {"http://192.168.1.1/file", "URLHostPrivateIPForbiddenError"}, {"http://8.8.8.8/file", "URLBlacklistedError"},
        {"http://no-such-host.invalid/file", "HostnameNotFoundError"},
    };
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < 3; i++) {
        uc_job *job;
        uc_error *error;
        CHECK_FAILS(UC_ERR_REJECTED, uc_upload_url(client, refused[i][0], NULL, &job, &error), error);
        CHECK_TEXT(refused[i][1], error->code);
        CHECK_INT(400, error->http_status);
        CHECK(job == NULL);
        uc_free(error);
    }
    uc_free(client);
}

static int32_t never_told(void *progress_data, int64_t done, int64_t total) {
    (void)progress_data;
    (void)done;
    (void)total;
    return 0;
}

TEST("addresses that are none are refused before anything is sent") {
    static const char *const wrong[] = {"", "http://", "https://", "ftp://example.com/a", "example.com/a", "http://a b/", "http://a/\n",
                                        "http://\xc3\xa9.example/", "file:///etc/passwd"};
    char *endless = repeated("http://a/", 1000);
    uc_client *client = client_new();
    uc_upload_opts opts = upload_opts();
    uc_job *job;
    uc_error *error;
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        check_refusal(uc_upload_url(client, wrong[i], NULL, &job, &error), &error, "source_url", wrong[i]);
    check_refusal(uc_upload_url(client, endless, NULL, &job, &error), &error, "source_url", "9000 bytes");
    check_refusal(uc_upload_url(client, NULL, NULL, &job, &error), &error, "source_url", "NULL");
    check_refusal(uc_upload_url(NULL, "http://a/", NULL, &job, &error), &error, "client", "NULL");
    check_refusal(uc_upload_url(client, "http://a/", NULL, NULL, &error), &error, "job", "NULL");
    opts.resume_file = "/tmp/never-made";
    check_refusal(uc_upload_url(client, "http://a/", &opts, &job, &error), &error, "opts.resume_file", "a URL");
    for (i = 0; i < 4; i++) {
        static const char *const names[] = {"opts.progress", "opts.mime_type", "opts.part_size", "opts.parallel"};
        opts = upload_opts();
        if (i == 0) opts.progress = never_told;
        if (i == 1) opts.mime_type = "image/png";
        if (i == 2) opts.part_size = 5 << 20;
        if (i == 3) opts.parallel = 2;
        check_refusal(uc_upload_url(client, "http://a/", &opts, &job, &error), &error, names[i], "a URL");
        CHECK(job == NULL);
    }
    CHECK_INT(0, requests_counted());
    free(endless);
    uc_free(client);
}

TEST("what cannot be fetched ends as UC_ERR_JOB with the service's code and words, and stays so") {
    uc_client *client = client_new();
    char *missing = text("%s/_emulator/content/%s", base(), NO_FILE), *closed = text("http://127.0.0.1:%d/file", closed_port());
    const char *const failing[][2] = {{missing, "DownloadFileHTTPClientError"}, {closed, "DownloadFileHTTPNetworkError"}};
    size_t i;
    for (i = 0; i < 2; i++) {
        uc_job *job = fetches(client, failing[i][0], NULL);
        uc_error *error;
        int again;
        CHECK_FAILS(UC_ERR_JOB, uc_job_wait(job, 60000, NULL, NULL, &error), error);
        for (again = 0; again < 2; again++) {
            CHECK_TEXT(failing[i][1], error->code);
            CHECK_CONTAINS(error->message, "HTTP");
            CHECK_TEXT(NULL, uc_job_file_uuid(job));
            uc_free(error);
            forget_requests();
            CHECK_FAILS(UC_ERR_JOB, uc_job_poll(job, &error), error);
            CHECK_INT(0, requests_counted());
        }
        uc_free(error);
        uc_free(job);
    }
    free(missing);
    free(closed);
    uc_free(client);
}

TEST("a file that is too large for the project is an error of the job") {
    uc_client *client = client_new();
    struct content content = content_of(5000);
    char *address = address_of(client, &content);
    uc_job *job;
    uc_error *error;
    emulator("POST", "/_emulator/project", "{\"max_file_size\":4999}");
    job = fetches(client, address, NULL);
    CHECK_FAILS(UC_ERR_JOB, uc_job_wait(job, 60000, NULL, NULL, &error), error);
    CHECK_TEXT("DownloadFileSizeLimitExceededError", error->code);
    uc_free(error);
    uc_free(job);
    free(address);
    uc_free(client);
}

TEST("a token that the service does not know yet is asked about again, but not for ever") {
    uc_client *client = client_new();
    struct content content = content_of(50);
    char *address = address_of(client, &content);
    uc_job *job = fetches(client, address, NULL);
    uc_error *error;
    fault("{\"fault\":\"body\",\"path\":\"/from_url/status/\",\"body\":\"{\\\"status\\\":\\\"unknown\\\"}\",\"times\":3}");
    check_fetched(job, &content);
    uc_free(job);
    CHECK_OK(uc_job_resume(client, "upload:" NO_FILE, &job, &error), error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_job_wait(job, 60000, NULL, NULL, &error), error);
    uc_free(error);
    uc_free(job);
    free(address);
    uc_free(client);
}

TEST("a success without the UUID of a file is UC_ERR_PROTOCOL, and the job can be asked about again") {
    static const char *const said[] = {"", ",\\\"uuid\\\":null", ",\\\"uuid\\\":\\\"\\\"", ",\\\"uuid\\\":7"};
    uc_client *client = client_new();
    struct content content = content_of(60);
    char *address = address_of(client, &content);
    size_t i;
    for (i = 0; i < sizeof said / sizeof said[0]; i++) {
        char *told = text("{\"fault\":\"body\",\"path\":\"/from_url/status/\",\"times\":2,"
                          "\"body\":\"{\\\"status\\\":\\\"success\\\"%s}\"}", said[i]);
        uc_job *job = fetches(client, address, NULL);
        uc_error *error;
        uc_status status;
        fault(told);
        status = uc_job_poll(job, &error);
        if (status != UC_ERR_PROTOCOL) FAIL("%s: %s, file %s", said[i], uc_status_name(status), uc_job_file_uuid(job));
        CHECK_FAILS(UC_ERR_PROTOCOL, status, error);
        CHECK_TEXT(NULL, uc_job_file_uuid(job));
        uc_free(error);
        CHECK_FAILS(UC_ERR_PROTOCOL, uc_job_wait(job, 60000, NULL, NULL, &error), error);
        CHECK_TEXT(NULL, uc_job_file_uuid(job));
        uc_free(error);
        check_fetched(job, &content);
        uc_free(job);
        free(told);
    }
    free(address);
    uc_free(client);
}

TEST("a lost answer is not asked for again: it may have begun") {
    uc_client *client = client_new();
    uc_job *job;
    uc_error *error;
    fault("{\"fault\":\"close_before\",\"path\":\"/from_url/\",\"done\":true}");
    CHECK_FAILS(UC_ERR_NETWORK, uc_upload_url(client, "http://127.0.0.1:9/file", NULL, &job, &error), error);
    CHECK_INT(1, requests_counted());
    uc_free(error);
    fault("{\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"0\"},\"path\":\"/from_url/\"}");
    uc_free(fetches(client, "http://127.0.0.1:9/file", NULL));
    uc_free(client);
}

TEST("an answer with neither a token nor a file is UC_ERR_PROTOCOL") {
    static const char *const bodies[] = {"{}", "[]", "{\\\"type\\\":\\\"token\\\"}", "{\\\"token\\\":\\\"x\\\"}",
                                         "{\\\"type\\\":\\\"file_info\\\",\\\"uuid\\\":\\\"../x\\\"}", "{\\\"token\\\":7}", ""};
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        char *json = text("{\"fault\":\"body\",\"body\":\"%s\"}", bodies[i]);
        uc_job *job;
        uc_error *error;
        fault(json);
        CHECK_FAILS(UC_ERR_PROTOCOL, uc_upload_url(client, "http://127.0.0.1:9/file", NULL, &job, &error), error);
        CHECK(job == NULL);
        uc_free(error);
        free(json);
    }
    uc_free(client);
}
