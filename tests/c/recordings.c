/*
 * Answers that the service really gave, decoded through the C interface. recordings.rs says what
 * the folder UC_TEST_RECORDINGS holds, and made what is expected from the same answers on its own.
 */
#include "test.h"

/** Text that grows. */
struct told {
    char *text;
    size_t length, size;
};

__attribute__((format(printf, 2, 3))) static void tell(struct told *told, const char *format, ...) {
    va_list arguments;
    int length;
    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (told->length + (size_t)length + 1 > told->size) {
        told->size = 2 * (told->length + (size_t)length + 1);
        told->text = (char *)realloc(told->text, told->size);
    }
    va_start(arguments, format);
    vsnprintf(told->text + told->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    told->length += (size_t)length;
}

/** A text in quotes, or NULL. */
static void tell_text(struct told *told, const char *before, const char *text) {
    if (text)
        tell(told, "%s\"%s\"", before, text);
    else
        tell(told, "%sNULL", before);
}

static void tell_time(struct told *told, const char *before, const char *text, int64_t microseconds) {
    tell_text(told, before, text);
    tell(told, " %lld", (long long)microseconds);
}

static int by_key(const void *a, const void *b) {
    return strcmp((*(const uc_pair *const *)a)->key, (*(const uc_pair *const *)b)->key);
}

static void tell_pairs(struct told *told, const char *name, const uc_pair *pairs, size_t count) {
    const uc_pair **sorted = (const uc_pair **)malloc((count + 1) * sizeof *sorted);
    size_t i;
    for (i = 0; i < count; i++) sorted[i] = &pairs[i];
    qsort(sorted, count, sizeof *sorted, by_key);
    for (i = 0; i < count; i++) {
        tell(told, "%s \"%s\"=", name, sorted[i]->key);
        tell_text(told, "", sorted[i]->value);
        tell(told, "\n");
    }
    free(sorted);
}

static void tell_image(struct told *told, const uc_image_info *image) {
    tell_text(told, "image ", image->format);
    tell_text(told, " ", image->color_mode);
    tell(told, " %lldx%lld orientation=%d sequence=%d dpi=%.6f,%.6f place=%d %.6f,%.6f", (long long)image->width,
         (long long)image->height, (int)image->orientation, (int)image->is_sequence, image->dpi_x, image->dpi_y,
         (int)image->has_geo_location, image->latitude, image->longitude);
    tell_text(told, " original=", image->datetime_original);
    tell(told, "\n");
}

static void tell_video(struct told *told, const uc_video_info *video) {
    size_t i;
    tell_text(told, "video ", video->format);
    tell(told, " duration_ms=%lld bitrate=%lld\n", (long long)video->duration_ms, (long long)video->bitrate);
    for (i = 0; i < video->audio_len; i++) {
        const uc_audio_track *track = video->audio[i];
        tell_text(told, "audio ", track->codec);
        tell(told, " %lld %lld %lld\n", (long long)track->bitrate, (long long)track->sample_rate,
             (long long)track->channels);
    }
    for (i = 0; i < video->video_len; i++) {
        const uc_video_track *track = video->video[i];
        tell_text(told, "video track ", track->codec);
        tell(told, " %lld %lldx%lld %.6f\n", (long long)track->bitrate, (long long)track->width,
             (long long)track->height, track->frame_rate);
    }
}

static void tell_file(struct told *told, const uc_file *file) {
    size_t i;
    if (file == NULL) {
        tell(told, "file removed\n");
        return;
    }
    tell_text(told, "file uuid=", file->uuid);
    tell_text(told, "\nfile original_filename=", file->original_filename);
    tell_text(told, "\nfile original_file_url=", file->original_file_url);
    tell_text(told, "\nfile url=", file->url);
    tell_text(told, "\nfile mime_type=", file->mime_type);
    tell_text(told, "\nfile default_effects=", file->default_effects);
    tell(told, "\nfile size=%lld is_image=%d is_ready=%d", (long long)file->size, (int)file->is_image,
         (int)file->is_ready);
    tell_time(told, "\nfile datetime_uploaded ", file->datetime_uploaded, file->datetime_uploaded_us);
    tell_time(told, "\nfile datetime_stored ", file->datetime_stored, file->datetime_stored_us);
    tell_time(told, "\nfile datetime_removed ", file->datetime_removed, file->datetime_removed_us);
    tell(told, "\n");
    if (file->image) tell_image(told, file->image);
    if (file->video) tell_video(told, file->video);
    tell_pairs(told, "file metadata", file->metadata, file->metadata_len);
    tell_pairs(told, "file variations", file->variations, file->variations_len);
    for (i = 0; i < file->tags_len; i++) tell(told, "file tag \"%s\"\n", file->tags[i]);
    tell(told, "file appdata=%s\nfile json=%s\n", file->appdata ? file->appdata : "NULL", file->json);
}

static void tell_group(struct told *told, const uc_group *group) {
    size_t i;
    tell_text(told, "group ", group->id);
    tell_time(told, " ", group->datetime_created, group->datetime_created_us);
    tell(told, " files_count=%lld", (long long)group->files_count);
    tell_text(told, " cdn_url=", group->cdn_url);
    tell_text(told, " url=", group->url);
    tell(told, " files=%lu json=%s\n", (unsigned long)group->files_len, group->json ? group->json : "NULL");
    for (i = 0; i < group->files_len; i++) tell_file(told, group->files[i]);
}

static void tell_page(struct told *told, const uc_page *page) {
    size_t i;
    tell(told, "page %lu %lld %lld\n", (unsigned long)uc_page_count(page), (long long)uc_page_total(page),
         (long long)uc_page_per_page(page));
    for (i = 0; i < uc_page_count(page); i++) {
        if (uc_page_group(page, i))
            tell_group(told, uc_page_group(page, i));
        else
            tell_file(told, uc_page_file(page, i));
    }
}

static void tell_batch(struct told *told, const uc_batch *batch) {
    size_t i;
    for (i = 0; i < batch->files_len; i++) tell_file(told, batch->files[i]);
    tell_pairs(told, "problem", batch->problems, batch->problems_len);
}

static void tell_metadata(struct told *told, const uc_metadata *metadata) {
    tell_pairs(told, "metadata", metadata->metadata, metadata->metadata_len);
}

static void tell_value(struct told *told, const char *value) { tell(told, "value \"%s\"\n", value); }

static void tell_project(struct told *told, const uc_project *project) {
    tell_text(told, "project ", project->name);
    tell_text(told, " ", project->pub_key);
    tell(told, " autostore_enabled=%d json=%s\n", (int)project->autostore_enabled, project->json);
    tell_pairs(told, "collaborator", project->collaborators, project->collaborators_len);
}

static void tell_webhook(struct told *told, const uc_webhook *webhook) {
    tell(told, "webhook %lld %lld", (long long)webhook->id, (long long)webhook->project);
    tell_text(told, " ", webhook->target_url);
    tell_text(told, " ", webhook->event);
    tell_text(told, " ", webhook->version);
    tell_text(told, " ", webhook->signing_secret);
    tell(told, " is_active=%d", (int)webhook->is_active);
    tell_time(told, " created ", webhook->created, webhook->created_us);
    tell_time(told, " updated ", webhook->updated, webhook->updated_us);
    tell(told, " json=%s\n", webhook->json);
}

static void tell_webhooks(struct told *told, const uc_webhooks *all) {
    size_t i;
    for (i = 0; i < all->webhooks_len; i++) tell_webhook(told, all->webhooks[i]);
}

static void tell_document(struct told *told, const uc_document *info) {
    size_t i;
    tell_text(told, "document ", info->error);
    tell_text(told, " ", info->format);
    tell(told, " json=%s\n", info->json);
    for (i = 0; i < info->formats_len; i++) tell(told, "format \"%s\"\n", info->formats[i]);
    tell_pairs(told, "group of", info->groups, info->groups_len);
}

static void tell_job(struct told *told, const uc_job *job) {
    tell(told, "job \"%s\"", uc_job_token(job));
    tell_text(told, " file=", uc_job_file_uuid(job));
    tell_text(told, " thumbnails=", uc_job_thumbnails_group_id(job));
    tell(told, " json=%s\n", uc_job_json(job));
}

/** The text of a file of the folder, to be freed; NULL when there is none. */
static char *recorded(int number, const char *kind) {
    char path[4096];
    struct told text = {NULL, 0, 0};
    char part[65536];
    size_t size;
    FILE *file;
    snprintf(path, sizeof path, "%s/%d.%s", setting("UC_TEST_RECORDINGS"), number, kind);
    file = fopen(path, "rb");
    if (file == NULL) return NULL;
    tell(&text, "%s", "");
    while ((size = fread(part, 1, sizeof part, file)) > 0) tell(&text, "%.*s", (int)size, part);
    fclose(file);
    return text.text;
}

/** Shows the first line that differs. */
static void check_told(int number, const char *expected, const char *got) {
    const char *line = got;
    size_t i;
    for (i = 0; expected[i] && expected[i] == got[i]; i++)
        if (got[i] == '\n') line = got + i + 1;
    if (expected[i] != got[i])
        FAIL("recording %d:\n got      %.*s\n expected %.*s", number, (int)strcspn(line, "\n"), line,
             (int)strcspn(expected + (line - got), "\n"), expected + (line - got));
}

/* -- the calls ------------------------------------------------------------------------------------ */

/** What is called: a function by its name below, and with what, each on a line. */
struct words {
    const char *of[128];
    size_t count;
};

static struct words words_of(char *lines) {
    struct words words;
    char *line;
    memset(&words, 0, sizeof words);
    for (line = strtok(lines, "\n"); line; line = strtok(NULL, "\n")) words.of[words.count++] = line;
    return words;
}

/** A function for the table: makes a call whose answer is `got`, a `type *`, and tells it. */
#define ANSWERED(name, type, call, teller)                                                                \
    static void name(const uc_client *client, const char *const *word, size_t count, struct told *told) { \
        type *got;                                                                                        \
        uc_error *error;                                                                                  \
        (void)word, (void)count;                                                                          \
        CHECK_OK(call, error);                                                                            \
        teller(told, got);                                                                                \
        uc_free(got);                                                                                     \
    }

/** The same for a call that gives nothing. */
#define DONE(name, call)                                                                                  \
    static void name(const uc_client *client, const char *const *word, size_t count, struct told *told) { \
        uc_error *error;                                                                                  \
        (void)count, (void)told;                                                                          \
        CHECK_OK(call, error);                                                                            \
    }

ANSWERED(groups_list, uc_page, uc_groups_list(client, NULL, &got, &error), tell_page)
ANSWERED(group_info, uc_group, uc_group_info(client, word[0], &got, &error), tell_group)
DONE(group_delete, uc_group_delete(client, word[0], &error))
ANSWERED(files_list, uc_page, uc_files_list(client, NULL, &got, &error), tell_page)
ANSWERED(file_info, uc_file, uc_file_info(client, word[0], "appdata", &got, &error), tell_file)
ANSWERED(file_delete, uc_file, uc_file_delete(client, word[0], &got, &error), tell_file)
ANSWERED(files_delete, uc_batch, uc_files_delete(client, word, count, &got, &error), tell_batch)
ANSWERED(file_copy, uc_file, uc_file_copy(client, word[0], NULL, &got, &error), tell_file)
ANSWERED(metadata_list, uc_metadata, uc_metadata_list(client, word[0], &got, &error), tell_metadata)
ANSWERED(metadata_get, char, uc_metadata_get(client, word[0], word[1], &got, &error), tell_value)
DONE(metadata_set, uc_metadata_set(client, word[0], word[1], word[2], &error))
DONE(metadata_delete, uc_metadata_delete(client, word[0], word[1], &error))
ANSWERED(project_info, uc_project, uc_project_info(client, &got, &error), tell_project)
ANSWERED(webhooks_list, uc_webhooks, uc_webhooks_list(client, &got, &error), tell_webhooks)
DONE(webhook_unsubscribe, uc_webhook_unsubscribe(client, word[0], &error))
ANSWERED(document_info, uc_document, uc_document_info(client, word[0], &got, &error), tell_document)
ANSWERED(convert_document, uc_job, uc_convert_document(client, word[0], NULL, &got, &error), tell_job)
ANSWERED(convert_video, uc_job, uc_convert_video(client, word[0], NULL, &got, &error), tell_job)
ANSWERED(addon_run, uc_job, uc_addon_run(client, word[0], word[1], NULL, &got, &error), tell_job)

static uc_status create(const uc_client *client, const char *const *word, uc_webhook **webhook, uc_error **error) {
    uc_webhook_opts opts = webhook_opts();
    opts.event = word[0];
    opts.target_url = word[1];
    return uc_webhook_create(client, &opts, webhook, error);
}
ANSWERED(webhook_create, uc_webhook, create(client, word, &got, &error), tell_webhook)

static uc_status update(const uc_client *client, const char *const *word, uc_webhook **webhook, uc_error **error) {
    uc_webhook_opts opts = webhook_opts();
    opts.active = UC_NO;
    return uc_webhook_update(client, atoll(word[0]), &opts, webhook, error);
}
ANSWERED(webhook_update, uc_webhook, update(client, word, &got, &error), tell_webhook)

static void job_poll(const uc_client *client, const char *const *word, size_t count, struct told *told) {
    uc_job *job;
    uc_error *error;
    (void)count;
    CHECK_OK(uc_job_resume(client, word[0], &job, &error), error);
    tell(told, "%s\n", uc_status_name(uc_job_poll(job, NULL)));
    tell_job(told, job);
    uc_free(job);
}

#define NAMED(function) {#function, function}
static const struct {
    const char *name;
    void (*call)(const uc_client *client, const char *const *word, size_t count, struct told *told);
} calls[] = {
    NAMED(groups_list),    NAMED(group_info),      NAMED(group_delete),  NAMED(files_list),       NAMED(file_info),
    NAMED(file_delete),    NAMED(files_delete),    NAMED(file_copy),     NAMED(metadata_list),    NAMED(metadata_get),
    NAMED(metadata_set),   NAMED(metadata_delete), NAMED(project_info),  NAMED(webhooks_list),    NAMED(webhook_create),
    NAMED(webhook_update), NAMED(webhook_unsubscribe),
    NAMED(document_info), NAMED(convert_document), NAMED(convert_video),
    NAMED(addon_run),      NAMED(job_poll),
};

static void call(const uc_client *client, const struct words *words, struct told *told) {
    size_t i;
    for (i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (strcmp(calls[i].name, words->of[0]) == 0) {
            calls[i].call(client, words->of + 1, words->count - 1, told);
            return;
        }
    FAIL("there is no %s here", words->of[0]);
}

TEST("every recorded answer of the REST API decodes to what it says, by the function it belongs to") {
    uc_client *client = client_new();
    int number;
    for (number = 0;; number++) {
        struct told told = {NULL, 0, 0};
        struct words words;
        char *what = recorded(number, "call"), *answer = recorded(number, "fault"),
             *expected = recorded(number, "expected");
        if (what == NULL) break;
        fault(answer);
        tell(&told, "%s", "");
        words = words_of(what);
        call(client, &words, &told);
        check_told(number, expected, told.text);
        CHECK_INT(number + 1, requests_counted());
        free(told.text);
        free(what);
        free(answer);
        free(expected);
    }
    CHECK(number >= 72);
    uc_free(client);
}

TEST("a recorded page keeps its reply, and its link to the service is not followed elsewhere") {
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    int number;
    for (number = 0;; number++) {
        char *what = recorded(number, "call"), *answer = recorded(number, "fault"), *body;
        int is_groups;
        if (what == NULL) break;
        is_groups = strcmp(what, "groups_list") == 0;
        if (is_groups || strcmp(what, "files_list") == 0) {
            fault(answer);
            CHECK_OK(
                is_groups ? uc_groups_list(client, NULL, &page, &error) : uc_files_list(client, NULL, &page, &error),
                error);
            body = json_value(answer, "body", 0);
            CHECK_TEXT(body, uc_page_json(page));
            free(body);
            forget_requests();
            CHECK_FAILS(UC_ERR_PROTOCOL, uc_page_next(page, &error), error);
            uc_free(error);
            CHECK_INT(0, requests_counted());
            uc_free(page);
        }
        free(what);
        free(answer);
    }
    uc_free(client);
}
