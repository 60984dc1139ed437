/* What add-ons have found in a file, in fields of its own. */
#include "jobs.h"

#define UUID "22240276-2f06-41f8-9411-755c8ce926ed"
#define TIMES "\"datetime_created\":\"2021-10-01T07:57:45Z\",\"datetime_updated\":\"2021-10-01T07:57:46.5Z\""

/** The service tells this of a file's appdata (JSON). */
static uc_file *file_with(const uc_client *client, const char *appdata) {
    char *json = text("{\"uuid\":\"" UUID "\",\"size\":642,\"appdata\":%s,\"tags\":[\"last\"]}", appdata);
    uc_file *file;
    uc_error *error;
    answer(200, API_TYPE, json);
    CHECK_OK(uc_file_info(client, UUID, "appdata", &file, &error), error);
    CHECK_INT(642, file->size);
    CHECK_INT(1, file->tags_len); /* what comes behind it is read as well */
    free(json);
    return file;
}

static void check_times(const char *created, int64_t created_us, const char *updated, int64_t updated_us) {
    CHECK_TEXT("2021-10-01T07:57:45Z", created);
    CHECK_INT(INT64_C(1633075065000000), created_us);
    CHECK_TEXT("2021-10-01T07:57:46.5Z", updated);
    CHECK_INT(INT64_C(1633075066500000), updated_us);
}
#define CHECK_TIMES(found) \
    check_times(found->datetime_created, found->datetime_created_us, found->datetime_updated, found->datetime_updated_us)

static void check_none(const uc_file *file) {
    CHECK(file->virus_scan == NULL);
    CHECK(file->labels == NULL);
    CHECK(file->moderation_labels == NULL);
    CHECK(file->remove_bg == NULL);
}

/* -- what is found --------------------------------------------------------------------------------- */

TEST("a file that was scanned is infected, with a name, or clean") {
    uc_client *client = client_new();
    uc_file *file = file_with(client, "{\"uc_clamav_virus_scan\":{\"data\":{\"infected\":true,"
                                      "\"infected_with\":\"Win.Test.EICAR_HDB-1\"},\"version\":\"0.104.2\"," TIMES "}}");
    CHECK_INT(1, file->virus_scan->infected);
    CHECK_TEXT("Win.Test.EICAR_HDB-1", file->virus_scan->infected_with);
    CHECK_TEXT("0.104.2", file->virus_scan->version);
    CHECK_TIMES(file->virus_scan);
    CHECK_INT(0, file->virus_scan->reserved);
    CHECK(file->labels == NULL && file->moderation_labels == NULL && file->remove_bg == NULL);
    uc_free(file);
    file = file_with(client, "{\"uc_clamav_virus_scan\":{" TIMES ",\"version\":\"1.0.1\",\"data\":{\"infected\":false}}}");
    CHECK_INT(0, file->virus_scan->infected);
    CHECK_TEXT(NULL, file->virus_scan->infected_with);
    CHECK_TEXT("1.0.1", file->virus_scan->version);
    CHECK_TIMES(file->virus_scan);
    uc_free(file);
    uc_free(client);
}

TEST("labels have names, how sure they are, parents, and how many were found") {
    uc_client *client = client_new();
    uc_file *file = file_with(
        client,
        "{\"aws_rekognition_detect_labels\":{\"version\":\"2016-06-27\"," TIMES ",\"data\":{\"LabelModelVersion\":\"3.0\","
        "\"Labels\":[{\"Name\":\"Pineapple\",\"Confidence\":99.5,\"Parents\":[{\"Name\":\"Fruit\"},{\"Name\":\"Food \\ud83c\\udf4d\"}],"
        "\"Instances\":[{\"Confidence\":97.5,\"BoundingBox\":{\"Height\":0.5,\"Left\":0.25,\"Top\":0.125,\"Width\":0.75}},{}]},"
        "{\"Confidence\":55,\"Name\":\"Table\",\"Parents\":[],\"Instances\":[]}]}}}");
    const uc_labels *found = file->labels;
    CHECK_TEXT("2016-06-27", found->version);
    CHECK_TEXT("3.0", found->model_version);
    CHECK_TIMES(found);
    CHECK_INT(2, found->labels_len);
    CHECK_TEXT("Pineapple", found->labels[0]->name);
    CHECK(found->labels[0]->confidence == 99.5);
    CHECK_INT(2, found->labels[0]->parents_len);
    CHECK_TEXT("Fruit", found->labels[0]->parents[0]);
    CHECK_TEXT("Food \xf0\x9f\x8d\x8d", found->labels[0]->parents[1]);
    CHECK_INT(2, found->labels[0]->instances_len);
    CHECK_TEXT("Table", found->labels[1]->name);
    CHECK(found->labels[1]->confidence == 55);
    CHECK(found->labels[1]->parents == NULL);
    CHECK_INT(0, found->labels[1]->parents_len);
    CHECK_INT(0, found->labels[1]->instances_len);
    CHECK(file->moderation_labels == NULL && file->virus_scan == NULL);
    uc_free(file);
    uc_free(client);
}

TEST("a label of moderation has one parent or none") {
    uc_client *client = client_new();
    uc_file *file = file_with(
        client,
        "{\"aws_rekognition_detect_moderation_labels\":{\"version\":\"2016-06-27\"," TIMES ",\"data\":{\"ModerationModelVersion\":"
        "\"6.0\",\"ModerationLabels\":[{\"Name\":\"Alcohol\",\"ParentName\":\"\",\"Confidence\":93.41},"
        "{\"Name\":\"Drinking\",\"ParentName\":\"Alcohol\",\"Confidence\":93.41}]}}}");
    const uc_labels *found = file->moderation_labels;
    CHECK_TEXT("2016-06-27", found->version);
    CHECK_TEXT("6.0", found->model_version);
    CHECK_TIMES(found);
    CHECK_INT(2, found->labels_len);
    CHECK_TEXT("Alcohol", found->labels[0]->name);
    CHECK_INT(0, found->labels[0]->parents_len);
    CHECK_TEXT("Drinking", found->labels[1]->name);
    CHECK(found->labels[1]->confidence == 93.41);
    CHECK_INT(1, found->labels[1]->parents_len);
    CHECK_TEXT("Alcohol", found->labels[1]->parents[0]);
    CHECK(file->labels == NULL);
    uc_free(file);
    uc_free(client);
}

TEST("an image without anything to recognise is told from one that was not looked at") {
    uc_client *client = client_new();
    uc_file *file = file_with(client, "{\"aws_rekognition_detect_moderation_labels\":{\"data\":{\"ModerationLabels\":[]}}}");
    CHECK(file->moderation_labels != NULL && file->labels == NULL);
    CHECK_INT(0, file->moderation_labels->labels_len);
    CHECK(file->moderation_labels->labels == NULL);
    CHECK_TEXT(NULL, file->moderation_labels->model_version);
    CHECK_TEXT(NULL, file->moderation_labels->version);
    CHECK_TEXT(NULL, file->moderation_labels->datetime_created);
    CHECK_INT(INT64_MIN, file->moderation_labels->datetime_created_us);
    CHECK_INT(INT64_MIN, file->moderation_labels->datetime_updated_us);
    uc_free(file);
    uc_free(client);
}

TEST("remove_bg says what stands in the foreground, where it was asked for") {
    uc_client *client = client_new();
    uc_file *file = file_with(client, "{\"remove_bg\":{\"data\":{\"foreground_type\":\"person\"},\"version\":\"1.0\"," TIMES "}}");
    CHECK_TEXT("person", file->remove_bg->foreground_type);
    CHECK_TEXT("1.0", file->remove_bg->version);
    CHECK_TIMES(file->remove_bg);
    uc_free(file);
    file = file_with(client, "{\"remove_bg\":{\"data\":{},\"version\":\"1.0\"}}");
    CHECK_TEXT(NULL, file->remove_bg->foreground_type);
    CHECK_TEXT("1.0", file->remove_bg->version);
    uc_free(file);
    uc_free(client);
}

/* -- where there is nothing, or something odd ------------------------------------------------------ */

TEST("where appdata was not asked for, or no add-on has run, there is nothing") {
    static const char *const none[] = {"null", "{}", "[]", "\"\"", "7", "{\"zamzar\":{\"data\":{\"infected\":true}}}"};
    struct kept_file kept = kept_named("eicar.zip");
    uc_client *client = client_new();
    uc_file *file;
    uc_error *error;
    size_t i;
    CHECK_OK(uc_file_info(client, kept.uuid, NULL, &file, &error), error);
    check_none(file);
    uc_free(file);
    for (i = 0; i < sizeof none / sizeof none[0]; i++) {
        file = file_with(client, none[i]);
        check_none(file);
        uc_free(file);
    }
    uc_free(client);
}

TEST("a verdict that is missing or odd is none: never a good one, and the file is read all the same") {
    static const char *const odd[] = {
        "null", "7", "[]", "\"infected\"", "{}", "{\"data\":null}", "{\"data\":[]}", "{\"data\":\"x\",\"version\":\"1\"}",
        "{\"infected\":true}",
        "{\"data\":{\"infected\":null,\"Labels\":null,\"ModerationLabels\":null}}",
        "{\"data\":{\"infected\":\"false\",\"Labels\":{},\"ModerationLabels\":\"none\"}}",
        "{\"data\":{\"infected\":0,\"Labels\":0,\"ModerationLabels\":false}}",
        "{\"data\":{\"infected\":[false],\"infected_with\":{}}}",
    };
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        char *appdata = text("{\"uc_clamav_virus_scan\":%s,\"aws_rekognition_detect_labels\":%s,"
                             "\"aws_rekognition_detect_moderation_labels\":%s}", odd[i], odd[i], odd[i]);
        uc_file *file = file_with(client, appdata);
        check_none(file);
        CHECK_TEXT(appdata, file->appdata);
        uc_free(file);
        free(appdata);
    }
    uc_free(client);
}

TEST("odd parts of a finding leave the others as they are") {
    uc_client *client = client_new();
    uc_file *file = file_with(
        client,
        "{\"uc_clamav_virus_scan\":{\"data\":{\"infected\":true,\"infected_with\":7},\"version\":1,"
        "\"datetime_created\":\"yesterday\",\"datetime_updated\":[]},"
        "\"aws_rekognition_detect_labels\":{\"data\":{\"LabelModelVersion\":3,\"Labels\":[null,7,\"x\",[],{},{\"Name\":8},"
        "{\"Name\":\"a\\u0000b\",\"Confidence\":\"sure\",\"Parents\":{\"Name\":\"x\"},\"Instances\":3},"
        "{\"Name\":\"c\",\"Confidence\":null,\"Parents\":[null,\"x\",{},{\"Name\":null},{\"Name\":\"d\"}],\"Instances\":null}]}},"
        "\"remove_bg\":{\"data\":{\"foreground_type\":[\"person\"]}}}");
    CHECK_INT(1, file->virus_scan->infected);
    CHECK_TEXT(NULL, file->virus_scan->infected_with);
    CHECK_TEXT(NULL, file->virus_scan->version);
    CHECK_TEXT("yesterday", file->virus_scan->datetime_created);
    CHECK_INT(INT64_MIN, file->virus_scan->datetime_created_us);
    CHECK_TEXT(NULL, file->virus_scan->datetime_updated);
    CHECK_TEXT(NULL, file->labels->model_version);
    CHECK_INT(2, file->labels->labels_len); /* those with a name */
    CHECK_TEXT("a\xef\xbf\xbd" "b", file->labels->labels[0]->name);
    CHECK(file->labels->labels[0]->confidence == -1);
    CHECK_INT(0, file->labels->labels[0]->parents_len);
    CHECK_INT(0, file->labels->labels[0]->instances_len);
    CHECK_TEXT("c", file->labels->labels[1]->name);
    CHECK(file->labels->labels[1]->confidence == -1);
    CHECK_INT(1, file->labels->labels[1]->parents_len);
    CHECK_TEXT("d", file->labels->labels[1]->parents[0]);
    CHECK_TEXT(NULL, file->remove_bg->foreground_type);
    uc_free(file);
    uc_free(client);
}

/* -- where files come from ------------------------------------------------------------------------- */

TEST("files of listings, searches and deliveries have what add-ons found, too") {
    /* HMAC-SHA256 of the body with the key "12345X". */
    static const char body[] =
        "{\"hook\":{\"event\":\"file.infected\"},\"data\":{\"uuid\":\"" UUID "\",\"appdata\":"
        "{\"uc_clamav_virus_scan\":{\"data\":{\"infected\":true,\"infected_with\":\"X\"}}}}}";
    const char *const secret = "12345X";
    uc_client *client = client_new();
    uc_files_opts files = files_opts();
    uc_files_search_opts search = files_search_opts();
    uc_webhook_event *event;
    uc_page *page;
    uc_error *error;
    size_t i;
    int infected = 0;
    files.include = search.include = "appdata";
    files.limit = 1000;
    CHECK_OK(uc_files_list(client, &files, &page, &error), error);
    for (i = 0; i < uc_page_count(page); i++) {
        const uc_file *file = uc_page_file(page, i);
        if (file->virus_scan) CHECK_INT(strcmp(file->original_filename, "eicar.zip") == 0, file->virus_scan->infected);
        infected += file->virus_scan && file->virus_scan->infected;
    }
    CHECK(infected > 0);
    uc_free(page);
    CHECK_OK(uc_files_search(client, "{\"query\":\"eicar.zip\"}", &search, &page, &error), error);
    CHECK(uc_page_count(page) > 0);
    CHECK_TEXT("Win.Test.EICAR_HDB-1", uc_page_file(page, 0)->virus_scan->infected_with);
    uc_free(page);
    CHECK_OK(uc_webhook_read(&secret, 1, "v1=723c82793e20afb4983c590d761cc32f27db64db529d7bbdd0a70b44c37db11e", body, strlen(body), &event, &error), error);
    CHECK_INT(1, event->file->virus_scan->infected);
    CHECK_TEXT("X", event->file->virus_scan->infected_with);
    uc_free(event);
    uc_free(client);
}

TEST("what an add-on finds is there when its job has ended") {
    struct kept_file kept = kept_named("IMG_8919.jpeg");
    uc_client *client = client_new();
    uc_job *job = addon_job(client, "aws_rekognition_detect_labels", kept.uuid, NULL);
    uc_file *file;
    wait_for(job);
    uc_free(job);
    file = file_now(client, kept.uuid);
    CHECK_INT(1, file->labels->labels_len);
    CHECK_TEXT("Pineapple", file->labels->labels[0]->name);
    CHECK_TEXT("Fruit", file->labels->labels[0]->parents[0]);
    CHECK_INT(1, file->labels->labels[0]->instances_len);
    uc_free(file);
    uc_free(client);
}

TEST("a clone of a file has what add-ons found, when the file is gone") {
    uc_client *client = client_new();
    uc_file *file = file_with(
        client,
        "{\"uc_clamav_virus_scan\":{\"data\":{\"infected\":true,\"infected_with\":\"X\"},\"version\":\"1\"," TIMES "},"
        "\"aws_rekognition_detect_labels\":{\"data\":{\"LabelModelVersion\":\"3.0\",\"Labels\":[{\"Name\":\"Pineapple\","
        "\"Confidence\":99.5,\"Parents\":[{\"Name\":\"Fruit\"}],\"Instances\":[{}]}]}},"
        "\"aws_rekognition_detect_moderation_labels\":{\"data\":{\"ModerationLabels\":[]}},"
        "\"remove_bg\":{\"data\":{\"foreground_type\":\"person\"}}}");
    uc_file *clone;
    uc_error *error;
    CHECK_OK(uc_file_clone(file, &clone, &error), error);
    uc_free(file);
    CHECK_INT(1, clone->virus_scan->infected);
    CHECK_TEXT("X", clone->virus_scan->infected_with);
    CHECK_TEXT("1", clone->virus_scan->version);
    CHECK_TIMES(clone->virus_scan);
    CHECK_TEXT("3.0", clone->labels->model_version);
    CHECK_INT(1, clone->labels->labels_len);
    CHECK_TEXT("Pineapple", clone->labels->labels[0]->name);
    CHECK(clone->labels->labels[0]->confidence == 99.5);
    CHECK_TEXT("Fruit", clone->labels->labels[0]->parents[0]);
    CHECK_INT(1, clone->labels->labels[0]->instances_len);
    CHECK(clone->moderation_labels != NULL);
    CHECK_INT(0, clone->moderation_labels->labels_len);
    CHECK_TEXT("person", clone->remove_bg->foreground_type);
    uc_free(clone);
    uc_free(client);
}
