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
        tell(told, "file %s \"%s\"=", name, sorted[i]->key);
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
    tell_pairs(told, "metadata", file->metadata, file->metadata_len);
    tell_pairs(told, "variations", file->variations, file->variations_len);
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
    for (i = 0; i < uc_page_count(page); i++) tell_group(told, uc_page_group(page, i));
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

static void call(uc_client *client, const char *what, struct told *told) {
    const char *id = strchr(what, ' ') ? strchr(what, ' ') + 1 : "";
    uc_error *error;
    if (strcmp(what, "list") == 0) {
        uc_page *page;
        CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
        tell_page(told, page);
        uc_free(page);
    } else if (strncmp(what, "info ", 5) == 0) {
        uc_group *group;
        CHECK_OK(uc_group_info(client, id, &group, &error), error);
        tell_group(told, group);
        uc_free(group);
    } else {
        CHECK(strncmp(what, "delete ", 7) == 0);
        CHECK_OK(uc_group_delete(client, id, &error), error);
    }
}

TEST("every recorded answer about groups, and every recorded file, decodes to what it says") {
    uc_client *client = client_new();
    int number;
    for (number = 0;; number++) {
        struct told told = {NULL, 0, 0};
        char *what = recorded(number, "call"), *answer = recorded(number, "fault"),
             *expected = recorded(number, "expected");
        if (what == NULL) break;
        fault(answer);
        tell(&told, "%s", "");
        call(client, what, &told);
        check_told(number, expected, told.text);
        CHECK_INT(number + 1, requests_counted());
        free(told.text);
        free(what);
        free(answer);
        free(expected);
    }
    CHECK(number >= 7);
    uc_free(client);
}

TEST("a recorded page keeps its reply, and its link to the service is not followed elsewhere") {
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    int number;
    for (number = 0;; number++) {
        char *what = recorded(number, "call"), *answer = recorded(number, "fault"), *body;
        if (what == NULL) break;
        if (strcmp(what, "list") == 0) {
            fault(answer);
            CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
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
