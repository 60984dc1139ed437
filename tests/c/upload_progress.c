/* What an upload tells of its progress, and how it is stopped: by what hears of it, or by uc_client_cancel(). */
#include "uploads.h"

/** What was heard. It stops the upload once `stop_after_ms` have gone by since it was first called. */
struct heard {
    pthread_t caller;
    int64_t expected_total;
    int64_t last;
    int calls;
    int wrong; /* another thread, another total, or less than before */
    int64_t stop_after_ms;
    int64_t first_at, stopped_at;
    const uc_client *cancels;
};

static int32_t hear(void *data, int64_t done, int64_t total) {
    struct heard *heard = (struct heard *)data;
    if (heard->calls++ == 0) heard->first_at = now_ms();
    if (!pthread_equal(pthread_self(), heard->caller) || total != heard->expected_total || done < heard->last) heard->wrong++;
    if (total >= 0 && done > total) heard->wrong++;
    heard->last = done;
    if (heard->stop_after_ms == 0 || now_ms() - heard->first_at < heard->stop_after_ms) return 0;
    if (heard->stopped_at == 0) heard->stopped_at = now_ms();
    if (heard->cancels) uc_client_cancel(heard->cancels);
    return heard->cancels ? 0 : 7;
}

static struct heard hearer(int64_t total) {
    struct heard heard;
    memset(&heard, 0, sizeof heard);
    heard.caller = pthread_self();
    heard.expected_total = total;
    heard.last = -1;
    return heard;
}

static uc_upload_opts opts_with(struct heard *heard) {
    uc_upload_opts opts = upload_opts();
    opts.progress = hear;
    opts.progress_data = heard;
    return opts;
}

/* -- what is heard --------------------------------------------------------------------------------------- */

TEST("progress is heard on the calling thread, never falls, and ends at the total") {
    static const int64_t sizes[] = {0, 1, 3 * MIB, 12 * MIB};
    uc_client *client = client_new();
    size_t i;
    int way;
    for (i = 0; i < 4; i++) {
        for (way = 0; way < WAYS; way++) {
            struct content content = content_of(sizes[i]);
            struct heard heard = hearer(way == BY_STREAM_OF_UNKNOWN_SIZE ? -1 : sizes[i]);
            uc_upload_opts opts = opts_with(&heard);
            check_upload_by((enum way)way, client, &content, &opts);
            CHECK_INT(0, heard.wrong);
            CHECK_INT(sizes[i], heard.last);
        }
    }
    uc_free(client);
}

TEST("what has to be sent again is not counted twice") {
    static const int64_t sizes[] = {9 * MIB, 21 * MIB};
    uc_client *client = client_new();
    size_t i;
    int way;
    for (i = 0; i < 2; i++) {
        for (way = 0; way < 3; way++) {
            struct content content = content_of(sizes[i]);
            struct heard heard = hearer(sizes[i]);
            uc_upload_opts opts = opts_with(&heard);
            reset(NULL);
            fault("[{\"fault\":\"reset_reading\",\"path\":\"/base/\",\"after\":1000,\"times\":2},"
                  "{\"fault\":\"status\",\"status\":500,\"path\":\"/_parts/\",\"times\":2},"
                  "{\"fault\":\"reset_reading\",\"path\":\"/_parts/\",\"after\":1000000,\"times\":2}]");
            /* The last part is refused: all is begun anew, where it can be. */
            if (way != BY_STREAM) fault("{\"fault\":\"status\",\"status\":403,\"path\":\"/_parts/\",\"skip\":4}");
            check_upload_by((enum way)way, client, &content, &opts);
            CHECK_INT(0, heard.wrong);
            CHECK_INT(sizes[i], heard.last);
        }
    }
    uc_free(client);
}

TEST("while the service is silent, progress goes on being heard") {
    static const char *const paths[] = {"/base/", "/multipart/start/", "/_parts/", "/multipart/complete/", "/info/"};
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < 5; i++) {
        struct content content = content_of(i == 0 ? 1000 : 11 * MIB);
        struct heard heard = hearer(content.size);
        uc_upload_opts opts = opts_with(&heard);
        char *delay = text("{\"fault\":\"delay\",\"ms\":2000,\"path\":\"%s\",\"times\":1}", paths[i]);
        fault(delay);
        check_upload_by(BY_PATH, client, &content, &opts);
        CHECK_INT(0, heard.wrong);
        if (heard.calls < 8) FAIL("%d calls while %s took 2 s", heard.calls, paths[i]);
        free(delay);
    }
    uc_free(client);
}

/* -- stopping -------------------------------------------------------------------------------------------- */

/** Where an upload can be when it is stopped. */
static const struct place {
    const char *fault;
    int64_t size;
    int is_done; /* the file is there: no failure, but nothing is known of it but its UUID */
} places[] = {
    {"{\"fault\":\"hang_reading\",\"path\":\"/base/\"}", 10 * MIB, 0},
    {"{\"fault\":\"hang\",\"path\":\"/base/\"}", 1000, 0},
    {"{\"fault\":\"status\",\"status\":429,\"path\":\"/base/\",\"headers\":{\"Retry-After\":\"50\"}}", 1000, 0},
    {"{\"fault\":\"hang\",\"path\":\"/multipart/start/\"}", 11 * MIB, 0},
    {"{\"fault\":\"slow\",\"path\":\"/multipart/start/\",\"interval_ms\":100}", 11 * MIB, 0},
    {"{\"fault\":\"status\",\"status\":503,\"path\":\"/multipart/start/\",\"headers\":{\"Retry-After\":\"50\"}}", 11 * MIB, 0},
    {"{\"fault\":\"hang_reading\",\"path\":\"/_parts/\",\"times\":-1,\"after\":100000}", 42 * MIB, 0},
    {"{\"fault\":\"hang_reading\",\"path\":\"/_parts/\",\"skip\":3,\"times\":1}", 42 * MIB, 0},
    {"{\"fault\":\"hang\",\"path\":\"/_parts/\",\"times\":-1}", 11 * MIB, 0},
    {"{\"fault\":\"status\",\"status\":503,\"path\":\"/_parts/\",\"headers\":{\"Retry-After\":\"50\"}}", 11 * MIB, 0},
    {"{\"fault\":\"hang\",\"path\":\"/multipart/complete/\"}", 11 * MIB, 0},
    {"{\"fault\":\"status\",\"status\":503,\"path\":\"/multipart/complete/\",\"headers\":{\"Retry-After\":\"50\"}}", 11 * MIB, 0},
    {"{\"fault\":\"hang\",\"path\":\"/info/\"}", 1000, 1},
    {"{\"fault\":\"slow\",\"path\":\"/info/\",\"interval_ms\":100}", 11 * MIB, 1},
    {"{\"fault\":\"status\",\"status\":503,\"path\":\"/info/\",\"headers\":{\"Retry-After\":\"5\"}}", 1000, 1},
};
#define PLACES (sizeof places / sizeof places[0])

/** Every place, or where the program is run slowly every third. */
static size_t stride(void) { return getenv("UC_TEST_SLOW") ? 3 : 1; }

/** Longer than an upload needs to get to where it is to be stopped, whoever watches. */
static int64_t a_while(void) { return getenv("UC_TEST_SLOW") ? 6000 : 400; }

/** Checks an upload that was stopped at `stopped_at`, and that the client is as good as before. */
static void check_stopped(const struct place *place, const uc_client *client, uc_status status, uc_file *file,
                          uc_error *error, int64_t stopped_at) {
    struct content content = content_of(place->size);
    int64_t returned = now_ms();
    uc_client_reset(client);
    if (stopped_at == 0) FAIL("%s: it ended before it was stopped", place->fault);
    if (returned - stopped_at > at_most(1000)) FAIL("%s: it went on for %lld ms", place->fault, (long long)(returned - stopped_at));
    if (place->is_done) {
        CHECK_OK(status, error);
        CHECK(file->json == NULL);
        no_more_faults();
        check_arrived(file, &content);
    } else {
        CHECK_FAILS(UC_ERR_CANCELED, status, error);
        CHECK(file == NULL);
        uc_free(error);
        CHECK_INT(0, files_made());
        no_more_faults();
    }
    content.size = 77;
    check_upload_by(BY_MEMORY, client, &content, NULL);
}

TEST("what progress returns stops an upload within a second, wherever it is") {
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < PLACES; i += stride()) {
        struct content content = content_of(places[i].size);
        struct heard heard = hearer(content.size);
        uc_upload_opts opts = opts_with(&heard);
        uc_file *file;
        uc_error *error;
        uc_status status;
        reset(NULL);
        fault(places[i].fault);
        heard.stop_after_ms = a_while();
        status = upload_by(i % 2 ? BY_PATH : BY_STREAM, client, &content, &opts, &file, &error);
        CHECK_INT(0, heard.wrong);
        check_stopped(&places[i], client, status, file, error, heard.stopped_at);
    }
    uc_free(client);
}

struct canceler {
    const uc_client *client;
    int64_t canceled_at;
    pthread_t thread;
    int when_done; /* the service has the whole file, and is asked about it */
};

static void wait_for_info(void) {
    int is_asked;
    do {
        char *requests = emulator_get("/_emulator/requests");
        is_asked = strstr(requests, "/info/") != NULL;
        free(requests);
        sleep_ms(10);
    } while (!is_asked);
}

static void *cancel_later(void *argument) {
    struct canceler *canceler = (struct canceler *)argument;
    sleep_ms(a_while());
    if (canceler->when_done) wait_for_info();
    canceler->canceled_at = now_ms();
    uc_client_cancel(canceler->client);
    return NULL;
}

TEST("uc_client_cancel() stops an upload within a second, wherever it is") {
    uc_client *client = client_new();
    size_t i;
    for (i = stride() / 2; i < PLACES; i += stride()) {
        struct content content = content_of(places[i].size);
        struct heard heard = hearer(content.size);
        uc_upload_opts opts = opts_with(&heard);
        struct canceler canceler = {client, 0, 0, places[i].is_done};
        uc_file *file;
        uc_error *error;
        uc_status status;
        reset(NULL);
        fault(places[i].fault);
        CHECK(pthread_create(&canceler.thread, NULL, cancel_later, &canceler) == 0);
        /* Half of them without anybody who hears: the work is on the caller's own thread then. */
        status = upload_by(i % 2 ? BY_PATH : BY_STREAM, client, &content, i % 4 < 2 ? &opts : NULL, &file, &error);
        pthread_join(canceler.thread, NULL);
        check_stopped(&places[i], client, status, file, error, canceler.canceled_at);
    }
    uc_free(client);
}

TEST("what hears of the progress may cancel") {
    uc_client *client = client_new();
    struct content content = content_of(places[6].size);
    struct heard heard = hearer(content.size);
    uc_upload_opts opts = opts_with(&heard);
    uc_file *file;
    uc_error *error;
    uc_status status;
    heard.stop_after_ms = a_while();
    heard.cancels = client;
    fault(places[6].fault);
    status = upload_by(BY_PATH, client, &content, &opts, &file, &error);
    check_stopped(&places[6], client, status, file, error, heard.stopped_at);
    uc_free(client);
}

/* -- several at once -------------------------------------------------------------------------------------- */

#define UPLOADERS 8

struct uploader {
    const uc_client *client;
    enum way way;
    struct content content;
    uc_file *file;
    uc_error *error;
    uc_status status;
    struct heard heard;
    pthread_t thread;
};

static void *uploads(void *argument) {
    struct uploader *uploader = (struct uploader *)argument;
    unsigned char *bytes = content_in_memory(&uploader->content);
    struct stream stream = {uploader->content, 0, 70000, 0};
    uc_upload_opts opts = opts_with(&uploader->heard);
    uploader->heard.caller = pthread_self();
    if (uploader->way == BY_MEMORY)
        uploader->status = uc_upload_data(uploader->client, bytes, (size_t)uploader->content.size, &opts, &uploader->file, &uploader->error);
    else
        uploader->status = uc_upload_stream(uploader->client, stream_read, &stream, uploader->content.size, &opts, &uploader->file, &uploader->error);
    free(bytes);
    return NULL;
}

static void start_all(struct uploader *uploaders, const uc_client *client) {
    int i;
    memset(uploaders, 0, UPLOADERS * sizeof *uploaders);
    for (i = 0; i < UPLOADERS; i++) {
        uploaders[i].client = client;
        uploaders[i].way = i % 2 ? BY_MEMORY : BY_STREAM;
        uploaders[i].content = content_of(i % 3 ? 11 * MIB + i : 2 * MIB + i);
        uploaders[i].content.seed = (uint32_t)(100 + i);
        uploaders[i].heard = hearer(uploaders[i].content.size);
        CHECK(pthread_create(&uploaders[i].thread, NULL, uploads, &uploaders[i]) == 0);
    }
}

TEST("eight uploads at once on one client do not get in each other's way") {
    struct uploader uploaders[UPLOADERS];
    uc_client *client = client_new();
    int i;
    start_all(uploaders, client);
    for (i = 0; i < UPLOADERS; i++) pthread_join(uploaders[i].thread, NULL);
    for (i = 0; i < UPLOADERS; i++) {
        CHECK_OK(uploaders[i].status, uploaders[i].error);
        CHECK_INT(0, uploaders[i].heard.wrong);
        CHECK_INT(uploaders[i].content.size, uploaders[i].heard.last);
        check_arrived(uploaders[i].file, &uploaders[i].content);
    }
    CHECK_INT(UPLOADERS, files_made());
    uc_free(client);
}

TEST("one cancel stops them all") {
    struct uploader uploaders[UPLOADERS];
    uc_client *client = client_new();
    int64_t start;
    int i;
    fault("[{\"fault\":\"hang_reading\",\"path\":\"/_parts/\",\"after\":1000,\"times\":-1},"
          "{\"fault\":\"hang\",\"path\":\"/base/\",\"times\":-1}]");
    start_all(uploaders, client);
    sleep_ms(a_while());
    start = now_ms();
    uc_client_cancel(client);
    for (i = 0; i < UPLOADERS; i++) pthread_join(uploaders[i].thread, NULL);
    CHECK_BEFORE(start, 1000);
    for (i = 0; i < UPLOADERS; i++) {
        CHECK_FAILS(UC_ERR_CANCELED, uploaders[i].status, uploaders[i].error);
        uc_free(uploaders[i].error);
    }
    CHECK_INT(0, files_made());
    uc_free(client);
}
