/* Uploads of every size from every source: what arrives, and under which name, type and so on. */
#include "uploads.h"

/* -- sizes and sources ------------------------------------------------------------------------------- */

static const int64_t sizes[] = {0, 1, MOST_DIRECT - 1, MOST_DIRECT, MOST_DIRECT + 1};
#define SIZES (sizeof sizes / sizeof sizes[0])

TEST("files of every size arrive whole from every source, in one request up to 10 MiB, else in parts") {
    uc_client *client = client_new();
    size_t i;
    int way;
    for (i = 0; i < SIZES; i++) {
        for (way = 0; way < WAYS; way++) {
            struct content content = content_of(sizes[i]);
            char *told;
            reset(NULL);
            content.seed = (uint32_t)way + 7;
            check_upload_by((enum way)way, client, &content, NULL);
            told = told_upload(0);
            CHECK_TOLD(sizes[i] > MOST_DIRECT ? "[1,2,3]" : "[]", told, "parts");
            CHECK_INT(sizes[i], json_int(told, "bytes_received", 0));
            CHECK_INT(sizes[i] > MOST_DIRECT ? 6 : 2, requests_counted());
            free(told);
        }
    }
    uc_free(client);
}

TEST("a GiB arrives whole") {
    struct content content = content_of((int64_t)1 << 30);
    uc_client *client;
    if (getenv("UC_TEST_SLOW")) return;
    client = client_new();
    content.is_sparse = 1;
    check_upload_by(BY_PATH, client, &content, NULL);
    uc_free(client);
}

TEST("parts have the size that was asked for, and go in as many at a time") {
    static const uint32_t parallel[] = {1, 2, 16};
    struct content content = content_of(14 * MIB + 12345);
    uc_client *client = client_new();
    uc_upload_opts opts = upload_opts();
    size_t i;
    int way;
    for (i = 0; i < sizeof parallel / sizeof parallel[0]; i++) {
        for (way = 0; way < WAYS; way++) {
            char *requests, *length;
            reset(NULL);
            opts.parallel = parallel[i];
            opts.part_size = (uint64_t)(way == BY_STREAM ? content.size : 7 * MIB + 1);
            check_upload_by((enum way)way, client, &content, &opts);
            requests = emulator_get("/_emulator/requests");
            CHECK_INT(way == BY_STREAM ? 1 : 3, occurrences(requests, "\"method\":\"PUT\""));
            length = text("\"content-length\":\"%lld\"", (long long)opts.part_size);
            CHECK_INT(way == BY_STREAM ? 1 : 2, occurrences(requests, length));
            free(length);
            free(requests);
        }
    }
    uc_free(client);
}

/* -- what else is told of a file ----------------------------------------------------------------------- */

static const int64_t both_sizes[] = {3, MOST_DIRECT + 1};

/** Uploads so many bytes and gives what the emulator was told, to be freed; `file` is to be freed, too. */
static char *told_with(const uc_client *client, int64_t size, const uc_upload_opts *opts, uc_file **file) {
    struct content content = content_of(size);
    uc_error *error;
    CHECK_OK(upload_by(BY_MEMORY, client, &content, opts, file, &error), error);
    check_content((*file)->uuid, &content);
    return told_upload_of((*file)->uuid);
}

TEST("names arrive as they are, whatever stands in them") {
    static const char *const names[] = {
        "plain.txt", "qu\"o\"te.txt", "'single'.txt", "line\nfeed.txt", "re\r\nturn.txt", "a; filename=b.txt",
        "back\\slash.txt", "50% off.txt", " blanks  in it .txt", "\xf0\x9f\xa6\x80 crab.png",
        "\xd0\x96\xd1\x83\xd0\xba.txt", "no extension", ".hidden", "--boundary--",
        "tab\tin it.txt", "\x01 \x1b \x1f \x7f.txt", "\t", "ends with \\", "\\\\", "100%09.txt", "%0d%0a.txt", "a\r\n\r\nb",
        "\xc2\x85\xe2\x80\xae.txt", "=?UTF-8?Q?a?=",
    };
    uc_client *client = client_new();
    uc_upload_opts opts = upload_opts();
    size_t i, size;
    for (size = 0; size < 2; size++) {
        for (i = 0; i < sizeof names / sizeof names[0]; i++) {
            uc_file *file;
            char *told;
            reset(NULL);
            opts.filename = names[i];
            told = told_with(client, both_sizes[size], &opts, &file);
            CHECK_TEXT(names[i], file->original_filename);
            free(told);
            uc_free(file);
        }
    }
    uc_free(client);
}

TEST("a file's own name arrives as it is, too") {
    static const char *const names[] = {"tab\there.bin", "quote\".bin", "line\nfeed.bin", "\x01\x7f.bin", "\xd0\x96 %09.bin"};
    uc_client *client = client_new();
    size_t i, size;
    for (size = 0; size < 2; size++) {
        for (i = 0; i < sizeof names / sizeof names[0]; i++) {
            struct content content = content_of(both_sizes[size]);
            char *path = file_of(names[i], &content);
            uc_file *file;
            uc_error *error;
            CHECK_OK(uc_upload_path(client, path, NULL, &file, &error), error);
            CHECK_TEXT(names[i], file->original_filename);
            uc_free(file);
            unlink(path);
            free(path);
        }
    }
    uc_free(client);
}

TEST("a name may be long") {
    char *ascii = repeated("n", 300), *crabs = repeated("\xf0\x9f\xa6\x80", 300);
    const char *names[2];
    uc_client *client = client_new();
    uc_upload_opts opts = upload_opts();
    size_t i, size;
    names[0] = ascii;
    names[1] = crabs;
    for (size = 0; size < 2; size++) {
        for (i = 0; i < 2; i++) {
            uc_file *file;
            opts.filename = names[i];
            free(told_with(client, both_sizes[size], &opts, &file));
            CHECK_TEXT(names[i], file->original_filename);
            uc_free(file);
        }
    }
    free(ascii);
    free(crabs);
    uc_free(client);
}

TEST("a file has its own name unless another is given, and what has none is \"file\"") {
    uc_client *client = client_new();
    uc_upload_opts opts = upload_opts();
    int way;
    for (way = 0; way < WAYS; way++) {
        struct content content = content_of(5);
        uc_file *file;
        uc_error *error;
        CHECK_OK(upload_by((enum way)way, client, &content, NULL, &file, &error), error);
        CHECK_TEXT(way == BY_PATH ? "content.bin" : "file", file->original_filename);
        uc_free(file);
        opts.filename = "other.txt";
        CHECK_OK(upload_by((enum way)way, client, &content, &opts, &file, &error), error);
        CHECK_TEXT("other.txt", file->original_filename);
        uc_free(file);
    }
    uc_free(client);
}

TEST("the MIME type is what is given, else what the name says") {
    static const char *const types[][3] = {
        {"photo.jpeg", NULL, "image/jpeg"}, {"PHOTO.JPG", NULL, "image/jpeg"}, {"a.png", NULL, "image/png"},
        {"clip.mp4", NULL, "video/mp4"}, {"a.pdf", NULL, "application/pdf"}, {"a.txt", NULL, "text/plain"},
        {"a", NULL, "application/octet-stream"}, {"a.unheard-of", NULL, "application/octet-stream"},
        {"photo.jpeg", "application/x-own", "application/x-own"}, {"a.txt", "image/svg+xml", "image/svg+xml"},
    };
    uc_client *client = client_new();
    uc_upload_opts opts = upload_opts();
    size_t i, size;
    for (size = 0; size < 2; size++) {
        for (i = 0; i < sizeof types / sizeof types[0]; i++) {
            uc_file *file;
            char *told;
            opts.filename = types[i][0];
            opts.mime_type = types[i][1];
            told = told_with(client, both_sizes[size], &opts, &file);
            CHECK_TEXT(types[i][2], file->mime_type);
            CHECK_TOLD(types[i][2], told, "mime_type");
            free(told);
            uc_free(file);
        }
        reset(NULL);
    }
    uc_free(client);
}

TEST("a file is stored as asked for, else as the project is set") {
    static const struct {
        int32_t store;
        const char *autostores, *is_stored;
    } stores[] = {
        {UC_NO, "true", "false"},
        {UC_YES, "false", "true"},
        {UC_DEFAULT, "true", "true"},
        {UC_DEFAULT, "false", "false"},
    };
    uc_client *client = client_new();
    uc_upload_opts opts = upload_opts();
    size_t i, size;
    for (size = 0; size < 2; size++) {
        for (i = 0; i < sizeof stores / sizeof stores[0]; i++) {
            char *project = text("{\"autostore_enabled\":%s}", stores[i].autostores), *told;
            uc_file *file;
            emulator("POST", "/_emulator/project", project);
            opts.store = stores[i].store;
            told = told_with(client, both_sizes[size], &opts, &file);
            CHECK_TOLD(stores[i].is_stored, told, "store");
            free(told);
            free(project);
            uc_free(file);
        }
        reset(NULL);
    }
    uc_free(client);
}

/* -- metadata and tags ----------------------------------------------------------------------------------- */

/** Names of their own of one length: the number, filled up. */
static void name_all(char names[][101], size_t count, size_t length) {
    size_t i;
    for (i = 0; i < count; i++) {
        memset(names[i], 'a', length);
        names[i][length] = '\0';
        names[i][0] = (char)('a' + i / 10);
        names[i][1] = (char)('0' + i % 10);
    }
}

TEST("whether it is stored, its safe name and its bucket are told with the upload") {
    static const int32_t stores[] = {UC_NO, UC_YES, UC_DEFAULT};
    uc_client *client = client_new();
    uc_upload_opts opts = upload_opts();
    size_t i, size;
    opts.filename = "a b\xc3\xa9.txt";
    for (size = 0; size < 2; size++) {
        for (i = 0; i < 3; i++) {
            uc_file *file, *asked, *rest;
            uc_error *error;
            opts.store = stores[i];
            free(told_with(client, both_sizes[size], &opts, &file));
            CHECK_OK(uc_upload_info(client, file->uuid, &asked, &error), error);
            CHECK_OK(uc_file_info(client, file->uuid, NULL, &rest, &error), error);
            CHECK_INT(i > 0, file->is_stored);
            CHECK_INT(i > 0, asked->is_stored);
            CHECK_INT(i > 0, rest->is_stored);
            CHECK_TEXT("ab.txt", file->filename);
            CHECK_TEXT("ab.txt", asked->filename);
            CHECK_TEXT(NULL, rest->filename);
            CHECK_TEXT(NULL, file->s3_bucket);
            CHECK_TEXT(opts.filename, asked->original_filename);
            uc_free(file);
            uc_free(asked);
            uc_free(rest);
        }
    }
    uc_free(client);
}

TEST("metadata arrives, up to its limits") {
    static char keys[50][101];
    uc_pair pairs[50];
    char *ascii = repeated("v", 512), *wide = repeated("\xc3\xa9", 512);
    uc_client *client = client_new();
    uc_upload_opts opts = upload_opts();
    size_t i, size;
    name_all(keys, 50, 64);
    for (i = 0; i < 50; i++) {
        pairs[i].key = keys[i];
        pairs[i].value = i % 2 ? ascii : wide;
    }
    pairs[48].value = "two\nlines, \"quoted\" and 100%\\";
    pairs[49].key = "a_b-c.d:e";
    opts.metadata = pairs;
    opts.metadata_len = 50;
    for (size = 0; size < 2; size++) {
        uc_file *file;
        free(told_with(client, both_sizes[size], &opts, &file));
        CHECK_INT(50, file->metadata_len);
        for (i = 0; i < 50; i++) CHECK_TEXT(pairs[i].value, value_of(file->metadata, 50, pairs[i].key));
        uc_free(file);
    }
    free(ascii);
    free(wide);
    uc_free(client);
}

TEST("values of metadata arrive as they are, whatever stands in them") {
    static const uc_pair pairs[] = {
        {"tab", "a\tb"}, {"lines", "a\r\nb\nc\rd"}, {"quotes", "\"a\" 'b' %22"}, {"controls", "\x01\x1b\x7f"},
        {"script", "\xd0\x96 \xf0\x9f\xa6\x80"}, {"form", "--\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n"},
        {"a-b_c.d:E9", " blanks "},
    };
    enum { PAIRS = sizeof pairs / sizeof pairs[0] };
    uc_client *client = client_new();
    uc_upload_opts opts = upload_opts();
    size_t i, size;
    opts.metadata = pairs;
    opts.metadata_len = PAIRS;
    for (size = 0; size < 2; size++) {
        uc_file *file;
        free(told_with(client, both_sizes[size], &opts, &file));
        CHECK_INT(PAIRS, file->metadata_len);
        for (i = 0; i < PAIRS; i++) CHECK_TEXT(pairs[i].value, value_of(file->metadata, PAIRS, pairs[i].key));
        uc_free(file);
    }
    uc_free(client);
}

TEST("tags arrive, up to their limits") {
    static char names[50][101];
    const char *tags[50];
    uc_client *client = client_new();
    uc_upload_opts opts = upload_opts();
    size_t i, size;
    name_all(names, 50, 100);
    for (i = 0; i < 50; i++) tags[i] = names[i];
    tags[49] = "Upper-Case_1.2";
    opts.tags = tags;
    opts.tags_len = 50;
    for (size = 0; size < 2; size++) {
        uc_file *file;
        free(told_with(client, both_sizes[size], &opts, &file));
        CHECK_INT(50, file->tags_len);
        for (i = 0; i < 49; i++) CHECK_CONTAINS(file->json, tags[i]);
        CHECK_CONTAINS(file->json, "\"upper-case_1.2\"");
        uc_free(file);
    }
    uc_free(client);
}

/* -- refusals ------------------------------------------------------------------------------------------------ */

static void check_refused(const uc_client *client, const uc_upload_opts *opts, const char *name) {
    struct content content = content_of(3);
    int way;
    for (way = 0; way < WAYS; way++) {
        uc_file *file;
        uc_error *error;
        check_refusal(upload_by((enum way)way, client, &content, opts, &file, &error), &error, name, way_names[way]);
        CHECK(file == NULL);
    }
    CHECK_INT(0, requests_counted());
}

TEST("metadata and tags beyond their limits are refused before anything is sent") {
    static char names[51][101];
    char *key65 = repeated("k", 65), *value513 = repeated("v", 513), *tag101 = repeated("t", 101);
    const char *const wrong_keys[] = {"", "a b", "\xc3\xa9", "a/b", key65, "a\nb", "a\"b", "a]"};
    const char *const wrong_tags[] = {"a b", "a,b", "\xc3\xa9", "a/b", tag101};
    const char *tags[51];
    uc_pair pairs[51];
    uc_client *client = client_new();
    uc_upload_opts opts = upload_opts();
    size_t i;
    opts.metadata = pairs;
    opts.metadata_len = 1;
    pairs[0].value = "v";
    for (i = 0; i < sizeof wrong_keys / sizeof wrong_keys[0]; i++) {
        pairs[0].key = wrong_keys[i];
        check_refused(client, &opts, "opts.metadata");
    }
    pairs[0].key = NULL;
    check_refused(client, &opts, "opts.metadata");
    pairs[0].key = "key";
    pairs[0].value = value513;
    check_refused(client, &opts, "opts.metadata");
    pairs[0].value = "";
    check_refused(client, &opts, "opts.metadata");
    name_all(names, 51, 64);
    for (i = 0; i < 51; i++) pairs[i].key = pairs[i].value = names[i];
    opts.metadata_len = 51;
    check_refused(client, &opts, "opts.metadata");
    pairs[1].key = pairs[0].key;
    opts.metadata_len = 2;
    check_refused(client, &opts, "opts.metadata");
    opts.metadata_len = 0;
    check_refused(client, &opts, "opts.metadata is set and opts.metadata_len is 0");
    opts.metadata_len = 2;
    opts.metadata = NULL;
    check_refused(client, &opts, "opts.metadata");
    opts.metadata_len = 0;
    opts.tags = tags;
    opts.tags_len = 1;
    for (i = 0; i < sizeof wrong_tags / sizeof wrong_tags[0]; i++) {
        tags[0] = wrong_tags[i];
        check_refused(client, &opts, "opts.tags");
    }
    opts.tags_len = 0;
    check_refused(client, &opts, "opts.tags is set and opts.tags_len is 0");
    for (i = 0; i < 51; i++) tags[i] = names[i];
    opts.tags_len = 51;
    check_refused(client, &opts, "opts.tags");
    free(key65);
    free(value513);
    free(tag101);
    uc_free(client);
}

TEST("other options that make no sense are refused before anything is sent") {
    static const char *const wrong_types[] = {"", "image", "/", "image/", "/jpeg", "image/jp\neg", "image/jp\r\nX: y", "\xc3\xa9/a"};
    static const uint64_t wrong_sizes[] = {1, (uint64_t)PART - 1, ((uint64_t)5 << 30) + 1, UINT64_MAX};
    uc_client *client = client_new();
    uc_upload_opts opts = upload_opts();
    size_t i;
    opts.filename = "";
    check_refused(client, &opts, "opts.filename");
    opts.filename = "\xff";
    check_refused(client, &opts, "opts.filename");
    opts = upload_opts();
    for (i = 0; i < sizeof wrong_types / sizeof wrong_types[0]; i++) {
        opts.mime_type = wrong_types[i];
        check_refused(client, &opts, "opts.mime_type");
    }
    opts = upload_opts();
    for (i = 0; i < sizeof wrong_sizes / sizeof wrong_sizes[0]; i++) {
        opts.part_size = wrong_sizes[i];
        check_refused(client, &opts, "opts.part_size");
    }
    opts = upload_opts();
    opts.parallel = 17;
    check_refused(client, &opts, "opts.parallel");
    opts = upload_opts();
    opts.struct_size = 3;
    check_refused(client, &opts, "opts");
    uc_free(client);
}

TEST("arguments that make no sense are refused before anything is sent") {
    uc_client *client = client_new();
    uc_upload_opts opts = upload_opts();
    struct stream stream = {content_of(3), 0, 0, 0};
    uc_file *file;
    uc_error *error;
    check_refusal(uc_upload_path(NULL, "a", NULL, &file, &error), &error, "client", "NULL");
    check_refusal(uc_upload_path(client, NULL, NULL, &file, &error), &error, "path", "NULL");
    check_refusal(uc_upload_path(client, "a", NULL, NULL, &error), &error, "file", "NULL");
    check_refusal(uc_upload_data(client, NULL, 1, NULL, &file, &error), &error, "data", "NULL");
    check_refusal(uc_upload_stream(client, NULL, NULL, 1, NULL, &file, &error), &error, "read", "NULL");
    check_refusal(uc_upload_stream(client, stream_read, &stream, -2, NULL, &file, &error), &error, "size", "-2");
    check_refusal(uc_upload_info(client, "no-uuid", &file, &error), &error, "uuid", "no-uuid");
    opts.resume_file = "/tmp/never-made";
    check_refusal(uc_upload_data(client, "abc", 3, &opts, &file, &error), &error, "opts.resume_file", "memory");
    check_refusal(uc_upload_stream(client, stream_read, &stream, 3, &opts, &file, &error), &error, "opts.resume_file", "a stream");
    CHECK_INT(0, stream.place);
    CHECK_INT(0, requests_counted());
    CHECK_OK(uc_upload_data(client, NULL, 0, NULL, &file, &error), error);
    uc_free(file);
    uc_free(client);
}

/* -- what cannot be read --------------------------------------------------------------------------------- */

static struct {
    char *path;
    int is_over;
} fifo;

/** Helps on whoever waits too long for somebody to write. */
static void *open_late(void *nothing) {
    int64_t start = now_ms();
    int opened;
    while (now_ms() - start < 5000 && !__atomic_load_n(&fifo.is_over, __ATOMIC_SEQ_CST)) sleep_ms(20);
    opened = open(fifo.path, O_WRONLY | O_NONBLOCK);
    if (opened >= 0) close(opened);
    return nothing;
}

TEST("what is no file that can be read is UC_ERR_FILE at once, and the message names it") {
    char *missing = path_of("missing");
    const char *paths[] = {missing, "/tmp", "/dev/zero", "", NULL};
    uc_client *client = client_new();
    pthread_t thread;
    int64_t start = now_ms();
    size_t i;
    fifo.path = path_of("fifo");
    paths[4] = fifo.path;
    CHECK(mkfifo(fifo.path, 0600) == 0);
    CHECK(pthread_create(&thread, NULL, open_late, NULL) == 0);
    for (i = 0; i < 5; i++) {
        uc_file *file;
        uc_error *error;
        CHECK_FAILS(UC_ERR_FILE, uc_upload_path(client, paths[i], NULL, &file, &error), error);
        CHECK_CONTAINS(error->message, paths[i]);
        CHECK(file == NULL && error->attempts == 0);
        uc_free(error);
    }
    __atomic_store_n(&fifo.is_over, 1, __ATOMIC_SEQ_CST);
    pthread_join(thread, NULL);
    if (now_ms() - start >= 5000) FAIL("a FIFO that nobody writes to was waited for");
    CHECK_INT(0, requests_counted());
    free(missing);
    free(fifo.path);
    uc_free(client);
}

TEST("a stream with fewer bytes than it was said to have is UC_ERR_FILE; of one with more only these are read") {
    static const int64_t announced[] = {10, MOST_DIRECT, MOST_DIRECT + 1, 13 * MIB};
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof announced / sizeof announced[0]; i++) {
        struct stream shorter = {content_of(announced[i] - 1), 0, 0, 0}, longer = {content_of(announced[i] + 1), 0, 0, 0};
        struct content content = content_of(announced[i]);
        uc_file *file;
        uc_error *error;
        CHECK_FAILS(UC_ERR_FILE, uc_upload_stream(client, stream_read, &shorter, announced[i], NULL, &file, &error), error);
        CHECK(file == NULL);
        uc_free(error);
        CHECK_INT((int)i, files_made());
        CHECK_OK(uc_upload_stream(client, stream_read, &longer, announced[i], NULL, &file, &error), error);
        check_arrived(file, &content);
    }
    uc_free(client);
}

TEST("a stream that stops is UC_ERR_CANCELED, and no file is made") {
    static const int64_t stops[] = {1, 3 * MIB, 11 * MIB};
    uc_client *client = client_new();
    size_t i;
    int is_known;
    for (i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        for (is_known = 0; is_known < 2; is_known++) {
            struct stream stream = {content_of(13 * MIB), 0, 65536, 0};
            uc_file *file;
            uc_error *error;
            stream.stops_at = stops[i];
            CHECK_FAILS(UC_ERR_CANCELED,
                        uc_upload_stream(client, stream_read, &stream, is_known ? stream.content.size : -1, NULL, &file, &error),
                        error);
            CHECK(file == NULL);
            uc_free(error);
        }
    }
    CHECK_INT(0, files_made());
    uc_free(client);
}

static int64_t reads_too_much(void *data, void *buffer, size_t size) {
    (void)data;
    (void)buffer;
    return (int64_t)size + 1;
}

TEST("a stream that gives more than it was asked for is refused") {
    static const int64_t announced[] = {-1, 3, 13 * MIB};
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < 3; i++) {
        uc_file *file;
        uc_error *error;
        CHECK_FAILS(UC_ERR_ARGUMENT, uc_upload_stream(client, reads_too_much, NULL, announced[i], NULL, &file, &error), error);
        CHECK_CONTAINS(error->message, "read");
        uc_free(error);
    }
    CHECK_INT(0, files_made());
    uc_free(client);
}
