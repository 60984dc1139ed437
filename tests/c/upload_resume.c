/* Uploads that go on after a crash: what is sent again, and what becomes of the file that remembers. */
#include "uploads.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

/** An upload with a file that remembers it. */
struct upload {
    struct content content;
    char *path, *state;
    uc_upload_opts opts;
};

static struct upload upload_of(int64_t size) {
    struct upload upload;
    upload.content = content_of(size);
    upload.content.is_sparse = 1;
    upload.path = file_of("resumed.bin", &upload.content);
    upload.state = path_of("state");
    upload.opts = upload_opts();
    upload.opts.resume_file = upload.state;
    upload.opts.parallel = 1;
    unlink(upload.state);
    return upload;
}

static void upload_done(struct upload *upload) {
    unlink(upload->path);
    free(upload->path);
    free(upload->state);
}

static uc_status go_on(const uc_client *client, const struct upload *upload, uc_file **file, uc_error **error) {
    return uc_upload_path(client, upload->path, &upload->opts, file, error);
}

/** The requests to a path since they were forgotten. */
static int requests_to(const char *path) {
    char *requests = emulator_get("/_emulator/requests"), *target = text("\"target\":\"%s", path);
    int count = occurrences(requests, target);
    free(requests);
    free(target);
    return count;
}

/** The upload ends early, after so many parts have arrived. */
static void breaks_after(const uc_client *client, const struct upload *upload, int parts) {
    char *json = text("{\"fault\":\"status\",\"status\":500,\"path\":\"/_parts/\",\"skip\":%d}", parts);
    uc_file *file;
    uc_error *error;
    fault(json);
    CHECK_FAILS(UC_ERR_SERVER, go_on(client, upload, &file, &error), error);
    CHECK(is_there(upload->state));
    uc_free(error);
    no_more_faults();
    forget_requests();
    free(json);
}

/** The same call ends well after so many starts and parts, and nothing is left behind. */
static void ends_well(const uc_client *client, const struct upload *upload, int starts, int parts) {
    uc_file *file;
    uc_error *error;
    CHECK_OK(go_on(client, upload, &file, &error), error);
    CHECK_INT(starts, requests_to("/multipart/start/"));
    CHECK_INT(parts, requests_to("/_parts/"));
    check_arrived(file, &upload->content);
    CHECK(!is_there(upload->state));
    check_nothing_wrong(&upload->content);
}

/** What the file that remembers says is `was` no more, but `is`. */
static void rewrite(const struct upload *upload, const char *was, const char *is) {
    char *state = read_text(upload->state), *place = strstr(state, was), *rewritten;
    CHECK(place != NULL);
    rewritten = text("%.*s%s%s", (int)(place - state), state, is, place + strlen(was));
    write_text(upload->state, rewritten);
    free(rewritten);
    free(state);
}

/** The upload began so many seconds earlier. */
static void began_earlier(const struct upload *upload, long long seconds) {
    char *state = read_text(upload->state), *was, *is;
    long long begun = json_int(state, "begun", 0);
    was = text("\"begun\":%lld", begun);
    is = text("\"begun\":%lld", begun - seconds);
    rewrite(upload, was, is);
    free(was);
    free(is);
    free(state);
}

/* -- killed ------------------------------------------------------------------------------------------------ */

/** The program runs again as nothing but an upload, which is killed some time. */
__attribute__((constructor)) static void run_as_child(void) {
    const char *path = getenv("UC_TEST_CHILD_PATH"), *is_stream = getenv("UC_TEST_CHILD_STREAM");
    const char *most = getenv("UC_TEST_CHILD_MOST");
    uc_client_opts opts;
    uc_upload_opts upload = upload_opts();
    uc_client *client;
    uc_file *file;
    if (path == NULL) return;
    opts = client_opts();
    if (most != NULL) {
        struct rlimit none = {0, 0}, limit = {0, 0};
        limit.rlim_cur = limit.rlim_max = (rlim_t)atoi(most);
        setrlimit(RLIMIT_CORE, &none);
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    if (is_stream != NULL) {
        struct stream stream = {content_of(200 * MIB), 0, 0, 0};
        if (uc_client_new(PUBLIC_KEY, SECRET_KEY, &opts, &client, NULL) != UC_OK) _exit(2);
        _exit(uc_upload_stream(client, stream_read, &stream, -1, NULL, &file, NULL) == UC_OK ? 0 : 1);
    }
    upload.resume_file = getenv("UC_TEST_CHILD_STATE");
    upload.parallel = 3;
    if (uc_client_new(PUBLIC_KEY, SECRET_KEY, &opts, &client, NULL) != UC_OK) _exit(2);
    _exit(uc_upload_path(client, path, &upload, &file, NULL) == UC_OK ? 0 : 1);
}

static pid_t start_child(const struct upload *upload) {
    static char program[4096]; /* valgrind's own is what /proc/self/exe leads to, unless it is read */
    pid_t child;
    CHECK(readlink("/proc/self/exe", program, sizeof program - 1) > 0);
    child = fork();
    CHECK(child >= 0);
    if (child > 0) return child;
    setenv("UC_TEST_CHILD_PATH", upload->path, 1);
    setenv("UC_TEST_CHILD_STATE", upload->state, 1);
    execl(program, program, (char *)NULL);
    _exit(3);
}

/** What it ended with, or -1 when it was killed. */
static int end_of(pid_t child) {
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static long long bytes_received(void) {
    long long sum = 0;
    char *told;
    int n;
    for (n = 0; (told = told_upload(n)) != NULL; n++) {
        sum += json_int(told, "bytes_received", 0);
        free(told);
    }
    return sum;
}

/** What is kept between two calls is for its owner only, and holds no key. */
static void check_state(const char *path) {
    struct stat about;
    char *state = read_text(path);
    CHECK(stat(path, &about) == 0);
    CHECK_INT(0600, about.st_mode & 0777);
    CHECK_LACKS(state, PUBLIC_KEY);
    CHECK_LACKS(state, SECRET_KEY);
    free(state);
}

TEST("killed while it keeps a stream in a temporary file, it leaves none") {
    struct upload upload = upload_of(1000);
    int round;
    CHECK(setenv("UC_TEST_CHILD_STREAM", "1", 1) == 0 && setenv("TMPDIR", folder.path, 1) == 0);
    for (round = 0; round < 5; round++) {
        pid_t child = start_child(&upload);
        sleep_ms(20 + 30 * round); /* also below valgrind, which does not follow the child */
        kill(child, SIGKILL);
        CHECK_INT(-1, end_of(child));
        CHECK_INT(1, files_in_folder());
    }
    unsetenv("UC_TEST_CHILD_STREAM");
    unsetenv("TMPDIR");
    upload_done(&upload);
}

TEST("killed while it writes that it has begun, it leaves no other file, and the same call begins anew") {
    static const char *const mosts[] = {"0", "1", "35", "100", "500"}; /* a longer file kills it */
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(11 * MIB);
    size_t i;
    for (i = 0; i < sizeof mosts / sizeof mosts[0]; i++) {
        struct stat about;
        reset(NULL);
        CHECK(setenv("UC_TEST_CHILD_MOST", mosts[i], 1) == 0);
        CHECK_INT(-1, end_of(start_child(&upload)));
        unsetenv("UC_TEST_CHILD_MOST");
        CHECK_INT(0, requests_to("/_parts/"));
        CHECK_INT(2, files_in_folder());
        CHECK(stat(upload.state, &about) == 0);
        CHECK_INT(atoi(mosts[i]), about.st_size);
        forget_requests();
        ends_well(client, &upload, 1, 3);
        CHECK_INT(1, files_in_folder());
    }
    upload_done(&upload);
    uc_free(client);
}

TEST("killed at any instant, the same call goes on, and sends twice at most what was on its way") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(31 * MIB + 5);
    unsigned seed = (unsigned)(time(NULL) ^ getpid());
    int64_t whole;
    int round, midway = 0;
    umask(0);
    printf("# seed %u\n", seed);
    upload.opts.parallel = 3;
    for (round = -1; round < 20; round++) {
        pid_t child;
        reset(NULL);
        fault("[{\"fault\":\"delay\",\"ms\":100,\"path\":\"/_parts/\",\"times\":-1},"
              "{\"fault\":\"delay\",\"ms\":30,\"path\":\"/multipart/\",\"times\":-1}]");
        whole = round < 0 ? now_ms() : whole;
        child = start_child(&upload);
        if (round < 0) {
            CHECK_INT(0, end_of(child));
            CHECK_INT(1, check_nothing_wrong(&upload.content));
            whole = now_ms() - whole;
            continue;
        }
        sleep_ms(rand_r(&seed) % whole);
        kill(child, SIGKILL);
        end_of(child);
        no_more_faults();
        CHECK_INT(1 + is_there(upload.state), files_in_folder());
        if (is_there(upload.state)) {
            uc_file *file;
            uc_error *error;
            midway++;
            check_state(upload.state);
            CHECK_OK(go_on(client, &upload, &file, &error), error);
            check_arrived(file, &upload.content);
            CHECK(bytes_received() <= upload.content.size + 3 * PART);
            CHECK_INT(1, files_made());
        }
        CHECK(!is_there(upload.state));
        check_nothing_wrong(&upload.content);
    }
    if (midway < 3) FAIL("only %d of 20 were killed midway", midway);
    upload_done(&upload);
    uc_free(client);
}

/* -- what is sent again -------------------------------------------------------------------------------------- */

TEST("only what is missing is sent, and the file that remembers is private, holds no key, and goes at the end") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(31 * MIB);
    umask(0);
    breaks_after(client, &upload, 2);
    check_state(upload.state);
    ends_well(client, &upload, 0, 5);
    /* Without a beginning it is made for the time of the upload only. */
    forget_requests();
    ends_well(client, &upload, 1, 7);
    CHECK_INT(2, files_made());
    upload_done(&upload);
    uc_free(client);
}

static int32_t hear_first(void *first, int64_t done, int64_t total) {
    (void)total;
    if (*(int64_t *)first < 0) *(int64_t *)first = done;
    return 0;
}

TEST("an upload that breaks again and again gets on, and its progress begins with what had arrived") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(31 * MIB);
    int64_t first = -1;
    int parts;
    for (parts = 1; parts < 6; parts++) breaks_after(client, &upload, 1);
    upload.opts.progress = hear_first;
    upload.opts.progress_data = &first;
    fault("{\"fault\":\"delay\",\"path\":\"/_parts/\",\"ms\":500}");
    ends_well(client, &upload, 0, 2);
    CHECK(first >= 5 * PART);
    upload_done(&upload);
    uc_free(client);
}

TEST("another file, other options or other keys begin anew") {
    static const uc_pair pair = {"key", "value"};
    static const char *const tag = "tag";
    uc_client *client = client_without_retries(), *other;
    struct upload upload = upload_of(21 * MIB);
    uc_client_opts opts = client_opts();
    uc_file *file;
    uc_error *error;
    int change;
    for (change = 0; change < 9; change++) {
        struct upload changed;
        reset(NULL);
        breaks_after(client, &upload, 2);
        changed = upload;
        if (change == 0) changed.content.seed = 2;
        if (change == 1) changed.content.size += 1;
        if (change < 2) write_content(upload.path, &changed.content);
        if (change == 2) changed.opts.filename = "other.bin";
        if (change == 3) changed.opts.mime_type = "text/plain";
        if (change == 4) changed.opts.store = UC_NO;
        if (change == 5) changed.opts.metadata = &pair, changed.opts.metadata_len = 1;
        if (change == 6) changed.opts.tags = &tag, changed.opts.tags_len = 1;
        if (change == 7) changed.opts.part_size = 6 * MIB;
        if (change == 8) changed.opts.part_size = 11 * MIB;
        ends_well(client, &changed, 1, change == 7 ? 4 : change == 8 ? 2 : 5);
        upload.content = changed.content;
    }
    breaks_after(client, &upload, 2);
    CHECK_OK(uc_client_new("otherpublickey", SECRET_KEY, &opts, &other, &error), error);
    CHECK_FAILS(UC_ERR_AUTH, go_on(other, &upload, &file, &error), error);
    CHECK_TEXT("ProjectPublicKeyInvalidError", error->code);
    CHECK_INT(0, requests_to("/_parts/"));
    uc_free(error);
    uc_free(other);
    opts.upload_base = other_base();
    other = client_with(&opts);
    CHECK_OK(go_on(other, &upload, &file, &error), error);
    CHECK_INT(5 + 3, requests_counted_at(other_base()));
    uc_free(file);
    uc_free(other);
    upload_done(&upload);
    uc_free(client);
}

TEST("how many go at a time, and who hears of it, are no other options") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(31 * MIB);
    breaks_after(client, &upload, 2);
    upload.opts.parallel = 5;
    ends_well(client, &upload, 0, 5);
    upload_done(&upload);
    uc_free(client);
}

TEST("a day later it begins anew, and not before") {
    static const struct {
        long long seconds;
        int is_anew;
    } times[] = {{22 * 3600, 0}, {24 * 3600, 1}, {100 * 24 * 3600, 1}, {-3600, 1}};
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(21 * MIB);
    size_t i;
    for (i = 0; i < 4; i++) {
        reset(NULL);
        breaks_after(client, &upload, 2);
        began_earlier(&upload, times[i].seconds);
        ends_well(client, &upload, times[i].is_anew, times[i].is_anew ? 5 : 3);
    }
    upload_done(&upload);
    uc_free(client);
}

TEST("what the service knows no more, or lets in no more, is begun anew") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(21 * MIB);
    breaks_after(client, &upload, 2);
    emulator("POST", "/_emulator/clock", "{\"offset_s\":90000}");
    ends_well(client, &upload, 1, 6);
    emulator("POST", "/_emulator/clock", "{\"offset_s\":0}");
    breaks_after(client, &upload, 2);
    reset(NULL);
    ends_well(client, &upload, 1, 6);
    upload_done(&upload);
    uc_free(client);
}

/* -- what the file that remembers says --------------------------------------------------------------------------- */

TEST("a line that was cut short by a crash counts for nothing, now and later") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(66 * MIB);
    char *state;
    breaks_after(client, &upload, 2);
    state = read_text(upload.state);
    CHECK_CONTAINS(state, "\n0\n1\n");
    state[strlen(state) - 1] = '\0'; /* may have been going to be part 12 */
    write_text(upload.state, state);
    breaks_after(client, &upload, 1);
    ends_well(client, &upload, 0, 12);
    free(state);
    upload_done(&upload);
    uc_free(client);
}

TEST("lines that make no sense count for nothing") {
    static const char *const lines[] = {"999\n", "-1\n", "\n\n", "one\n", "18446744073709551616\n", "1 \n", "0x1\n", "\xff\xfe\n"};
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(21 * MIB);
    size_t i;
    for (i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char *state, *longer;
        uc_file *file;
        uc_error *error;
        reset(NULL);
        unlink(upload.state);
        breaks_after(client, &upload, 1);
        state = read_text(upload.state);
        longer = text("%s%s", state, lines[i]);
        write_text(upload.state, longer);
        if (lines[i][0] == '\xff') { /* no text at all: something else */
            CHECK_FAILS(UC_ERR_FILE, go_on(client, &upload, &file, &error), error);
            uc_free(error);
            unlink(upload.state);
        } else ends_well(client, &upload, 0, 4);
        free(state);
        free(longer);
    }
    upload_done(&upload);
    uc_free(client);
}

TEST("parts that the service lacks, whatever is remembered of them, do not make a wrong file") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(21 * MIB);
    breaks_after(client, &upload, 2);
    rewrite(&upload, "\n0\n1\n", "\n0\n1\n2\n3\n4\n");
    ends_well(client, &upload, 1, 5);
    upload_done(&upload);
    uc_free(client);
}

TEST("killed between the end and the removal of what is remembered, it is the same file") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(21 * MIB);
    char *state;
    breaks_after(client, &upload, 4);
    state = read_text(upload.state);
    ends_well(client, &upload, 0, 1);
    write_text(upload.state, state);
    rewrite(&upload, "\n3\n", "\n3\n4\n");
    forget_requests();
    ends_well(client, &upload, 0, 0);
    CHECK_INT(1, files_made());
    /* With a part that was not noted any more there is nothing to send it to. */
    write_text(upload.state, state);
    ends_well(client, &upload, 1, 6);
    free(state);
    upload_done(&upload);
    uc_free(client);
}

TEST("a file that is something else is left alone, and nothing is sent") {
    static const char *const others[] = {"my diary\n", "no line end", "{}\n", "{\"format\":\"another 1\"}\n", "\n", "\xff\xfe\xfd\n"};
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(11 * MIB);
    uc_file *file;
    uc_error *error;
    size_t i;
    for (i = 0; i < sizeof others / sizeof others[0]; i++) {
        char *left;
        write_text(upload.state, others[i]);
        CHECK_FAILS(UC_ERR_FILE, go_on(client, &upload, &file, &error), error);
        CHECK_CONTAINS(error->message, "resume_file");
        left = read_text(upload.state);
        CHECK_TEXT(others[i], left);
        free(left);
        uc_free(error);
    }
    /* The file to upload itself is something else, too. */
    upload.opts.resume_file = upload.path;
    CHECK_FAILS(UC_ERR_FILE, go_on(client, &upload, &file, &error), error);
    uc_free(error);
    upload.opts.resume_file = "/tmp";
    CHECK_FAILS(UC_ERR_FILE, go_on(client, &upload, &file, &error), error);
    uc_free(error);
    CHECK_INT(0, requests_counted());
    unlink(upload.state);
    upload.opts.resume_file = upload.state;
    ends_well(client, &upload, 1, 3);
    upload_done(&upload);
    uc_free(client);
}

TEST("where it cannot be kept, no part is sent") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(11 * MIB);
    uc_file *file;
    uc_error *error;
    upload.opts.resume_file = "/tmp/no-such-folder/state";
    CHECK_FAILS(UC_ERR_FILE, go_on(client, &upload, &file, &error), error);
    CHECK_CONTAINS(error->message, "/tmp/no-such-folder/state");
    CHECK_INT(0, requests_to("/_parts/"));
    uc_free(error);
    upload_done(&upload);
    uc_free(client);
}

TEST("a file that goes in one request leaves nothing behind") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(1000);
    uc_file *file;
    uc_error *error;
    CHECK_OK(go_on(client, &upload, &file, &error), error);
    check_arrived(file, &upload.content);
    CHECK(!is_there(upload.state));
    upload_done(&upload);
    uc_free(client);
}

/* -- a file that is not the user's own --------------------------------------------------------------------------- */

/** Refused with nothing sent, and the message names the path and says why. */
static void check_refused(const uc_client *client, const struct upload *upload, const char *path, const char *why) {
    uc_upload_opts opts = upload->opts;
    uc_file *file;
    uc_error *error;
    int64_t start = now_ms();
    opts.resume_file = path;
    CHECK_FAILS(UC_ERR_FILE, uc_upload_path(client, upload->path, &opts, &file, &error), error);
    CHECK_CONTAINS(error->message, "opts.resume_file");
    CHECK_CONTAINS(error->message, path);
    CHECK_CONTAINS(error->message, why);
    CHECK_INT(0, requests_counted());
    CHECK_BEFORE(start, 2000);
    uc_free(error);
}

TEST("a link, a pipe or whatever is no regular file is refused, and what a link leads to is left alone") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(11 * MIB);
    char *other = path_of("other");
    char *was, *is;
    breaks_after(client, &upload, 1);
    was = read_text(upload.state);
    CHECK(symlink(upload.state, other) == 0);
    check_refused(client, &upload, other, "symbolic link");
    is = read_text(upload.state);
    CHECK_TEXT(was, is);
    free(is);
    unlink(other);
    unlink(upload.state);
    CHECK(symlink(upload.state, other) == 0); /* which leads nowhere now */
    check_refused(client, &upload, other, "symbolic link");
    CHECK(!is_there(upload.state));
    unlink(other);
    CHECK(mkfifo(other, 0600) == 0);
    check_refused(client, &upload, other, "not a regular file");
    unlink(other);
    CHECK(mkdir(other, 0700) == 0);
    check_refused(client, &upload, other, "folder");
    rmdir(other);
    check_refused(client, &upload, "/dev/null", "not a regular file");
    ends_well(client, &upload, 1, 3);
    free(was);
    free(other);
    upload_done(&upload);
    uc_free(client);
}

TEST("a file that another user made, or may write to, is refused, and no part goes where it says") {
    static const int modes[] = {0622, 0660, 0602, 0777};
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(11 * MIB);
    size_t i;
    breaks_after(client, &upload, 1);
    for (i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        CHECK(chmod(upload.state, (mode_t)modes[i]) == 0);
        check_refused(client, &upload, upload.state, "chmod it to 600");
    }
    CHECK(chmod(upload.state, 0600) == 0);
    if (geteuid() == 0) {
        CHECK(chown(upload.state, 65534, 65534) == 0);
        check_refused(client, &upload, upload.state, "belongs to another user");
        CHECK(chmod(folder.path, 01777) == 0); /* as /tmp */
        check_refused(client, &upload, upload.state, "belongs to another user");
        CHECK(chmod(folder.path, 0700) == 0);
        CHECK(chown(upload.state, 0, 0) == 0);
    } else check_refused(client, &upload, "/etc/passwd", "belongs to another user");
    ends_well(client, &upload, 0, 2);
    upload_done(&upload);
    uc_free(client);
}

TEST("one that others may read is kept from them from then on") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(21 * MIB);
    breaks_after(client, &upload, 1);
    CHECK(chmod(upload.state, 0644) == 0);
    breaks_after(client, &upload, 1);
    check_state(upload.state);
    rewrite(&upload, "\"begun\":", "\"begun\":1"); /* is begun anew */
    CHECK(chmod(upload.state, 0644) == 0);
    breaks_after(client, &upload, 1);
    check_state(upload.state);
    ends_well(client, &upload, 0, 4);
    upload_done(&upload);
    uc_free(client);
}

/* -- what cannot be gone on with ------------------------------------------------------------------------------------ */

TEST("a file that is empty or cut short in its first line says that nothing was begun") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(11 * MIB);
    char *state;
    size_t line, i;
    breaks_after(client, &upload, 1);
    state = read_text(upload.state);
    line = strcspn(state, "\n");
    {
        const size_t lengths[] = {0, 1, 2, 20, 34, 35, 36, 37, 100, line / 2, line - 1, line};
        for (i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            char *cut = text("%.*s", (int)lengths[i], state);
            reset(NULL);
            write_text(upload.state, cut);
            if (i % 2) {
                breaks_after(client, &upload, 1);
                ends_well(client, &upload, 0, 2);
            } else ends_well(client, &upload, 1, 3);
            free(cut);
        }
    }
    free(state);
    upload_done(&upload);
    uc_free(client);
}

/** The file that remembers holds so many zeros, and then this. */
static void write_zeros(const struct upload *upload, size_t zeros, const char *rest) {
    write_text(upload->state, "");
    CHECK(truncate(upload->state, (off_t)zeros) == 0);
    if (rest[0]) {
        FILE *file = fopen(upload->state, "a");
        CHECK(file != NULL && fputs(rest, file) >= 0 && fclose(file) == 0);
    }
}

TEST("a file of zeros only, as a loss of power leaves it, says that nothing was begun") {
    static const size_t sizes[] = {1, 2, 34, 35, 36, 37, 512, 4096, 1000000};
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(11 * MIB);
    size_t i;
    for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        reset(NULL);
        write_zeros(&upload, sizes[i], "");
        if (i % 2) {
            breaks_after(client, &upload, 1);
            ends_well(client, &upload, 0, 2);
        } else ends_well(client, &upload, 1, 3);
    }
    upload_done(&upload);
    uc_free(client);
}

TEST("zeros after what was written are a line that was cut short") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(21 * MIB);
    struct stat about;
    char *state;
    size_t line;
    breaks_after(client, &upload, 2);
    state = read_text(upload.state);
    line = strcspn(state, "\n");
    CHECK(stat(upload.state, &about) == 0);
    CHECK(truncate(upload.state, about.st_size + 4096) == 0);
    ends_well(client, &upload, 0, 3);
    reset(NULL);
    CHECK(line > 512);
    state[512] = '\0'; /* a sector */
    write_text(upload.state, state);
    CHECK(truncate(upload.state, about.st_size) == 0);
    ends_well(client, &upload, 1, 5);
    free(state);
    upload_done(&upload);
    uc_free(client);
}

TEST("a file of zeros and then something else is something else, and left alone") {
    static const size_t counts[] = {1, 34, 35, 36, 37, 4096, 1000000};
    static const char *const rests[] = {"my diary\n", "x", "\n"};
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(11 * MIB);
    size_t i, j;
    for (i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        for (j = 0; j < sizeof rests / sizeof rests[0]; j++) {
            uc_file *file;
            uc_error *error;
            uc_status status;
            struct stat about;
            char *left;
            write_zeros(&upload, counts[i], rests[j]);
            status = go_on(client, &upload, &file, &error);
            if (status != UC_ERR_FILE) FAIL("%d zeros: %s", (int)counts[i], uc_status_name(status));
            CHECK_FAILS(UC_ERR_FILE, status, error);
            CHECK_CONTAINS(error->message, "resume_file");
            CHECK_CONTAINS(error->message, upload.state);
            CHECK(stat(upload.state, &about) == 0);
            CHECK_INT(counts[i] + strlen(rests[j]), about.st_size);
            left = read_text(upload.state);
            CHECK_INT(0, left[0]);
            CHECK_TEXT(rests[j], left + counts[i]);
            free(left);
            uc_free(error);
        }
    }
    CHECK_INT(0, requests_counted());
    unlink(upload.state);
    upload_done(&upload);
    uc_free(client);
}

TEST("numbers that no upload can have make it begin anew") {
    static const struct {
        const char *key, *value;
    } changes[] = {
        {"begun", "-9223372036854775808"}, {"begun", "9223372036854775807"}, {"begun", "0"}, {"begun", "-1"},
        {"part_size", "0"}, {"part_size", "1"}, {"part_size", "18446744073709551615"}, {"uuid", "\"../files/\""},
        {"parts", "[]"},
    };
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(11 * MIB);
    size_t i;
    for (i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        char *state, *value, *was, *is;
        reset(NULL);
        breaks_after(client, &upload, 1);
        state = read_text(upload.state);
        value = json_value(state, changes[i].key, 0);
        was = text(changes[i].value[0] == '"' ? "\"%s\":\"%s\"" : "\"%s\":%s", changes[i].key, value);
        is = text("\"%s\":%s", changes[i].key, changes[i].value);
        rewrite(&upload, was, is);
        ends_well(client, &upload, 1, 3);
        free(state);
        free(value);
        free(was);
        free(is);
    }
    upload_done(&upload);
    uc_free(client);
}

TEST("where nothing can be begun, nothing is left, and what was there stays") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(11 * MIB);
    uc_file *file;
    uc_error *error;
    char *was, *is;
    fault("{\"fault\":\"status\",\"status\":400,\"path\":\"/multipart/start/\"}");
    CHECK_FAILS(UC_ERR_REJECTED, go_on(client, &upload, &file, &error), error);
    CHECK(!is_there(upload.state));
    uc_free(error);
    breaks_after(client, &upload, 1);
    began_earlier(&upload, 100 * 24 * 3600);
    was = read_text(upload.state);
    fault("{\"fault\":\"status\",\"status\":400,\"path\":\"/multipart/start/\"}");
    CHECK_FAILS(UC_ERR_REJECTED, go_on(client, &upload, &file, &error), error);
    is = read_text(upload.state);
    CHECK_TEXT(was, is);
    uc_free(error);
    free(was);
    free(is);
    upload_done(&upload);
    uc_free(client);
}

/* -- while it is used -------------------------------------------------------------------------------------------------- */

/** What happens once while parts are sent. */
struct meanwhile {
    const uc_client *client;
    const struct upload *upload;
    uc_status status;
    uc_error *error;
    pid_t child;
    int is_done;
};

static int32_t uploads_too(void *data, int64_t done, int64_t total) {
    struct meanwhile *meanwhile = (struct meanwhile *)data;
    uc_upload_opts opts = meanwhile->upload->opts;
    uc_file *file;
    (void)total;
    if (meanwhile->is_done || done == 0) return 0;
    meanwhile->is_done = 1;
    opts.progress = NULL;
    meanwhile->status = uc_upload_path(meanwhile->client, meanwhile->upload->path, &opts, &file, &meanwhile->error);
    return 0;
}

TEST("a second upload with the same file is refused while the first goes on") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(11 * MIB);
    struct meanwhile meanwhile = {client, &upload, UC_OK, NULL, 0, 0};
    upload.opts.progress = uploads_too;
    upload.opts.progress_data = &meanwhile;
    fault("{\"fault\":\"delay\",\"path\":\"/_parts/\",\"skip\":1,\"ms\":1000}");
    ends_well(client, &upload, 1, 3);
    CHECK(meanwhile.is_done);
    CHECK_FAILS(UC_ERR_FILE, meanwhile.status, meanwhile.error);
    CHECK_CONTAINS(meanwhile.error->message, upload.state);
    CHECK_CONTAINS(meanwhile.error->message, "another upload");
    uc_free(meanwhile.error);
    upload_done(&upload);
    uc_free(client);
}

static int32_t forks(void *data, int64_t done, int64_t total) {
    struct meanwhile *meanwhile = (struct meanwhile *)data;
    (void)total;
    if (meanwhile->is_done || done == 0) return 0;
    meanwhile->is_done = 1;
    meanwhile->child = fork();
    if (meanwhile->child == 0)
        for (;;) pause();
    return 1;
}

TEST("a process that was forked meanwhile does not keep it") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(11 * MIB);
    struct meanwhile meanwhile = {client, &upload, UC_OK, NULL, 0, 0};
    uc_file *file;
    uc_error *error;
    upload.opts.progress = forks;
    upload.opts.progress_data = &meanwhile;
    fault("{\"fault\":\"delay\",\"path\":\"/_parts/\",\"skip\":1,\"ms\":1000}");
    CHECK_FAILS(UC_ERR_CANCELED, go_on(client, &upload, &file, &error), error);
    uc_free(error);
    CHECK(meanwhile.child > 0);
    upload.opts.progress = NULL;
    no_more_faults();
    forget_requests();
    CHECK_OK(go_on(client, &upload, &file, &error), error);
    check_arrived(file, &upload.content);
    kill(meanwhile.child, SIGKILL);
    end_of(meanwhile.child);
    upload_done(&upload);
    uc_free(client);
}

static int32_t takes_its_name(void *data, int64_t done, int64_t total) {
    struct meanwhile *meanwhile = (struct meanwhile *)data;
    (void)total;
    if (meanwhile->is_done || done == 0) return 0;
    meanwhile->is_done = 1;
    unlink(meanwhile->upload->state);
    write_text(meanwhile->upload->state, "my diary\n");
    return 0;
}

TEST("what has taken its name meanwhile is not removed in its place") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(11 * MIB);
    struct meanwhile meanwhile = {client, &upload, UC_OK, NULL, 0, 0};
    uc_file *file;
    uc_error *error;
    char *left;
    upload.opts.progress = takes_its_name;
    upload.opts.progress_data = &meanwhile;
    fault("{\"fault\":\"delay\",\"path\":\"/_parts/\",\"skip\":1,\"ms\":1000}");
    CHECK_OK(go_on(client, &upload, &file, &error), error);
    check_arrived(file, &upload.content);
    left = read_text(upload.state);
    CHECK_TEXT("my diary\n", left);
    free(left);
    unlink(upload.state);
    upload_done(&upload);
    uc_free(client);
}

TEST("a new mode of the file to upload is no change of it, and a touch is one") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(21 * MIB);
    breaks_after(client, &upload, 2);
    CHECK(chmod(upload.path, 0400) == 0);
    ends_well(client, &upload, 0, 3);
    breaks_after(client, &upload, 2);
    CHECK(utimensat(AT_FDCWD, upload.path, NULL, 0) == 0);
    ends_well(client, &upload, 1, 5);
    upload_done(&upload);
    uc_free(client);
}

/* -- paths that are no text ---------------------------------------------------------------------------------------------- */

TEST("paths are bytes: of the file to upload and of the one that remembers") {
    static const int64_t sizes[] = {1000, 11 * MIB};
    uc_client *client = client_without_retries();
    size_t i;
    for (i = 0; i < 2; i++) {
        struct upload upload = upload_of(sizes[i]);
        uc_file *file;
        uc_error *error;
        unlink(upload.path);
        free(upload.path);
        free(upload.state);
        upload.path = file_of("\xff" "f\xfcr \xc3\xbc.bin", &upload.content);
        upload.opts.resume_file = upload.state = path_of("st\xe4te\x80");
        reset(NULL);
        if (i == 1) breaks_after(client, &upload, 1);
        CHECK_OK(go_on(client, &upload, &file, &error), error);
        CHECK_TEXT("\xef\xbf\xbd" "f\xef\xbf\xbdr \xc3\xbc.bin", file->original_filename);
        check_arrived(file, &upload.content);
        CHECK(!is_there(upload.state));
        upload_done(&upload);
    }
    uc_free(client);
}

TEST("a message shows such a path in one line of UTF-8") {
    uc_client *client = client_without_retries();
    struct upload upload = upload_of(11 * MIB);
    uc_file *file;
    uc_error *error;
    CHECK_FAILS(UC_ERR_FILE, uc_upload_path(client, "/no\xff\n\x1b[31m\xc3\xbc", NULL, &file, &error), error);
    CHECK_CONTAINS(error->message, "/no\\xff\\u000a\\u001b[31m\xc3\xbc");
    uc_free(error);
    CHECK_FAILS(UC_ERR_FILE, uc_upload_path(client, "", NULL, &file, &error), error);
    CHECK_CONTAINS(error->message, "\"\"");
    uc_free(error);
    upload.opts.resume_file = "/nowhere/\xfe\r";
    CHECK_FAILS(UC_ERR_FILE, go_on(client, &upload, &file, &error), error);
    CHECK_CONTAINS(error->message, "opts.resume_file /nowhere/\\xfe\\u000d: ");
    uc_free(error);
    upload_done(&upload);
    uc_free(client);
}
