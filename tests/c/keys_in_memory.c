/* When a client is freed its keys are gone from the memory of the process, whatever became of its calls. */
#include "servers.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

/** Sanitizers and valgrind hold memory of their own, and more of it than can be read. */
static int cannot_be_seen(void) { return IS_SANITIZED || getenv("UC_TEST_SLOW") != NULL || access("/proc/self/mem", R_OK) != 0; }

#define WINDOW ((size_t)1 << 20)

/** How often `needle`, which itself stands in memory that cannot be written, stands in memory that can. */
static int copies_of(const char *needle) {
    /* A window of its own, which is not looked into. */
    char *window = (char *)mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    FILE *maps = fopen("/proc/self/maps", "r");
    int memory = open("/proc/self/mem", O_RDONLY), copies = 0;
    size_t length = strlen(needle);
    char line[1024];
    CHECK(window != MAP_FAILED && maps != NULL && memory >= 0);
    while (fgets(line, sizeof line, maps)) {
        unsigned long from, to, at;
        char access_to_it[8];
        if (sscanf(line, "%lx-%lx %7s", &from, &to, access_to_it) != 3 || access_to_it[0] != 'r' || access_to_it[1] != 'w') continue;
        for (at = from; at + length <= to; at += WINDOW - length + 1) {
            size_t size = to - at < WINDOW ? (size_t)(to - at) : WINDOW;
            ssize_t got;
            char *found;
            if (at < (unsigned long)(window + WINDOW) && at + size > (unsigned long)window) continue;
            got = pread(memory, window, size, (off_t)at);
            if (got < (ssize_t)length) continue;
            for (found = window; (found = (char *)memmem(found, (size_t)(window + got - found), needle, length)); found++) {
                copies++;
                if (getenv("UC_TEST_SHOW")) printf("at %lx in %s", at + (unsigned long)(found - window), line);
            }
        }
    }
    fclose(maps);
    close(memory);
    munmap(window, WINDOW);
    return copies;
}

/**
 * A process that answers each request with the Authorization header that it came with, since here it would be found.
 * In the body: the texts of headers belong to a library below ours, which does not let them be wiped.
 */
static pid_t start_echo(int *port) {
    int listening = listen_on(port);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        for (;;) {
            int connection = accept(listening, NULL, NULL);
            char head[4096], *at, *reply;
            if (connection < 0) _exit(0);
            if (read_head(connection, head, sizeof head) > 0 && (at = strcasestr(head, "authorization: ")) != NULL) {
                *strstr(at, "\r\n") = '\0';
                reply = text("HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\n"
                             "Connection: close\r\n\r\n{\"detail\":\"%s\",\"error_code\":\"%s\"}", at, at);
                send_text(connection, reply);
            }
            close(connection);
        }
    }
    close(listening);
    return child;
}

static void stop_echo(pid_t child) {
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void uses(const uc_client *client) {
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_group *group;
    uc_file *file;
    uc_error *error;
    char *text;
    opts.read_ahead = 2;
    if (uc_groups_list(client, &opts, &page, &error) == UC_OK) uc_page_next(page, NULL);
    uc_free(error);
    uc_free(page);
    uc_group_info(client, "badfc9f7-f88f-4921-9cc0-22e2c08aa2da~12", &group, &error);
    uc_free(error);
    uc_free(group);
    uc_request(client, "POST", "/anything/", "{}", &text, &error);
    uc_free(error);
    uc_free(text);
    uc_upload_data(client, "abc", 3, NULL, &file, &error);
    uc_free(error);
    uc_free(file);
    uc_upload_token(client, NULL, &text, &error);
    uc_free(error);
    uc_free(text);
    uc_upload_signature(client, 2000000000, &text, &error);
    uc_free(error);
    uc_free(text);
}

static void nothing(void *data, int32_t level, const char *line) {
    (void)data;
    (void)level;
    (void)line;
}

/** It is, once the client and what was derived from it are freed. */
static void check_gone(const char *api, const char *ca_file, int auth) {
    uc_client_opts opts = client_opts();
    uc_client *client, *derived;
    uc_error *error;
    opts.api_base = api;
    opts.ca_file = ca_file;
    opts.auth = auth;
    opts.retries = 1;
    opts.log = nothing;
    client = client_with(&opts);
    uses(client);
    CHECK_OK(uc_client_derive(client, NULL, &derived, &error), error);
    uc_free(client);
    CHECK(copies_of(SECRET_KEY) > 0); /* it is found where it is */
    uses(derived);
    uc_free(derived);
    CHECK_INT(0, copies_of(SECRET_KEY));
}

TEST("no key is left by a client that was freed, over http") {
    int auth;
    if (cannot_be_seen()) return;
    CHECK_INT(0, copies_of(SECRET_KEY));
    for (auth = UC_AUTH_SIGNED; auth <= UC_AUTH_SIMPLE; auth++) {
        reset(NULL);
        check_gone(base(), NULL, auth);
        fault("{\"fault\":\"status\",\"status\":500,\"headers\":{\"Retry-After\":\"0\"},\"times\":-1}");
        check_gone(base(), NULL, auth);
        reset(NULL);
        fault("{\"fault\":\"reset_before\",\"times\":-1}");
        check_gone(base(), NULL, auth);
    }
}

TEST("no key is left by a client that was freed, over https") {
    if (cannot_be_seen()) return;
    check_gone(setting("UC_TEST_TLS_GOOD"), setting("UC_TEST_TLS_GOOD_CA"), UC_AUTH_SIGNED);
    check_gone(setting("UC_TEST_TLS_GOOD"), setting("UC_TEST_TLS_GOOD_CA"), UC_AUTH_SIMPLE);
    check_gone(setting("UC_TEST_TLS_EXPIRED"), setting("UC_TEST_TLS_EXPIRED_CA"), UC_AUTH_SIMPLE);
}

TEST("no key is left where nobody listened, and where the service sent it back") {
    char *nobody, *echo;
    int port, auth;
    pid_t child;
    if (cannot_be_seen()) return;
    child = start_echo(&port);
    nobody = text("http://127.0.0.1:%d", closed_port());
    echo = text("http://127.0.0.1:%d", port);
    for (auth = UC_AUTH_SIGNED; auth <= UC_AUTH_SIMPLE; auth++) {
        check_gone(nobody, NULL, auth);
        check_gone(echo, NULL, auth);
    }
    stop_echo(child);
    free(echo);
    free(nobody);
}
