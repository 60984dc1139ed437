/*
 * Signals and the threads of the library: the handlers of the program run on its own threads only.
 * A signal for the process goes to the main thread where that takes it, so here it takes none and
 * the library is called on another.
 */
#include "uploads.h"

#include <dirent.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>

static struct {
    pid_t thread; /* which may hear of signals */
    int heard, strays;
    int others;   /* threads of the library that were looked at */
    int open;     /* those of them that take signals */
    int ticks, blocked; /* asked of tick; while the program's own signal was blocked */
    int64_t first_tick, last_tick;
} seen;

static void handler(int signal) {
    (void)signal;
    __atomic_add_fetch(&seen.heard, 1, __ATOMIC_SEQ_CST);
    if ((pid_t)syscall(SYS_gettid) != seen.thread) __atomic_add_fetch(&seen.strays, 1, __ATOMIC_SEQ_CST);
}

/** The signals that can be blocked: not KILL and STOP, nor the two that the C library keeps to itself. */
static uint64_t blockable(void) {
    uint64_t none = 0;
    return ~(none | 1ull << (SIGKILL - 1) | 1ull << (SIGSTOP - 1) | 1ull << 31 | 1ull << 32);
}

/** Looks at the masks of the threads that are called as the library calls its own. */
static void look_at_threads(void) {
    DIR *folder = opendir("/proc/self/task");
    struct dirent *entry;
    while (folder && (entry = readdir(folder)) != NULL) {
        char path[300], line[200];
        unsigned long long blocked = 0;
        int is_ours = 0;
        FILE *status;
        snprintf(path, sizeof path, "/proc/self/task/%s/status", entry->d_name);
        status = fopen(path, "r");
        while (status && fgets(line, sizeof line, status)) {
            if (strncmp(line, "Name:\tuc-", 9) == 0) is_ours = 1;
            if (sscanf(line, "SigBlk: %llx", &blocked) == 1) break;
        }
        if (status) fclose(status);
        if (!is_ours) continue;
        seen.others++;
        if ((blocked & blockable()) != blockable()) seen.open++;
    }
    if (folder) closedir(folder);
}

static int32_t look(void *progress_data, int64_t done, int64_t total) {
    (void)progress_data, (void)done, (void)total;
    look_at_threads();
    return 0;
}

static void *run_on_thread(void *body) {
    sigset_t signals, after;
    seen.thread = (pid_t)syscall(SYS_gettid);
    sigemptyset(&signals);
    sigaddset(&signals, SIGALRM);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
    pthread_sigmask(SIG_SETMASK, NULL, &signals);
    (*(void (**)(void))body)();
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    CHECK(memcmp(&signals, &after, sizeof(uint64_t)) == 0);
    return NULL;
}

/** Runs `body` on a thread of its own, with a signal every few milliseconds. */
static void under_signals(void (*body)(void)) {
    struct itimerval often, never;
    struct sigaction action;
    sigset_t alarms, before;
    pthread_t thread;
    memset(&seen, 0, sizeof seen);
    memset(&action, 0, sizeof action);
    memset(&often, 0, sizeof often);
    memset(&never, 0, sizeof never);
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &action, NULL);
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarms, &before);
    CHECK(pthread_create(&thread, NULL, run_on_thread, &body) == 0);
    often.it_interval.tv_usec = often.it_value.tv_usec = 3000;
    setitimer(ITIMER_REAL, &often, NULL);
    pthread_join(thread, NULL);
    setitimer(ITIMER_REAL, &never, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGALRM, &action, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    CHECK_INT(0, seen.strays);
    /* Valgrind takes all signals itself and hands them on by its own notes. */
    if (!getenv("UC_TEST_SLOW")) CHECK_INT(0, seen.open);
}

static void read_ahead(void) {
    uc_groups_opts opts = groups_opts();
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    uc_status status;
    int tries;
    opts.limit = 5;
    opts.read_ahead = 4;
    fault("{\"fault\":\"delay\",\"ms\":20,\"times\":-1}");
    status = uc_groups_list(client, &opts, &page, &error);
    CHECK_OK(status, error);
    /* A thread has its name a little later. */
    for (tries = 0; tries < 1000 && seen.others == 0; tries++) {
        look_at_threads();
        sleep_ms(1);
    }
    while (status == UC_OK) status = uc_page_next(page, &error);
    CHECK_INT(UC_DONE, status);
    no_more_faults();
    uc_free(page);
    uc_free(client);
}

TEST("reading ahead") {
    under_signals(read_ahead);
    CHECK(seen.heard > 0 && seen.others > 0);
}

static void upload_in_parts(void) {
    uc_upload_opts opts = upload_opts();
    uc_client *client = client_new();
    struct content content = content_of(30 * MIB);
    unsigned char *data = content_in_memory(&content);
    uc_file *file;
    uc_error *error;
    opts.progress = look;
    fault("{\"fault\":\"delay\",\"ms\":250,\"path\":\"/_parts/\",\"times\":-1}");
    CHECK_OK(uc_upload_data(client, data, 30 * MIB, &opts, &file, &error), error);
    no_more_faults();
    uc_free(file);
    free(data);
    uc_free(client);
}

TEST("an upload in parts, with progress") {
    under_signals(upload_in_parts);
    CHECK(seen.heard > 0 && seen.others > 0);
}

static void look_up_names(void) {
    char named[64];
    uc_client_opts opts = client_opts();
    int i;
    snprintf(named, sizeof named, "http://localhost:%d", port_of(base()));
    opts.api_base = named;
    for (i = 0; i < 30; i++) {
        uc_client *client = client_with(&opts);
        uc_page *page;
        uc_error *error;
        CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
        uc_free(page);
        uc_free(client);
    }
}

TEST("looking up names") {
    under_signals(look_up_names);
    CHECK(seen.heard > 0);
}

/** What an interpreter does: the handler sets a flag, here a number, and tick returns it. */
static int32_t heard_enough(void *tick_data) {
    sigset_t now;
    (void)tick_data;
    seen.last_tick = now_ms();
    if (seen.ticks++ == 0) seen.first_tick = seen.last_tick;
    pthread_sigmask(SIG_SETMASK, NULL, &now);
    seen.blocked += sigismember(&now, SIGALRM);
    seen.strays += (pid_t)syscall(SYS_gettid) != seen.thread;
    return __atomic_load_n(&seen.heard, __ATOMIC_SEQ_CST) >= 100;
}

static uc_client *client_that_stops(void) {
    uc_client_opts opts = client_opts();
    opts.tick = heard_enough;
    return client_with(&opts);
}

static void hang(void) {
    uc_client *client = client_that_stops();
    uc_page *page;
    uc_error *error;
    fault("{\"fault\":\"hang\",\"ms\":60000}");
    CHECK_FAILS(UC_ERR_CANCELED, uc_groups_list(client, NULL, &page, &error), error);
    uc_free(error);
    no_more_faults();
    uc_free(client);
}

static void hang_in_parts(void) {
    uc_client *client = client_that_stops();
    struct content content = content_of(30 * MIB);
    unsigned char *data = content_in_memory(&content);
    uc_file *file;
    uc_error *error;
    fault("{\"fault\":\"hang\",\"ms\":60000,\"path\":\"/_parts/\",\"times\":-1}");
    CHECK_FAILS(UC_ERR_CANCELED, uc_upload_data(client, data, 30 * MIB, NULL, &file, &error), error);
    uc_free(error);
    no_more_faults();
    free(data);
    uc_free(client);
}

/** About ten times a second, however many signals arrive meanwhile. */
static void check_ticks(void (*body)(void)) {
    under_signals(body);
    CHECK(seen.heard >= 100);
    CHECK_INT(0, seen.blocked);
    CHECK(seen.ticks >= 2);
    if ((seen.ticks - 1) * 90 > seen.last_tick - seen.first_tick)
        FAIL("%d ticks in %d ms", seen.ticks, (int)(seen.last_tick - seen.first_tick));
}

TEST("a handler sets a flag and tick stops the call, on the thread of the caller with its signals as they were") {
    check_ticks(hang);
}

TEST("an upload in parts, too") { check_ticks(hang_in_parts); }
