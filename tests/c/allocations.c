/*
 * Memory that runs out. The n-th allocation that is not small fails, for every n, in each kind of
 * call: it ends well or with UC_ERR_MEMORY, leaves nothing behind, and the next call works.
 *
 * The program brings its own malloc(), which the library's allocator calls, in the shared library
 * as in the static one. Valgrind and the address sanitizer have theirs in its place: there nothing
 * fails, and the calls are watched as any others are.
 */
#include "uploads.h"

#include <errno.h>
#include <signal.h>

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define HAS_OWN_HEAP 1
#else
#define HAS_OWN_HEAP 0
#endif

/** What is smaller is small and fixed, and may end the program: the header says so. */
#define LEAST 4096

/* -- a heap that fails when it is told to ------------------------------------------------------- */

static struct {
    int armed;
    size_t least;
    long fails_at; /* the n-th from 1 */
    int for_good;  /* and all that follow */
    long seen, failed;
    size_t last;
    long live;
} heap;

#if HAS_OWN_HEAP
/** The two of fixed size that unpacking gzip takes, which it cannot do without. */
static int is_fixed(size_t size) { (void)size; return 0; }



static int heap_fails(size_t size) {
    long number;
    if (!__atomic_load_n(&heap.armed, __ATOMIC_SEQ_CST) || size < heap.least || is_fixed(size)) return 0;
    number = __atomic_add_fetch(&heap.seen, 1, __ATOMIC_SEQ_CST);
    if (heap.for_good ? number < heap.fails_at : number != heap.fails_at) return 0;
    heap.last = size;
    __atomic_add_fetch(&heap.failed, 1, __ATOMIC_SEQ_CST);
    errno = ENOMEM;
    return 1;
}

#ifdef __cplusplus
#define C_NAMES extern "C"
#define THROWS_NOTHING noexcept
#else
#define C_NAMES extern
#define THROWS_NOTHING
#endif
C_NAMES void *__libc_malloc(size_t size);
C_NAMES void *__libc_calloc(size_t count, size_t size);
C_NAMES void *__libc_realloc(void *memory, size_t size);
C_NAMES void *__libc_memalign(size_t alignment, size_t size);
C_NAMES void __libc_free(void *memory);

static void *heap_gives(void *memory) {
    if (memory) __atomic_add_fetch(&heap.live, 1, __ATOMIC_SEQ_CST);
    return memory;
}

C_NAMES void *malloc(size_t size) THROWS_NOTHING { return heap_fails(size) ? NULL : heap_gives(__libc_malloc(size)); }

C_NAMES void *calloc(size_t count, size_t size) THROWS_NOTHING {
    return heap_fails(count * size) ? NULL : heap_gives(__libc_calloc(count, size));
}

C_NAMES void *realloc(void *memory, size_t size) THROWS_NOTHING {
    if (memory == NULL) return malloc(size);
    return heap_fails(size) ? NULL : __libc_realloc(memory, size);
}

C_NAMES int posix_memalign(void **memory, size_t alignment, size_t size) THROWS_NOTHING {
    *memory = heap_fails(size) ? NULL : heap_gives(__libc_memalign(alignment, size));
    return *memory ? 0 : ENOMEM;
}

C_NAMES void *aligned_alloc(size_t alignment, size_t size) THROWS_NOTHING {
    return heap_fails(size) ? NULL : heap_gives(__libc_memalign(alignment, size));
}

C_NAMES void free(void *memory) THROWS_NOTHING {
    if (memory) __atomic_sub_fetch(&heap.live, 1, __ATOMIC_SEQ_CST);
    __libc_free(memory);
}
#endif

/** From here on the n-th allocation fails, or with `for_good` all from the n-th on. */
static void heap_arm(size_t least, long fails_at, int for_good) {
    heap.least = least;
    heap.fails_at = fails_at;
    heap.for_good = for_good;
    heap.seen = heap.failed = 0;
    __atomic_store_n(&heap.armed, 1, __ATOMIC_SEQ_CST);
}

static void heap_disarm(void) { __atomic_store_n(&heap.armed, 0, __ATOMIC_SEQ_CST); }

static const char *call_name = "";

/** The library has given up: says on what. */
static void aborted(int signal_number) {
    heap_disarm();
    printf("FAILED - %s aborts when allocation %ld fails, of %lu bytes\n", call_name, heap.fails_at,
           (unsigned long)heap.last);
    fflush(stdout);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* -- the calls ------------------------------------------------------------------------------------ */

/** What they work on, as the emulator has it. */
static struct {
    char *path;       /* of a file that goes in parts */
    char *small_path; /* of one that does not */
    char *data;
    char *group, *uuid;
    char **uuids;
    size_t uuids_len;
    char *json;
    char *operations, *source_url, *words, *delivery;
} given;

#define DATA (100 << 10)

static uc_status lists_groups(const uc_client *client, uc_error **error) {
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_status status;
    opts.limit = 100;
    status = uc_groups_list(client, &opts, &page, error);
    if (status != UC_OK) return status;
    CHECK_INT(100, uc_page_count(page));
    status = uc_page_next(page, error);
    CHECK_INT(100, uc_page_count(page));
    if (status == UC_OK) uc_page_json(page), uc_page_end_cursor(page);
    uc_free(page);
    return status;
}

static uc_status lists_groups_ahead(const uc_client *client, uc_error **error) {
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_status status;
    opts.limit = 100;
    opts.read_ahead = 2;
    status = uc_groups_list(client, &opts, &page, error);
    while (status == UC_OK) status = uc_page_next(page, error);
    uc_free(page);
    return status == UC_DONE ? UC_OK : status;
}

/** Item by item; a step that found no room is repeated once. */
static uc_status walks_groups(const uc_client *client, uc_error **error) {
    uc_groups_opts opts = groups_opts();
    const uc_group *group;
    uc_page *page;
    uc_status status;
    int count = 0, may_repeat = 1;
    opts.limit = 100;
    opts.read_ahead = 1;
    status = uc_groups_list(client, &opts, &page, error);
    while (status == UC_OK) {
        status = uc_page_next_group(page, &group, error);
        if (status == UC_OK) count++;
        if (status == UC_ERR_MEMORY && may_repeat) {
            may_repeat = 0;
            uc_free(*error);
            *error = NULL;
            status = UC_OK;
        }
    }
    uc_free(page);
    if (status == UC_DONE && count != 250) return UC_ERR_INTERNAL;
    return status == UC_DONE ? UC_OK : status;
}

static uc_status lists_files(const uc_client *client, uc_error **error) {
    uc_page *page;
    uc_status status = uc_files_list(client, NULL, &page, error);
    uc_free(page);
    return status;
}

static uc_status searches(const uc_client *client, uc_error **error) {
    uc_page *page;
    uc_status status = uc_files_search(client, given.json, NULL, &page, error);
    uc_free(page);
    return status;
}

static uc_status sees_a_group(const uc_client *client, uc_error **error) {
    uc_group *group;
    uc_status status = uc_group_info(client, given.group, &group, error);
    uc_free(group);
    return status;
}

static uc_status clones_a_group(const uc_client *client, uc_error **error) {
    uc_group *group, *clone = NULL;
    uc_status status = uc_group_info(client, given.group, &group, error);
    if (status == UC_OK) status = uc_group_clone(group, &clone, error);
    if (status != UC_OK && clone != NULL) status = UC_ERR_INTERNAL;
    uc_free(clone);
    uc_free(group);
    return status;
}

static uc_status clones_a_file(const uc_client *client, uc_error **error) {
    uc_file *file, *clone = NULL;
    uc_status status = uc_file_info(client, given.uuid, NULL, &file, error);
    if (status == UC_OK) status = uc_file_clone(file, &clone, error);
    uc_free(clone);
    uc_free(file);
    return status;
}

static uc_status sees_a_file(const uc_client *client, uc_error **error) {
    uc_file *file;
    uc_status status = uc_file_info(client, given.uuid, NULL, &file, error);
    uc_free(file);
    return status;
}

static uc_status stores_files(const uc_client *client, uc_error **error) {
    uc_batch *batch;
    uc_status status =
        uc_files_store(client, (const char *const *)given.uuids, given.uuids_len, &batch, error);
    uc_free(batch);
    return status;
}

static uc_status stores_a_group(const uc_client *client, uc_error **error) {
    uc_batch *batch;
    uc_status status = uc_group_store_files(client, given.group, &batch, error);
    uc_free(batch);
    return status;
}

static uc_status makes_a_group(const uc_client *client, uc_error **error) {
    uc_group *group;
    uc_status status =
        uc_group_create(client, (const char *const *)given.uuids, given.uuids_len, NULL, &group, error);
    uc_free(group);
    return status;
}

static uc_status requests(const uc_client *client, uc_error **error) {
    char *answer;
    uc_status status = uc_request(client, "POST", "/files/search/", given.json, &answer, error);
    uc_free(answer);
    return status;
}

#define NOT_THERE "00000000-0000-0000-0000-000000000000"

/** A refusal with a long body: what of it finds no room is left out, or there is no room for the error either. */
static uc_status fails(const uc_client *client, uc_error **error) {
    uc_file *file;
    uc_status status = uc_file_info(client, NOT_THERE, NULL, &file, error);
    uc_free(file);
    return status == UC_ERR_NOT_FOUND ? UC_OK : status;
}

static uc_status uploads_data(const uc_client *client, uc_error **error) {
    uc_file *file;
    uc_status status = uc_upload_data(client, given.data, DATA, NULL, &file, error);
    uc_free(file);
    return status;
}

static uc_status uploads_a_small_file(const uc_client *client, uc_error **error) {
    uc_file *file;
    uc_status status = uc_upload_path(client, given.small_path, NULL, &file, error);
    uc_free(file);
    return status;
}

static int32_t goes_on(void *data, int64_t done, int64_t total) {
    (void)data;
    (void)done;
    (void)total;
    return 0;
}

static uc_status uploads_parts(const uc_client *client, uc_error **error) {
    uc_upload_opts opts = upload_opts();
    uc_file *file;
    uc_status status;
    opts.progress = goes_on;
    opts.parallel = 2;
    status = uc_upload_path(client, given.path, &opts, &file, error);
    uc_free(file);
    return status;
}

static int64_t gives(void *data, void *buffer, size_t size) {
    int64_t *left = (int64_t *)data;
    int64_t amount = *left < (int64_t)size ? *left : (int64_t)size;
    memset(buffer, 'x', (size_t)amount);
    *left -= amount;
    return amount;
}

static uc_status uploads_a_stream(const uc_client *client, uc_error **error) {
    int64_t left = DATA;
    uc_file *file;
    uc_status status = uc_upload_stream(client, gives, &left, -1, NULL, &file, error);
    uc_free(file);
    return status;
}

static uc_status uploads_a_stream_in_parts(const uc_client *client, uc_error **error) {
    int64_t left = 11 * MIB;
    uc_file *file;
    uc_status status = uc_upload_stream(client, gives, &left, left, NULL, &file, error);
    uc_free(file);
    return status;
}

/* -- and what sends nothing ------------------------------------------------------------------------- */

static uc_status makes_urls(const uc_client *client, uc_error **error) {
    static const int32_t widths[] = {320, 640, 1280};
    char *url;
    uc_status status;
    status = uc_url(client, given.uuid, given.operations, "a name.jpg", &url, error);
    uc_free(url);
    if (status != UC_OK) return status;
    status = uc_url_srcset(client, given.uuid, given.operations, "a name.jpg", widths, 3, &url, error);
    uc_free(url);
    return status;
}

static uc_status proxies_and_parses(const uc_client *client, uc_error **error) {
    uc_url_parts *parts = NULL;
    char *url;
    uc_status status = uc_url_proxy(client, given.source_url, NULL, &url, error);
    if (status == UC_OK) status = uc_url_parse(url, &parts, error);
    uc_free(parts);
    uc_free(url);
    return status;
}

static uc_status builds_operations(const uc_client *client, uc_error **error) {
    uc_ops *ops;
    char *operations;
    uc_status status = uc_ops_new(client, &ops, error);
    if (status != UC_OK) return status;
    uc_ops_preview(ops, 0, 0);
    uc_ops_text(ops, "50px50p", "center", given.words);
    status = uc_ops_build(ops, &operations, error);
    uc_free(operations);
    uc_free(ops);
    return status;
}

/** HMAC-SHA256 of given.delivery with the key "secret". */
#define SIGNATURE "v1=f851d5a148777cfceb49dc81452ed6074a4d892d00c475b0e629c38a2a4984f3"

/** A text with escapes, which has to be copied. */
static uc_status reads_a_webhook(const uc_client *client, uc_error **error) {
    uc_webhook_event *event;
    uc_status status =
        webhook_read("secret", SIGNATURE, given.delivery, strlen(given.delivery), &event, error);
    (void)client;
    uc_free(event);
    return status;
}

/** Texts with escapes, which have to be copied. */
static uc_status takes_json_apart(const uc_client *client, uc_error **error) {
    char *json = NULL, *value = NULL;
    uc_status status = uc_json_quote(given.operations, &json, error);
    (void)client;
    if (status == UC_OK) status = uc_json_get(json, "", &value, error);
    uc_free(value);
    uc_free(json);
    value = NULL;
    if (status == UC_OK) status = uc_json_get(given.delivery, "/data/original_filename", &value, error);
    uc_free(value);
    return status;
}

static const struct {
    const char *name;
    uc_status (*run)(const uc_client *client, uc_error **error);
} calls[] = {
    {"uc_groups_list", lists_groups},
    {"uc_groups_list, reading ahead", lists_groups_ahead},
    {"uc_page_next_group", walks_groups},
    {"uc_files_list", lists_files},
    {"uc_files_search", searches},
    {"uc_group_info", sees_a_group},
    {"uc_file_info", sees_a_file},
    {"uc_group_clone", clones_a_group},
    {"uc_file_clone", clones_a_file},
    {"uc_files_store", stores_files},
    {"uc_group_store_files", stores_a_group},
    {"uc_group_create", makes_a_group},
    {"uc_request", requests},
    {"a failure", fails},
    {"uc_upload_data", uploads_data},
    {"uc_upload_path", uploads_a_small_file},
    {"uc_upload_path in parts", uploads_parts},
    {"uc_upload_stream", uploads_a_stream},
    {"uc_upload_stream in parts", uploads_a_stream_in_parts},
    {"uc_url, uc_url_srcset", makes_urls},
    {"uc_url_proxy, uc_url_parse", proxies_and_parses},
    {"uc_ops", builds_operations},
    {"uc_webhook_read", reads_a_webhook},
    {"uc_json_quote, uc_json_get", takes_json_apart},
};
#define CALLS (sizeof calls / sizeof calls[0])

/* -- the sweep ---------------------------------------------------------------------------------------- */

static char *copy_of(const char *of) { return text("%s", of); }

static void given_new(void) {
    uc_client *client;
    uc_files_opts opts = files_opts();
    struct content large = content_of(11 * MIB), small = content_of(DATA);
    uc_page *page;
    uc_error *error;
    char *words;
    size_t i;
    fault("{\"fault\":\"body\",\"fill\":60000,\"content_type\":\"text/html\",\"status\":404,\"path\":\"/files/" NOT_THERE "/\",\"times\":-1}");
    if (given.path != NULL) return;
    client = client_new();
    given.path = file_of("large", &large);
    given.small_path = file_of("small", &small);
    given.data = repeated("x", DATA);
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    given.group = copy_of(uc_page_group(page, 11)->id);
    uc_free(page);
    opts.limit = 1000;
    CHECK_OK(uc_files_list(client, &opts, &page, &error), error);
    given.uuids_len = uc_page_count(page) < 250 ? uc_page_count(page) : 250;
    CHECK(given.uuids_len > 100);
    given.uuids = (char **)malloc(given.uuids_len * sizeof *given.uuids);
    for (i = 0; i < given.uuids_len; i++) given.uuids[i] = copy_of(uc_page_file(page, i)->uuid);
    given.uuid = copy_of(given.uuids[0]);
    uc_free(page);
    words = repeated(" ", 20000);
    given.json = text("{\"query\":\"pineapple\"%s}", words);
    free(words);
    words = repeated("-/blur/20/", 700);
    given.operations = text("-/preview/%s", words);
    free(words);
    words = repeated("a b/", 1800);
    given.source_url = text("https://example.com/%s", words);
    free(words);
    given.words = repeated("w\303\266rter ", 500);
    words = repeated("\\u00e9", 20000);
    given.delivery = text("{\"hook\":{\"event\":\"file.uploaded\"},\"data\":{\"uuid\":\"x\",\"original_filename\":\"%s\"}}", words);
    free(words);
    uc_free(client);
}

/** One call with a client of its own, in which the n-th allocation fails. Whether there was one. */
static int check_call(size_t call, long n, int for_good) {
    uc_client *client = client_new();
    uc_error *error = NULL;
    uc_status status;
    long failed;
    if (n > 0) heap_arm(LEAST, n, for_good);
    status = calls[call].run(client, &error);
    heap_disarm();
    failed = n > 0 ? heap.failed : 0;
    if (status != UC_OK && !(failed > 0 && status == UC_ERR_MEMORY))
        FAIL("%s: %s when allocation %ld fails, of %lu bytes: %s", calls[call].name, uc_status_name(status), n,
             (unsigned long)heap.last, error ? error->message : "");
    CHECK(status == UC_OK || (error != NULL && error->status == UC_ERR_MEMORY && error->message != NULL));
    uc_free(error);
    if (failed > 0) {
        status = calls[call].run(client, &error);
        if (status != UC_OK) FAIL("%s, after it: %s: %s", calls[call].name, uc_status_name(status), error->message);
        uc_free(error);
    }
    uc_free(client);
    return failed > 0;
}

static void sweep(int for_good) {
    size_t call;
    long n, failures = 0;
    given_new();
    signal(SIGABRT, aborted);
    for (call = 0; call < CALLS; call++) {
        const char *only = getenv("UC_TEST_CALL");
        int more = 1;
        if (only && !strstr(calls[call].name, only)) continue;
        call_name = calls[call].name;
        check_call(call, 0, 0);
        check_call(call, 0, 0);
        for (n = 1; more; n++) {
            int times = 0;
            long left;
            /* What is left once only is the system's, which keeps stacks of threads for the next ones. */
            do {
                long before = __atomic_load_n(&heap.live, __ATOMIC_SEQ_CST);
                more = check_call(call, n, for_good);
                left = __atomic_load_n(&heap.live, __ATOMIC_SEQ_CST) - before;
            } while (left > 0 && ++times < 5);
            if (left > 0) FAIL("%s leaves %ld allocations when allocation %ld fails", call_name, left, n);
            failures += more;
        }
    }
    signal(SIGABRT, SIG_DFL);
    if (HAS_OWN_HEAP && !getenv("UC_TEST_SLOW")) CHECK(failures > 0);
}

TEST("any one allocation that fails is survived, leaves nothing, and the next call works") { sweep(0); }

TEST("so are all from one on, until there is memory again") { sweep(1); }
