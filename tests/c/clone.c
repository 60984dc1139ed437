/* Copies of items, which outlive what they were part of. What a file says is in file_view.c. */
#include "listing.h"

/** HMAC-SHA256 of the event below with the key "secret". */
#define SIGNATURE "v1=fb864f6cb63742c59ef8e912089a830856597b69b4b1638e442d2c49858e8a8a"

/** What a group says, its files' ids included; both may be from anywhere. */
static void check_same(const uc_group *group, const uc_group *clone) {
    size_t i;
    CHECK_TEXT(group->id, clone->id);
    CHECK_TEXT(group->datetime_created, clone->datetime_created);
    CHECK_INT(group->datetime_created_us, clone->datetime_created_us);
    CHECK_INT(group->files_count, clone->files_count);
    CHECK_TEXT(group->cdn_url, clone->cdn_url);
    CHECK_TEXT(group->url, clone->url);
    CHECK_TEXT(group->json, clone->json);
    CHECK_INT(group->files_len, clone->files_len);
    CHECK((group->files == NULL) == (clone->files == NULL));
    for (i = 0; i < group->files_len; i++) {
        const uc_file *file = group->files[i], *copy = clone->files[i];
        CHECK((file == NULL) == (copy == NULL));
        if (file == NULL) continue;
        CHECK(file != copy);
        CHECK_TEXT(file->uuid, copy->uuid);
        CHECK_TEXT(file->json, copy->json);
        CHECK_TEXT(file->default_effects, copy->default_effects);
        CHECK((file->image == NULL) == (copy->image == NULL));
        if (file->image) CHECK_INT(file->image->width, copy->image->width);
    }
}

static uc_group *clone_of(const uc_group *group) {
    uc_group *clone;
    uc_error *error;
    CHECK_OK(uc_group_clone(group, &clone, &error), error);
    CHECK(clone != group && clone->id != group->id);
    check_same(group, clone);
    return clone;
}

TEST("groups of a listing are kept when it has moved on and is gone") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_group *clones[250];
    const uc_group *group;
    uc_page *page;
    uc_error *error;
    size_t count = 0, i;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    while (uc_page_next_group(page, &group, NULL) == UC_OK) clones[count++] = clone_of(group);
    CHECK_INT(250, count);
    uc_free(page);
    uc_free(client);
    for (i = 0; i < count; i++) {
        check_group(&truth.groups[i], clones[i]);
        uc_free(clones[i]);
    }
    free(truth.groups);
}

TEST("a group with its files is kept, and so is the place of one that was removed") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_group *group, *clone, *again;
    uc_file *file, *copy;
    uc_error *error;
    CHECK_OK(uc_group_info(client, truth.groups[11].id, &group, &error), error);
    CHECK_OK(uc_file_delete(client, group->files[5]->uuid, &file, &error), error);
    uc_free(file);
    uc_free(group);
    CHECK_OK(uc_group_info(client, truth.groups[11].id, &group, &error), error);
    uc_free(client);
    clone = clone_of(group);
    again = clone_of(clone);
    uc_free(clone);
    check_same(group, again);
    CHECK_OK(uc_file_clone(group->files[3], &copy, &error), error);
    uc_free(group);
    CHECK_TEXT(truth.groups[11].id, again->id);
    CHECK_INT(12, again->files_len);
    CHECK(again->json != NULL && strstr(again->json, again->files[3]->uuid) != NULL);
    CHECK(again->files[5] == NULL && again->files[3] != NULL);
    CHECK_TEXT("resize/x800/", again->files[3]->default_effects);
    CHECK_TEXT(again->files[3]->uuid, copy->uuid);
    CHECK_TEXT("resize/x800/", copy->default_effects);
    uc_free(copy);
    uc_free(again);
    free(truth.groups);
}

TEST("a group of nothing but its id is kept as it is") {
    uc_client *client = client_new();
    uc_group *clone;
    uc_page *page;
    uc_error *error;
    fault("{\"fault\":\"set\",\"pointer\":\"/results\",\"value\":[{\"id\":\"x~1\"}]}");
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    clone = clone_of(uc_page_group(page, 0));
    uc_free(page);
    uc_free(client);
    CHECK_TEXT("x~1", clone->id);
    CHECK_TEXT(NULL, clone->datetime_created);
    CHECK(clone->datetime_created_us == INT64_MIN);
    CHECK_INT(-1, clone->files_count);
    CHECK(clone->files == NULL);
    uc_free(clone);
}

TEST("a file of an event, and one that was uploaded, are kept") {
    static const char *const secret = "secret";
    static const char body[] = "{\"hook\":{\"event\":\"file.uploaded\"},\"data\":{\"uuid\":\"x\",\"tags\":[\"a\",\"\"],"
                               "\"metadata\":{\"\":\"b\"}}}";
    uc_client *client = client_new();
    uc_webhook_event *event;
    uc_file *file, *of_event, *of_upload;
    uc_error *error;
    CHECK_OK(uc_webhook_read(&secret, 1, SIGNATURE, body, sizeof body - 1, &event, &error), error);
    CHECK(event->file != NULL);
    CHECK_OK(uc_file_clone(event->file, &of_event, &error), error);
    uc_free(event);
    CHECK_OK(uc_upload_data(client, "hello", 5, NULL, &file, &error), error);
    CHECK_OK(uc_file_clone(file, &of_upload, &error), error);
    CHECK_TEXT(file->uuid, of_upload->uuid);
    CHECK_TEXT(file->filename, of_upload->filename);
    CHECK_TEXT(file->json, of_upload->json);
    uc_free(file);
    uc_free(client);
    CHECK_INT(5, of_upload->size);
    CHECK_TEXT("x", of_event->uuid);
    CHECK_INT(2, of_event->tags_len);
    CHECK_TEXT("a", of_event->tags[0]);
    CHECK_TEXT("", of_event->tags[1]);
    CHECK_INT(1, of_event->metadata_len);
    CHECK_TEXT("", of_event->metadata[0].key);
    CHECK_TEXT("b", of_event->metadata[0].value);
    CHECK_TEXT(NULL, of_event->url);
    uc_free(of_event);
    uc_free(of_upload);
}
