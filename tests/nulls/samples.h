/* The beginning of the program that tests/nulls/mod.rs makes. */
#include "test.h"

#include <errno.h>

/* What errno is before a call, and after it. */
#define ERRNO 4711

#define WEBHOOK_URL "https://example.com/hook"
#define FILE_URL "https://ucarecdn.com/22240276-2f06-41f8-9411-755c8ce926ed/"

/* The same, signed with the secret 00ff until 2100. */
#define SIGNED_URL \
    FILE_URL "?token=exp=4102444800~acl=/22240276-2f06-41f8-9411-755c8ce926ed/" \
             "~hmac=23580e5e954bc69d90717fbfd1fc790c569bdc0cfba9d239f5abfe358a178b52"
static const char *const secrets_hex[] = {"00ff"};

/* A delivery to a webhook, signed. */
static const char *const delivery_secrets[] = {"12345X"};
#define DELIVERY \
    "{\"hook\":{\"id\":1,\"event\":\"file.uploaded\"},\"" \
    "data\":{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\"}}"
#define DELIVERY_SIGNATURE "v1=21f39c0bab7c349c9f7d7f4099a2ebcec564cb4c58e6dccb3844b668bf4bfa2e"

/** What outputs hold before a call: not NULL, and never to be followed. */
static char garbage;

/** A valid argument of every kind. */
struct samples {
    uc_client *client;
    uc_page *page, *files_page;
    uc_job *job;
    uc_ops *ops;
    uc_error *error;
    char *group_id, *image, *document;
    char document_path[128], video_path[128], source_url[128];
    const char *list[1];
    int32_t widths[1];
    int64_t webhook_id;
    uc_webhook_opts webhook_opts;
    int requests; /* that it took to make these */
};

static int32_t go_on(void *progress_data, int64_t done, int64_t total) {
    (void)progress_data, (void)done, (void)total;
    return 0;
}

static int64_t read_nothing(void *read_data, void *buffer, size_t size) {
    (void)read_data, (void)buffer, (void)size;
    return 0;
}

/** The UUID of the first file of this name, to be freed. */
static char *uuid_of(const char *files, const char *name) {
    int i;
    for (i = 0;; i++) {
        char *found = json_value(files, "original_filename", i);
        int is_it;
        if (found == NULL) FAIL("the emulator has no %s", name);
        is_it = strcmp(found, name) == 0;
        free(found);
        if (is_it) return json_value(files, "uuid", i);
    }
}

static int64_t webhook_made(const uc_client *client) {
    uc_webhook_opts opts = webhook_opts();
    uc_webhook *webhook;
    uc_error *error;
    int64_t id;
    opts.target_url = WEBHOOK_URL;
    opts.event = "file.stored";
    CHECK_OK(uc_webhook_create(client, &opts, &webhook, &error), error);
    id = webhook->id;
    uc_free(webhook);
    return id;
}

static struct samples samples_new(void) {
    struct samples samples;
    char *groups, *files, *video;
    uc_error *error;
    reset("{\"groups\":12}");
    groups = emulator_get("/_emulator/groups");
    files = emulator_get("/_emulator/files");
    samples.group_id = json_value(groups, "id", 0);
    CHECK(samples.group_id != NULL);
    samples.image = uuid_of(files, "IMG_8919.jpeg");
    samples.document = uuid_of(files, "report (1).pdf");
    snprintf(samples.document_path, sizeof samples.document_path, "%s/document/-/format/png/", samples.document);
    video = uuid_of(files, "video.mp4");
    snprintf(samples.video_path, sizeof samples.video_path, "%s/video/-/format/webm/", video);
    snprintf(samples.source_url, sizeof samples.source_url, "%s/_emulator/", base());
    free(video);
    free(files);
    free(groups);
    samples.list[0] = samples.image;
    samples.widths[0] = 500;
    samples.webhook_opts = webhook_opts();
    samples.webhook_opts.target_url = WEBHOOK_URL;
    samples.webhook_opts.event = "file.uploaded";
    samples.client = client_new();
    samples.webhook_id = webhook_made(samples.client);
    CHECK_OK(uc_metadata_set(samples.client, samples.image, "pet", "dog", &error), error);
    CHECK_OK(uc_ops_new(samples.client, &samples.ops, &error), error);
    CHECK_OK(uc_groups_list(samples.client, NULL, &samples.page, &error), error);
    CHECK_OK(uc_files_list(samples.client, NULL, &samples.files_page, &error), error);
    CHECK_OK(uc_addon_run(samples.client, "aws_rekognition_detect_labels", samples.image, NULL, &samples.job, &error), error);
    CHECK_STATUS(UC_ERR_NOT_FOUND, uc_request(samples.client, "GET", "/nothing/", NULL, &video, &samples.error));
    samples.requests = requests_counted();
    return samples;
}

static void samples_free(struct samples *samples) {
    uc_free(samples->error);
    uc_free(samples->ops);
    uc_free(samples->job);
    uc_free(samples->files_page);
    uc_free(samples->page);
    uc_free(samples->client);
    free(samples->group_id);
    free(samples->image);
    free(samples->document);
}

/** The message names an argument: as a word, since "id" is also a part of "invalid". */
static void check_names(const char *message, const char *name) {
    const char *letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    const char *at;
    for (at = strstr(message, name); at; at = strstr(at + 1, name)) {
        const char *after = at + strlen(name);
        int begins = at == message || !strchr(letters, at[-1]);
        int ends = *after == '\0' || !strchr(letters, *after);
        if (begins && ends) return;
    }
    FAIL("the message does not name %s: %s", name, message);
}
