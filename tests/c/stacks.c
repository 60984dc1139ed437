/*
 * A thread with a small stack: how deep each function goes, and all of them on 64 KiB. The stack is
 * painted before each call; the deepest byte that has another color afterwards is how deep it went.
 *
 *     STACKS=1 ./stacks      prints the table
 */
#include "uploads.h"

#include <sys/mman.h>

#define KIB ((size_t)1 << 10)
#define SMALL (64 * KIB)
#define ROOMY (512 * KIB)
/** What the header and the README say. */
#define MOST (48 * KIB)

#define COLOR 0x5caff01d5caff01dull

#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED 1
#define UNSANITIZED __attribute__((noinline, no_sanitize_address))
#else
#define IS_SANITIZED 0
#define UNSANITIZED __attribute__((noinline))
#endif

/* -- the stack ------------------------------------------------------------------------------------ */

/** How deep a function went at most, and when. */
struct depth {
    const char *function, *mode;
    size_t depth;
};

static struct {
    char *low, *top; /* of what is painted: up to the first frame of the thread */
    const char *mode;
    struct depth depths[128];
    int count, failures;
    int is_painted;
} stack;

/** From the lower end up to just below this frame. */
UNSANITIZED static void paint(void) {
    uint64_t *at = (uint64_t *)(void *)stack.low;
    uint64_t *end = (uint64_t *)(void *)((char *)__builtin_frame_address(0) - 512);
    if (!stack.is_painted) return;
    for (; at < end; at++) *(volatile uint64_t *)at = COLOR;
}

UNSANITIZED static void note(const char *function) {
    const uint64_t *at = (const uint64_t *)(const void *)stack.low;
    size_t depth;
    int i = 0;
    if (!stack.is_painted) return;
    while (*(const volatile uint64_t *)at == COLOR) at++;
    depth = (size_t)(stack.top - (const char *)at);
    while (i < stack.count && strcmp(stack.depths[i].function, function) != 0) i++;
    if (i == stack.count) {
        stack.depths[stack.count].function = function;
        stack.depths[stack.count++].depth = 0;
    }
    if (depth <= stack.depths[i].depth) return;
    stack.depths[i].depth = depth;
    stack.depths[i].mode = stack.mode;
}

/** A call without a status. */
#define DEPTH(function, arguments) \
    do {                           \
        paint();                   \
        (void)function arguments;  \
        note(#function);           \
    } while (0)

/** A call with one, which has to be good where nothing is to go wrong. */
#define CALL(function, arguments)                                 \
    do {                                                          \
        uc_error *error = NULL;                                   \
        uc_status status;                                         \
        paint();                                                  \
        status = function arguments;                              \
        note(#function);                                          \
        check_went(#function, status, error);                     \
        DEPTH(uc_free, (error));                                  \
    } while (0)

static void check_went(const char *function, uc_status status, const uc_error *error) {
    if (status >= 0 || stack.mode[0] != 'w') return;
    printf("%s, %s: %s: %s\n", function, stack.mode, uc_status_name(status), error->message);
    stack.failures++;
}

/* An array of "x", nested as deep as parsers of JSON go that call themselves: 120 deep. */
#define TEN(text) text text text text text text text text text text
#define NESTED TEN(TEN("[")) TEN("[") TEN("[") "\\\"x\\\"" TEN("]") TEN("]") TEN(TEN("]"))
/* The same of objects and arrays in turn. */
#define THIRTY(text) TEN(text) TEN(text) TEN(text)
#define MIXED THIRTY("{\\\"a\\\":[") THIRTY("{\\\"a\\\":[") "\\\"x\\\"" THIRTY("]}") THIRTY("]}")
#define JSON_FAULT(status, body) \
    "{\"fault\":\"body\",\"times\":-1,\"content_type\":\"application/json\",\"status\":" status ",\"body\":\"" body "\"}"
#define ENVELOPE(content) \
    "{\\\"error\\\":{\\\"content\\\":" content ",\\\"status_code\\\":400,\\\"error_code\\\":\\\"X\\\"}}"

/** What goes wrong; the first is the one in which nothing does. */
static const struct mode {
    const char *name, *fault;
    uint32_t timeout_ms;
    /* Stops each call after a tenth of a second: too long for all functions. */
    int is_ticking;
} modes[] = {
    {"well", NULL, 0, 0},
    {"a refusal", "{\"fault\":\"status\",\"status\":400,\"times\":-1}", 0, 0},
    {"deeply nested JSON", "{\"fault\":\"body\",\"nested\":10000,\"times\":-1}", 0, 0},
    {"deeply nested JSON in a refusal", "{\"fault\":\"body\",\"nested\":10000,\"status\":400,\"times\":-1}", 0, 0},
    {"a deeply nested refusal", JSON_FAULT("400", NESTED), 0, 0},
    {"a deeply nested refusal of objects", JSON_FAULT("400", MIXED), 0, 0},
    {"a deeply nested refusal in an answer of 200", JSON_FAULT("200", ENVELOPE(NESTED)), 0, 0},
    {"broken JSON", "{\"fault\":\"malformed_json\",\"times\":-1}", 0, 0},
    {"compressed", "{\"fault\":\"body\",\"gzip_fill\":300000,\"times\":-1}", 0, 0},
    {"a connection that breaks", "{\"fault\":\"reset_inside\",\"times\":-1}", 0, 0},
    {"nothing comes", "{\"fault\":\"hang\",\"ms\":60000,\"times\":-1}", 20, 0},
    {"tick stops what hangs", "{\"fault\":\"hang\",\"ms\":60000,\"times\":-1}", 0, 1},
    {"tick stops what trickles", "{\"fault\":\"slow\",\"chunk\":1,\"interval_ms\":30,\"times\":-1}", 0, 1},
};

/* -- every function ------------------------------------------------------------------------------- */

static const char *const delivery_secrets[] = {"12345X"};
static const char *const secrets_hex[] = {"00ff"};
#define DELIVERY \
    "{\"hook\":{\"id\":1,\"event\":\"file.uploaded\"},\"" \
    "data\":{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\"}}"
#define DELIVERY_SIGNATURE "v1=21f39c0bab7c349c9f7d7f4099a2ebcec564cb4c58e6dccb3844b668bf4bfa2e"
#define WEBHOOK_URL "https://example.com/hook"

/** Made beforehand, on the main thread. */
struct world {
    const char *base, *ca_file;
    const uc_client *control;
    char image[64], document[64], video[64], group_id[64], doomed[64];
    char *content_path;
    unsigned char *content;
    char *nested; /* an object with arrays so deep */
};

#define DEEP 10000
/* Of that object, by delivery_secrets[0]. */
#define NESTED_SIGNATURE "v1=8b610f0fd590f022a207e34ab299bd66bcfde28c627aab4aab0cb5f21267533b"

/** A control call, over TLS where the emulator speaks it. */
static char *control(const struct world *world, const char *method, const char *path, const char *json) {
    char *answer = NULL;
    uc_error *error = NULL;
    uc_status status = uc_request(world->control, method, path, json, &answer, &error);
    if (status != UC_OK) {
        printf("%s %s: %s\n", method, path, error->message);
        stack.failures++;
        uc_free(error);
    }
    return answer;
}

static int32_t go_on(void *progress_data, int64_t done, int64_t total) {
    (void)progress_data, (void)done, (void)total;
    return 0;
}

static int32_t stop(void *tick_data) {
    (void)tick_data;
    return 1;
}

static void say_nothing(void *log_data, int32_t level, const char *line) { (void)log_data, (void)level, (void)line; }

static uc_client *client_of(const struct world *world) {
    uc_client_opts opts;
    uc_client *client = NULL;
    memset(&opts, 0, sizeof opts);
    opts.struct_size = sizeof opts;
    opts.api_base = opts.upload_base = world->base;
    opts.ca_file = world->ca_file;
    opts.retries = -1;
    CALL(uc_client_new, (PUBLIC_KEY, SECRET_KEY, &opts, &client, &error));
    return client;
}

static uc_client *derived_of(const uc_client *client, const struct mode *mode) {
    uc_client_derive_opts opts = client_derive_opts();
    uc_client *derived = NULL;
    opts.timeout_ms = mode->timeout_ms;
    opts.tick = mode->is_ticking ? stop : NULL;
    opts.log = say_nothing;
    CALL(uc_client_derive, (client, &opts, &derived, &error));
    return derived;
}

static void list(const uc_client *client) {
    uc_groups_opts groups = groups_opts();
    uc_files_opts files = files_opts();
    uc_page *page = NULL;
    int i;
    groups.limit = files.limit = 50;
    for (i = 0; i < 2; i++) {
        groups.read_ahead = files.read_ahead = (uint32_t)i;
        CALL(uc_groups_list, (client, &groups, &page, &error));
        if (page) {
            CALL(uc_page_next, (page, &error));
            CALL(uc_page_previous, (page, &error));
            DEPTH(uc_page_count, (page));
            DEPTH(uc_page_total, (page));
            DEPTH(uc_page_per_page, (page));
            DEPTH(uc_page_end_cursor, (page));
            DEPTH(uc_page_has_next, (page));
            DEPTH(uc_page_json, (page));
            DEPTH(uc_page_group, (page, 0));
        }
        DEPTH(uc_free, (page));
        page = NULL;
        files.include = "appdata";
        CALL(uc_files_list, (client, &files, &page, &error));
        if (page) DEPTH(uc_page_file, (page, 0));
        if (page) CALL(uc_page_next, (page, &error));
        DEPTH(uc_free, (page));
        page = NULL;
    }
    CALL(uc_files_search, (client, "{\"is_image\":true}", NULL, &page, &error));
    if (page) CALL(uc_page_next, (page, &error));
    DEPTH(uc_free, (page));
}

static void ask_of_files(const struct world *world, const uc_client *client) {
    const char *uuids[2], *tags[1];
    uc_file *file = NULL;
    uc_batch *batch = NULL;
    uc_metadata *metadata = NULL;
    uc_tags *result = NULL;
    uc_group *group = NULL;
    char *text = NULL;
    uuids[0] = world->image;
    uuids[1] = world->document;
    tags[0] = "cat";
    CALL(uc_file_info, (client, world->image, "appdata", &file, &error));
    DEPTH(uc_free, (file));
    CALL(uc_file_info, (client, world->video, NULL, &file, &error));
    DEPTH(uc_free, (file));
    CALL(uc_upload_info, (client, world->image, &file, &error));
    DEPTH(uc_free, (file));
    CALL(uc_file_store, (client, world->image, &file, &error));
    DEPTH(uc_free, (file));
    CALL(uc_files_store, (client, uuids, 2, &batch, &error));
    DEPTH(uc_free, (batch));
    CALL(uc_file_copy, (client, world->image, NULL, &file, &error));
    DEPTH(uc_free, (file));
    CALL(uc_file_copy_remote, (client, world->image, "backup", NULL, &text, &error));
    DEPTH(uc_free, (text));
    CALL(uc_metadata_set, (client, world->image, "pet", "dog", &error));
    CALL(uc_metadata_get, (client, world->image, "pet", &text, &error));
    DEPTH(uc_free, (text));
    CALL(uc_metadata_list, (client, world->image, &metadata, &error));
    DEPTH(uc_free, (metadata));
    CALL(uc_metadata_delete, (client, world->image, "pet", &error));
    CALL(uc_tags_replace, (client, world->image, tags, 1, &result, &error));
    DEPTH(uc_free, (result));
    CALL(uc_tags_update, (client, world->image, tags, 1, NULL, 0, &result, &error));
    DEPTH(uc_free, (result));
    CALL(uc_tags_list, (client, world->image, &result, &error));
    DEPTH(uc_free, (result));
    CALL(uc_group_create, (client, uuids, 2, NULL, &group, &error));
    CALL(uc_group_delete_with_files, (client, world->doomed, &batch, &error));
    DEPTH(uc_free, (batch));
    if (group) CALL(uc_group_delete, (client, group->id, &error));
    DEPTH(uc_free, (group));
    CALL(uc_group_info, (client, world->group_id, &group, &error));
    DEPTH(uc_free, (group));
    CALL(uc_group_store_files, (client, world->group_id, &batch, &error));
    DEPTH(uc_free, (batch));
    /* Fails and is freed the same: the file is gone after it. */
    uuids[0] = NO_FILE;
    CALL(uc_files_delete, (client, uuids, 1, &batch, &error));
    DEPTH(uc_free, (batch));
}

static void ask_of_project(const uc_client *client) {
    uc_webhook_opts opts = webhook_opts();
    uc_project *project = NULL;
    uc_webhooks *webhooks = NULL;
    uc_webhook *webhook = NULL, *changed = NULL;
    uc_webhook_event *event = NULL;
    char *answer = NULL;
    opts.target_url = WEBHOOK_URL;
    opts.event = "file.stored";
    CALL(uc_project_info, (client, &project, &error));
    DEPTH(uc_free, (project));
    CALL(uc_webhook_create, (client, &opts, &webhook, &error));
    CALL(uc_webhooks_list, (client, &webhooks, &error));
    DEPTH(uc_free, (webhooks));
    CALL(uc_webhook_update, (client, webhook ? webhook->id : 1, &opts, &changed, &error));
    DEPTH(uc_free, (changed));
    CALL(uc_webhook_unsubscribe, (client, WEBHOOK_URL, &error));
    DEPTH(uc_free, (webhook));
    CALL(uc_webhook_read, (delivery_secrets, 1, DELIVERY_SIGNATURE, DELIVERY, sizeof DELIVERY - 1, &event, &error));
    DEPTH(uc_free, (event));
    CALL(uc_request, (client, "GET", "/groups/?limit=20", NULL, &answer, &error));
    DEPTH(uc_free, (answer));
}

static void work(const struct world *world, const uc_client *client) {
    char path[128];
    uc_document *info = NULL;
    uc_job *job = NULL, *again = NULL;
    CALL(uc_document_info, (client, world->document, &info, &error));
    DEPTH(uc_free, (info));
    snprintf(path, sizeof path, "%s/document/-/format/png/", world->document);
    CALL(uc_convert_document, (client, path, NULL, &job, &error));
    DEPTH(uc_free, (job));
    snprintf(path, sizeof path, "%s/video/-/format/webm/", world->video);
    CALL(uc_convert_video, (client, path, NULL, &job, &error));
    if (job == NULL) CALL(uc_job_resume, (client, "video:22450034", &job, &error));
    if (job) CALL(uc_job_wait, (job, 5000, NULL, NULL, &error));
    DEPTH(uc_free, (job));
    CALL(uc_addon_run, (client, "aws_rekognition_detect_labels", world->image, NULL, &job, &error));
    DEPTH(uc_free, (job));
    CALL(uc_job_resume, (client, "document:22450034", &job, &error));
    DEPTH(uc_free, (job));
    snprintf(path, sizeof path, "%s/document/-/format/jpg/", world->document);
    CALL(uc_convert_document, (client, path, NULL, &job, &error));
    if (job == NULL) CALL(uc_job_resume, (client, "document:22450034", &job, &error));
    if (job) {
        DEPTH(uc_job_token, (job));
        CALL(uc_job_poll, (job, &error));
        DEPTH(uc_job_file_uuid, (job));
        DEPTH(uc_job_thumbnails_group_id, (job));
        DEPTH(uc_job_json, (job));
        CALL(uc_job_resume, (client, uc_job_token(job), &again, &error));
        DEPTH(uc_free, (again));
        CALL(uc_job_wait, (job, 5000, go_on, NULL, &error));
    }
    DEPTH(uc_free, (job));
}

static void upload(const struct world *world, const uc_client *client) {
    static const size_t sizes[] = {100000, 11 << 20};
    uc_upload_opts opts = upload_opts();
    uc_job *job = NULL;
    char url[128];
    size_t i;
    int told;
    for (i = 0; i < 2; i++)
        for (told = 0; told < 2; told++) {
            struct stream stream = {content_of(0), 0, 0, 0};
            uc_file *file = NULL;
            opts.progress = told ? go_on : NULL;
            CALL(uc_upload_data, (client, world->content, sizes[i], &opts, &file, &error));
            DEPTH(uc_free, (file));
            CALL(uc_upload_path, (client, world->content_path, &opts, &file, &error));
            DEPTH(uc_free, (file));
            stream.content = content_of((int64_t)sizes[i]);
            CALL(uc_upload_stream, (client, stream_read, &stream, told ? -1 : (int64_t)sizes[i], &opts, &file, &error));
            DEPTH(uc_free, (file));
        }
    opts.progress = NULL;
    snprintf(url, sizeof url, "%s/_emulator/", world->base);
    CALL(uc_upload_url, (client, url, &opts, &job, &error));
    DEPTH(uc_free, (job));
}

static void write_addresses(const struct world *world, const uc_client *client) {
    static const int32_t widths[] = {100, 500, 1000};
    const char *id = world->image;
    uc_url_parts *parts = NULL;
    uc_ops *ops = NULL;
    char *made = NULL;
    CALL(uc_url, (client, id, "-/resize/500x/-/format/webp/", "a b.jpg", &made, &error));
    CALL(uc_url_parse, (made, &parts, &error));
    DEPTH(uc_free, (parts));
    DEPTH(uc_free, (made));
    CALL(uc_url_group_file, (client, world->group_id, 0, "-/preview/", &made, &error));
    DEPTH(uc_free, (made));
    CALL(uc_url_group_archive, (client, world->group_id, "zip", "a.zip", &made, &error));
    DEPTH(uc_free, (made));
    CALL(uc_url_proxy, (client, "https://example.com/a b.jpg", "-/preview/", &made, &error));
    DEPTH(uc_free, (made));
    CALL(uc_url_srcset, (client, id, "-/format/webp/", "a.jpg", widths, 3, &made, &error));
    DEPTH(uc_free, (made));
    CALL(uc_video_path, (client, id, "-/size/640x360/-/format/webm/-/thumbs~4/", &made, &error));
    DEPTH(uc_free, (made));
    CALL(uc_document_path, (client, id, "-/format/png/-/page/1/", &made, &error));
    DEPTH(uc_free, (made));
    CALL(uc_url_sign, ("https://1s4oyld5dc.ucarecd.net/22240276-2f06-41f8-9411-755c8ce926ed/", secrets_hex[0], NULL, &made, &error));
    CALL(uc_url_verify, (made, secrets_hex, 1, &error));
    DEPTH(uc_free, (made));
    CALL(uc_upload_signature, (client, 1900000000, &made, &error));
    DEPTH(uc_free, (made));
    CALL(uc_upload_token, (client, NULL, &made, &error));
    DEPTH(uc_free, (made));
    CALL(uc_ops_new, (client, &ops, &error));
    DEPTH(uc_ops_preview, (ops, 100, 100));
    DEPTH(uc_ops_resize, (ops, 100, 0));
    DEPTH(uc_ops_crop, (ops, 100, 100, "center"));
    DEPTH(uc_ops_scale_crop, (ops, 100, 100, "smart/center"));
    DEPTH(uc_ops_format, (ops, "auto"));
    DEPTH(uc_ops_quality, (ops, "smart"));
    DEPTH(uc_ops_overlay, (ops, "self", "50px50p", "center", 50));
    DEPTH(uc_ops_text, (ops, "100x100", "center", "Hello, World"));
    DEPTH(uc_ops_raw, (ops, "-/blur/20/"));
    CALL(uc_ops_build, (ops, &made, &error));
    DEPTH(uc_free, (made));
    DEPTH(uc_free, (ops));
}

/** Mistakes of all kinds, which do not depend on what goes wrong. */
static void mistake(const struct world *world, const uc_client *client) {
    const char *mode = stack.mode;
    uc_client_opts opts;
    uc_client *none = NULL;
    uc_file *file = NULL;
    uc_page *page = NULL;
    uc_job *job = NULL;
    uc_webhook_event *event = NULL;
    uc_url_parts *parts = NULL;
    char *made = NULL, *nested = world->nested;
    stack.mode = "mistakes";
    CALL(uc_files_search, (client, nested, NULL, &page, &error));
    DEPTH(uc_free, (page));
    CALL(uc_addon_run, (client, "remove_bg", world->image, nested, &job, &error));
    DEPTH(uc_free, (job));
    CALL(uc_request, (client, "POST", "/groups/", nested, &made, &error));
    DEPTH(uc_free, (made));
    CALL(uc_webhook_read, (delivery_secrets, 1, NESTED_SIGNATURE, nested, strlen(nested), &event, &error));
    DEPTH(uc_free, (event));
    memset(&opts, 0, sizeof opts);
    opts.struct_size = sizeof opts;
    opts.ca_file = "/nowhere/to/be/found";
    CALL(uc_client_new, (PUBLIC_KEY, SECRET_KEY, &opts, &none, &error));
    CALL(uc_client_new, (NULL, NULL, NULL, NULL, &error));
    CALL(uc_url, (client, world->image, "-/rezise/500x/", NULL, &made, &error));
    CALL(uc_url, (client, world->image, "-/resize/500x/-/format/jpg/", NULL, &made, &error));
    CALL(uc_url_parse, ("not an address", &parts, &error));
    CALL(uc_upload_path, (client, "/nowhere/to/be/found", NULL, &file, &error));
    CALL(uc_json_get, (nested, "", &made, &error));
    DEPTH(uc_free, (made));
    CALL(uc_json_get, (DELIVERY, "/hook/id/x", &made, &error));
    CALL(uc_json_quote, (DELIVERY, &made, &error));
    DEPTH(uc_free, (made));
    DEPTH(uc_error_status, (NULL));
    DEPTH(uc_version, ());
    DEPTH(uc_version_number, ());
    DEPTH(uc_status_text, (UC_ERR_AUTH));
    DEPTH(uc_status_name, (UC_ERR_AUTH));
    stack.mode = mode;
}

/** A page that was there before anything went wrong. */
static void turn(uc_page *page) {
    if (page == NULL) return;
    CALL(uc_page_next, (page, &error));
    CALL(uc_page_previous, (page, &error));
    DEPTH(uc_free, (page));
}

static void everything(const struct world *world, const struct mode *mode) {
    uc_client *parent = client_of(world), *client = derived_of(parent, mode);
    uc_groups_opts opts = groups_opts();
    uc_page *page = NULL;
    opts.limit = 50;
    CALL(uc_groups_list, (client, &opts, &page, &error));
    if (mode->fault) uc_free(control(world, "POST", "/_emulator/faults", mode->fault));
    turn(page);
    list(client);
    if (!mode->is_ticking) ask_of_files(world, client);
    ask_of_project(client);
    if (!mode->is_ticking) work(world, client);
    upload(world, client);
    write_addresses(world, client);
    mistake(world, client);
    if (mode->fault) uc_free(control(world, "DELETE", "/_emulator/faults", NULL));
    DEPTH(uc_client_cancel, (parent));
    DEPTH(uc_client_reset, (parent));
    DEPTH(uc_free, (parent));
    DEPTH(uc_free, (client));
}

static void *run_all(void *data) {
    const struct world *world = (const struct world *)data;
    size_t i;
    stack.top = (char *)__builtin_frame_address(0);
    for (i = 0; i < sizeof modes / sizeof *modes; i++) {
        stack.mode = modes[i].name;
        everything(world, &modes[i]);
    }
    return NULL;
}

/* -- the thread ------------------------------------------------------------------------------------ */

static void named(char *to, size_t size, const char *files, const char *name) {
    int i;
    for (i = 0;; i++) {
        char *found = json_value(files, "original_filename", i), *uuid = json_value(files, "uuid", i);
        int is_it = found && strcmp(found, name) == 0;
        CHECK(found != NULL);
        if (is_it) snprintf(to, size, "%s", uuid);
        free(found);
        free(uuid);
        if (is_it) return;
    }
}

static struct world world_new(const char *base, const char *ca_file) {
    struct content content = content_of(11 * MIB);
    uc_client_opts opts = client_opts();
    struct world world;
    char *told, *id;
    memset(&world, 0, sizeof world);
    opts.api_base = world.base = base;
    opts.ca_file = world.ca_file = ca_file;
    world.control = client_with(&opts);
    uc_free(control(&world, "POST", "/_emulator/reset", "{\"groups\":250}"));
    told = control(&world, "GET", "/_emulator/files", NULL);
    named(world.image, sizeof world.image, told, "IMG_8919.jpeg");
    named(world.document, sizeof world.document, told, "report (1).pdf");
    named(world.video, sizeof world.video, told, "video.mp4");
    uc_free(told);
    told = control(&world, "GET", "/_emulator/groups", NULL);
    id = json_value(told, "id", 0);
    snprintf(world.group_id, sizeof world.group_id, "%s", id);
    free(id);
    id = json_value(told, "id", 1);
    snprintf(world.doomed, sizeof world.doomed, "%s", id);
    free(id);
    uc_free(told);
    world.content = content_in_memory(&content);
    world.nested = (char *)malloc(2 * DEEP + 16);
    strcpy(world.nested, "{\"data\":");
    memset(world.nested + 8, '[', DEEP);
    memset(world.nested + 8 + DEEP, ']', DEEP);
    strcpy(world.nested + 8 + 2 * DEEP, "}");
    world.content_path = file_of("content.bin", &content);
    return world;
}

static void world_free(struct world *world) {
    uc_free((void *)world->control);
    free(world->content);
    free(world->nested);
    free(world->content_path);
}

static void run_on(size_t size, struct world *world) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory = (char *)mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_attr_t attributes;
    pthread_t thread;
    CHECK(memory != MAP_FAILED);
    CHECK(mprotect(memory, page, PROT_NONE) == 0);
    stack.low = memory + page;
    pthread_attr_init(&attributes);
    CHECK(pthread_attr_setstack(&attributes, stack.low, size) == 0);
    CHECK(pthread_create(&thread, &attributes, run_all, world) == 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    munmap(memory, size + page);
    CHECK_INT(0, stack.failures);
}

/** Every function on a stack that is large enough to see how much it takes, then on a small one. */
static void check_stacks(const char *base, const char *ca_file) {
    struct world world = world_new(base, ca_file);
    int i, too_deep = 0;
    memset(&stack, 0, sizeof stack);
    /* Valgrind lets nobody write below the stack pointer; sanitizers make frames of their own size. */
    stack.is_painted = !getenv("UC_TEST_SLOW") && !IS_SANITIZED;
    if (stack.is_painted) run_on(ROOMY, &world);
    for (i = 0; i < stack.count; i++) {
        struct depth *depth = &stack.depths[i];
        int is_too_deep = depth->depth > MOST;
        too_deep += is_too_deep;
        if (is_too_deep || getenv("STACKS")) printf("%7lu  %s (%s)\n", (unsigned long)depth->depth, depth->function, depth->mode);
    }
    if (too_deep > 0) FAIL("%d functions take more than %lu bytes of stack", too_deep, (unsigned long)MOST);
    stack.is_painted = 0;
    uc_free(control(&world, "POST", "/_emulator/reset", "{\"groups\":250}"));
    world_free(&world);
    world = world_new(base, ca_file);
    run_on(IS_SANITIZED ? ROOMY : SMALL, &world);
    world_free(&world);
}

TEST("no function takes more than 48 KiB of stack over http, and all run on 64 KiB") { check_stacks(base(), NULL); }

TEST("no function takes more than 48 KiB of stack over https, and all run on 64 KiB") {
    check_stacks(setting("UC_TEST_TLS_GOOD"), setting("UC_TEST_TLS_GOOD_CA"));
}
