/* One file: info, store, delete. */
#include "files.h"

/** The info of a file, to be freed. */
static uc_file *info(const uc_client *client, const char *uuid, const char *include) {
    uc_file *file;
    uc_error *error;
    CHECK_OK(uc_file_info(client, uuid, include, &file, &error), error);
    return file;
}

TEST("the info of every kind of file is what the service says, removed ones included") {
    struct kept kept = kept_files();
    uc_client *client = client_new();
    size_t i, removed = 0, images = 0, videos = 0;
    for (i = 0; i < 78; i++) {
        uc_file *file = info(client, kept.files[i].uuid, NULL);
        check_kept(&kept.files[i], file);
        CHECK_TEXT(NULL, file->appdata);
        removed += file->datetime_removed != NULL;
        images += file->image != NULL;
        videos += file->video != NULL;
        uc_free(file);
    }
    CHECK(removed > 0 && images > 0 && videos > 0);
    uc_free(client);
    free(kept.files);
}

TEST("appdata is there when it was asked for") {
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    uc_file *file = info(client, kept.uuid, "appdata");
    CHECK_CONTAINS(file->appdata, "\"uc_clamav_virus_scan\"");
    CHECK_CONTAINS(file->json, file->appdata);
    uc_free(file);
    file = info(client, kept.uuid, NULL);
    CHECK_TEXT(NULL, file->appdata);
    uc_free(file);
    uc_free(client);
}

TEST("include may be nothing but appdata") {
    static const char *const wrong[] = {"", "appdata,", "appdata&x=1", "tags", "APPDATA", "\n"};
    uc_client *client = client_new();
    uc_file *file;
    uc_error *error;
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        check_refusal(uc_file_info(client, NO_FILE, wrong[i], &file, &error), &error, "include", wrong[i]);
        CHECK(file == NULL);
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST("what is sent is the verb, the path and nothing more") {
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    uc_file *file;
    uc_error *error;
    char *target = text("/files/%s/", kept.uuid), *with = text("/files/%s/?include=appdata", kept.uuid);
    char *storage = text("/files/%s/storage/", kept.uuid);
    uc_free(info(client, kept.uuid, NULL));
    uc_free(info(client, kept.uuid, "appdata"));
    CHECK_OK(uc_file_store(client, kept.uuid, &file, &error), error);
    uc_free(file);
    CHECK_OK(uc_file_delete(client, kept.uuid, &file, &error), error);
    uc_free(file);
    CHECK_INT(4, requests_counted());
    check_sent(0, "GET", target, "");
    check_sent(1, "GET", with, "");
    check_sent(2, "PUT", storage, "");
    check_sent(3, "DELETE", storage, "");
    uc_free(client);
    free(target);
    free(with);
    free(storage);
}

TEST("a file that is not there is UC_ERR_NOT_FOUND, whatever is to be done with it") {
    uc_client *client = client_new();
    uc_file *file = (uc_file *)client;
    uc_error *error;
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_file_info(client, NO_FILE, NULL, &file, &error), error);
    CHECK(file == NULL);
    CHECK_TEXT("Not found.", error->message);
    CHECK_INT(404, error->http_status);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_file_store(client, NO_FILE, &file, &error), error);
    CHECK_TEXT("Not found.", error->message);
    uc_free(error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_file_delete(client, NO_FILE, &file, &error), error);
    CHECK_TEXT("Not found.", error->message);
    CHECK(file == NULL);
    uc_free(error);
    CHECK_STATUS(UC_ERR_NOT_FOUND, uc_file_delete(client, NO_FILE, &file, NULL));
    uc_free(client);
}

TEST("a temporary file is stored, and stays as it is when stored again") {
    struct kept temporary = kept_where(0, 0), stored;
    uc_client *client = client_new();
    uc_file *file, *again;
    uc_error *error;
    size_t i;
    CHECK_TEXT("", temporary.files[0].stored);
    CHECK_OK(uc_file_store(client, temporary.files[0].uuid, &file, &error), error);
    CHECK_TEXT(temporary.files[0].uuid, file->uuid);
    CHECK(file->datetime_stored != NULL && file->datetime_stored_us > file->datetime_uploaded_us);
    CHECK_OK(uc_file_store(client, temporary.files[0].uuid, &again, &error), error);
    CHECK_TEXT(file->datetime_stored, again->datetime_stored);
    stored = kept_where(0, 1);
    for (i = 0; i < stored.count && strcmp(stored.files[i].uuid, file->uuid) != 0; i++) continue;
    CHECK(i < stored.count);
    CHECK_TEXT(stored.files[i].stored, file->datetime_stored);
    uc_free(file);
    uc_free(again);
    uc_free(client);
    free(temporary.files);
    free(stored.files);
}

TEST("a deleted file is told as it is then, is still known, and cannot be stored or deleted again") {
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    uc_file *deleted, *file;
    uc_error *error;
    CHECK_OK(uc_file_delete(client, kept.uuid, &deleted, &error), error);
    CHECK_TEXT(kept.uuid, deleted->uuid);
    CHECK(deleted->datetime_removed != NULL && deleted->datetime_removed_us > deleted->datetime_uploaded_us);
    CHECK_TEXT(NULL, deleted->original_file_url);
    file = info(client, kept.uuid, NULL);
    CHECK_TEXT(deleted->datetime_removed, file->datetime_removed);
    CHECK_TEXT(kept.name, file->original_filename);
    uc_free(file);
    CHECK_STATUS(UC_ERR_NOT_FOUND, uc_file_store(client, kept.uuid, &file, NULL));
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_file_delete(client, kept.uuid, &file, &error), error);
    uc_free(error);
    uc_free(deleted);
    uc_free(client);
}

TEST("a deleted file is none of its group any more") {
    char *id = group_id(11);
    uc_client *client = client_new();
    uc_group *group;
    uc_file *file;
    uc_error *error;
    size_t i, there = 0;
    CHECK_OK(uc_group_info(client, id, &group, &error), error);
    CHECK(group->files[0] != NULL);
    for (i = 0; i < group->files_len; i++) there += group->files[i] != NULL;
    CHECK_OK(uc_file_delete(client, group->files[0]->uuid, &file, &error), error);
    uc_free(file);
    uc_free(group);
    CHECK_OK(uc_group_info(client, id, &group, &error), error);
    CHECK_INT(12, group->files_len);
    CHECK(group->files[0] == NULL);
    for (i = 0; i < group->files_len; i++) there -= group->files[i] != NULL;
    CHECK_INT(1, there);
    uc_free(group);
    uc_free(client);
    free(id);
}

TEST("when the answer to a delete is lost, the file is gone, and told with nothing but its uuid") {
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    uc_file *file, *now;
    uc_error *error;
    fault("{\"fault\":\"close_before\",\"done\":true,\"method\":\"DELETE\"}");
    CHECK_OK(uc_file_delete(client, kept.uuid, &file, &error), error);
    CHECK_INT(2, requests_counted());
    CHECK_TEXT(kept.uuid, file->uuid);
    CHECK_TEXT(NULL, file->original_filename);
    CHECK_TEXT(NULL, file->datetime_removed);
    CHECK_INT(INT64_MIN, file->datetime_uploaded_us);
    CHECK_INT(-1, file->size);
    CHECK_INT(0, file->is_image);
    CHECK_INT(0, file->is_ready);
    CHECK_TEXT(NULL, file->json);
    now = info(client, kept.uuid, NULL);
    CHECK(now->datetime_removed != NULL);
    uc_free(now);
    uc_free(file);
    uc_free(client);
}

TEST("a lost answer to a store is asked for again") {
    struct kept temporary = kept_where(0, 0);
    uc_client *client = client_new();
    uc_file *file;
    uc_error *error;
    fault("{\"fault\":\"reset_before\",\"done\":true}");
    CHECK_OK(uc_file_store(client, temporary.files[0].uuid, &file, &error), error);
    CHECK(file->datetime_stored != NULL);
    CHECK_INT(2, requests_counted());
    uc_free(file);
    uc_free(client);
    free(temporary.files);
}

TEST("a file outlives its client") {
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    uc_file *file = info(client, kept.uuid, "appdata");
    uc_free(client);
    check_kept(&kept, file);
    CHECK_TEXT("JPEG", file->image->format);
    CHECK_CONTAINS(file->appdata, "Pineapple");
    uc_free(file);
}

TEST("an answer that is no JSON is UC_ERR_PROTOCOL, and no file") {
    uc_client *client = client_without_retries();
    uc_file *file;
    uc_error *error;
    answer(200, API_TYPE, "{\"uuid\":");
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_file_info(client, NO_FILE, NULL, &file, &error), error);
    CHECK(file == NULL);
    uc_free(error);
    answer(200, API_TYPE, "<html>");
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_file_info(client, NO_FILE, NULL, &file, &error), error);
    uc_free(error);
    uc_free(client);
}
