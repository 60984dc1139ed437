/* Options that say yes, no or nothing: what each of them sends, and what it refuses. */
#include "files.h"
#include "urls.h"

/** A call with one field of its options set to `value`; for its length a client, and a file of the emulator. */
typedef uc_status choose(const uc_client *client, const char *uuid, int32_t value, uc_error **error);

static uc_status url_with(const uc_client *client, const uc_upload_opts *opts, uc_error **error) {
    uc_job *job;
    uc_status status = uc_upload_url(client, "http://127.0.0.1:9/file", opts, &job, error);
    uc_free(job);
    return status;
}

static uc_status upload_store(const uc_client *client, const char *uuid, int32_t value, uc_error **error) {
    uc_upload_opts opts = upload_opts();
    (void)uuid;
    opts.store = value;
    return url_with(client, &opts, error);
}

static uc_status upload_check(const uc_client *client, const char *uuid, int32_t value, uc_error **error) {
    uc_upload_opts opts = upload_opts();
    (void)uuid;
    opts.check_url_duplicates = value;
    return url_with(client, &opts, error);
}

static uc_status upload_save(const uc_client *client, const char *uuid, int32_t value, uc_error **error) {
    uc_upload_opts opts = upload_opts();
    (void)uuid;
    opts.save_url_duplicates = value;
    return url_with(client, &opts, error);
}

static uc_status copy_store(const uc_client *client, const char *uuid, int32_t value, uc_error **error) {
    uc_file_copy_opts opts = file_copy_opts();
    uc_file *file;
    uc_status status;
    opts.store = value;
    status = uc_file_copy(client, uuid, &opts, &file, error);
    uc_free(file);
    return status;
}

static uc_status copy_private(const uc_client *client, const char *uuid, int32_t value, uc_error **error) {
    uc_file_copy_remote_opts opts = file_copy_remote_opts();
    char *url;
    uc_status status;
    opts.is_private = value;
    status = uc_file_copy_remote(client, uuid, "backup", &opts, &url, error);
    uc_free(url);
    return status;
}

static uc_status document_with(const uc_client *client, const uc_convert_opts *opts, uc_error **error) {
    char *path = text("%s/document/-/format/png/", kept_named("report (1).pdf").uuid);
    uc_job *job;
    uc_status status;
    forget_requests();
    status = uc_convert_document(client, path, opts, &job, error);
    uc_free(job);
    free(path);
    return status;
}

static uc_status video_with(const uc_client *client, const uc_convert_opts *opts, uc_error **error) {
    char *path = text("%s/video/-/format/webm/", kept_named("video.mp4").uuid);
    uc_job *job;
    uc_status status;
    forget_requests();
    status = uc_convert_video(client, path, opts, &job, error);
    uc_free(job);
    free(path);
    return status;
}

static uc_status document_store(const uc_client *client, const char *uuid, int32_t value, uc_error **error) {
    uc_convert_opts opts = convert_opts();
    (void)uuid;
    opts.store = value;
    return document_with(client, &opts, error);
}

static uc_status document_group(const uc_client *client, const char *uuid, int32_t value, uc_error **error) {
    uc_convert_opts opts = convert_opts();
    (void)uuid;
    opts.save_in_group = value;
    return document_with(client, &opts, error);
}

static uc_status video_store(const uc_client *client, const char *uuid, int32_t value, uc_error **error) {
    uc_convert_opts opts = convert_opts();
    (void)uuid;
    opts.store = value;
    return video_with(client, &opts, error);
}

static uc_status list_with(const uc_client *client, const uc_files_opts *opts, uc_error **error) {
    uc_page *page;
    uc_status status = uc_files_list(client, opts, &page, error);
    uc_free(page);
    return status;
}

static uc_status list_stored(const uc_client *client, const char *uuid, int32_t value, uc_error **error) {
    uc_files_opts opts = files_opts();
    (void)uuid;
    opts.stored = value;
    return list_with(client, &opts, error);
}

static uc_status list_removed(const uc_client *client, const char *uuid, int32_t value, uc_error **error) {
    uc_files_opts opts = files_opts();
    (void)uuid;
    opts.removed = value;
    return list_with(client, &opts, error);
}

static uc_status webhook_active(const uc_client *client, const char *uuid, int32_t value, uc_error **error) {
    uc_webhook_opts opts = webhook_opts();
    char *target_url = text("https://example.com/%ld", (long)value);
    uc_webhook *webhook;
    uc_status status;
    (void)uuid;
    opts.target_url = target_url;
    opts.event = "file.stored";
    opts.active = value;
    status = uc_webhook_create(client, &opts, &webhook, error);
    uc_free(webhook);
    free(target_url);
    return status;
}

static uc_status url_wildcard(const uc_client *client, const char *uuid, int32_t value, uc_error **error) {
    uc_url_sign_opts opts = url_sign_opts();
    char *url;
    uc_status status;
    (void)client, (void)uuid;
    opts.wildcard = value;
    status = uc_url_sign(FILE_URL, "00ff", &opts, &url, error);
    uc_free(url);
    return status;
}

static uc_status url_with_token(const uc_client *client, const char *uuid, int32_t value, uc_error **error) {
    uc_url_sign_opts opts = url_sign_opts();
    char *url;
    uc_status status;
    (void)client, (void)uuid;
    opts.url_token = value;
    status = uc_url_sign(FILE_URL, "00ff", &opts, &url, error);
    uc_free(url);
    return status;
}

static uc_status unchecked(const uc_client *client, const char *uuid, int32_t value, uc_error **error) {
    uc_client_opts opts = client_opts();
    uc_client *other;
    uc_status status;
    (void)client, (void)uuid;
    opts.unchecked_operations = value;
    status = uc_client_new(PUBLIC_KEY, SECRET_KEY, &opts, &other, error);
    uc_free(other);
    return status;
}

/** A field, and what its values put into the request, each as `key` and what stands behind it; NULL: no `key`. */
static const struct {
    const char *name;
    choose *call;
    const char *where, *key, *yes, *no, *by_default;
} fields[] = {
    {"opts.store", upload_store, "body", "&store=", "1", "0", "auto"},
    {"opts.check_url_duplicates", upload_check, "body", "check_URL_duplicates=", "1", "0", "0"},
    {"opts.save_url_duplicates", upload_save, "body", "save_URL_duplicates=", "1", "0", "0"},
    {"opts.store", copy_store, "body", "\"store\":", "\"true\"", "\"false\"", NULL},
    {"opts.is_private", copy_private, "body", "\"make_public\":", "false", "true", NULL},
    {"opts.store", document_store, "body", "\"store\":", "\"1\"", "\"0\"", NULL},
    {"opts.save_in_group", document_group, "body", "\"save_in_group\":", "\"1\"", "\"0\"", NULL},
    {"opts.store", video_store, "body", "\"store\":", "\"1\"", "\"0\"", NULL},
    {"opts.stored", list_stored, "target", "stored=", "true", "false", NULL},
    {"opts.removed", list_removed, "target", "removed=", "true", "false", NULL},
    {"opts.active", webhook_active, "body", "\"is_active\":", "true", "false", NULL},
    {"opts.wildcard", url_wildcard, NULL, NULL, NULL, NULL, NULL},
    {"opts.url_token", url_with_token, NULL, NULL, NULL, NULL, NULL},
    {"opts.unchecked_operations", unchecked, NULL, NULL, NULL, NULL, NULL},
};

/** The request has the key with this value, or, where there is none, not the key. */
static void check_choice(size_t i, const char *value) {
    char *told = sent(0, fields[i].where), *wanted = text("%s%s", fields[i].key, value ? value : "");
    if (value) CHECK_CONTAINS(told, wanted);
    else CHECK_LACKS(told, wanted);
    free(wanted);
    free(told);
}

TEST("yes, no and the default are sent as the service has them") {
    static const int32_t values[] = {UC_YES, UC_NO, UC_DEFAULT};
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    size_t i, j;
    for (i = 0; i < COUNT(fields); i++) {
        const char *expected[3];
        expected[0] = fields[i].yes, expected[1] = fields[i].no, expected[2] = fields[i].by_default;
        for (j = 0; j < 3; j++) {
            uc_error *error;
            forget_requests();
            CHECK_OK(fields[i].call(client, kept.uuid, values[j], &error), error);
            if (fields[i].where) check_choice(i, expected[j]);
            else CHECK_INT(0, requests_counted());
        }
    }
    uc_free(client);
}

TEST("anything else is refused by the field's name, and nothing is sent") {
    static const int32_t values[] = {2, -2, 256, INT32_MAX, INT32_MIN};
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    size_t i, j;
    for (i = 0; i < COUNT(fields); i++) {
        for (j = 0; j < COUNT(values); j++) {
            char *shown = text("%s is %ld; it may be UC_YES, UC_NO or UC_DEFAULT", fields[i].name, (long)values[j]);
            uc_error *error;
            forget_requests();
            check_refusal(fields[i].call(client, kept.uuid, values[j], &error), &error, shown, shown);
            CHECK_INT(0, requests_counted());
            free(shown);
        }
    }
    uc_free(client);
}

TEST("a video has no pages to put into a group: no and the default send nothing of it, yes is refused") {
    uc_client *client = client_new();
    uc_convert_opts opts = convert_opts();
    uc_error *error;
    int32_t value;
    for (value = UC_NO; value <= UC_DEFAULT; value++) {
        char *body;
        opts.save_in_group = value;
        CHECK_OK(video_with(client, &opts, &error), error);
        body = sent(0, "body");
        CHECK_LACKS(body, "save_in_group");
        free(body);
    }
    opts.save_in_group = UC_YES;
    check_refusal(video_with(client, &opts, &error), &error, "opts.save_in_group", "UC_YES");
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST("only a file from a URL can have come from there before: for others no is taken, yes is refused") {
    static const int32_t values[] = {UC_NO, UC_YES};
    uc_client *client = client_new();
    size_t i, j;
    for (i = 0; i < 2; i++) {
        for (j = 0; j < 2; j++) {
            uc_upload_opts opts = upload_opts();
            uc_file *file;
            uc_error *error;
            uc_status status;
            *(j ? &opts.check_url_duplicates : &opts.save_url_duplicates) = values[i];
            status = uc_upload_data(client, "x", 1, &opts, &file, &error);
            if (values[i] == UC_NO) CHECK_OK(status, error);
            else check_refusal(status, &error, j ? "opts.check_url_duplicates" : "opts.save_url_duplicates", "UC_YES");
            uc_free(file);
        }
    }
    uc_free(client);
}

TEST("what sends nothing takes no for the default, too") {
    static const int32_t values[] = {UC_DEFAULT, UC_NO, UC_YES};
    size_t i;
    for (i = 0; i < 3; i++) {
        int is_yes = values[i] == UC_YES;
        uc_url_sign_opts opts = url_sign_opts();
        uc_client_opts client_options = client_opts();
        uc_client *client;
        char *url;
        uc_error *error;
        opts.expire = 1633997100;
        opts.wildcard = values[i];
        CHECK_OK(uc_url_sign(FILE_URL, "00ff", &opts, &url, &error), error);
        CHECK_CONTAINS(url, is_yes ? "~acl=/" UUID "/*~" : "~acl=/" UUID "/~");
        uc_free(url);
        opts.wildcard = UC_DEFAULT;
        opts.url_token = values[i];
        CHECK_OK(uc_url_sign(FILE_URL, "00ff", &opts, &url, &error), error);
        if (is_yes) CHECK_LACKS(url, "~acl=");
        else CHECK_CONTAINS(url, "~acl=/" UUID "/~");
        uc_free(url);
        client_options.unchecked_operations = values[i];
        client = client_with(&client_options);
        if (is_yes) CHECK_MADE(FILE_URL "-/new_one/", uc_url(client, UUID, "-/new_one/", NULL, &made, &error));
        else CHECK_REFUSED("operations", "new", uc_url(client, UUID, "-/new_one/", NULL, &made, &error));
        uc_free(client);
    }
}
