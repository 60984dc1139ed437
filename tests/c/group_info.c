/* One group with its files: every field of the views. */
#include "listing.h"

#define ID "badfc9f7-f88f-4921-9cc0-22e2c08aa2da~3"

/** What the service answers next: a body of 200. */
static void answer(const char *body) {
    char *quoted = (char *)malloc(2 * strlen(body) + 64), *end = quoted;
    const char *at;
    end += sprintf(end, "{\"fault\":\"body\",\"body\":\"");
    for (at = body; *at; at++) {
        if (*at == '"' || *at == '\\') *end++ = '\\';
        *end++ = *at;
    }
    strcpy(end, "\"}");
    fault(quoted);
    free(quoted);
}

/** The group that holds this file (JSON), to be freed; its only file is in `file`. */
static uc_group *group_with(const uc_client *client, const char *json, const uc_file **file) {
    char *body = (char *)malloc(strlen(json) + 256);
    uc_group *group;
    uc_error *error;
    sprintf(body, "{\"id\":\"badfc9f7-f88f-4921-9cc0-22e2c08aa2da~1\",\"files_count\":1,\"files\":[%s]}", json);
    answer(body);
    free(body);
    CHECK_OK(uc_group_info(client, "badfc9f7-f88f-4921-9cc0-22e2c08aa2da~1", &group, &error), error);
    CHECK_INT(1, group->files_len);
    CHECK(group->files[0] != NULL);
    *file = group->files[0];
    CHECK_TEXT(json, (*file)->json);
    return group;
}

static const char *value_of(const uc_pair *pairs, size_t count, const char *key) {
    size_t i;
    for (i = 0; i < count; i++)
        if (strcmp(pairs[i].key, key) == 0) return pairs[i].value;
    return NULL;
}

#define CHECK_NEAR(expected, got) CHECK((got) > (expected) - 1e-9 && (got) < (expected) + 1e-9)

TEST("a group has its own fields and as many files as it counts, two-digit counts among them") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    size_t i, j;
    for (i = 0; i < 12; i++) {
        uc_group *group;
        uc_error *error;
        char path[128], *reply;
        CHECK_OK(uc_group_info(client, truth.groups[i].id, &group, &error), error);
        CHECK_TEXT(truth.groups[i].id, group->id);
        CHECK_TEXT(truth.groups[i].created, group->datetime_created);
        CHECK_INT(microseconds(truth.groups[i].created), group->datetime_created_us);
        CHECK_INT(i + 1, group->files_count);
        CHECK_INT(i + 1, group->files_len);
        snprintf(path, sizeof path, "/groups/%s/", group->id);
        CHECK_CONTAINS(group->url, path);
        snprintf(path, sizeof path, "/%s/", group->id);
        CHECK_CONTAINS(group->cdn_url, path);
        for (j = 0; j < group->files_len; j++) {
            const uc_file *file = group->files[j];
            if (file == NULL) continue; /* removed */
            CHECK_INT(36, strlen(file->uuid));
            CHECK_CONTAINS(file->url, file->uuid);
            CHECK_CONTAINS(group->json, file->json);
            CHECK_CONTAINS(file->json, file->uuid);
            CHECK(file->default_effects != NULL);
        }
        snprintf(path, sizeof path, "/groups/%s/", group->id);
        CHECK_OK(uc_request(client, "GET", path, NULL, &reply, &error), error);
        CHECK_TEXT(reply, group->json);
        uc_free(reply);
        uc_free(group);
    }
    uc_free(client);
    free(truth.groups);
}

TEST("a group with a file that is there and files that are removed: NULL in their places") {
    uc_client *client = client_new();
    uc_group *group;
    uc_error *error;
    const char *body =
        "{\"id\":\"" ID "\",\"datetime_created\":\"2018-11-26T12:49:10.477888Z\",\"files_count\":3,"
        "\"cdn_url\":\"https://ucarecdn.com/" ID "/\",\"url\":\"https://api.uploadcare.com/groups/" ID "/\","
        "\"files\":[null,{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\"},null]}";
    answer(body);
    CHECK_OK(uc_group_info(client, ID, &group, &error), error);
    CHECK_TEXT(ID, group->id);
    CHECK_TEXT("2018-11-26T12:49:10.477888Z", group->datetime_created);
    CHECK_INT(1543236550477888, group->datetime_created_us);
    CHECK_INT(3, group->files_count);
    CHECK_TEXT("https://ucarecdn.com/" ID "/", group->cdn_url);
    CHECK_TEXT("https://api.uploadcare.com/groups/" ID "/", group->url);
    CHECK_TEXT(body, group->json);
    CHECK_INT(3, group->files_len);
    CHECK(group->files[0] == NULL && group->files[2] == NULL);
    CHECK_TEXT("22240276-2f06-41f8-9411-755c8ce926ed", group->files[1]->uuid);
    CHECK_TEXT("{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\"}", group->files[1]->json);
    uc_free(group);
    uc_free(client);
}

TEST("a group whose files are all removed, or none, or not told") {
    uc_client *client = client_new();
    uc_group *group;
    uc_error *error;
    answer("{\"id\":\"" ID "\",\"files_count\":3,\"files\":[null,null,null]}");
    CHECK_OK(uc_group_info(client, ID, &group, &error), error);
    CHECK_INT(3, group->files_len);
    CHECK(group->files[0] == NULL && group->files[1] == NULL && group->files[2] == NULL);
    CHECK_TEXT(NULL, group->datetime_created);
    CHECK_INT(INT64_MIN, group->datetime_created_us);
    uc_free(group);
    answer("{\"id\":\"" ID "\",\"files_count\":3,\"files\":[]}");
    CHECK_OK(uc_group_info(client, ID, &group, &error), error);
    CHECK_INT(0, group->files_len);
    uc_free(group);
    answer("{\"id\":\"" ID "\",\"files_count\":3,\"files\":null}");
    CHECK_OK(uc_group_info(client, ID, &group, &error), error);
    CHECK_INT(0, group->files_len);
    CHECK_INT(3, group->files_count);
    uc_free(group);
    uc_free(client);
}

TEST("all that a file can say about an image") {
    const uc_file *file;
    uc_client *client = client_new();
    uc_group *group = group_with(
        client,
        "{\"datetime_removed\":null,\"datetime_stored\":\"2018-11-26T12:49:10.477888Z\","
        "\"datetime_uploaded\":\"2018-11-26T12:49:09.945335Z\",\"is_image\":true,\"is_ready\":true,"
        "\"mime_type\":\"image/jpeg\","
        "\"original_file_url\":\"https://ucarecdn.com/22240276-2f06-41f8-9411-755c8ce926ed/pineapple.jpg\","
        "\"original_filename\":\"pineapple.jpg\",\"size\":642,"
        "\"url\":\"https://api.uploadcare.com/files/22240276-2f06-41f8-9411-755c8ce926ed/\","
        "\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\","
        "\"variations\":{\"/preview/\":\"1d8470e3-5b1e-4b25-8ac4-5a3c1e6e3dff\","
        "\"/\":\"aa8470e3-5b1e-4b25-8ac4-5a3c1e6e3dff\"},"
        "\"content_info\":{\"mime\":{\"mime\":\"image/jpeg\",\"type\":\"image\",\"subtype\":\"jpeg\"},"
        "\"image\":{\"format\":\"JPEG\",\"width\":500,\"height\":400,\"sequence\":true,\"orientation\":6,"
        "\"geo_location\":{\"latitude\":55.62013611111111,\"longitude\":-37.66299166666666},"
        "\"datetime_original\":\"2018-08-20T08:59:50\",\"dpi\":[72.5,144],\"color_mode\":\"RGB\"}},"
        "\"metadata\":{\"subsystem\":\"uploader\",\"pet\":\"cat\"},\"tags\":[\"fruit\",\"yellow-1\"],"
        "\"appdata\":{\"uc_clamav_virus_scan\":{\"data\":{\"infected\":false}}},"
        "\"default_effects\":\"resize/x800/\"}",
        &file);
    CHECK_TEXT("22240276-2f06-41f8-9411-755c8ce926ed", file->uuid);
    CHECK_TEXT("pineapple.jpg", file->original_filename);
    CHECK_TEXT("https://ucarecdn.com/22240276-2f06-41f8-9411-755c8ce926ed/pineapple.jpg", file->original_file_url);
    CHECK_TEXT("https://api.uploadcare.com/files/22240276-2f06-41f8-9411-755c8ce926ed/", file->url);
    CHECK_TEXT("image/jpeg", file->mime_type);
    CHECK_INT(642, file->size);
    CHECK_INT(1, file->is_image);
    CHECK_INT(1, file->is_ready);
    CHECK_TEXT("2018-11-26T12:49:09.945335Z", file->datetime_uploaded);
    CHECK_INT(1543236549945335, file->datetime_uploaded_us);
    CHECK_TEXT("2018-11-26T12:49:10.477888Z", file->datetime_stored);
    CHECK_INT(1543236550477888, file->datetime_stored_us);
    CHECK_TEXT(NULL, file->datetime_removed);
    CHECK_INT(INT64_MIN, file->datetime_removed_us);
    CHECK_TEXT("resize/x800/", file->default_effects);

    CHECK(file->image != NULL && file->video == NULL);
    CHECK_TEXT("JPEG", file->image->format);
    CHECK_TEXT("RGB", file->image->color_mode);
    CHECK_INT(500, file->image->width);
    CHECK_INT(400, file->image->height);
    CHECK_INT(6, file->image->orientation);
    CHECK_INT(1, file->image->is_sequence);
    CHECK_NEAR(72.5, file->image->dpi_x);
    CHECK_NEAR(144, file->image->dpi_y);
    CHECK_INT(1, file->image->has_geo_location);
    CHECK_NEAR(55.62013611111111, file->image->latitude);
    CHECK_NEAR(-37.66299166666666, file->image->longitude);
    CHECK_TEXT("2018-08-20T08:59:50", file->image->datetime_original);

    CHECK_INT(2, file->metadata_len);
    CHECK_TEXT("uploader", value_of(file->metadata, 2, "subsystem"));
    CHECK_TEXT("cat", value_of(file->metadata, 2, "pet"));
    CHECK_INT(2, file->variations_len);
    CHECK_TEXT("1d8470e3-5b1e-4b25-8ac4-5a3c1e6e3dff", value_of(file->variations, 2, "/preview/"));
    CHECK_TEXT("aa8470e3-5b1e-4b25-8ac4-5a3c1e6e3dff", value_of(file->variations, 2, "/"));
    CHECK_INT(2, file->tags_len);
    CHECK_TEXT("fruit", file->tags[0]);
    CHECK_TEXT("yellow-1", file->tags[1]);
    CHECK_TEXT("{\"uc_clamav_virus_scan\":{\"data\":{\"infected\":false}}}", file->appdata);
    uc_free(group);
    uc_free(client);
}

TEST("all that a file can say about a video, track by track") {
    const uc_file *file;
    uc_client *client = client_new();
    uc_group *group = group_with(
        client,
        "{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\",\"is_image\":false,\"is_ready\":true,"
        "\"size\":5497558138880,"
        "\"mime_type\":\"video/mp4\",\"content_info\":{\"mime\":{\"mime\":\"video/mp4\",\"type\":\"video\","
        "\"subtype\":\"mp4\"},"
        "\"video\":{\"duration\":261827,\"format\":\"mov,mp4,m4a\",\"bitrate\":393,"
        "\"audio\":[{\"bitrate\":78,\"codec\":\"aac\",\"sample_rate\":44100,\"channels\":2,\"profile\":\"LC\"},"
        "{\"bitrate\":null,\"codec\":null,\"sample_rate\":null,\"channels\":null}],"
        "\"video\":[{\"height\":360,\"width\":640,\"frame_rate\":29.97,\"bitrate\":315,\"codec\":\"h264\"},"
        "{\"height\":1080,\"width\":1920,\"frame_rate\":30,\"bitrate\":null,\"codec\":null}]}},"
        "\"default_effects\":\"\"}",
        &file);
    CHECK_INT(5497558138880, file->size);
    CHECK_INT(0, file->is_image);
    CHECK_TEXT("", file->default_effects);
    CHECK(file->image == NULL && file->video != NULL);
    CHECK_TEXT("mov,mp4,m4a", file->video->format);
    CHECK_INT(261827, file->video->duration_ms);
    CHECK_INT(393, file->video->bitrate);
    CHECK_INT(2, file->video->audio_len);
    CHECK_TEXT("aac", file->video->audio[0]->codec);
    CHECK_INT(78, file->video->audio[0]->bitrate);
    CHECK_INT(44100, file->video->audio[0]->sample_rate);
    CHECK_INT(2, file->video->audio[0]->channels);
    CHECK_TEXT(NULL, file->video->audio[1]->codec);
    CHECK_INT(-1, file->video->audio[1]->bitrate);
    CHECK_INT(-1, file->video->audio[1]->sample_rate);
    CHECK_INT(-1, file->video->audio[1]->channels);
    CHECK_INT(2, file->video->video_len);
    CHECK_TEXT("h264", file->video->video[0]->codec);
    CHECK_INT(315, file->video->video[0]->bitrate);
    CHECK_INT(640, file->video->video[0]->width);
    CHECK_INT(360, file->video->video[0]->height);
    CHECK_NEAR(29.97, file->video->video[0]->frame_rate);
    CHECK_TEXT(NULL, file->video->video[1]->codec);
    CHECK_INT(-1, file->video->video[1]->bitrate);
    CHECK_INT(1920, file->video->video[1]->width);
    CHECK_NEAR(30, file->video->video[1]->frame_rate);
    uc_free(group);
    uc_free(client);
}

TEST("a video without tracks, and with nothing known but its format") {
    const uc_file *file;
    uc_client *client = client_new();
    uc_group *group =
        group_with(client,
                   "{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\",\"content_info\":{\"video\":{"
                   "\"duration\":null,\"format\":\"gif\",\"bitrate\":null,\"audio\":[],\"video\":[]}}}",
                   &file);
    CHECK_TEXT("gif", file->video->format);
    CHECK_INT(-1, file->video->duration_ms);
    CHECK_INT(-1, file->video->bitrate);
    CHECK_INT(0, file->video->audio_len);
    CHECK_INT(0, file->video->video_len);
    uc_free(group);
    uc_free(client);
}

/** Nothing is known of this file but its id. */
static void check_bare(const uc_file *file, int64_t size) {
    CHECK_TEXT("22240276-2f06-41f8-9411-755c8ce926ed", file->uuid);
    CHECK_TEXT(NULL, file->original_file_url);
    CHECK_INT(size, file->size);
    CHECK_INT(-1, file->is_image);
    CHECK_INT(0, file->is_ready);
    CHECK_TEXT(NULL, file->datetime_stored);
    CHECK_INT(INT64_MIN, file->datetime_stored_us);
    CHECK_TEXT(NULL, file->datetime_removed);
    CHECK_INT(INT64_MIN, file->datetime_removed_us);
    CHECK(file->image == NULL && file->video == NULL);
    CHECK_INT(0, file->metadata_len);
    CHECK_INT(0, file->variations_len);
    CHECK_INT(0, file->tags_len);
    CHECK_TEXT(NULL, file->appdata);
}

TEST("a file that is still being processed: what is null, and what is missing, is absent") {
    const uc_file *file;
    uc_client *client = client_new();
    uc_group *group = group_with(
        client,
        "{\"datetime_removed\":null,\"datetime_stored\":null,\"datetime_uploaded\":\"2021-10-01T07:57:45.368217Z\","
        "\"is_image\":null,\"is_ready\":false,\"mime_type\":\"\",\"original_file_url\":null,"
        "\"original_filename\":\"\",\"size\":0,"
        "\"url\":\"https://api.uploadcare.com/files/22240276-2f06-41f8-9411-755c8ce926ed/\","
        "\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\","
        "\"variations\":null,\"content_info\":null,\"metadata\":null,\"tags\":null,\"appdata\":null,"
        "\"default_effects\":null}",
        &file);
    check_bare(file, 0);
    CHECK_TEXT("", file->mime_type);
    CHECK_TEXT("", file->original_filename);
    CHECK_TEXT("2021-10-01T07:57:45.368217Z", file->datetime_uploaded);
    CHECK_TEXT(NULL, file->default_effects);
    uc_free(group);

    group = group_with(client, "{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\"}", &file);
    check_bare(file, -1);
    CHECK_TEXT(NULL, file->mime_type);
    CHECK_TEXT(NULL, file->original_filename);
    CHECK_TEXT(NULL, file->url);
    CHECK_TEXT(NULL, file->datetime_uploaded);
    CHECK_INT(INT64_MIN, file->datetime_uploaded_us);
    CHECK_TEXT(NULL, file->default_effects);
    uc_free(group);
    uc_free(client);
}

TEST("an image of which little is known: size and orientation -1, dpi 0, no place, no date") {
    const uc_file *file;
    uc_client *client = client_new();
    uc_group *group = group_with(
        client,
        "{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\",\"is_image\":true,"
        "\"content_info\":{\"image\":{\"dpi\":null,\"width\":800,"
        "\"format\":\"PNG\",\"height\":788,\"sequence\":false,\"color_mode\":\"P\",\"orientation\":null,"
        "\"geo_location\":null,\"datetime_original\":null},\"video\":null}}",
        &file);
    CHECK_TEXT("PNG", file->image->format);
    CHECK_TEXT("P", file->image->color_mode);
    CHECK_INT(800, file->image->width);
    CHECK_INT(788, file->image->height);
    CHECK_INT(-1, file->image->orientation);
    CHECK_INT(0, file->image->is_sequence);
    CHECK_NEAR(0, file->image->dpi_x);
    CHECK_NEAR(0, file->image->dpi_y);
    CHECK_INT(0, file->image->has_geo_location);
    CHECK_TEXT(NULL, file->image->datetime_original);
    CHECK(file->video == NULL);
    uc_free(group);

    group = group_with(
        client,
        "{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\",\"content_info\":{\"image\":{\"orientation\":0,"
        "\"color_mode\":\"New\"}}}",
        &file);
    CHECK_INT(0, file->image->orientation);
    CHECK_TEXT("New", file->image->color_mode);
    CHECK_TEXT(NULL, file->image->format);
    CHECK_INT(-1, file->image->width);
    CHECK_INT(-1, file->image->height);
    CHECK_INT(-1, file->is_image);
    uc_free(group);
    uc_free(client);
}

TEST("names in any script, with quotes and emoji, stay as they are") {
    const uc_file *file;
    uc_client *client = client_new();
    uc_group *group = group_with(
        client,
        "{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\","
        "\"original_filename\":\"\xd0\xb6\\\"\\ud83c\\udf4d\\\\ \\u00e9.jpg\","
        "\"metadata\":{\"k\\u00e9y\":\"v\\n\xf0\x9f\x8d\x8d\"},\"tags\":[\"\\t\"]}",
        &file);
    CHECK_TEXT("\xd0\xb6\"\xf0\x9f\x8d\x8d\\ \xc3\xa9.jpg", file->original_filename);
    CHECK_TEXT("k\xc3\xa9y", file->metadata[0].key);
    CHECK_TEXT("v\n\xf0\x9f\x8d\x8d", file->metadata[0].value);
    CHECK_TEXT("\t", file->tags[0]);
    uc_free(group);
    uc_free(client);
}

TEST("a group of a thousand files") {
    uc_client *client = client_new();
    uc_group *group;
    uc_error *error;
    size_t i;
    struct truth truth;
    reset("{\"groups\":1,\"files_per_group\":1000}");
    truth = truth_new();
    CHECK_OK(uc_group_info(client, truth.groups[0].id, &group, &error), error);
    CHECK_INT(1000, group->files_count);
    CHECK_INT(1000, group->files_len);
    for (i = 0; i < 1000; i++)
        if (group->files[i]) CHECK_CONTAINS(group->files[i]->url, group->files[i]->uuid);
    uc_free(group);
    uc_free(client);
    free(truth.groups);
}

TEST("a group outlives its client") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_group *group;
    uc_error *error;
    CHECK_OK(uc_group_info(client, truth.groups[7].id, &group, &error), error);
    uc_free(client);
    CHECK_TEXT(truth.groups[7].id, group->id);
    uc_free(group);
    free(truth.groups);
}

TEST("the id is sent as it is, with its tilde unescaped") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_group *group;
    uc_error *error;
    char expected[128], *requests, *target;
    CHECK_OK(uc_group_info(client, truth.groups[11].id, &group, &error), error);
    requests = emulator_get("/_emulator/requests");
    target = json_value(requests, "target", 0);
    snprintf(expected, sizeof expected, "/groups/%s/", truth.groups[11].id);
    CHECK_TEXT(expected, target);
    CHECK_CONTAINS(target, "~12/");
    uc_free(group);
    uc_free(client);
    free(requests);
    free(target);
    free(truth.groups);
}

TEST("a group that is not there is UC_ERR_NOT_FOUND, with what the service says of it") {
    uc_client *client = client_new();
    uc_group *group = (uc_group *)client;
    uc_error *error;
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_group_info(client, "00000000-0000-4000-8000-000000000000~1", &group, &error),
                error);
    CHECK(group == NULL);
    CHECK_INT(404, error->http_status);
    CHECK_CONTAINS(error->message, "Not found.");
    CHECK_TEXT("{\"detail\":\"Not found.\"}", error->body);
    CHECK_INT(36, strlen(error->request_id));
    CHECK_INT(1, error->attempts);
    CHECK_INT(-1, error->retry_after_ms);
    uc_free(error);
    CHECK_STATUS(UC_ERR_NOT_FOUND, uc_group_info(client, "00000000-0000-4000-8000-000000000000~1", &group, NULL));
    uc_free(client);
}
