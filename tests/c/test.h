/*
 * What the test programs share: tests with names, checks, the emulator's controls, small servers.
 *
 *     #include "test.h"
 *
 *     TEST("an empty project has a page without groups") {
 *         uc_client *client = client_new();
 *         uc_page *page;
 *         uc_error *error;
 *         reset("{\"groups\":0}");
 *         CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
 *         CHECK_INT(0, uc_page_count(page));
 *         uc_free(page);
 *         uc_free(client);
 *     }
 *
 * There is no main() to write. The program runs its tests in the order of the file, or those whose
 * name contains its first argument, prints a line for each and ends with 1 when one has failed. A
 * failed check ends its test, from any depth of calls; on a thread of the test's own it ends that
 * thread, and the test has failed all the same. Inside a callback of the library nothing may be
 * checked, since the jump would cross the library: note there, check afterwards.
 *
 * Before every test the emulator is reset to 250 groups and the second one to none.
 * C99 and C++11, POSIX, nothing but the header of the library.
 */
#ifndef TEST_H
#define TEST_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <uploadcare.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PUBLIC_KEY "demopublickey"
#define SECRET_KEY "demosecretkey"

/* -- tests ------------------------------------------------------------------------------------ */

struct test {
    const char *name;
    int line;
    void (*run)(void);
    struct test *next;
};

static struct {
    struct test *first;
    struct test *running;
    int failed; /* of the running test */
    pthread_t thread;
    jmp_buf end;
} tests;

/** TEST("a sentence that says what is shown") { ... } */
#define TEST(sentence)                                                       \
    static void TEST_NAME(test_)(void);                                      \
    __attribute__((constructor)) static void TEST_NAME(add_)(void) {         \
        static struct test test = {sentence, __LINE__, TEST_NAME(test_), 0}; \
        test_add(&test);                                                     \
    }                                                                        \
    static void TEST_NAME(test_)(void)
#define TEST_NAME(prefix) TEST_PASTE(prefix, __LINE__)
#define TEST_PASTE(prefix, line) TEST_PASTE_(prefix, line)
#define TEST_PASTE_(prefix, line) prefix##line

static inline void test_add(struct test *test) {
    struct test **place = &tests.first;
    while (*place && (*place)->line < test->line) place = &(*place)->next;
    test->next = *place;
    *place = test;
}

/** Prints why, and ends the test. */
__attribute__((format(printf, 3, 4), noreturn)) static inline void test_fail(const char *file, int line,
                                                                             const char *format, ...) {
    va_list arguments;
    __atomic_store_n(&tests.failed, 1, __ATOMIC_SEQ_CST);
    flockfile(stdout);
    printf("FAILED - %s: %s:%d: ", tests.running->name, file, line);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
    funlockfile(stdout);
    if (!pthread_equal(pthread_self(), tests.thread)) pthread_exit(NULL);
    longjmp(tests.end, 1);
}

#define FAIL(...) test_fail(__FILE__, __LINE__, __VA_ARGS__)

/* -- checks ----------------------------------------------------------------------------------- */

#define CHECK(condition) ((condition) ? (void)0 : FAIL("not so: %s", #condition))

/** Whole numbers of any type. */
#define CHECK_INT(expected, got) test_int(__FILE__, __LINE__, #got, (long long)(expected), (long long)(got))

/** Texts, or NULL. */
#define CHECK_TEXT(expected, got) test_text(__FILE__, __LINE__, #got, expected, got)
#define CHECK_CONTAINS(text, part) test_contains(__FILE__, __LINE__, #text, text, part, 1)
#define CHECK_LACKS(text, part) test_contains(__FILE__, __LINE__, #text, text, part, 0)

/** The status of a call, whose error is not looked at. */
#define CHECK_STATUS(expected, call) test_status(__FILE__, __LINE__, #call, expected, call)

/** A call that must succeed: `error`, its last argument, is shown when it fails, and is NULL after it. */
#define CHECK_OK(call, error)                                             \
    do {                                                                  \
        uc_status status_of_call = (call);                                \
        test_ok(__FILE__, __LINE__, #call, UC_OK, status_of_call, error); \
    } while (0)
#define CHECK_DONE(call, error)                                             \
    do {                                                                    \
        uc_status status_of_call = (call);                                  \
        test_ok(__FILE__, __LINE__, #call, UC_DONE, status_of_call, error); \
    } while (0)

/** A call that must fail so: `error`, its last argument, is whole and fits. Look further, then free it. */
#define CHECK_FAILS(expected, call, error)                                      \
    do {                                                                        \
        uc_status status_of_call = (call);                                      \
        test_fails(__FILE__, __LINE__, #call, expected, status_of_call, error); \
    } while (0)

static inline void test_int(const char *file, int line, const char *what, long long expected, long long got) {
    if (expected != got) test_fail(file, line, "%s is %lld, not %lld", what, got, expected);
}

static inline void test_text(const char *file, int line, const char *what, const char *expected, const char *got) {
    if (expected == NULL && got == NULL) return;
    if (expected != NULL && got != NULL && strcmp(expected, got) == 0) return;
    test_fail(file, line, "%s is %s%s%s, not %s%s%s", what, got ? "\"" : "", got ? got : "NULL", got ? "\"" : "",
              expected ? "\"" : "", expected ? expected : "NULL", expected ? "\"" : "");
}

static inline void test_contains(const char *file, int line, const char *what, const char *text, const char *part,
                                 int wanted) {
    if (text == NULL) test_fail(file, line, "%s is NULL", what);
    if ((strstr(text, part) != NULL) != wanted)
        test_fail(file, line, "%s %s \"%s\": \"%.2000s\"", what, wanted ? "lacks" : "contains", part, text);
}

static inline void test_status(const char *file, int line, const char *call, uc_status expected, uc_status got) {
    if (expected != got)
        test_fail(file, line, "%s: %s, not %s", call, uc_status_name(got), uc_status_name(expected));
}

static inline void test_ok(const char *file, int line, const char *call, uc_status expected, uc_status got,
                           const uc_error *error) {
    if (got != expected)
        test_fail(file, line, "%s: %s, not %s: %s", call, uc_status_name(got), uc_status_name(expected),
                  got < 0 && error ? error->message : "no error");
    if (error != NULL) test_fail(file, line, "%s: no failure, and yet an error: %s", call, error->message);
}

static inline void test_fails(const char *file, int line, const char *call, uc_status expected, uc_status got,
                              const uc_error *error) {
    if (got != expected)
        test_fail(file, line, "%s: %s, not %s: %s", call, uc_status_name(got), uc_status_name(expected),
                  got < 0 && error ? error->message : "no error");
    if (error == NULL) test_fail(file, line, "%s: a failure without an error", call);
    if (error->status != expected)
        test_fail(file, line, "%s: the error says %s", call, uc_status_name(error->status));
    if (error->message == NULL || error->message[0] == '\0') test_fail(file, line, "%s: no message", call);
    if (strpbrk(error->message, "\r\n")) test_fail(file, line, "%s: more than a line: %s", call, error->message);
    if (strstr(error->message, SECRET_KEY)) test_fail(file, line, "%s: shows the key: %s", call, error->message);
}

/** The refusal of an argument: what the call returned, and where it wrote its error, which is freed here. */
static inline void check_refusal(uc_status status, uc_error *const *written, const char *name, const char *value) {
    uc_error *error = *written;
    if (status != UC_ERR_ARGUMENT) FAIL("%s for %s \"%.200s\"", uc_status_name(status), name, value);
    CHECK_FAILS(UC_ERR_ARGUMENT, status, error);
    CHECK_CONTAINS(error->message, name);
    CHECK_INT(0, error->http_status);
    CHECK_INT(0, error->attempts);
    CHECK_INT(-1, error->retry_after_ms);
    CHECK(error->request_id == NULL && error->body == NULL && error->code == NULL);
    uc_free(error);
}

/* -- time ------------------------------------------------------------------------------------- */

static inline int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline void sleep_ms(int64_t ms) {
    struct timespec time;
    time.tv_sec = (time_t)(ms / 1000);
    time.tv_nsec = (long)(ms % 1000) * 1000000;
    while (nanosleep(&time, &time) != 0) continue;
}

/** An upper bound in milliseconds, wider where the program is run slowly (valgrind). Never for lower bounds. */
static inline int64_t at_most(int64_t ms) { return getenv("UC_TEST_SLOW") ? ms * 10 : ms; }

#define CHECK_BEFORE(start, ms) test_before(__FILE__, __LINE__, now_ms() - (start), at_most(ms))
#define CHECK_NOT_BEFORE(start, ms) \
    ((now_ms() - (start)) >= (ms) ? (void)0 : FAIL("already after %lld ms", (long long)(now_ms() - (start))))

static inline void test_before(const char *file, int line, int64_t took, int64_t bound) {
    if (took > bound) test_fail(file, line, "took %lld ms, more than %lld", (long long)took, (long long)bound);
}

/* -- the environment that the harness gives ------------------------------------------------------ */

static inline const char *setting(const char *name) {
    const char *value = getenv(name);
    if (value == NULL || value[0] == '\0')
        FAIL("%s is not set; these programs are run by `cargo test --test c`", name);
    return value;
}

/** The emulator of this run, "http://127.0.0.1:PORT", and a second one. */
static inline const char *base(void) { return setting("UC_TEST_BASE"); }
static inline const char *other_base(void) { return setting("UC_TEST_OTHER"); }

static inline int port_of(const char *address) { return atoi(strrchr(address, ':') + 1); }

/* -- sockets ------------------------------------------------------------------------------------- */

static inline struct sockaddr_in loopback(int port) {
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static inline int connect_to(int port) {
    struct sockaddr_in address = loopback(port);
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connection >= 0);
    if (connect(connection, (struct sockaddr *)&address, sizeof address) != 0)
        FAIL("nobody listens on port %d", port);
    return connection;
}

/** A socket that listens on a port of its own and is never accepted from: connections stand, nothing is said. */
static inline int listen_on(int *port) {
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    int listening = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(listening >= 0);
    CHECK(bind(listening, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(listen(listening, 64) == 0);
    CHECK(getsockname(listening, (struct sockaddr *)&address, &size) == 0);
    *port = ntohs(address.sin_port);
    return listening;
}

/** A port where nobody listens. */
static inline int closed_port(void) {
    int port;
    close(listen_on(&port));
    return port;
}

static inline int send_bytes(int connection, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t sent = send(connection, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0) return -1;
        bytes += sent;
        size -= (size_t)sent;
    }
    return 0;
}

static inline int send_text(int connection, const char *text) { return send_bytes(connection, text, strlen(text)); }

/** Reads the head of a request, up to its empty line. Returns its length, or -1 when there is none. */
static inline int read_head(int connection, char *head, size_t size) {
    size_t length = 0;
    while (length + 1 < size && recv(connection, head + length, 1, 0) == 1) {
        head[++length] = '\0';
        if (length >= 4 && strcmp(head + length - 4, "\r\n\r\n") == 0) return (int)length;
    }
    return -1;
}

/**
 * A server on a thread of its own, for what the emulator does not do: `serve` is called with one
 * connection after the other and reads and writes what it likes; the connection is closed after it.
 */
struct server {
    int port;
    char base[64];
    int connections; /* so far */
    void (*serve)(int connection, void *data);
    void *data;
    int listening;
    pthread_t thread;
};

static inline void *server_run(void *argument) {
    struct server *server = (struct server *)argument;
    for (;;) {
        int connection = accept(server->listening, NULL, NULL);
        if (connection < 0) return NULL;
        __atomic_add_fetch(&server->connections, 1, __ATOMIC_SEQ_CST);
        server->serve(connection, server->data);
        close(connection);
    }
}

static inline void server_start(struct server *server, void (*serve)(int connection, void *data), void *data) {
    memset(server, 0, sizeof *server);
    server->listening = listen_on(&server->port);
    server->serve = serve;
    server->data = data;
    snprintf(server->base, sizeof server->base, "http://127.0.0.1:%d", server->port);
    CHECK(pthread_create(&server->thread, NULL, server_run, server) == 0);
}

/** Ends it once the connection at hand has been served. */
static inline void server_stop(struct server *server) {
    shutdown(server->listening, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listening);
}

static inline int server_connections(struct server *server) {
    return __atomic_load_n(&server->connections, __ATOMIC_SEQ_CST);
}

/* -- the emulator -------------------------------------------------------------------------------- */

/** A control call on the emulator at `address`: the body of its answer, to be freed. It must be a 200. */
static inline char *emulator_at(const char *address, const char *method, const char *path, const char *json) {
    size_t size = 65536, length = 0;
    char *answer = (char *)malloc(size);
    const char *body;
    int connection = connect_to(port_of(address));
    int status = 0;
    snprintf(answer, size,
             "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\nContent-Type: application/json\r\n"
             "Content-Length: %lu\r\n\r\n",
             method, path, port_of(address), (unsigned long)(json ? strlen(json) : 0));
    CHECK(send_text(connection, answer) == 0);
    if (json) CHECK(send_text(connection, json) == 0);
    for (;;) {
        ssize_t got = recv(connection, answer + length, size - length - 1, 0);
        if (got <= 0) break;
        length += (size_t)got;
        if (length + 1 == size) answer = (char *)realloc(answer, size *= 2);
    }
    close(connection);
    answer[length] = '\0';
    body = strstr(answer, "\r\n\r\n");
    if (body == NULL || sscanf(answer, "HTTP/1.1 %d", &status) != 1 || status != 200)
        FAIL("%s %s %s: the emulator answered %.1000s", method, path, json ? json : "", answer);
    memmove(answer, body + 4, strlen(body + 4) + 1);
    return answer;
}

/** A control call: emulator("POST", "/_emulator/clock", "{\"offset_s\":10800}"). */
static inline void emulator(const char *method, const char *path, const char *json) {
    free(emulator_at(base(), method, path, json));
}

/** The answer of a control call, to be freed: emulator_get("/_emulator/requests"). */
static inline char *emulator_get(const char *path) { return emulator_at(base(), "GET", path, NULL); }

/** New data, no faults, no requests: reset("{\"groups\":250,\"files_per_group\":3}"). */
static inline void reset(const char *json) { emulator("POST", "/_emulator/reset", json); }

/** What goes wrong from now on: fault("{\"fault\":\"status\",\"status\":500,\"times\":2}"). */
static inline void fault(const char *json) { emulator("POST", "/_emulator/faults", json); }
static inline void no_more_faults(void) { emulator("DELETE", "/_emulator/faults", NULL); }

/**
 * The n-th value (from 0) of a key in JSON, at whatever depth: text without its backslashes, anything
 * else raw. To be freed; NULL when there is none.
 */
static inline char *json_value(const char *json, const char *key, int n) {
    char quoted[128];
    const char *at = json;
    char *value, *end;
    snprintf(quoted, sizeof quoted, "\"%s\"", key);
    for (;;) {
        at = strstr(at, quoted);
        if (at == NULL) return NULL;
        at += strlen(quoted);
        at += strspn(at, " ");
        if (*at == ':' && n-- == 0) break;
    }
    at += 1 + strspn(at + 1, " ");
    value = end = (char *)malloc(strlen(at) + 1);
    if (*at == '"') {
        for (at++; *at && *at != '"'; at++) {
            int escaped = *at == '\\';
            at += escaped;
            *end++ = escaped && *at == 'n' ? '\n' : *at;
        }
    } else {
        int depth = 0, inside_text = 0;
        for (; *at && (depth > 0 || inside_text || !strchr(",}]", *at)); at++) {
            if (*at == '"' && at[-1] != '\\') inside_text = !inside_text;
            if (!inside_text && (*at == '{' || *at == '[')) depth++;
            if (!inside_text && (*at == '}' || *at == ']')) depth--;
            *end++ = *at;
        }
    }
    *end = '\0';
    return value;
}

/** The whole number under a key: json_int(answer, "count", 0). */
static inline long long json_int(const char *json, const char *key, int n) {
    char *value = json_value(json, key, n);
    long long number;
    if (value == NULL) FAIL("no \"%s\" in %.1000s", key, json);
    number = atoll(value);
    free(value);
    return number;
}

/** Requests to the service (not to these controls) since the last reset. */
static inline int requests_counted_at(const char *address) {
    char *answer = emulator_at(address, "GET", "/_emulator/requests", NULL);
    int count = (int)json_int(answer, "count", 0);
    free(answer);
    return count;
}
static inline int requests_counted(void) { return requests_counted_at(base()); }
static inline void forget_requests(void) { emulator("DELETE", "/_emulator/requests", NULL); }

/* -- clients ------------------------------------------------------------------------------------- */

/** Options for a client of the emulator: add to them. */
static inline uc_client_opts client_opts(void) {
    uc_client_opts opts;
    memset(&opts, 0, sizeof opts);
    opts.struct_size = sizeof opts;
    opts.api_base = base();
    opts.upload_base = base();
    return opts;
}

/** Options with nothing set but their size: groups_opts(), files_opts() and so on. */
#define OPTIONS(type, name)             \
    static inline type name(void) {     \
        type opts;                      \
        memset(&opts, 0, sizeof opts);  \
        opts.struct_size = sizeof opts; \
        return opts;                    \
    }
OPTIONS(uc_client_derive_opts, client_derive_opts)
OPTIONS(uc_groups_opts, groups_opts)
OPTIONS(uc_group_create_opts, group_create_opts)
OPTIONS(uc_files_opts, files_opts)
OPTIONS(uc_files_search_opts, files_search_opts)
OPTIONS(uc_file_copy_opts, file_copy_opts)
OPTIONS(uc_file_copy_remote_opts, file_copy_remote_opts)
OPTIONS(uc_webhook_opts, webhook_opts)
OPTIONS(uc_convert_opts, convert_opts)
OPTIONS(uc_upload_opts, upload_opts)
OPTIONS(uc_upload_token_opts, upload_token_opts)
OPTIONS(uc_url_sign_opts, url_sign_opts)

static inline uc_client *client_with(const uc_client_opts *opts) {
    uc_client *client;
    uc_error *error;
    CHECK_OK(uc_client_new(PUBLIC_KEY, SECRET_KEY, opts, &client, &error), error);
    CHECK(client != NULL);
    return client;
}

static inline uc_client *client_new(void) {
    uc_client_opts opts = client_opts();
    return client_with(&opts);
}

/** uc_webhook_read() with one secret. */
static inline uc_status webhook_read(const char *secret, const char *signature, const void *body, size_t size,
                                     uc_webhook_event **event, uc_error **error) {
    return uc_webhook_read(&secret, 1, signature, body, size, event, error);
}

/* -- main ---------------------------------------------------------------------------------------- */

static inline void test_run(void) {
    if (setjmp(tests.end) == 0) {
        reset("{\"groups\":250}");
        free(emulator_at(other_base(), "POST", "/_emulator/reset", "{\"groups\":0}"));
        tests.running->run();
    }
}

int main(int count, char **arguments) {
    struct test *test;
    int failures = 0, runs = 0;
    tests.thread = pthread_self();
    for (test = tests.first; test; test = test->next) {
        if (count > 1 && strstr(test->name, arguments[1]) == NULL) continue;
        tests.running = test;
        tests.failed = 0;
        test_run();
        if (!tests.failed) printf("ok - %s\n", test->name);
        fflush(stdout);
        failures += tests.failed;
        runs++;
    }
    if (runs == 0) printf("no such test\n");
    return failures > 0 || runs == 0;
}

#endif
