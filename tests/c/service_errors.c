/*
 * Every refusal of the REST API that is documented, word for word, by the function it belongs to. Where
 * the library refuses such a thing itself, before the service can, uc_request() asks for it.
 */
#include "jobs.h"
#include "webhooks.h"

/** Checks what a call returned, and the error that it wrote, which is freed here. */
static void check_said(uc_status expected, int http_status, const char *message, uc_status got,
                       uc_error *const *written) {
    uc_error *error = *written;
    if (got != expected) FAIL("%s, not %s, for: %s", uc_status_name(got), uc_status_name(expected), message);
    CHECK_FAILS(expected, got, error);
    CHECK_TEXT(message, error->message);
    CHECK_INT(http_status, error->http_status);
    CHECK_INT(1, error->attempts);
    CHECK_INT(36, strlen(error->request_id));
    CHECK(error->body != NULL);
    uc_free(error);
}

static void check_rejected(const char *message, uc_status got, uc_error *const *written) {
    check_said(UC_ERR_REJECTED, 400, message, got, written);
}

/** The same of a request that no function makes. */
static void check_request(int http_status, const char *message, const uc_client *client, const char *method,
                          const char *path, const char *json) {
    char *got = (char *)client;
    uc_error *error;
    uc_status status = uc_request(client, method, path, json, &got, &error);
    CHECK(got == NULL);
    check_said(UC_ERR_REJECTED, http_status, message, status, &error);
}

static void project(const char *json) { emulator("POST", "/_emulator/project", json); }

/* -- 400 ------------------------------------------------------------------------------------------- */

TEST("400: the secret key itself is not sent without TLS") {
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_project *found;
    uc_error *error;
    opts.auth = UC_AUTH_SIMPLE;
    client = client_with(&opts);
    check_rejected("Simple authentication over HTTP is forbidden. Please, use HTTPS or signed requests instead.",
                   uc_project_info(client, &found, &error), &error);
    CHECK(found == NULL);
    uc_free(client);
}

TEST("400: batches") {
    uc_client *client = client_new();
    char *ids = repeated("\"" NO_FILE "\",", 100), *body = text("[%s\"" NO_FILE "\"]", ids);
    check_request(400, "Expected list of UUIDs", client, "PUT", "/files/storage/", "{}");
    check_request(400, "Expected list of UUIDs", client, "DELETE", "/files/storage/", "[7]");
    check_request(400, "List of UUIDs can not be empty", client, "PUT", "/files/storage/", "[]");
    check_request(400, "List of UUIDs can not be empty", client, "DELETE", "/files/storage/", "[]");
    check_request(400, "Maximum UUIDs per request is exceeded. The limit is 100", client, "PUT", "/files/storage/",
                  body);
    free(body);
    free(ids);
    uc_free(client);
}

TEST("400: copies") {
    struct kept_file file = a_file(), unready = kept_named(""), large = kept_named("backup.tar");
    uc_client *client = client_new();
    uc_file_copy_remote_opts opts = file_copy_remote_opts();
    uc_file *copy;
    char *url, *body;
    uc_error *error;
    check_rejected("Bad `source` parameter. Use UUID or CDN URL.",
                   uc_file_copy(client, "https://example.com/cat.jpg", NULL, &copy, &error), &error);
    check_rejected("Bad `source` parameter. Use UUID or CDN URL.",
                   uc_file_copy_remote(client, "https://example.com/cat.jpg", "backup", NULL, &url, &error), &error);
    check_request(400, "`source` parameter is required.", client, "POST", "/files/local_copy/", "{}");
    check_rejected("Project has no storage with provided name.",
                   uc_file_copy_remote(client, file.uuid, "nowhere", NULL, &url, &error), &error);
    body = text("{\"source\":\"%s\",\"store\":\"perhaps\"}", file.uuid);
    check_request(400, "`store` parameter should be `true` or `false`.", client, "POST", "/files/local_copy/", body);
    free(body);
    opts.pattern = "${uuid}/${hour}";
    check_rejected("Invalid pattern provided: `${uuid}/${hour}`",
                   uc_file_copy_remote(client, file.uuid, "backup", &opts, &url, &error), &error);
    opts.pattern = "${uuid}?";
    check_rejected("Invalid pattern provided: Invalid character in a pattern.",
                   uc_file_copy_remote(client, file.uuid, "backup", &opts, &url, &error), &error);
    check_rejected("File is not ready yet.", uc_file_copy(client, unready.uuid, NULL, &copy, &error), &error);
    check_rejected("File is not ready yet.", uc_file_copy_remote(client, unready.uuid, "backup", NULL, &url, &error),
                   &error);
    check_rejected("Copying of large files is not supported at the moment.",
                   uc_file_copy(client, large.uuid, NULL, &copy, &error), &error);
    project("{\"copies\":false}");
    check_rejected("Not allowed on your current plan.", uc_file_copy(client, file.uuid, NULL, &copy, &error), &error);
    check_rejected("Not allowed on your current plan.",
                   uc_file_copy_remote(client, file.uuid, "backup", NULL, &url, &error), &error);
    CHECK(copy == NULL && url == NULL);
    uc_free(client);
}

TEST("400 and 403: webhooks") {
    uc_client *client = client_new();
    uc_webhook_opts opts = webhook_for("file.uploaded", "https://example.com/hook");
    uc_webhook *webhook = webhook_made(client, &opts), *other;
    uc_webhooks *all;
    uc_error *error;
    check_rejected("This project is already subscribed on this event", uc_webhook_create(client, &opts, &other, &error),
                   &error);
    check_request(400, "`target_url` is missing.", client, "POST", "/webhooks/", "{\"event\":\"file.uploaded\"}");
    check_request(400, "`target_url` is missing.", client, "DELETE", "/webhooks/unsubscribe/", "{}");
    project("{\"webhooks\":false}");
    check_said(UC_ERR_AUTH, 403, "You can't use webhooks", uc_webhooks_list(client, &all, &error), &error);
    check_said(UC_ERR_AUTH, 403, "You can't use webhooks", uc_webhook_create(client, &opts, &other, &error), &error);
    check_said(UC_ERR_AUTH, 403, "You can't use webhooks", uc_webhook_update(client, webhook->id, &opts, &other, &error),
               &error);
    check_said(UC_ERR_AUTH, 403, "You can't use webhooks",
               uc_webhook_unsubscribe(client, opts.target_url, &error), &error);
    CHECK(all == NULL && other == NULL);
    uc_free(webhook);
    uc_free(client);
}

TEST("400: conversions") {
    struct kept_file file = kept_named("report (1).pdf");
    uc_client *client = client_new();
    uc_document *info;
    uc_job *job, *running = document_job(client, "-/format/png/", NULL), *resumed;
    uc_error *error;
    check_request(400, "Expected JSON object.", client, "POST", "/convert/document/", "[]");
    check_request(400, "Expected JSON object.", client, "POST", "/convert/video/", "[]");
    check_request(400, "\xe2\x80\x9cpaths\xe2\x80\x9d parameter is required.", client, "POST", "/convert/document/",
                  "{}");
    check_request(400, "\xe2\x80\x9cpaths\xe2\x80\x9d parameter is required.", client, "POST", "/convert/video/", "{}");
    project("{\"document_conversion\":false,\"video_conversion\":false}");
    check_rejected("Document conversion feature is not available for this project.",
                   uc_document_info(client, file.uuid, &info, &error), &error);
    check_rejected("Document conversion feature is not available for this project.",
                   uc_convert_document(client, NO_FILE "/document/", NULL, &job, &error), &error);
    check_rejected("Document conversion feature is not available for this project.", uc_job_poll(running, &error),
                   &error);
    check_rejected("Video conversion feature is not available for this project.",
                   uc_convert_video(client, NO_FILE "/video/", NULL, &job, &error), &error);
    CHECK(info == NULL && job == NULL);
    CHECK_OK(uc_job_resume(client, "video:1", &resumed, &error), error);
    check_rejected("Video conversion feature is not available for this project.", uc_job_poll(resumed, &error), &error);
    uc_free(resumed);
    uc_free(running);
    uc_free(client);
}

TEST("400: maps from fields to messages, one in another, in one line") {
    struct kept_file file = a_file();
    uc_client *client = client_new();
    uc_tags *tags;
    uc_page *page;
    uc_job *job;
    uc_error *error;
    static const char *const tag[] = {"fruit"};
    answer(400, API_TYPE, "{\"value\":[\"Ensure this field has no more than 512 characters.\",\"No.\"]}");
    check_rejected("value: Ensure this field has no more than 512 characters. No.",
                   uc_metadata_set(client, file.uuid, "pet", "cat", &error), &error);
    answer(400, API_TYPE, "{\"tags\":{\"0\":[\"Too odd.\"]},\"non_field_errors\":[\"Too many.\"]}");
    check_rejected("Too many.; tags: 0: Too odd.", uc_tags_replace(client, file.uuid, tag, 1, &tags, &error), &error);
    answer(400, API_TYPE, "{\"size\":{\"non_field_errors\":[\"Nothing is larger and smaller.\"]}}");
    check_rejected("size: Nothing is larger and smaller.",
                   uc_files_search(client, "{\"size\":{\"gt\":2,\"lt\":1}}", NULL, &page, &error), &error);
    CHECK_FAILS(UC_ERR_REJECTED, uc_files_search(client, "{\"query\":\"ab\"}", NULL, &page, &error), error);
    CHECK_CONTAINS(error->message, "query: ");
    uc_free(error);
    check_rejected("target: Missing in the project", uc_addon_run(client, "remove_bg", NO_FILE, NULL, &job, &error),
                   &error);
    CHECK(tags == NULL && page == NULL && job == NULL);
    uc_free(client);
}

/* -- 401 and 403 ----------------------------------------------------------------------------------- */

/** Checks what a client with these keys is told. */
static void check_keys(const char *public_key, const char *secret_key, const char *message) {
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_project *found;
    uc_error *error;
    CHECK_OK(uc_client_new(public_key, secret_key, &opts, &client, &error), error);
    check_said(UC_ERR_AUTH, 401, message, uc_project_info(client, &found, &error), &error);
    CHECK(found == NULL);
    uc_free(client);
}

TEST("401: keys that are wrong") {
    check_keys("otherpublickey", SECRET_KEY, "Public key otherpublickey not found.");
    check_keys(PUBLIC_KEY, "othersecretkey", "Invalid signature. Please check your Secret key.");
    answer(401, API_TYPE, "{\"detail\":\"Secret key not found.\"}");
    check_keys(PUBLIC_KEY, SECRET_KEY, "Secret key not found.");
    answer(401, API_TYPE, "{\"detail\":\"Incorrect authentication credentials.\"}");
    check_keys(PUBLIC_KEY, SECRET_KEY, "Incorrect authentication credentials.");
}

TEST("401: a signature whose date is too far off, even when it was made anew") {
    uc_client *client = client_new();
    uc_project *found;
    uc_error *error;
    fault(
        "{\"fault\":\"status\",\"status\":401,\"body\":\"{\\\"detail\\\":\\\"The date is off.\\\"}\",\"times\":2,"
        "\"headers\":{\"Date\":\"Mon, 05 Nov 2018 13:14:41 GMT\"}}");
    CHECK_FAILS(UC_ERR_AUTH, uc_project_info(client, &found, &error), error);
    CHECK_TEXT("The date is off.", error->message);
    CHECK_INT(2, error->attempts);
    uc_free(error);
    uc_free(client);
}

TEST("403: what the project is not allowed to do") {
    uc_client *client = client_new();
    uc_job *job;
    uc_error *error;
    project("{\"addons\":false}");
    check_said(UC_ERR_AUTH, 403, "You do not have permission to perform this action.",
               uc_addon_run(client, "remove_bg", a_file().uuid, NULL, &job, &error), &error);
    CHECK(job == NULL);
    uc_free(client);
}

/* -- 404 to 409 ------------------------------------------------------------------------------------ */

TEST("404: whatever is not there") {
    struct kept_file file = a_file();
    uc_client *client = client_new();
    uc_webhook_opts opts = webhook_for("file.stored", NULL);
    static const char *const tag[] = {"fruit"};
    uc_file *gone;
    uc_group *group;
    uc_batch *batch;
    uc_metadata *metadata;
    uc_tags *tags;
    uc_webhook *webhook;
    uc_document *info;
    uc_job *job;
    uc_error *error;
    char *value;
#define CHECK_NOT_FOUND(call) check_said(UC_ERR_NOT_FOUND, 404, "Not found.", call, &error)
    CHECK_NOT_FOUND(uc_file_info(client, NO_FILE, NULL, &gone, &error));
    CHECK_NOT_FOUND(uc_file_store(client, NO_FILE, &gone, &error));
    CHECK_NOT_FOUND(uc_file_delete(client, NO_FILE, &gone, &error));
    CHECK_NOT_FOUND(uc_file_copy(client, NO_FILE, NULL, &gone, &error));
    CHECK_NOT_FOUND(uc_group_info(client, NO_FILE "~1", &group, &error));
    CHECK_NOT_FOUND(uc_group_delete(client, NO_FILE "~1", &error));
    CHECK_NOT_FOUND(uc_group_delete_with_files(client, NO_FILE "~1", &batch, &error));
    CHECK_NOT_FOUND(uc_group_store_files(client, NO_FILE "~1", &batch, &error));
    CHECK_NOT_FOUND(uc_metadata_list(client, NO_FILE, &metadata, &error));
    CHECK_NOT_FOUND(uc_metadata_get(client, file.uuid, "no_such_key", &value, &error));
    CHECK_NOT_FOUND(uc_metadata_set(client, NO_FILE, "pet", "cat", &error));
    CHECK_NOT_FOUND(uc_metadata_delete(client, file.uuid, "no_such_key", &error));
    CHECK_NOT_FOUND(uc_tags_list(client, NO_FILE, &tags, &error));
    CHECK_NOT_FOUND(uc_tags_replace(client, NO_FILE, tag, 1, &tags, &error));
    CHECK_NOT_FOUND(uc_tags_update(client, NO_FILE, tag, 1, NULL, 0, &tags, &error));
    CHECK_NOT_FOUND(uc_webhook_update(client, 4711, &opts, &webhook, &error));
    CHECK_NOT_FOUND(uc_document_info(client, NO_FILE, &info, &error));
    CHECK_OK(uc_job_resume(client, "document:1", &job, &error), error);
    CHECK_NOT_FOUND(uc_job_poll(job, &error));
    uc_free(job);
    uc_free(client);
}

TEST("405, 406 and 409") {
    struct kept_file file = a_file();
    uc_client *client = client_without_retries();
    uc_project *found;
    uc_job *running, *job;
    uc_error *error;
    check_request(405, "Method \"PATCH\" not allowed.", client, "PATCH", "/project/", "{}");
    fault("{\"fault\":\"status\",\"status\":406}");
    check_said(
        UC_ERR_REJECTED, 406,
        "Incorrect Accept header provided. Make sure to specify API version. Refer to REST API docs for details.",
        uc_project_info(client, &found, &error), &error);
    CHECK(found == NULL);
    running = addon_job(client, "remove_bg", file.uuid, NULL);
    check_said(UC_ERR_REJECTED, 409, "the add-on is still at work on this file: Concurrent call attempted",
               uc_addon_run(client, "remove_bg", file.uuid, NULL, &job, &error), &error);
    uc_free(running);
    uc_free(client);
}

/* -- what stands before the service ---------------------------------------------------------------- */

TEST("413, 414, 500, 502, 503 and 504 of a proxy, which speaks HTML") {
    static const struct {
        int http_status;
        uc_status status;
        const char *message;
    } cases[] = {
        {413, UC_ERR_REJECTED, "the service answered HTTP 413 Payload Too Large"},
        {414, UC_ERR_REJECTED, "the service answered HTTP 414 URI Too Long"},
        {500, UC_ERR_SERVER, "the service answered HTTP 500 Internal Server Error"},
        {502, UC_ERR_SERVER, "the service answered HTTP 502 Bad Gateway"},
        {503, UC_ERR_SERVER, "the service answered HTTP 503 Service Unavailable"},
        {504, UC_ERR_SERVER, "the service answered HTTP 504 Gateway Timeout"},
    };
    uc_client *client = client_without_retries();
    size_t i;
    for (i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        uc_page *page;
        uc_error *error;
        answer(cases[i / 2].http_status, "text/html", i % 2 ? "" : "<html><h1>Oh no</h1></html>");
        check_said(cases[i / 2].status, cases[i / 2].http_status, cases[i / 2].message,
                   uc_files_list(client, NULL, &page, &error), &error);
        CHECK(page == NULL);
    }
    uc_free(client);
}

TEST("503 in plain text: a conversion that is out of order") {
    uc_client *client = client_without_retries();
    uc_document *info;
    uc_job *job, *running = video_job(client, "", NULL);
    uc_error *error;
    answer_always(503, "text/plain", "Conversion service error\n");
    check_said(UC_ERR_SERVER, 503, "Conversion service error", uc_document_info(client, NO_FILE, &info, &error),
               &error);
    check_said(UC_ERR_SERVER, 503, "Conversion service error",
               uc_convert_document(client, NO_FILE "/document/", NULL, &job, &error), &error);
    check_said(UC_ERR_SERVER, 503, "Conversion service error",
               uc_convert_video(client, NO_FILE "/video/", NULL, &job, &error), &error);
    check_said(UC_ERR_SERVER, 503, "Conversion service error", uc_job_poll(running, &error), &error);
    uc_free(running);
    uc_free(client);
}

TEST("429: too many requests, with the time to wait") {
    uc_client *client = client_without_retries();
    uc_page *page;
    uc_error *error;
    fault("{\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"10\"}}");
    CHECK_FAILS(UC_ERR_THROTTLED, uc_files_list(client, NULL, &page, &error), error);
    CHECK_TEXT("Request was throttled. Expected available in 10 seconds.", error->message);
    CHECK_INT(429, error->http_status);
    CHECK_INT(10000, error->retry_after_ms);
    uc_free(error);
    uc_free(client);
}

/* -- problems inside a success --------------------------------------------------------------------- */

TEST("200 with problems: of some files of a batch, and of the path of a conversion") {
    struct kept_file file = a_file();
    const char *const uuids[] = {NO_FILE, file.uuid};
    uc_client *client = client_new();
    uc_batch *batch;
    uc_job *job;
    uc_error *error;
    CHECK_OK(uc_files_store(client, uuids, 2, &batch, &error), error);
    CHECK_INT(1, batch->files_len);
    CHECK_INT(1, batch->problems_len);
    CHECK_TEXT("Missing in the project", value_of(batch->problems, 1, NO_FILE));
    uc_free(batch);
    answer(200, API_TYPE, "{\"status\":\"ok\",\"problems\":{\"" NO_FILE "\":\"Invalid\"},\"result\":[]}");
    CHECK_OK(uc_files_delete(client, uuids, 1, &batch, &error), error);
    CHECK_TEXT("Invalid", value_of(batch->problems, batch->problems_len, NO_FILE));
    uc_free(batch);
    check_said(UC_ERR_JOB, 200, "Bad path \"https://example.com/document/\". Use UUID or CDN URL",
               uc_convert_document(client, "https://example.com/document/", NULL, &job, &error), &error);
    uc_free(client);
}
