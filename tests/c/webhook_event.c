/*
 * Deliveries to a webhook: checked and read, and whatever is not the service's refused. The signatures
 * are made by `openssl dgst -sha256 -hmac 12345X` of the bodies as they stand here.
 */
#include "webhooks.h"

#define SECRET "12345X"

struct delivery {
    const char *signature, *body;
};

/* Really delivered by the service, in 2021. */
static const struct delivery vector = {
    "v1=9b31c7dd83fdbf4a2e12b19d7f2b9d87d547672a325b9492457292db4f513c70",
    "{\"payload_hash\":\"1844671900\",\"data\":{\"uuid\":\"f08d7c8a-2971-42e0-ab01-780d9039b40b\",\"image"
    "_info\":{\"color_mode\":\"RGB\",\"format\":\"JPEG\",\"height\":168,\"width\":300,\"orientation\":nul"
    "l,\"dpi\":null,\"geo_location\":null,\"datetime_original\":null,\"sequence\":false},\"video_info\":n"
    "ull,\"content_info\":{\"mime\":{\"mime\":\"image/jpeg\",\"type\":\"image\",\"subtype\":\"jpeg\"},\"v"
    "ideo\":null,\"image\":{\"color_mode\":\"RGB\",\"format\":\"JPEG\",\"height\":168,\"width\":300,\"ori"
    "entation\":null,\"dpi\":null,\"geo_location\":null,\"datetime_original\":null,\"sequence\":false}},"
    "\"mime_type\":\"image/jpeg\",\"original_filename\":\"download.jpeg\",\"size\":10603,\"is_image\":tru"
    "e,\"is_ready\":true,\"datetime_removed\":null,\"datetime_stored\":null,\"datetime_uploaded\":null,\""
    "original_file_url\":\"https://ucarecdn.com/f08d7c8a-2971-42e0-ab01-780d9039b40b/download.jpeg\",\"ur"
    "l\":\"\",\"source\":null,\"variations\":null,\"rekognition_info\":null},\"hook\":{\"id\":889783,\"pr"
    "oject_id\":123681,\"target\":\"https://6f48-188-232-175-230.ngrok.io/posts\",\"event\":\"file.upload"
    "ed\",\"is_active\":true,\"created_at\":\"2021-11-18T06:17:42.730459Z\",\"updated_at\":\"2021-11-18T0"
    "6:17:42.730459Z\"},\"file\":\"https://ucarecdn.com/f08d7c8a-2971-42e0-ab01-780d9039b40b/download.jpe"
    "g\"}"};

/* Version 0.7, with everything that can be in it. */
static const struct delivery info_updated = {
    "v1=c77dced60b7961466f9244b1ff9873e1f467118093ef9c3179f8b841e3cad8ec",
    "{\"initiator\":{\"type\":\"addon\",\"detail\":{\"request_id\":\"865e5d23-f602-4338-8d3c-fb22f599aa27"
    "\",\"addon_name\":\"uc_clamav_virus_scan\",\"source_file_uuid\":\"cafe0000-0000-4000-8000-0000000000"
    "01\"}},\"hook\":{\"id\":4294967297,\"project_id\":13,\"project_pub_key\":\"demopublickey\",\"created"
    "_at\":\"2024-01-01T00:00:00.000000Z\",\"updated_at\":\"2024-01-01T00:00:00.000000Z\",\"event\":\"fil"
    "e.info_updated\",\"target\":\"https://example.com/hook\",\"is_active\":true,\"version\":\"0.7\"},\"d"
    "ata\":{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\",\"original_filename\":\"\xc3"
    "\xa9"
    "t\xc3"
    ""
    "\xa9"
    ".jpg\",\"original_file_url\":\"https://ucarecdn.com/22240276-2f06-41f8-9411-755c8ce926ed/t.jpg"
    "\",\"url\":\"https://api.uploadcare.com/files/22240276-2f06-41f8-9411-755c8ce926ed/\",\"size\":642,"
    "\"mime_type\":\"image/jpeg\",\"is_image\":true,\"is_ready\":true,\"datetime_uploaded\":\"2018-11-26T"
    "12:49:09.945335Z\",\"datetime_stored\":null,\"datetime_removed\":null,\"variations\":null,\"content_"
    "info\":{\"mime\":{\"mime\":\"image/jpeg\",\"type\":\"image\",\"subtype\":\"jpeg\"},\"image\":{\"form"
    "at\":\"JPEG\",\"color_mode\":\"RGB\",\"width\":500,\"height\":400,\"orientation\":6,\"sequence\":fal"
    "se,\"dpi\":[72,72],\"geo_location\":null,\"datetime_original\":null}},\"metadata\":{\"pet\":\"dog\"}"
    ",\"tags\":[\"fruit\"],\"appdata\":{\"uc_clamav_virus_scan\":{\"data\":{\"infected\":true}}}},\"file"
    "\":\"https://ucarecdn.com/22240276-2f06-41f8-9411-755c8ce926ed/t.jpg\",\"previous_values\":{\"metada"
    "ta\":{\"pet\":\"cat\",\"owner\":null},\"appdata\":{\"uc_clamav_virus_scan\":{\"data\":{\"infected\":"
    "false}}}}}"};

/* As the versions 0.5 and 0.6 told of a file. */
static const struct delivery old = {
    "v1=b51d2dd93dd7da360182c65e1ff31bd75d90069aa0cdf2a55520ddb1ea583bf2",
    "{\"hook\":{\"id\":7,\"event\":\"file.uploaded\",\"target\":\"http://example.com/\"},\"data\":{\"uuid"
    "\":\"22240276-2f06-41f8-9411-755c8ce926ed\",\"size\":5,\"is_image\":false,\"is_ready\":true,\"image_"
    "info\":null,\"video_info\":{\"duration\":1000,\"format\":\"mp4\",\"bitrate\":393,\"audio\":null,\"vi"
    "deo\":{\"height\":360,\"width\":640,\"frame_rate\":25,\"bitrate\":315,\"codec\":\"h264\"}},\"source"
    "\":\"/photos/x.jpg\",\"rekognition_info\":{\"Fruit\":0.99}},\"file\":null}"};

/* The least that can be said, and that nothing was there before. */
static const struct delivery unchanged = {
    "v1=1803791df975bd1c6fd5b362bf46217cd6268a7e7d2a40a49778351b5351b39c",
    "{\"hook\":{\"event\":\"file.info_updated\"},\"data\":{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926e"
    "d\"},\"previous_values\":{\"metadata\":{},\"appdata\":null}}"};

/** Bytes in memory of just their size, so that a look beyond their end is seen; to be freed. */
static char *bytes_of(const char *text, size_t size) {
    char *bytes = (char *)malloc(size ? size : 1);
    memcpy(bytes, text, size);
    return bytes;
}

static uc_webhook_event *read_event(const struct delivery *delivery) {
    size_t size = strlen(delivery->body);
    char *body = bytes_of(delivery->body, size);
    uc_webhook_event *event;
    uc_error *error;
    CHECK_OK(webhook_read(SECRET, delivery->signature, body, size, &event, &error), error);
    free(body);
    CHECK(event != NULL);
    CHECK_TEXT(delivery->body, event->json);
    return event;
}

/** Checks that the vector is refused with this in place of its own, without a hint at what would be right. */
static void check_refused(const char *secret, const char *signature, const char *body, size_t size, const char *what) {
    uc_webhook_event *event = (uc_webhook_event *)&vector;
    uc_error *error;
    uc_status status = webhook_read(secret, signature, body, size, &event, &error);
    if (status != UC_ERR_AUTH) FAIL("%s: %s", what, uc_status_name(status));
    CHECK_FAILS(UC_ERR_AUTH, status, error);
    CHECK(event == NULL);
    CHECK_INT(0, error->http_status);
    CHECK_INT(0, error->attempts);
    CHECK(error->body == NULL);
    CHECK_LACKS(error->message, secret);
    CHECK_LACKS(error->message, vector.signature + 3);
    uc_free(error);
}

/* -- what is read ---------------------------------------------------------------------------------- */

TEST("a recorded delivery of old is the service's, and is read") {
    uc_webhook_event *event = read_event(&vector);
    CHECK_INT(1163, strlen(vector.body));
    CHECK_TEXT("file.uploaded", event->event);
    CHECK_TEXT("https://6f48-188-232-175-230.ngrok.io/posts", event->target_url);
    CHECK_INT(889783, event->hook_id);
    CHECK_TEXT(NULL, event->initiator);
    CHECK_TEXT(NULL, event->request_id);
    CHECK_TEXT(NULL, event->addon_name);
    CHECK_TEXT(NULL, event->source_file_uuid);
    CHECK_TEXT(NULL, event->project_pub_key);
    CHECK_TEXT(NULL, event->version);
    CHECK_TEXT("https://ucarecdn.com/f08d7c8a-2971-42e0-ab01-780d9039b40b/download.jpeg", event->file_url);
    CHECK_INT(0, event->previous_metadata_len);
    CHECK_TEXT(NULL, event->previous_appdata);
    CHECK_TEXT("f08d7c8a-2971-42e0-ab01-780d9039b40b", event->file->uuid);
    CHECK_TEXT("download.jpeg", event->file->original_filename);
    CHECK_TEXT("", event->file->url);
    CHECK_INT(10603, event->file->size);
    CHECK_INT(1, event->file->is_ready);
    CHECK_TEXT(NULL, event->file->datetime_uploaded);
    CHECK_INT(INT64_MIN, event->file->datetime_uploaded_us);
    CHECK_TEXT("JPEG", event->file->image->format);
    CHECK_INT(300, event->file->image->width);
    CHECK(event->file->video == NULL);
    uc_free(event);
}

TEST("a delivery of version 0.7 has every field, with what was before") {
    uc_webhook_event *event = read_event(&info_updated);
    CHECK_TEXT("file.info_updated", event->event);
    CHECK_TEXT("https://example.com/hook", event->target_url);
    CHECK_INT(INT64_C(4294967297), event->hook_id);
    CHECK_TEXT("addon", event->initiator);
    CHECK_TEXT("865e5d23-f602-4338-8d3c-fb22f599aa27", event->request_id);
    CHECK_TEXT("uc_clamav_virus_scan", event->addon_name);
    CHECK_TEXT("cafe0000-0000-4000-8000-000000000001", event->source_file_uuid);
    CHECK_TEXT("demopublickey", event->project_pub_key);
    CHECK_TEXT("0.7", event->version);
    CHECK_TEXT("https://ucarecdn.com/22240276-2f06-41f8-9411-755c8ce926ed/t.jpg", event->file_url);
    CHECK_INT(2, event->previous_metadata_len);
    CHECK_TEXT("cat", value_of(event->previous_metadata, 2, "pet"));
    CHECK_TEXT("{\"uc_clamav_virus_scan\":{\"data\":{\"infected\":false}}}", event->previous_appdata);
    CHECK_TEXT("22240276-2f06-41f8-9411-755c8ce926ed", event->file->uuid);
    CHECK_TEXT("\xc3\xa9t\xc3\xa9.jpg", event->file->original_filename);
    CHECK_INT(642, event->file->size);
    CHECK_INT(INT64_C(1543236549945335), event->file->datetime_uploaded_us);
    CHECK_TEXT(NULL, event->file->datetime_stored);
    CHECK_INT(6, event->file->image->orientation);
    CHECK_INT(1, event->file->metadata_len);
    CHECK_TEXT("dog", event->file->metadata[0].value);
    CHECK_INT(1, event->file->tags_len);
    CHECK_TEXT("fruit", event->file->tags[0]);
    CHECK_TEXT("{\"uc_clamav_virus_scan\":{\"data\":{\"infected\":true}}}", event->file->appdata);
    CHECK_INT('{', event->file->json[0]);
    uc_free(event);
}

TEST("an old delivery about a video is read as today's, and what it lacks is absent") {
    uc_webhook_event *event = read_event(&old);
    CHECK_TEXT("file.uploaded", event->event);
    CHECK_INT(7, event->hook_id);
    CHECK_TEXT(NULL, event->file_url);
    CHECK_TEXT("22240276-2f06-41f8-9411-755c8ce926ed", event->file->uuid);
    CHECK_TEXT(NULL, event->file->original_filename);
    CHECK_INT(0, event->file->is_image);
    CHECK(event->file->image == NULL);
    CHECK_TEXT("mp4", event->file->video->format);
    CHECK_INT(1000, event->file->video->duration_ms);
    CHECK_INT(0, event->file->video->audio_len);
    CHECK_INT(1, event->file->video->video_len);
    CHECK_TEXT("h264", event->file->video->video[0]->codec);
    uc_free(event);
}

TEST("where nothing was before, there is nothing before") {
    uc_webhook_event *event = read_event(&unchanged);
    CHECK_TEXT("file.info_updated", event->event);
    CHECK_INT(0, event->previous_metadata_len);
    CHECK_TEXT(NULL, event->previous_appdata);
    CHECK_INT(-1, event->hook_id);
    CHECK_TEXT(NULL, event->target_url);
    CHECK_TEXT("22240276-2f06-41f8-9411-755c8ce926ed", event->file->uuid);
    CHECK_INT(-1, event->file->size);
    uc_free(event);
}

TEST("what is signed and yet no delivery is UC_ERR_PROTOCOL") {
    static const struct {
        const char *signature, *body;
        size_t size;
    } cases[] = {
        {"v1=b5014cbbe94c781c58f8d86a4346219110e86ba2abdbc275fa8870c89ab94957", "", 0},
        {"v1=657df007d14a09c2f4e14a7cfb26e7286e583e9e4f7a4ab7bf8e1572fbf07745", "null", 4},
        {"v1=c8c341201bead62b89a005b35427c4e69361ea6cce2aa36523203304f0ffd798", "7", 1},
        {"v1=61e587dfd85a1bb249cf5e63177fdef61901daaa4941f45d5fb0a460865936cd", "\"file.uploaded\"", 15},
        {"v1=a78759b42e2f112d3b5ca635358396de0a70aef627ecfeadfe167f7db3086114", "[]", 2},
        {"v1=46bdcfc7de83694236a1482791d80d328c119c26a0af28824ed1e6109cb843b9", "[{\"hook\":{}}]", 13},
        {"v1=1da458abc5bec5706f98e9d82363b632ad424d589ef0092fe4d948ca76db6153", "<html></html>", 13},
        {"v1=3b2ad10c19e3aebee0f45707a4162e018f5070a3a0c5fbca494048f273d9a7f9", "{", 1},
        {"v1=fc94eb6796eb057e6423a9ccb07f5c6463280708f215b3c865925a823cdf5d7c", "{\"hook\":{\"event\":\"file.stored\"}",
         31},
        {"v1=4067ccf13792d7cd3dba23e1c00a84cbc11b0023b33476ec7d434886d6c25c60",
         "{\"hook\":{\"event\":\"file.stored\"}} x", 34},
        {"v1=997d4383cb29fbd6997205229fc91daeadc3aba2d61a0a219becfd20c28d0e21",
         "{\"hook\":{\"event\":\"file.stored\"},}", 33},
        {"v1=3b0105b7cfdbb57de535dfc965d0f4467876625309eb8e8719374794374b240c",
         "\xff"
         "\xfe",
         2},
        {"v1=92176a67168bfa7913da898ea77068eb043989e5bcc34ad63b50ecdcad39906f", "{\"hook\":{}}\x00", 12},
        {"v1=3df89c143beab0f492be700a7e59af6bfbacfaa33375b2e77d77e70dc6f858de",
         "{\"hook\":{\"event\":\"a\x0a"
         "b\"}}",
         24},
        {"v1=6acef917122e4eb5cfe9ff978b6526125fac06ccefffa8418bf0ab4e311b031b", "{}", 2},
        {"v1=7340d90f38a475c4a6017001d9be4b6d36a491366d2e4fae4b83472cb590d029",
         "{\"hook\":{\"event\":\"file.stored\"}}", 32},
        {"v1=2568f632bb8f09953c68484a9a876a82274d3b3d58453b334b58549e92c396a6",
         "{\"hook\":{\"event\":\"file.stored\"},\"data\":{\"size\":1}}", 50},
        {"v1=469671627f5b19d71c1682025f5953179954f3737109cb2e8e953fc5cd12629c",
         "{\"hook\":{\"event\":7},\"data\":{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\"}}", 75},
        {"v1=4e56b83ca09ccedf2fba6e02f2970c5c28391dd5cc030917d8b1e9bbec46cf34",
         "{\"data\":{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\"}}", 56},
    };
    size_t i;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *body = bytes_of(cases[i].body, cases[i].size);
        uc_webhook_event *event;
        uc_error *error;
        CHECK_FAILS(UC_ERR_PROTOCOL, webhook_read(SECRET, cases[i].signature, body, cases[i].size, &event, &error),
                    error);
        CHECK(event == NULL);
        uc_free(error);
        free(body);
    }
}

/* -- what is refused ------------------------------------------------------------------------------- */

TEST("one bit changed anywhere in the body is refused") {
    size_t size = strlen(vector.body), bit;
    char *body = bytes_of(vector.body, size);
    for (bit = 0; bit < 8 * size; bit++) {
        char what[32];
        snprintf(what, sizeof what, "bit %lu", (unsigned long)bit);
        body[bit / 8] ^= (char)(1 << bit % 8);
        check_refused(SECRET, vector.signature, body, size, what);
        body[bit / 8] ^= (char)(1 << bit % 8);
    }
    free(body);
}

TEST("so is one bit changed anywhere in the signature") {
    size_t size = strlen(vector.body), bit;
    char signature[80];
    snprintf(signature, sizeof signature, "%s", vector.signature);
    for (bit = 0; bit < 8 * strlen(vector.signature); bit++) {
        signature[bit / 8] ^= (char)(1 << bit % 8);
        check_refused(SECRET, signature, vector.body, size, signature);
        signature[bit / 8] ^= (char)(1 << bit % 8);
    }
}

TEST("so is one bit changed in the secret; a secret that is no text any more is a wrong argument") {
    size_t size = strlen(vector.body), bit;
    char secret[] = SECRET;
    for (bit = 0; bit < 8 * strlen(SECRET); bit++) {
        uc_webhook_event *event;
        uc_error *error;
        secret[bit / 8] ^= (char)(1 << bit % 8);
        if (bit % 8 == 7)
            check_refusal(webhook_read(secret, vector.signature, vector.body, size, &event, &error), &error,
                          "signing_secret", secret);
        else
            check_refused(secret, vector.signature, vector.body, size, secret);
        secret[bit / 8] ^= (char)(1 << bit % 8);
    }
}

TEST("a body that is shorter or longer than the signed one is refused") {
    size_t size = strlen(vector.body), cut;
    char *longer = text("%s\n", vector.body);
    check_refused(SECRET, vector.signature, longer, size + 1, "a line feed behind it");
    check_refused(SECRET, vector.signature, vector.body, size + 1, "a NUL behind it");
    check_refused(SECRET, vector.signature, NULL, 0, "no body");
    for (cut = 1; cut <= size; cut += 83)
        check_refused(SECRET, vector.signature, vector.body, size - cut, "its end cut off");
    free(longer);
}

TEST("a signature in any other form than the service's is refused") {
    static const char *const cases[] = {
        "",
        "v1=",
        "v1",
        "=",
        "9b31c7dd83fdbf4a2e12b19d7f2b9d87d547672a325b9492457292db4f513c70",
        "V1=9b31c7dd83fdbf4a2e12b19d7f2b9d87d547672a325b9492457292db4f513c70",
        "v2=9b31c7dd83fdbf4a2e12b19d7f2b9d87d547672a325b9492457292db4f513c70",
        "v1:9b31c7dd83fdbf4a2e12b19d7f2b9d87d547672a325b9492457292db4f513c70",
        "v1=v1=9b31c7dd83fdbf4a2e12b19d7f2b9d87d547672a325b9492457292db4f513c70",
        "sha256=9b31c7dd83fdbf4a2e12b19d7f2b9d87d547672a325b9492457292db4f513c70",
        "v1=9B31C7DD83FDBF4A2E12B19D7F2B9D87D547672A325B9492457292DB4F513C70",
        "v1=9b31c7dd83fdbf4a2e12b19d7f2b9d87d547672a325b9492457292db4f513c70 ",
        " v1=9b31c7dd83fdbf4a2e12b19d7f2b9d87d547672a325b9492457292db4f513c70",
        "v1= 9b31c7dd83fdbf4a2e12b19d7f2b9d87d547672a325b9492457292db4f513c70",
        "v1=9b31c7dd83fdbf4a2e12b19d7f2b9d87d547672a325b9492457292db4f513c70\n",
        "v1=9b31c7dd83fdbf4a2e12b19d7f2b9d87d547672a325b9492457292db4f513c7",
        "v1=9b31c7dd83fdbf4a2e12b19d7f2b9d87d547672a325b9492457292db4f513c700",
        "v1=9b31c7dd83fdbf4a2e12b19d7f2b9d87d547672a325b9492457292db4f513c70,v1=00",
        "v1=x9b31c7dd83fdbf4a2e12b19d7f2b9d87d547672a325b9492457292db4f513c7",
        "v1=0x31c7dd83fdbf4a2e12b19d7f2b9d87d547672a325b9492457292db4f513c70",
        "v1=mzHH3YP9v0ouErGdfyudh9VHZyoyW5SSRXKS209RPHA=",
        "v1=b5014cbbe94c781c58f8d86a4346219110e86ba2abdbc275fa8870c89ab94957", /* of no body */
        "\xff\xfe",
    };
    size_t i;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_refused(SECRET, cases[i], vector.body, strlen(vector.body), cases[i]);
}

TEST("a delivery without the header is refused") {
    uc_webhook_event *event;
    uc_error *error;
    check_refused(SECRET, NULL, vector.body, strlen(vector.body), "no header");
    CHECK_FAILS(UC_ERR_AUTH, webhook_read(SECRET, NULL, vector.body, strlen(vector.body), &event, &error), error);
    CHECK_CONTAINS(error->message, "X-Uc-Signature");
    uc_free(error);
}

TEST("an empty secret checks nothing and is refused, even where somebody signed with it") {
    uc_webhook_event *event = (uc_webhook_event *)&vector;
    uc_error *error;
    check_refusal(webhook_read("", "v1=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad", "", 0,
                                  &event, &error),
                  &error, "signing_secret", "");
    CHECK(event == NULL);
    check_refusal(webhook_read("", NULL, vector.body, strlen(vector.body), &event, &error), &error, "signing_secret",
                  "");
    check_refusal(webhook_read(NULL, vector.signature, vector.body, strlen(vector.body), &event, &error), &error,
                  "signing_secret", "NULL");
    check_refusal(webhook_read(SECRET, vector.signature, NULL, 1, &event, &error), &error, "body", "NULL");
}

/* -- several secrets -------------------------------------------------------------------------------- */

TEST("while a secret is changed, a delivery is good that was signed with any of them") {
    static const char *const lists[][3] = {
        {SECRET, "new", "newer"}, {"old", SECRET, "newer"}, {"old", "new", SECRET}, {SECRET, SECRET, SECRET}};
    static const char *const others[] = {"old", "new", "12345x"};
    uc_webhook_event *event;
    uc_error *error;
    size_t i;
    for (i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        CHECK_OK(uc_webhook_read(lists[i], 3, vector.signature, vector.body, strlen(vector.body), &event, &error), error);
        CHECK_INT(889783, event->hook_id);
        uc_free(event);
    }
    CHECK_FAILS(UC_ERR_AUTH,
                uc_webhook_read(others, 3, vector.signature, vector.body, strlen(vector.body), &event, &error), error);
    CHECK_TEXT("signature does not fit this body with any of signing_secrets", error->message);
    uc_free(error);
    /* Only as many as it is told of. */
    CHECK_STATUS(UC_ERR_AUTH,
                 uc_webhook_read(lists[2], 2, vector.signature, vector.body, strlen(vector.body), &event, NULL));
}

TEST("no secret at all, and a wrong one among good ones, is a wrong argument that is named") {
    static const char *const with_empty[] = {SECRET, ""}, *const with_null[] = {SECRET, NULL};
    static const char *const with_bytes[] = {SECRET, "\xff"};
    uc_webhook_event *event = (uc_webhook_event *)&vector;
    uc_error *error;
    size_t size = strlen(vector.body);
    check_refusal(uc_webhook_read(with_empty, 0, vector.signature, vector.body, size, &event, &error), &error,
                  "signing_secrets_len is 0", "0");
    CHECK(event == NULL);
    check_refusal(uc_webhook_read(NULL, 0, vector.signature, vector.body, size, &event, &error), &error,
                  "signing_secrets_len is 0", "0");
    check_refusal(uc_webhook_read(with_empty, 2, vector.signature, vector.body, size, &event, &error), &error,
                  "signing_secrets[1] is empty", "");
    check_refusal(uc_webhook_read(with_null, 2, vector.signature, vector.body, size, &event, &error), &error,
                  "signing_secrets[1] is NULL", "NULL");
    check_refusal(uc_webhook_read(with_bytes, 2, vector.signature, vector.body, size, &event, &error), &error,
                  "signing_secrets[1] is not UTF-8", "bytes");
}

/* -- as the service does it ------------------------------------------------------------------------ */

/** What came in at a receiver. Its text is written before the answer goes out, and read after that. */
struct received {
    char head[4096];
    char *body;
    size_t size;
    int count;
};

static void receive(int connection, void *data) {
    struct received *received = (struct received *)data;
    const char *length;
    size_t got = 0;
    if (read_head(connection, received->head, sizeof received->head) < 0) return;
    length = strcasestr(received->head, "\ncontent-length:");
    received->size = length ? (size_t)atol(length + strlen("\ncontent-length:")) : 0;
    free(received->body);
    received->body = (char *)malloc(received->size + 1);
    while (got < received->size) {
        ssize_t size = recv(connection, received->body + got, received->size - got, 0);
        if (size <= 0) return;
        got += (size_t)size;
    }
    received->count++;
    send_text(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

/** The X-Uc-Signature of what was received, to be freed; NULL when there was none. */
static char *signature_of(const struct received *received) {
    const char *value = strcasestr(received->head, "\nx-uc-signature:");
    if (value == NULL) return NULL;
    value += strlen("\nx-uc-signature:");
    value += strspn(value, " ");
    return text("%.*s", (int)strcspn(value, "\r\n"), value);
}

static void fire(const char *json) {
    char *told = emulator_at(base(), "POST", "/_emulator/webhooks", json);
    CHECK_INT(200, json_int(told, "status", 0));
    free(told);
}

TEST("a webhook is made, the service delivers to it, and the delivery is read with its secret and no other") {
    struct received received;
    struct server server;
    struct kept_file file = kept_named("video.mp4");
    uc_client *client = client_new();
    uc_webhook_opts opts;
    uc_webhook *webhook;
    uc_webhook_event *event;
    uc_error *error;
    char *order, *signature;
    memset(&received, 0, sizeof received);
    server_start(&server, receive, &received);
    opts = webhook_for("file.info_updated", server.base);
    opts.signing_secret = "d\xc3\xa9licieux";
    webhook = webhook_made(client, &opts);

    order = text(
        "{\"event\":\"file.info_updated\",\"uuid\":\"%s\",\"previous_values\":{\"metadata\":{\"k\":\"old\"},"
        "\"appdata\":null}}",
        file.uuid);
    fire(order);
    signature = signature_of(&received);
    CHECK_OK(webhook_read(opts.signing_secret, signature, received.body, received.size, &event, &error), error);
    CHECK_TEXT("file.info_updated", event->event);
    CHECK_TEXT(server.base, event->target_url);
    CHECK_INT(webhook->id, event->hook_id);
    CHECK_TEXT("api", event->initiator);
    CHECK_INT(36, strlen(event->request_id));
    CHECK_TEXT(NULL, event->addon_name);
    CHECK_TEXT(PUBLIC_KEY, event->project_pub_key);
    CHECK_TEXT("0.7", event->version);
    CHECK_TEXT(event->file->original_file_url, event->file_url);
    CHECK_TEXT("old", value_of(event->previous_metadata, event->previous_metadata_len, "k"));
    CHECK_TEXT(NULL, event->previous_appdata);
    check_kept(&file, event->file);
    CHECK_INT(360, event->file->video->video[0]->height);
    uc_free(event);
    CHECK_STATUS(UC_ERR_AUTH, webhook_read("delicieux", signature, received.body, received.size, &event, NULL));
    CHECK_INT(1, received.count);

    server_stop(&server);
    free(signature);
    free(order);
    free(received.body);
    uc_free(webhook);
    uc_free(client);
}

TEST("a webhook without a secret delivers without a signature, which nothing can check") {
    struct received received;
    struct server server;
    struct kept_file file = kept_named("eicar.zip");
    uc_webhook_event *event;
    char *order;
    memset(&received, 0, sizeof received);
    server_start(&server, receive, &received);
    order = text("{\"event\":\"file.infected\",\"uuid\":\"%s\",\"target_url\":\"%s/\"}", file.uuid, server.base);
    fire(order);
    CHECK(signature_of(&received) == NULL);
    CHECK_STATUS(UC_ERR_AUTH, webhook_read(SECRET, NULL, received.body, received.size, &event, NULL));
    CHECK(event == NULL);
    server_stop(&server);
    free(order);
    free(received.body);
}
