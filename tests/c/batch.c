/* Many files in one call: stored, deleted, those of a group. */
#include "files.h"

#define UUID "22240276-2f06-41f8-9411-755c8ce926ed"

/** Ids of files that are there, with an id that no file has in every tenth place. */
struct ids {
    char text[1000][40];
    const char *all[1000];
    size_t count, missing;
};

/** So many ids, in an order that is not that of the files. */
static struct ids *ids_new(size_t count) {
    struct kept kept = kept_present();
    struct ids *ids = (struct ids *)calloc(1, sizeof *ids);
    size_t i;
    CHECK(kept.count > 1009);
    for (i = 0; i < count; i++) {
        if (i % 10 == 9) snprintf(ids->text[i], sizeof ids->text[i], "00000000-0000-4000-8000-%012d", (int)i);
        else strcpy(ids->text[i], kept.files[(i * 467) % 1009].uuid); /* 1009 is prime: each once */
        ids->all[i] = ids->text[i];
        ids->missing += i % 10 == 9;
    }
    ids->count = count;
    free(kept.files);
    return ids;
}

/** The batch holds what came of the first `count` ids, in their order. */
static void check_batch(const uc_batch *batch, const struct ids *ids, size_t count) {
    size_t i, files = 0, problems = 0;
    CHECK(batch != NULL);
    for (i = 0; i < count; i++) {
        if (i % 10 == 9) {
            CHECK(problems < batch->problems_len);
            CHECK_TEXT(ids->all[i], batch->problems[problems].key);
            CHECK_TEXT("Missing in the project", batch->problems[problems].value);
            problems++;
        } else {
            CHECK(files < batch->files_len);
            CHECK_TEXT(ids->all[i], batch->files[files]->uuid);
            CHECK_CONTAINS(batch->files[files]->json, ids->all[i]);
            files++;
        }
    }
    CHECK_INT(files, batch->files_len);
    CHECK_INT(problems, batch->problems_len);
}

static uc_status apply(int is_delete, const uc_client *client, const struct ids *ids, uc_batch **batch,
                       uc_error **error) {
    return is_delete ? uc_files_delete(client, ids->all, ids->count, batch, error)
                     : uc_files_store(client, ids->all, ids->count, batch, error);
}

TEST("no ids at all: nothing is sent, and an empty batch comes") {
    static const char *const none[] = {NULL};
    uc_client *client = client_new();
    uc_batch *batch;
    uc_error *error;
    CHECK_OK(uc_files_store(client, none, 0, &batch, &error), error);
    CHECK(batch != NULL && batch->files_len == 0 && batch->problems_len == 0);
    uc_free(batch);
    CHECK_OK(uc_files_delete(client, NULL, 0, &batch, &error), error);
    CHECK(batch != NULL && batch->files_len == 0 && batch->problems_len == 0);
    uc_free(batch);
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST("1, 100, 101 and 1000 ids: what came of each, in the order of the ids, 100 in a request") {
    static const size_t counts[] = {1, 100, 101, 1000};
    uc_client *client = client_new();
    size_t i;
    int is_delete;
    for (i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct ids *ids = ids_new(counts[i]);
        for (is_delete = 0; is_delete < 2; is_delete++) {
            uc_batch *batch;
            uc_error *error;
            size_t j;
            forget_requests();
            CHECK_OK(apply(is_delete, client, ids, &batch, &error), error);
            CHECK_INT((counts[i] + 99) / 100, requests_counted());
            check_sent(0, is_delete ? "DELETE" : "PUT", "/files/storage/", NULL);
            check_batch(batch, ids, counts[i]);
            for (j = 0; j < batch->files_len; j++) {
                CHECK((batch->files[j]->datetime_removed != NULL) == is_delete);
                CHECK(is_delete || batch->files[j]->datetime_stored != NULL);
            }
            uc_free(batch);
        }
        free(ids);
        reset("{\"groups\":250}");
    }
    uc_free(client);
}

TEST("what is sent is a list of the ids, each once, in whatever case they were given") {
    static const char *const given[] = {"22240276-2f06-41f8-9411-755c8ce926ed", NO_FILE,
                                        "22240276-2F06-41F8-9411-755C8CE926ED", NO_FILE,
                                        "22240276-2f06-41f8-9411-755c8ce926ed"};
    uc_client *client = client_new();
    uc_batch *batch;
    uc_error *error;
    CHECK_OK(uc_files_store(client, given, 5, &batch, &error), error);
    CHECK_INT(1, requests_counted());
    check_sent(0, "PUT", "/files/storage/", "[\"" UUID "\",\"" NO_FILE "\"]");
    CHECK_INT(0, batch->files_len);
    CHECK_INT(2, batch->problems_len);
    CHECK_TEXT(UUID, batch->problems[0].key);
    uc_free(batch);
    CHECK_OK(uc_files_delete(client, given, 1, &batch, &error), error);
    check_sent(1, "DELETE", "/files/storage/", "[\"" UUID "\"]");
    uc_free(batch);
    uc_free(client);
}

TEST("a hundred ids and one that was given before are one request") {
    struct ids *ids = ids_new(101);
    uc_client *client = client_new();
    uc_batch *batch;
    uc_error *error;
    strcpy(ids->text[100], ids->text[0]);
    CHECK_OK(uc_files_store(client, ids->all, 101, &batch, &error), error);
    CHECK_INT(1, requests_counted());
    check_batch(batch, ids, 100);
    uc_free(batch);
    uc_free(client);
    free(ids);
}

TEST("a request that fails after others: the error says how far it came, the batch holds what was done") {
    int is_delete;
    for (is_delete = 0; is_delete < 2; is_delete++) {
        struct ids *ids = ids_new(250);
        uc_client *client = client_without_retries();
        uc_batch *batch;
        uc_error *error;
        fault("{\"fault\":\"status\",\"status\":403,\"skip\":1,\"content_type\":\"application/json\","
              "\"body\":\"{\\\"detail\\\":\\\"Not today.\\\"}\"}");
        CHECK_FAILS(UC_ERR_AUTH, apply(is_delete, client, ids, &batch, &error), error);
        CHECK_CONTAINS(error->message, "100 of 250");
        CHECK_CONTAINS(error->message, "Not today.");
        CHECK_INT(403, error->http_status);
        CHECK_TEXT("{\"detail\":\"Not today.\"}", error->body);
        uc_free(error);
        check_batch(batch, ids, 100);
        uc_free(batch);
        uc_free(client);
        free(ids);
        reset("{\"groups\":250}");
    }
}

TEST("the same of a request that is lost on its way") {
    struct ids *ids = ids_new(250);
    uc_client *client = client_without_retries();
    uc_batch *batch;
    uc_error *error;
    fault("{\"fault\":\"reset_before\",\"skip\":2,\"times\":-1}");
    CHECK_FAILS(UC_ERR_NETWORK, uc_files_store(client, ids->all, 250, &batch, &error), error);
    CHECK_CONTAINS(error->message, "200 of 250");
    CHECK_INT(0, error->http_status);
    check_batch(batch, ids, 200);
    uc_free(error);
    uc_free(batch);
    uc_free(client);
    free(ids);
}

TEST("when the first request fails there is no batch") {
    struct ids *ids = ids_new(250);
    uc_client *client = client_without_retries();
    uc_batch *batch = (uc_batch *)client;
    uc_error *error;
    fault("{\"fault\":\"status\",\"status\":500}");
    CHECK_FAILS(UC_ERR_SERVER, uc_files_store(client, ids->all, 250, &batch, &error), error);
    CHECK(batch == NULL);
    CHECK_LACKS(error->message, "of 250");
    CHECK_INT(1, requests_counted());
    uc_free(error);
    uc_free(client);
    free(ids);
}

TEST("what passes by itself is asked again, and nothing is lost") {
    struct ids *ids = ids_new(250);
    uc_client *client = client_new();
    uc_batch *batch;
    uc_error *error;
    fault("[{\"fault\":\"status\",\"status\":503,\"skip\":1,\"headers\":{\"Retry-After\":\"0\"}},"
          "{\"fault\":\"reset_inside\",\"skip\":2}]");
    CHECK_OK(uc_files_store(client, ids->all, 250, &batch, &error), error);
    CHECK_INT(5, requests_counted());
    check_batch(batch, ids, 250);
    uc_free(batch);
    uc_free(client);
    free(ids);
}

TEST("files that are gone when a DELETE whose answer was lost is sent again were deleted by it") {
    struct ids *ids = ids_new(20);
    uc_client *client = client_new();
    uc_batch *batch;
    uc_error *error;
    size_t i;
    fault("{\"fault\":\"close_before\",\"done\":true,\"method\":\"DELETE\"}");
    CHECK_OK(uc_files_delete(client, ids->all, 20, &batch, &error), error);
    CHECK_INT(2, requests_counted());
    CHECK_INT(20, batch->files_len);
    CHECK_INT(0, batch->problems_len);
    for (i = 0; i < 20; i++) {
        CHECK_TEXT(ids->all[i], batch->files[i]->uuid);
        CHECK_TEXT(NULL, batch->files[i]->json);
    }
    uc_free(batch);
    uc_free(client);
    free(ids);
}

TEST("an id that is none is refused by its place, wherever it stands, before anything is sent") {
    static const char *const wrong[] = {"", "..", UUID "/", UUID "\n", "22240276", UUID "~1", "\"," UUID, NULL};
    static const size_t places[] = {0, 1, 99, 100, 999};
    struct ids *ids = ids_new(1000);
    uc_client *client = client_new();
    size_t i, j;
    int is_delete;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        for (j = 0; j < sizeof places / sizeof *places; j++) {
            char name[32];
            snprintf(name, sizeof name, "uuids[%d]", (int)places[j]);
            ids->all[places[j]] = wrong[i];
            for (is_delete = 0; is_delete < 2; is_delete++) {
                uc_batch *batch = (uc_batch *)client;
                uc_error *error;
                check_refusal(apply(is_delete, client, ids, &batch, &error), &error, name,
                              wrong[i] ? wrong[i] : "NULL");
                CHECK(batch == NULL);
            }
            ids->all[places[j]] = ids->text[places[j]];
        }
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
    free(ids);
}

TEST("an answer without problems or results, or with odd ones, is taken for what it says") {
    static const char *const ids[] = {NO_FILE, UUID};
    static const struct {
        const char *answer;
        size_t files, problems;
    } odd[] = {
        {"{\"status\":\"ok\"}", 0, 0},
        {"{\"status\":\"ok\",\"problems\":null,\"result\":null}", 0, 0},
        {"{\"problems\":[],\"result\":{}}", 0, 0},
        {"{\"status\":\"ok\",\"result\":[{\"uuid\":\"" UUID "\"},7]}", 2, 0},
        {"{\"problems\":{\"" UUID "\":\"Invalid\",\"" NO_FILE "\":\"Missing in the project\"},\"result\":[]}", 0, 2},
    };
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof odd / sizeof *odd; i++) {
        uc_batch *batch;
        uc_error *error;
        answer(200, API_TYPE, odd[i].answer);
        CHECK_OK(uc_files_store(client, ids, 2, &batch, &error), error);
        CHECK_INT(odd[i].files, batch->files_len);
        CHECK_INT(odd[i].problems, batch->problems_len);
        if (odd[i].files) CHECK_TEXT(UUID, batch->files[0]->uuid);
        if (odd[i].problems) CHECK_TEXT(NO_FILE, batch->problems[0].key);
        if (odd[i].problems) CHECK_TEXT("Invalid", batch->problems[1].value);
        uc_free(batch);
    }
    uc_free(client);
}

/* -- the files of a group -------------------------------------------------------------------------- */

/** How many files of a group are there. */
static size_t files_there(const uc_client *client, const char *id) {
    uc_group *group;
    uc_error *error;
    size_t i, there = 0;
    CHECK_OK(uc_group_info(client, id, &group, &error), error);
    for (i = 0; i < group->files_len; i++) there += group->files[i] != NULL;
    uc_free(group);
    return there;
}

TEST("the files of a group that are there are stored, in their order") {
    char *id = group_id(11), *target = text("/groups/%s/", id);
    uc_client *client = client_new();
    uc_group *group;
    uc_batch *batch;
    uc_error *error;
    size_t i, there = 0, temporary = 0;
    CHECK_OK(uc_group_info(client, id, &group, &error), error);
    for (i = 0; i < group->files_len; i++)
        temporary += group->files[i] != NULL && group->files[i]->datetime_stored == NULL;
    CHECK(temporary > 0);
    forget_requests();
    CHECK_OK(uc_group_store_files(client, id, &batch, &error), error);
    CHECK_INT(2, requests_counted());
    check_sent(0, "GET", target, "");
    check_sent(1, "PUT", "/files/storage/", NULL);
    for (i = 0; i < group->files_len; i++) {
        if (group->files[i] == NULL) continue;
        CHECK_TEXT(group->files[i]->uuid, batch->files[there]->uuid);
        CHECK(batch->files[there++]->datetime_stored != NULL);
    }
    CHECK(there < group->files_len); /* a removed file is left out */
    CHECK_INT(there, batch->files_len);
    CHECK_INT(0, batch->problems_len);
    uc_free(batch);
    uc_free(group);
    uc_free(client);
    free(id);
    free(target);
}

TEST("a group is deleted with its files: first the files, then the group") {
    char *id = group_id(11), *target = text("/groups/%s/", id);
    uc_client *client = client_new();
    uc_batch *batch;
    uc_file *file;
    uc_error *error;
    size_t there = files_there(client, id), i;
    forget_requests();
    CHECK_OK(uc_group_delete_with_files(client, id, &batch, &error), error);
    CHECK_INT(3, requests_counted());
    check_sent(0, "GET", target, "");
    check_sent(1, "DELETE", "/files/storage/", NULL);
    check_sent(2, "DELETE", target, "");
    CHECK_INT(there, batch->files_len);
    CHECK_INT(0, batch->problems_len);
    for (i = 0; i < there; i++) {
        CHECK(batch->files[i]->datetime_removed != NULL);
        CHECK_OK(uc_file_info(client, batch->files[i]->uuid, NULL, &file, &error), error);
        CHECK(file->datetime_removed != NULL);
        uc_free(file);
    }
    CHECK_STATUS(UC_ERR_NOT_FOUND, uc_group_delete(client, id, NULL));
    uc_free(batch);
    uc_free(client);
    free(id);
    free(target);
}

TEST("a failure between the files and their group hands over the batch; called again, the rest is done") {
    char *id = group_id(11);
    uc_client *client = client_without_retries();
    uc_batch *batch;
    uc_error *error;
    size_t there = files_there(client, id);
    fault("{\"fault\":\"status\",\"status\":500,\"method\":\"DELETE\",\"path\":\"/groups/\"}");
    CHECK_FAILS(UC_ERR_SERVER, uc_group_delete_with_files(client, id, &batch, &error), error);
    CHECK_INT(there, batch->files_len);
    CHECK_INT(0, files_there(client, id));
    uc_free(batch);
    uc_free(error);
    forget_requests();
    CHECK_OK(uc_group_delete_with_files(client, id, &batch, &error), error);
    CHECK_INT(2, requests_counted()); /* no file is left to be deleted */
    CHECK_INT(0, batch->files_len);
    CHECK_STATUS(UC_ERR_NOT_FOUND, uc_group_delete(client, id, NULL));
    uc_free(batch);
    uc_free(client);
    free(id);
}

TEST("a failure among the files of a large group leaves the group, which knows what is left") {
    uc_client *client = client_without_retries();
    uc_batch *batch;
    uc_error *error;
    char *id;
    size_t there;
    reset("{\"groups\":1,\"files_per_group\":250}");
    id = group_id(0);
    there = files_there(client, id);
    CHECK(there > 200 && there < 250);
    fault("{\"fault\":\"status\",\"status\":500,\"method\":\"DELETE\",\"skip\":1}");
    CHECK_FAILS(UC_ERR_SERVER, uc_group_delete_with_files(client, id, &batch, &error), error);
    CHECK_CONTAINS(error->message, "100 of ");
    CHECK_INT(100, batch->files_len);
    CHECK_INT(there - 100, files_there(client, id));
    uc_free(batch);
    uc_free(error);
    CHECK_OK(uc_group_delete_with_files(client, id, &batch, &error), error);
    CHECK_INT(there - 100, batch->files_len);
    CHECK_STATUS(UC_ERR_NOT_FOUND, uc_group_delete(client, id, NULL));
    uc_free(batch);
    uc_free(client);
    free(id);
}

TEST("a group that is not there has no files to store or to delete") {
    uc_client *client = client_new();
    uc_batch *batch = (uc_batch *)client;
    uc_error *error;
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_group_store_files(client, NO_FILE "~1", &batch, &error), error);
    CHECK(batch == NULL);
    uc_free(error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_group_delete_with_files(client, NO_FILE "~1", &batch, &error), error);
    CHECK(batch == NULL);
    CHECK_INT(2, requests_counted());
    uc_free(error);
    uc_free(client);
}

TEST("a group with a file whose id is none is left alone") {
    uc_client *client = client_new();
    uc_batch *batch;
    uc_error *error;
    answer_always(200, API_TYPE,
                  "{\"id\":\"" NO_FILE "~2\",\"files\":[{\"uuid\":\"" UUID "\"},{\"uuid\":\"../groups\"}]}");
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_group_delete_with_files(client, NO_FILE "~2", &batch, &error), error);
    CHECK(batch == NULL);
    uc_free(error);
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_group_store_files(client, NO_FILE "~2", &batch, &error), error);
    CHECK_INT(2, requests_counted());
    uc_free(error);
    uc_free(client);
}

TEST("a group whose files are not all told is neither stored nor deleted") {
    static const char *const others[] = {
        "{\"id\":\"" UUID "~1\",\"files_count\":1}", "{\"id\":\"" UUID "~1\",\"files_count\":1,\"files\":null}",
        "{\"id\":\"" UUID "~1\",\"files_count\":2,\"files\":[null]}", "{\"id\":\"" UUID "~1\",\"files\":[null]}",
        "{\"id\":\"" UUID "~1\",\"files_count\":1,\"files\":[{\"size\":1}]}"};
    uc_client *client = client_new();
    uc_batch *batch;
    uc_error *error;
    size_t i;
    for (i = 0; i < sizeof others / sizeof *others; i++) {
        answer(200, API_TYPE, others[i]);
        CHECK_FAILS(UC_ERR_PROTOCOL, uc_group_delete_with_files(client, UUID "~1", &batch, &error), error);
        CHECK(batch == NULL);
        uc_free(error);
        answer(200, API_TYPE, others[i]);
        CHECK_FAILS(UC_ERR_PROTOCOL, uc_group_store_files(client, UUID "~1", &batch, &error), error);
        CHECK(batch == NULL);
        uc_free(error);
    }
    CHECK_INT(2 * i, requests_counted());
    uc_free(client);
}

TEST("a group of which a file that is there cannot be deleted is kept") {
    char *id = group_id(0);
    uc_client *client = client_new();
    uc_batch *batch;
    uc_error *error;
    fault("{\"fault\":\"body\",\"method\":\"DELETE\",\"body\":\"{\\\"problems\\\":{\\\"" UUID
          "\\\":\\\"In use\\\"},\\\"result\\\":[]}\"}");
    CHECK_FAILS(UC_ERR_JOB, uc_group_delete_with_files(client, id, &batch, &error), error);
    CHECK_CONTAINS(error->message, "In use");
    CHECK_INT(1, batch->problems_len);
    CHECK_INT(2, requests_counted());
    uc_free(batch);
    uc_free(error);
    CHECK_OK(uc_group_delete(client, id, &error), error);
    uc_free(client);
    free(id);
}
