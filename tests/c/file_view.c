/* What a file says: every field of its view, wherever it comes from. */
#include "files.h"

#define UUID "22240276-2f06-41f8-9411-755c8ce926ed"
#define GROUP_ID "badfc9f7-f88f-4921-9cc0-22e2c08aa2da~1"

/** The service answers with this, in which %s stands for the file, whatever is asked next. */
static void answers(const char *form, const char *file) {
    char *body = (char *)malloc(strlen(form) + strlen(file) + 1);
    size_t before = (size_t)(strstr(form, "%s") - form);
    sprintf(body, "%.*s%s%s", (int)before, form, file, form + before + 2);
    answer(200, API_TYPE, body);
    free(body);
}

/** How a file is checked, and copies of those that were. */
struct seen {
    void (*check)(const uc_file *file);
    uc_file *copies[16];
    int count;
};

/** Looks at a file, and keeps a copy of a copy of it. */
static void look(struct seen *seen, const uc_file *file) {
    uc_file *copy, **place = &seen->copies[seen->count++];
    uc_error *error;
    seen->check(file);
    CHECK_OK(uc_file_clone(file, &copy, &error), error);
    CHECK_OK(uc_file_clone(copy, place, &error), error);
    CHECK(*place != file && (*place)->uuid != file->uuid && (*place)->json != file->json);
    CHECK_TEXT(file->json, (*place)->json);
    uc_free(copy);
}

/** The copies say the same when what they were made of is gone. */
static void check_copies(struct seen *seen) {
    int i;
    CHECK(seen->count > 8);
    for (i = 0; i < seen->count; i++) {
        seen->check(seen->copies[i]);
        uc_free(seen->copies[i]);
    }
}

/** Lets the service describe a file like this (JSON) wherever it describes files, and looks at each view. */
static void everywhere(const char *json, void (*check)(const uc_file *file)) {
    static const char *const uuids[] = {UUID};
    uc_client *client = client_new();
    uc_file *file;
    uc_page *page;
    uc_group *group;
    uc_batch *batch;
    uc_error *error;
    struct seen seen = {check, {NULL}, 0};

    answers("%s", json);
    CHECK_OK(uc_file_info(client, UUID, NULL, &file, &error), error);
    CHECK_TEXT(json, file->json);
    look(&seen, file);
    uc_free(file);

    answers("%s", json);
    CHECK_OK(uc_file_store(client, UUID, &file, &error), error);
    look(&seen, file);
    uc_free(file);

    answers("%s", json);
    CHECK_OK(uc_file_delete(client, UUID, &file, &error), error);
    look(&seen, file);
    uc_free(file);

    answers("{\"type\":\"file\",\"result\":%s}", json);
    CHECK_OK(uc_file_copy(client, UUID, NULL, &file, &error), error);
    CHECK_TEXT(json, file->json);
    look(&seen, file);
    uc_free(file);

    answers("{\"next\":null,\"previous\":null,\"results\":[%s]}", json);
    CHECK_OK(uc_files_list(client, NULL, &page, &error), error);
    CHECK_INT(1, uc_page_count(page));
    CHECK_TEXT(json, uc_page_file(page, 0)->json);
    look(&seen, uc_page_file(page, 0));
    uc_free(page);

    answers("{\"next\":null,\"previous\":null,\"results\":[%s]}", json);
    CHECK_OK(uc_files_search(client, "{\"is_image\":true}", NULL, &page, &error), error);
    look(&seen, uc_page_file(page, 0));
    uc_free(page);

    answers("{\"id\":\"" GROUP_ID "\",\"files_count\":1,\"files\":[%s]}", json);
    CHECK_OK(uc_group_info(client, GROUP_ID, &group, &error), error);
    CHECK_INT(1, group->files_len);
    CHECK_TEXT(json, group->files[0]->json);
    look(&seen, group->files[0]);
    uc_free(group);

    answers("{\"status\":\"ok\",\"problems\":{},\"result\":[%s]}", json);
    CHECK_OK(uc_files_store(client, uuids, 1, &batch, &error), error);
    CHECK_INT(1, batch->files_len);
    CHECK_TEXT(json, batch->files[0]->json);
    look(&seen, batch->files[0]);
    uc_free(batch);

    answers("%s", json);
    CHECK_OK(uc_upload_info(client, UUID, &file, &error), error);
    CHECK_TEXT(json, file->json);
    look(&seen, file);
    uc_free(file);

    answers("{\"id\":\"" GROUP_ID "\",\"files_count\":1,\"files\":[%s]}", json);
    CHECK_OK(uc_upload_group_info(client, GROUP_ID, &group, &error), error);
    CHECK_INT(1, group->files_len);
    look(&seen, group->files[0]);
    uc_free(group);
    uc_free(client);
    check_copies(&seen);
}

static void check_image(const uc_file *file) {
    CHECK_TEXT(UUID, file->uuid);
    CHECK_TEXT("pineapple.jpg", file->original_filename);
    CHECK_TEXT("https://ucarecdn.com/" UUID "/pineapple.jpg", file->original_file_url);
    CHECK_TEXT("https://api.uploadcare.com/files/" UUID "/", file->url);
    CHECK_TEXT("image/jpeg", file->mime_type);
    CHECK_INT(642, file->size);
    CHECK_INT(1, file->is_image);
    CHECK_INT(1, file->is_ready);
    CHECK_TEXT("2018-11-26T12:49:09.945335Z", file->datetime_uploaded);
    CHECK_INT(1543236549945335, file->datetime_uploaded_us);
    CHECK_TEXT("2018-11-26T12:49:10.477888Z", file->datetime_stored);
    CHECK_INT(1543236550477888, file->datetime_stored_us);
    CHECK_TEXT("2018-11-26T12:49:11Z", file->datetime_removed);
    CHECK_INT(1543236551000000, file->datetime_removed_us);
    CHECK_TEXT("resize/x800/", file->default_effects);
    CHECK_INT(1, file->is_stored);
    CHECK_TEXT(NULL, file->filename);
    CHECK_TEXT(NULL, file->s3_bucket);

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
    CHECK_TEXT("subsystem", file->metadata[0].key);
    CHECK_TEXT("uploader", file->metadata[0].value);
    CHECK_TEXT("cat", value_of(file->metadata, 2, "pet"));
    CHECK_INT(2, file->variations_len);
    CHECK_TEXT("1d8470e3-5b1e-4b25-8ac4-5a3c1e6e3dff", value_of(file->variations, 2, "/preview/"));
    CHECK_TEXT("aa8470e3-5b1e-4b25-8ac4-5a3c1e6e3dff", value_of(file->variations, 2, "/"));
    CHECK_INT(2, file->tags_len);
    CHECK_TEXT("fruit", file->tags[0]);
    CHECK_TEXT("yellow-1", file->tags[1]);
    CHECK_TEXT("{\"uc_clamav_virus_scan\":{\"data\":{\"infected\":false}}}", file->appdata);
    CHECK_INT(0, file->virus_scan->infected);
}

TEST("all that a file can say about an image") {
    everywhere(
        "{\"datetime_removed\":\"2018-11-26T12:49:11Z\",\"datetime_stored\":\"2018-11-26T12:49:10.477888Z\","
        "\"datetime_uploaded\":\"2018-11-26T12:49:09.945335Z\",\"is_image\":true,\"is_ready\":true,"
        "\"mime_type\":\"image/jpeg\",\"original_file_url\":\"https://ucarecdn.com/" UUID "/pineapple.jpg\","
        "\"original_filename\":\"pineapple.jpg\",\"size\":642,"
        "\"url\":\"https://api.uploadcare.com/files/" UUID "/\",\"uuid\":\"" UUID "\","
        "\"variations\":{\"/preview/\":\"1d8470e3-5b1e-4b25-8ac4-5a3c1e6e3dff\","
        "\"/\":\"aa8470e3-5b1e-4b25-8ac4-5a3c1e6e3dff\"},"
        "\"content_info\":{\"mime\":{\"mime\":\"image/jpeg\",\"type\":\"image\",\"subtype\":\"jpeg\"},"
        "\"image\":{\"format\":\"JPEG\",\"width\":500,\"height\":400,\"sequence\":true,\"orientation\":6,"
        "\"geo_location\":{\"latitude\":55.62013611111111,\"longitude\":-37.66299166666666},"
        "\"datetime_original\":\"2018-08-20T08:59:50\",\"dpi\":[72.5,144],\"color_mode\":\"RGB\"}},"
        "\"metadata\":{\"subsystem\":\"uploader\",\"pet\":\"cat\"},\"tags\":[\"fruit\",\"yellow-1\"],"
        "\"appdata\":{\"uc_clamav_virus_scan\":{\"data\":{\"infected\":false}}},"
        "\"default_effects\":\"resize/x800/\"}",
        check_image);
}

static void check_video(const uc_file *file) {
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
}

TEST("all that a file can say about a video, track by track") {
    everywhere("{\"uuid\":\"" UUID "\",\"is_image\":false,\"is_ready\":true,\"size\":5497558138880,"
               "\"mime_type\":\"video/mp4\",\"content_info\":{\"mime\":{\"mime\":\"video/mp4\",\"type\":\"video\","
               "\"subtype\":\"mp4\"},\"video\":{\"duration\":261827,\"format\":\"mov,mp4,m4a\",\"bitrate\":393,"
               "\"audio\":[{\"bitrate\":78,\"codec\":\"aac\",\"sample_rate\":44100,\"channels\":2,\"profile\":\"LC\"},"
               "{\"bitrate\":null,\"codec\":null,\"sample_rate\":null,\"channels\":null}],"
               "\"video\":[{\"height\":360,\"width\":640,\"frame_rate\":29.97,\"bitrate\":315,\"codec\":\"h264\"},"
               "{\"height\":1080,\"width\":1920,\"frame_rate\":30,\"bitrate\":null,\"codec\":null}]}},"
               "\"default_effects\":\"\"}",
               check_video);
}

static void check_kept_elsewhere(const uc_file *file) {
    CHECK_TEXT("a b.jpg", file->original_filename);
    CHECK_TEXT("a_b.jpg", file->filename);
    CHECK_TEXT("my-bucket", file->s3_bucket);
    CHECK_INT(1, file->is_stored);
    CHECK_INT(1, file->is_ready);
    CHECK_TEXT(NULL, file->datetime_stored);
    CHECK_INT(642, file->size);
}

static void check_kept_for_a_day(const uc_file *file) {
    CHECK_INT(0, file->is_stored);
    CHECK_TEXT(NULL, file->filename);
    CHECK_TEXT(NULL, file->s3_bucket);
}

static void check_stored(const uc_file *file) { CHECK_INT(1, file->is_stored); }

static void check_not_stored(const uc_file *file) { CHECK_INT(0, file->is_stored); }

TEST("what the Upload API says of a file: whether it is stored, its safe name, its bucket") {
    everywhere("{\"size\":642,\"total\":642,\"done\":642,\"uuid\":\"" UUID "\",\"file_id\":\"" UUID "\","
               "\"original_filename\":\"a b.jpg\",\"is_image\":true,\"is_stored\":true,\"image_info\":null,"
               "\"video_info\":null,\"is_ready\":true,\"filename\":\"a_b.jpg\",\"mime_type\":\"image/jpeg\","
               "\"s3_bucket\":\"my-bucket\"}",
               check_kept_elsewhere);
    everywhere("{\"uuid\":\"" UUID "\",\"is_stored\":false,\"filename\":null,\"s3_bucket\":null}", check_kept_for_a_day);
}

TEST("whether a file is stored is said, or follows from when, and is 0 where neither is known") {
    everywhere("{\"uuid\":\"" UUID "\",\"datetime_stored\":null}", check_kept_for_a_day);
    everywhere("{\"uuid\":\"" UUID "\",\"datetime_stored\":\"2018-11-26T12:49:10Z\"}", check_stored);
    everywhere("{\"is_stored\":true,\"uuid\":\"" UUID "\",\"datetime_stored\":null}", check_stored);
    everywhere("{\"datetime_stored\":null,\"uuid\":\"" UUID "\",\"is_stored\":true}", check_stored);
    everywhere("{\"datetime_stored\":null,\"uuid\":\"" UUID "\",\"is_stored\":null}", check_kept_for_a_day);
    everywhere("{\"uuid\":\"" UUID "\",\"datetime_stored\":[],\"is_stored\":\"yes\"}", check_not_stored);
    everywhere("{\"uuid\":\"" UUID "\"}", check_not_stored);
}

static void check_video_without_tracks(const uc_file *file) {
    CHECK_TEXT("gif", file->video->format);
    CHECK_INT(-1, file->video->duration_ms);
    CHECK_INT(-1, file->video->bitrate);
    CHECK_INT(0, file->video->audio_len);
    CHECK_INT(0, file->video->video_len);
}

TEST("a video without tracks, and with nothing known but its format") {
    everywhere("{\"uuid\":\"" UUID "\",\"content_info\":{\"video\":{"
               "\"duration\":null,\"format\":\"gif\",\"bitrate\":null,\"audio\":[],\"video\":[]}}}",
               check_video_without_tracks);
    everywhere("{\"uuid\":\"" UUID "\",\"content_info\":{\"video\":{\"format\":\"gif\",\"audio\":null}}}",
               check_video_without_tracks);
}

/** Nothing is known of this file but its id, and maybe name, type and the time of its upload. */
static void check_bare(const uc_file *file) {
    CHECK_TEXT(UUID, file->uuid);
    CHECK_TEXT(NULL, file->original_file_url);
    CHECK_INT(0, file->is_image);
    CHECK_INT(0, file->is_ready);
    CHECK_TEXT(NULL, file->datetime_stored);
    CHECK_INT(INT64_MIN, file->datetime_stored_us);
    CHECK_TEXT(NULL, file->datetime_removed);
    CHECK_INT(INT64_MIN, file->datetime_removed_us);
    CHECK_TEXT(NULL, file->default_effects);
    CHECK(file->image == NULL && file->video == NULL);
    CHECK_INT(0, file->metadata_len);
    CHECK_INT(0, file->variations_len);
    CHECK_INT(0, file->tags_len);
    CHECK_TEXT(NULL, file->appdata);
    CHECK(file->virus_scan == NULL && file->labels == NULL && file->moderation_labels == NULL && file->remove_bg == NULL);
}

static void check_in_the_making(const uc_file *file) {
    check_bare(file);
    CHECK_INT(0, file->size);
    CHECK_TEXT("", file->mime_type);
    CHECK_TEXT("", file->original_filename);
    CHECK_TEXT("2021-10-01T07:57:45.368217Z", file->datetime_uploaded);
}

static void check_unknown(const uc_file *file) {
    check_bare(file);
    CHECK_INT(-1, file->size);
    CHECK_TEXT(NULL, file->mime_type);
    CHECK_TEXT(NULL, file->original_filename);
    CHECK_TEXT(NULL, file->url);
    CHECK_TEXT(NULL, file->datetime_uploaded);
    CHECK_INT(INT64_MIN, file->datetime_uploaded_us);
}

TEST("a file that is still being processed: what is null, and what is missing, is absent") {
    everywhere("{\"datetime_removed\":null,\"datetime_stored\":null,"
               "\"datetime_uploaded\":\"2021-10-01T07:57:45.368217Z\",\"is_image\":null,\"is_ready\":false,"
               "\"mime_type\":\"\",\"original_file_url\":null,\"original_filename\":\"\",\"size\":0,"
               "\"url\":\"https://api.uploadcare.com/files/" UUID "/\",\"uuid\":\"" UUID "\",\"variations\":null,"
               "\"content_info\":null,\"metadata\":null,\"tags\":null,\"appdata\":null,\"default_effects\":null}",
               check_in_the_making);
    everywhere("{\"uuid\":\"" UUID "\"}", check_unknown);
}

TEST("what is of another type than it should be is not known, and fails nothing") {
    everywhere("{\"uuid\":\"" UUID "\",\"original_filename\":7,\"original_file_url\":[],\"url\":{},\"mime_type\":true,"
               "\"size\":\"642\",\"is_image\":\"yes\",\"is_ready\":1,\"datetime_uploaded\":1543236549,"
               "\"datetime_stored\":[\"2018-11-26T12:49:10Z\"],\"datetime_removed\":false,\"default_effects\":[],"
               "\"content_info\":[{\"image\":{}}],\"metadata\":[\"pet\"],\"variations\":\"none\",\"tags\":\"fruit\","
               "\"appdata\":[]}",
               check_unknown);
    everywhere("{\"uuid\":\"" UUID "\",\"size\":18446744073709551616,\"content_info\":{\"image\":null,\"video\":7},"
               "\"appdata\":null,\"source\":null}",
               check_unknown);
    everywhere("{\"uuid\":\"" UUID "\",\"size\":1.5,\"content_info\":{\"image\":\"JPEG\",\"video\":[]},"
               "\"appdata\":\"\"}",
               check_unknown);
}

static void check_odd_parts(const uc_file *file) {
    CHECK_TEXT("yesterday", file->datetime_uploaded);
    CHECK_INT(INT64_MIN, file->datetime_uploaded_us);
    CHECK_INT(3, file->metadata_len);
    CHECK_TEXT("7", value_of(file->metadata, 3, "number"));
    CHECK_TEXT("[1, 2]", value_of(file->metadata, 3, "list"));
    CHECK_TEXT("", value_of(file->metadata, 3, ""));
    CHECK_INT(2, file->tags_len);
    CHECK_TEXT("fruit", file->tags[0]);
    CHECK_TEXT("ripe", file->tags[1]);
    CHECK_TEXT("{ }", file->appdata);
    CHECK_TEXT("0000-00-00T00:00:00", file->image->datetime_original);
    CHECK_TEXT(NULL, file->image->format);
    CHECK_INT(-1, file->image->width);
    CHECK_INT(-1, file->image->orientation);
    CHECK_INT(0, file->image->is_sequence);
    CHECK_NEAR(0, file->image->dpi_x);
    CHECK_NEAR(0, file->image->dpi_y);
    CHECK_INT(0, file->image->has_geo_location);
    CHECK_INT(-1, file->video->duration_ms);
    CHECK_INT(0, file->video->audio_len);
    CHECK_INT(1, file->video->video_len);
    CHECK_INT(-1, file->video->video[0]->width);
    CHECK_INT(-1, file->video->video[0]->height);
    CHECK_NEAR(-1, file->video->video[0]->frame_rate);
}

TEST("odd parts leave the other parts as they are") {
    everywhere("{\"uuid\":\"" UUID "\",\"datetime_uploaded\":\"yesterday\","
               "\"metadata\":{\"number\":7,\"list\":[1, 2],\"\":\"\"},\"tags\":[\"fruit\",7,null,[],\"ripe\"],"
               "\"appdata\":{ },\"content_info\":{\"mime\":null,\"image\":{\"format\":{},\"width\":\"500\","
               "\"orientation\":99999999999,\"sequence\":null,\"dpi\":[72],\"geo_location\":{\"latitude\":55.5},"
               "\"datetime_original\":\"0000-00-00T00:00:00\"},"
               "\"video\":{\"duration\":\"long\",\"audio\":\"none\",\"video\":[{}]}}}",
               check_odd_parts);
}

static void check_little_known_image(const uc_file *file) {
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
}

TEST("an image of which little is known: orientation -1, dpi 0, no place, no date") {
    everywhere("{\"uuid\":\"" UUID "\",\"is_image\":true,\"content_info\":{\"image\":{\"dpi\":null,\"width\":800,"
               "\"format\":\"PNG\",\"height\":788,\"sequence\":false,\"color_mode\":\"P\",\"orientation\":null,"
               "\"geo_location\":null,\"datetime_original\":null},\"video\":null}}",
               check_little_known_image);
}

static void check_new_image(const uc_file *file) {
    CHECK_INT(0, file->image->orientation);
    CHECK_TEXT("New", file->image->color_mode);
    CHECK_TEXT(NULL, file->image->format);
    CHECK_INT(-1, file->image->width);
    CHECK_INT(-1, file->image->height);
    CHECK_INT(0, file->is_image);
}

TEST("an image of a kind that is new to the library") {
    everywhere("{\"uuid\":\"" UUID "\",\"content_info\":{\"image\":{\"orientation\":0,\"color_mode\":\"New\"}}}",
               check_new_image);
}

static void check_any_script(const uc_file *file) {
    CHECK_TEXT("\xd0\xb6\"\xf0\x9f\x8d\x8d\\ \xc3\xa9.jpg", file->original_filename);
    CHECK_TEXT("k\xc3\xa9y", file->metadata[0].key);
    CHECK_TEXT("v\n\xf0\x9f\x8d\x8d", file->metadata[0].value);
    CHECK_TEXT("\t", file->tags[0]);
}

TEST("names in any script, with quotes and emoji, stay as they are") {
    everywhere("{\"uuid\":\"" UUID "\",\"original_filename\":\"\xd0\xb6\\\"\\ud83c\\udf4d\\\\ \\u00e9.jpg\","
               "\"metadata\":{\"k\\u00e9y\":\"v\\n\xf0\x9f\x8d\x8d\"},\"tags\":[\"\\t\"]}",
               check_any_script);
}

static void check_before_v0_7(const uc_file *file) {
    CHECK_TEXT("JPEG", file->image->format);
    CHECK_INT(500, file->image->width);
    CHECK_INT(400, file->image->height);
    CHECK_NEAR(144, file->image->dpi_x);
    CHECK_TEXT("2016-11-08T15:13:20", file->image->datetime_original);
    CHECK_TEXT("mp4", file->video->format);
    CHECK_INT(3060, file->video->duration_ms);
    CHECK_INT(1, file->video->audio_len);
    CHECK_TEXT("aac", file->video->audio[0]->codec);
    CHECK_INT(48000, file->video->audio[0]->sample_rate);
    CHECK_INT(1, file->video->video_len);
    CHECK_TEXT("h264", file->video->video[0]->codec);
    CHECK_INT(1920, file->video->video[0]->width);
    CHECK_CONTAINS(file->json, "\"rekognition_info\":{\"Chair\":0.9}");
}

TEST("a file as versions 0.5 and 0.6 of the API told of it: image_info, video_info, one track each") {
    everywhere("{\"uuid\":\"" UUID "\",\"image_info\":{\"color_mode\":\"RGB\",\"orientation\":null,\"format\":\"JPEG\","
               "\"height\":400,\"width\":500,\"geo_location\":null,\"datetime_original\":\"2016-11-08T15:13:20\","
               "\"dpi\":[144,144],\"sequence\":false},"
               "\"video_info\":{\"duration\":3060,\"format\":\"mp4\",\"bitrate\":393,"
               "\"audio\":{\"bitrate\":78,\"codec\":\"aac\",\"sample_rate\":48000,\"channels\":\"2\"},"
               "\"video\":{\"height\":1080,\"width\":1920,\"frame_rate\":30.0,\"bitrate\":315,\"codec\":\"h264\"}},"
               "\"source\":\"/" UUID "/-/preview/\",\"rekognition_info\":{\"Chair\":0.9}}",
               check_before_v0_7);
}

TEST("a file that cannot be understood never fails its page") {
    static const char *const odd[] = {"7", "null", "\"" UUID "\"", "[]", "[{\"uuid\":\"x\"}]", "{}", "{\"uuid\":7}",
                                      "{\"uuid\":null}", "true"};
    size_t count = sizeof odd / sizeof *odd, i;
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    char body[1024], *end = body;
    end += sprintf(end, "{\"next\":null,\"results\":[{\"uuid\":\"" UUID "\"}");
    for (i = 0; i < count; i++) end += sprintf(end, ", %s ", odd[i]);
    sprintf(end, ",{\"uuid\":\"" NO_FILE "\",\"size\":3}]}");
    answer(200, API_TYPE, body);
    CHECK_OK(uc_files_list(client, NULL, &page, &error), error);
    CHECK_INT(count + 2, uc_page_count(page));
    CHECK_TEXT(UUID, uc_page_file(page, 0)->uuid);
    for (i = 0; i < count; i++) {
        const uc_file *file = uc_page_file(page, i + 1);
        CHECK_TEXT("", file->uuid);
        CHECK_TEXT(odd[i], file->json);
        CHECK_INT(-1, file->size);
    }
    CHECK_TEXT(NO_FILE, uc_page_file(page, count + 1)->uuid);
    CHECK_INT(3, uc_page_file(page, count + 1)->size);
    uc_free(page);
    uc_free(client);
}
