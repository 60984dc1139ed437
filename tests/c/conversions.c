/* Conversions of documents and videos: what a document can become, what is made, and what is not taken. */
#include "jobs.h"

/** What a document can be converted to, to be freed. */
static uc_document *info_of(const uc_client *client, const char *uuid) {
    uc_document *info;
    uc_error *error;
    CHECK_OK(uc_document_info(client, uuid, &info, &error), error);
    CHECK(info != NULL);
    return info;
}

static int has_format(const uc_document *info, const char *name) {
    size_t i;
    for (i = 0; i < info->formats_len; i++)
        if (strcmp(info->formats[i], name) == 0) return 1;
    return 0;
}

static uc_group *group_now(const uc_client *client, const char *id) {
    uc_group *group;
    uc_error *error;
    CHECK(id != NULL);
    CHECK_OK(uc_group_info(client, id, &group, &error), error);
    return group;
}

/* -- what a document is ---------------------------------------------------------------------------- */

TEST("a document tells what it is and what it can become") {
    struct kept_file file = kept_named("report (1).pdf");
    uc_client *client = client_new();
    uc_document *info = info_of(client, file.uuid);
    char *target = text("/convert/document/%s/", file.uuid);
    check_sent(0, "GET", target, "");
    uc_free(client);
    CHECK_TEXT(NULL, info->error);
    CHECK_TEXT("pdf", info->format);
    CHECK(has_format(info, "png"));
    CHECK(has_format(info, "docx"));
    CHECK(!has_format(info, "webm"));
    CHECK_INT(0, info->groups_len);
    CHECK_CONTAINS(info->json, "\"conversion_formats\"");
    uc_free(info);
    free(target);
}

TEST("what is no document says why it can become nothing") {
    struct kept_file file = kept_named("eicar.zip");
    uc_client *client = client_new();
    uc_document *info = info_of(client, file.uuid);
    CHECK(info->error != NULL);
    CHECK_CONTAINS(info->json, info->error);
    CHECK_INT(0, info->formats_len);
    uc_free(info);
    uc_free(client);
}

TEST(
    "groups of pages are found inside the format, where the service puts them, and beside it, where it says they are") {
    static const char *const bodies[] = {
        "{\"error\":null,\"format\":{\"name\":\"pdf\",\"conversion_formats\":[{\"name\":\"jpg\"},{\"name\":\"png\"}],"
        "\"converted_groups\":{\"jpg\":\"1449e50e-35fc-4945-a0d4-4fffefe43a4e~3\"}}}",
        "{\"converted_groups\":{\"jpg\":\"1449e50e-35fc-4945-a0d4-4fffefe43a4e~3\"},\"error\":null,"
        "\"format\":{\"conversion_formats\":[{\"name\":\"jpg\"},{\"name\":\"png\"}],\"name\":\"pdf\"}}",
    };
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < 2; i++) {
        uc_document *info;
        answer(200, API_TYPE, bodies[i]);
        info = info_of(client, NO_FILE);
        CHECK_TEXT(NULL, info->error);
        CHECK_TEXT("pdf", info->format);
        CHECK_INT(2, info->formats_len);
        CHECK_TEXT("jpg", info->formats[0]);
        CHECK_TEXT("png", info->formats[1]);
        CHECK_INT(1, info->groups_len);
        CHECK_TEXT("jpg", info->groups[0].key);
        CHECK_TEXT("1449e50e-35fc-4945-a0d4-4fffefe43a4e~3", info->groups[0].value);
        CHECK_TEXT(bodies[i], info->json);
        uc_free(info);
    }
    uc_free(client);
}

TEST("what the service leaves out of it is absent") {
    static const char *const bodies[] = {
        "{}",
        "{\"error\":null,\"format\":null,\"converted_groups\":null}",
        "{\"format\":{\"name\":null,\"conversion_formats\":null,\"converted_groups\":null}}",
        "{\"error\":7,\"format\":{\"conversion_formats\":[null,7,{},{\"name\":7}],\"converted_groups\":[]},\"more\":{}"
        "}",
    };
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        uc_document *info;
        answer(200, API_TYPE, bodies[i]);
        info = info_of(client, NO_FILE);
        CHECK_TEXT(NULL, info->error);
        CHECK_TEXT(NULL, info->format);
        CHECK_INT(0, info->formats_len);
        CHECK_INT(0, info->groups_len);
        uc_free(info);
    }
    uc_free(client);
}

TEST("a document that the project has not is UC_ERR_NOT_FOUND, and what is no UUID is not asked about") {
    static const char *const ids[] = {"",
                                      "..",
                                      "22240276-2f06-41f8-9411-755c8ce926ed/",
                                      "22240276-2f06-41f8-9411-755c8ce926ed~1",
                                      "22240276-2f06-41f8-9411-755c8ce926e\n",
                                      "status/1",
                                      "22240276-2f06-41f8-9411-755c8ce926e%2f"};
    uc_client *client = client_new();
    uc_document *info = (uc_document *)client;
    uc_error *error;
    size_t i;
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_document_info(client, NO_FILE, &info, &error), error);
    CHECK(info == NULL);
    CHECK_TEXT("Not found.", error->message);
    uc_free(error);
    forget_requests();
    for (i = 0; i < sizeof ids / sizeof ids[0]; i++)
        check_refusal(uc_document_info(client, ids[i], &info, &error), &error, "uuid", ids[i]);
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

/* -- what is made ---------------------------------------------------------------------------------- */

TEST("a page of a document becomes an image, of which the document then knows") {
    struct kept_file source = kept_named("report (1).pdf");
    uc_client *client = client_new();
    uc_job *job = document_job(client, "-/format/jpg/-/page/2/", NULL);
    char *made = text("%s", uc_job_file_uuid(job)), *expected;
    uc_file *file = file_now(client, made);
    expected = text("{\"paths\":[\"%s/document/-/format/jpg/-/page/2/\"]}", source.uuid);
    check_sent(0, "POST", "/convert/document/", expected);
    CHECK_INT(0, file->is_ready);
    CHECK_INT(0, file->size);
    CHECK_INT(0, file->is_image);
    CHECK_TEXT("", file->mime_type);
    uc_free(file);
    wait_for(job);
    file = file_now(client, made);
    CHECK_INT(1, file->is_ready);
    CHECK_TEXT("image/jpeg", file->mime_type);
    CHECK_TEXT("JPEG", file->image->format);
    uc_free(file);
    file = file_now(client, source.uuid);
    CHECK_TEXT(made, value_of(file->variations, file->variations_len, "document/-/format/jpg/-/page/2/"));
    uc_free(file);
    free(expected);
    free(made);
    uc_free(job);
    uc_free(client);
}

TEST("the pages of a document become a group, which the document names and whose files can be read") {
    uc_client *client = client_new();
    uc_convert_opts opts = convert_opts();
    uc_document *info;
    uc_group *group;
    uc_job *job;
    char *body;
    size_t i;
    opts.save_in_group = UC_YES;
    job = document_job(client, "-/format/png/", &opts);
    body = sent(0, "body");
    CHECK_CONTAINS(body, "\"save_in_group\":\"1\"");
    wait_for(job);
    info = info_of(client, kept_named("report (1).pdf").uuid);
    CHECK_INT(1, info->groups_len);
    CHECK_TEXT("png", info->groups[0].key);
    group = group_now(client, info->groups[0].value);
    CHECK_INT(3, group->files_len);
    for (i = 0; i < group->files_len; i++) CHECK_TEXT("PNG", group->files[i]->image->format);
    uc_free(group);
    uc_free(info);
    uc_free(job);
    free(body);
    uc_free(client);
}

TEST("a video becomes another, with thumbnails that are there from the start and can be read in the end") {
    uc_client *client = client_new();
    uc_job *job = video_job(
        client, "-/size/640x360/preserve_ratio/-/quality/best/-/format/webm/-/cut/0:0:1.000/0:0:2.500/-/thumbs~3/",
        NULL);
    char *made = text("%s", uc_job_file_uuid(job)), *thumbnails = text("%s", uc_job_thumbnails_group_id(job));
    uc_group *group = group_now(client, thumbnails);
    uc_file *file;
    size_t i;
    check_sent(0, "POST", "/convert/video/", NULL);
    CHECK_CONTAINS(thumbnails, "~3");
    CHECK_INT(3, group->files_len);
    CHECK_INT(0, group->files[0]->is_ready);
    uc_free(group);
    wait_for(job);
    CHECK_TEXT(made, uc_job_file_uuid(job));
    CHECK_TEXT(thumbnails, uc_job_thumbnails_group_id(job));
    file = file_now(client, made);
    CHECK_TEXT("video/webm", file->mime_type);
    CHECK_TEXT("webm", file->video->format);
    uc_free(file);
    group = group_now(client, thumbnails);
    for (i = 0; i < 3; i++) {
        file = file_now(client, group->files[i]->uuid);
        CHECK_INT(1, file->is_ready);
        CHECK_TEXT("image/jpeg", file->mime_type);
        uc_free(file);
    }
    uc_free(group);
    free(thumbnails);
    free(made);
    uc_free(job);
    uc_free(client);
}

TEST("an address on the CDN serves as well as a UUID") {
    uc_client *client = client_new();
    char *path = text("https://ucarecdn.com/%s/document/-/format/txt/", kept_named("report (1).pdf").uuid);
    uc_job *job;
    uc_error *error;
    CHECK_OK(uc_convert_document(client, path, NULL, &job, &error), error);
    wait_for(job);
    uc_free(job);
    free(path);
    path = text("https://ucarecdn.com/%s/video/", kept_named("video.mp4").uuid);
    CHECK_OK(uc_convert_video(client, path, NULL, &job, &error), error);
    wait_for(job);
    uc_free(job);
    free(path);
    uc_free(client);
}

TEST("what is made is kept as opts.store says, or else as the project is set") {
    static const struct {
        int32_t store;
        int autostores, is_stored;
    } cases[] = {{UC_YES, 0, 1}, {UC_NO, 1, 0}, {UC_DEFAULT, 0, 0}, {UC_DEFAULT, 1, 1}};
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        uc_convert_opts opts = convert_opts();
        uc_file *file;
        uc_job *job;
        emulator("POST", "/_emulator/project",
                 cases[i / 2].autostores ? "{\"autostore_enabled\":true}" : "{\"autostore_enabled\":false}");
        opts.store = cases[i / 2].store;
        job = i % 2 ? video_job(client, "", &opts) : document_job(client, "-/format/docx/", &opts);
        file = file_now(client, uc_job_file_uuid(job));
        CHECK_INT(cases[i / 2].is_stored, file->datetime_stored != NULL);
        uc_free(file);
        uc_free(job);
    }
    uc_free(client);
}

/* -- what is not taken ----------------------------------------------------------------------------- */

TEST("a path that the service does not take is UC_ERR_JOB with its words, although it answers HTTP 200") {
    static const struct {
        const char *name, *operations, *problem;
        int is_video;
    } cases[] = {
        {NULL, "/document/-/format/png/", "Missing in the project", 0},
        {"sample1.txt", "/document/-/format/xls/",
         "the target_format is not a supported 'to' format for this source file. txt -> xls", 0},
        {"report (1).pdf", "/document/-/rotate/90/", "CDN Path error: Cannot parse url part: rotate/90", 0},
        {"report (1).pdf", "/document/format/png/", "Use UUID or CDN URL", 0},
        {"", "/document/-/format/png/", "File is not ready yet.", 0},
        {NULL, "/video/", "Missing in the project", 1},
        {"report (1).pdf", "/video/", "not a video", 1},
        {"video.mp4", "/video/-/size/x/change_ratio/-/quality/best/-/format/ogg/-/cut/0:0:0.0/0:0:1.0/-/thumbs~2/1/",
         "CDN Path error: Mandatory argument \"OneOrTwoDimensionsDivisibleByFour(size)\" not found while parsing "
         "\"size/x/change_ratio\"",
         1},
        {"video.mp4", "/video/-/size/600x400/fit/",
         "CDN Path error: Failed to parse remainder \"/fit\" of \"size/600x400/fit\"", 1},
    };
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *path = text("%s%s", cases[i].name ? kept_named(cases[i].name).uuid : NO_FILE, cases[i].operations);
        uc_job *job = (uc_job *)client;
        uc_error *error;
        forget_requests();
        CHECK_FAILS(UC_ERR_JOB,
                    cases[i].is_video ? uc_convert_video(client, path, NULL, &job, &error)
                                      : uc_convert_document(client, path, NULL, &job, &error),
                    error);
        CHECK(job == NULL);
        CHECK_CONTAINS(error->message, cases[i].problem);
        CHECK_CONTAINS(error->body, "\"problems\":{");
        CHECK_INT(200, error->http_status);
        CHECK_INT(1, error->attempts);
        CHECK_INT(1, requests_counted());
        uc_free(error);
        free(path);
    }
    uc_free(client);
}

TEST("an answer with neither a job nor a problem is UC_ERR_PROTOCOL, and one with a problem under any key is told") {
    static const char *const nothing[] = {"{}",
                                          "[]",
                                          "{\"problems\":{},\"result\":[]}",
                                          "{\"problems\":null,\"result\":null}",
                                          "{\"result\":[{\"uuid\":\"" NO_FILE "\"}]}",
                                          "{\"result\":[{\"token\":-1}]}",
                                          "{\"result\":[{\"token\":\"1/../..\"}]}"};
    uc_client *client = client_new();
    uc_job *job;
    uc_error *error;
    size_t i;
    for (i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
        answer(200, API_TYPE, nothing[i]);
        CHECK_STATUS(UC_ERR_PROTOCOL, uc_convert_document(client, NO_FILE "/document/", NULL, &job, NULL));
        CHECK(job == NULL);
    }
    answer(200, API_TYPE, "{\"result\":[],\"problems\":{\"" NO_FILE "\":\"Bad path\\n \\\"x\\\".\"}}");
    CHECK_FAILS(UC_ERR_JOB, uc_convert_document(client, NO_FILE "/document/", NULL, &job, &error), error);
    CHECK_TEXT("Bad path \"x\".", error->message);
    uc_free(error);
    uc_free(client);
}

TEST("paths and options that make no sense are refused before anything is sent") {
    static const char *const paths[] = {
        "",
        "/",
        "document",
        "/document/",
        NO_FILE,
        NO_FILE "/",
        NO_FILE "/-/format/png/",
        NO_FILE "~1/document/",
        NO_FILE "document/",
        "0000/document/",
        NO_FILE "/document/-/format/png/\n",
        NO_FILE "/document/-/format/a b/",
        NO_FILE "/document/\xff",
        "ftp://ucarecdn.com/" NO_FILE "/document/",
        "../" NO_FILE "/document/",
    };
    uc_client *client = client_new();
    uc_convert_opts opts = convert_opts();
    uc_job *job;
    uc_error *error;
    size_t i;
    for (i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        job = (uc_job *)client;
        check_refusal(uc_convert_document(client, paths[i], NULL, &job, &error), &error, "path", paths[i]);
        CHECK(job == NULL);
        check_refusal(uc_convert_video(client, paths[i], NULL, &job, &error), &error, "path", paths[i]);
    }
    check_refusal(uc_convert_video(client, NO_FILE "/document/", NULL, &job, &error), &error, "path", "a document's");
    check_refusal(uc_convert_document(client, NO_FILE "/video/", NULL, &job, &error), &error, "path", "a video's");
    opts.save_in_group = UC_YES;
    check_refusal(uc_convert_video(client, NO_FILE "/video/", &opts, &job, &error), &error, "opts.save_in_group", "1");
    opts.struct_size = 0;
    check_refusal(uc_convert_document(client, NO_FILE "/document/", &opts, &job, &error), &error, "opts.struct_size",
                  "0");
    CHECK_INT(0, requests_counted());
    uc_free(client);
}
