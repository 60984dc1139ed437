/*
 * Names of hosts that are slow to be found, hang, or lead to addresses where nobody is. The system's
 * getaddrinfo() and pthread_create() are ours here.
 */
#include "servers.h"

#include <dlfcn.h>
#include <netdb.h>

/* -- the system ------------------------------------------------------------------------------------- */

static struct {
    int hung;          /* names that begin with "hung" wait until this is 0 */
    int under_way;     /* look-ups of such names */
    int most;          /* at a time */
    int begun;         /* look-ups of whatever name that is not a number */
    int without_threads;
    pthread_t last;    /* the thread that looked up */
} names;

#define ATOMIC(name) __atomic_load_n(&names.name, __ATOMIC_SEQ_CST)
#define ATOMIC_SET(name, value) __atomic_store_n(&names.name, value, __ATOMIC_SEQ_CST)
#define ATOMIC_ADD(name, value) __atomic_add_fetch(&names.name, value, __ATOMIC_SEQ_CST)

/* Under names of their own here, since the system's headers declare the others in too many ways. */
#ifdef __cplusplus
extern "C" {
#endif
int our_look_up(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **found)
    __asm__("getaddrinfo");
void our_free(struct addrinfo *found) __asm__("freeaddrinfo");
int our_thread(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *data)
    __asm__("pthread_create");
#ifdef __cplusplus
}
#endif

/** One more address in front of `next`; NULL where it is none. */
static struct addrinfo *address_of(const char *ip, struct addrinfo *next) {
    struct { struct addrinfo info; struct sockaddr_in6 address; } *made;
    struct sockaddr_in *four;
    made = (__typeof__(made))calloc(1, sizeof *made);
    four = (struct sockaddr_in *)(void *)&made->address;
    made->info.ai_addr = (struct sockaddr *)&made->address;
    made->info.ai_socktype = SOCK_STREAM;
    made->info.ai_next = next;
    if (inet_pton(AF_INET, ip, &four->sin_addr) == 1) {
        made->info.ai_family = four->sin_family = AF_INET;
        made->info.ai_addrlen = sizeof *four;
    } else if (inet_pton(AF_INET6, ip, &made->address.sin6_addr) == 1) {
        made->info.ai_family = made->address.sin6_family = AF_INET6;
        made->info.ai_addrlen = sizeof made->address;
    } else {
        free(made);
        return NULL;
    }
    return &made->info;
}

/** 127.0.0.2 is where a test may have put a host that does not answer; on 127.0.0.3 and 4 nobody listens. */
static const struct { const char *name, *first, *second; } hosts[] = {
    {"good.test", "127.0.0.1", NULL},          {"hole.test", "127.0.0.2", "127.0.0.1"},
    {"refused.test", "127.0.0.3", "127.0.0.1"}, {"six.test", "2001:db8::1", "127.0.0.1"},
    {"dead.test", "127.0.0.3", "127.0.0.4"},    {"deaf.test", "127.0.0.2", NULL},
};

int our_look_up(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **found) {
    size_t i;
    (void)port;
    (void)hints;
    if ((*found = address_of(host, NULL)) != NULL) return 0;
    ATOMIC_ADD(begun, 1);
    names.last = pthread_self();
    if (strncmp(host, "hung", 4) == 0) {
        int now = ATOMIC_ADD(under_way, 1);
        if (now > ATOMIC(most)) ATOMIC_SET(most, now);
        while (ATOMIC(hung)) sleep_ms(5);
        ATOMIC_ADD(under_way, -1);
        *found = address_of("127.0.0.1", NULL);
        return 0;
    }
    for (i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        if (strcmp(host, hosts[i].name) != 0) continue;
        *found = address_of(hosts[i].first, hosts[i].second ? address_of(hosts[i].second, NULL) : NULL);
        return 0;
    }
    return EAI_NONAME;
}

void our_free(struct addrinfo *found) {
    while (found) {
        struct addrinfo *next = found->ai_next;
        free(found);
        found = next;
    }
}

int our_thread(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *data) {
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    if (ATOMIC(without_threads)) return EAGAIN;
    *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    return real(thread, attributes, run, data);
}

static void names_hang(void) {
    memset(&names, 0, sizeof names);
    names.hung = 1;
}

/** Lets the look-ups end that hang, and waits for their threads. */
static void names_go_on(void) {
    ATOMIC_SET(hung, 0);
    while (ATOMIC(under_way)) sleep_ms(5);
    sleep_ms(at_most(50));
}

/* -- clients ------------------------------------------------------------------------------------------- */

static char *base_of(const char *host) { return text("http://%s:%d", host, port_of(base())); }

/** A client of the emulator under another name. */
static uc_client *client_of(const char *host, int connect_ms, int whole_ms) {
    char *address = base_of(host);
    uc_client_opts opts = client_opts();
    uc_client *client;
    opts.api_base = opts.upload_base = address;
    opts.connect_timeout_ms = (uint32_t)connect_ms;
    opts.timeout_ms = (uint32_t)whole_ms;
    opts.retries = -1;
    client = client_with(&opts);
    free(address);
    return client;
}

static uc_status project_of(const uc_client *client, uc_error **error) {
    uc_project *project;
    uc_status status = uc_project_info(client, &project, error);
    uc_free(project);
    return status;
}

static uc_status upload_of(const uc_client *client, uc_error **error) {
    uc_file *file;
    uc_status status = uc_upload_data(client, "x", 1, NULL, &file, error);
    uc_free(file);
    return status;
}

/** A host that does not answer, on 127.0.0.2 and the emulator's port. */
struct hole {
    int listening, waiting[8], count;
};

static void hole_open(struct hole *hole) {
    struct sockaddr_in address = loopback(port_of(base()));
    int yes = 1;
    memset(hole, 0, sizeof *hole);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    hole->listening = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(setsockopt(hole->listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0);
    CHECK(bind(hole->listening, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(listen(hole->listening, 0) == 0);
    while (hole->count < 8) {
        int connection = socket(AF_INET, SOCK_STREAM, 0);
        struct pollfd writable;
        CHECK(fcntl(connection, F_SETFL, O_NONBLOCK) == 0);
        CHECK(connect(connection, (struct sockaddr *)&address, sizeof address) == 0 || errno == EINPROGRESS);
        hole->waiting[hole->count++] = connection;
        writable.fd = connection;
        writable.events = POLLOUT;
        if (poll(&writable, 1, 200) == 0) return;
    }
    FAIL("the queue of a listening socket does not fill up");
}

static void hole_close(struct hole *hole) {
    while (hole->count > 0) close(hole->waiting[--hole->count]);
    close(hole->listening);
}

/* -- tests ------------------------------------------------------------------------------------------------ */

TEST("a look-up that hangs ends at connect_timeout_ms or timeout_ms, in an upload too, and the message names the host") {
    static const struct { int connect_ms, whole_ms; const char *option; } rows[] = {
        {300, 0, "connect_timeout_ms"}, {0, 300, "timeout_ms"}, {10000, 300, "timeout_ms"}, {300, 20000, "connect_timeout_ms"},
    };
    size_t i, j;
    names_hang();
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (j = 0; j < 2; j++) {
            uc_client *client = client_of("hung.test", rows[i].connect_ms, rows[i].whole_ms);
            uc_error *error;
            int64_t start = now_ms();
            CHECK_FAILS(UC_ERR_TIMEOUT, (j ? upload_of : project_of)(client, &error), error);
            CHECK_NOT_BEFORE(start, 290);
            CHECK_BEFORE(start, 300 + 300);
            CHECK(strncmp(error->message, rows[i].option, strlen(rows[i].option)) == 0);
            if (rows[i].connect_ms == 300) CHECK_CONTAINS(error->message, "hung.test");
            uc_free(error);
            uc_free(client);
        }
    }
    CHECK_INT(1, ATOMIC(begun)); /* all of them wait for the same one */
    names_go_on();
}

static void *cancel_soon(void *client) {
    sleep_ms(200);
    uc_client_cancel((uc_client *)client);
    return NULL;
}

TEST("a cancel ends a look-up that hangs, at once") {
    uc_client *client;
    uc_error *error;
    pthread_t thread;
    int64_t start;
    names_hang();
    client = client_of("hung.test", 0, 0);
    CHECK(pthread_create(&thread, NULL, cancel_soon, client) == 0);
    start = now_ms();
    CHECK_FAILS(UC_ERR_CANCELED, project_of(client, &error), error);
    CHECK_NOT_BEFORE(start, 190);
    CHECK_BEFORE(start, 200 + 300);
    pthread_join(thread, NULL);
    uc_free(error);
    names_go_on();
    uc_client_reset(client);
    CHECK_OK(project_of(client, &error), error);
    uc_free(client);
}

/** A thread of many, and the name that it wants. */
struct asking {
    char host[32];
    pthread_t thread;
};

static void *ask(void *argument) {
    struct asking *asking = (struct asking *)argument;
    uc_client *client = client_of(asking->host, (int)at_most(600), 0);
    uc_error *error;
    int64_t start = now_ms();
    CHECK_FAILS(UC_ERR_TIMEOUT, project_of(client, &error), error);
    CHECK_BEFORE(start, 600 + 600); /* 64 threads on few cores */
    uc_free(error);
    uc_free(client);
    return NULL;
}

static void ask_by_64(int names_in_all) {
    struct asking asking[64];
    int i;
    names_hang();
    for (i = 0; i < 64; i++) {
        snprintf(asking[i].host, sizeof asking[i].host, "hung-%d.test", i % names_in_all);
        CHECK(pthread_create(&asking[i].thread, NULL, ask, &asking[i]) == 0);
    }
    for (i = 0; i < 64; i++) pthread_join(asking[i].thread, NULL);
    names_go_on();
}

TEST("64 threads that ask for 64 names that hang make 8 look-ups, and those who ask for one name share one") {
    ask_by_64(64);
    CHECK_INT(8, ATOMIC(most));
    CHECK_INT(8, ATOMIC(begun));
    ask_by_64(1);
    CHECK_INT(1, ATOMIC(begun));
}

TEST("a look-up is remembered: 20 calls of a client ask the system once") {
    uc_client *client = client_of("good.test", 0, 0);
    uc_error *error;
    int i;
    names_hang();
    for (i = 0; i < 20; i++) CHECK_OK(project_of(client, &error), error);
    CHECK_INT(1, ATOMIC(begun));
    uc_free(client);
}

TEST("where the first address is a black hole, the second is connected to within a moment") {
    struct hole hole;
    uc_client *client = client_of("hole.test", 10000, 0);
    uc_error *error;
    int64_t start = now_ms();
    hole_open(&hole);
    start = now_ms();
    CHECK_OK(project_of(client, &error), error);
    CHECK_BEFORE(start, 600);
    uc_free(client);
    client = client_of("hole.test", 500, 0);
    start = now_ms();
    CHECK_OK(project_of(client, &error), error);
    CHECK_BEFORE(start, 500);
    uc_free(client);
    client = client_of("deaf.test", 500, 0);
    start = now_ms();
    CHECK_FAILS(UC_ERR_TIMEOUT, project_of(client, &error), error);
    CHECK_BEFORE(start, 500 + 300);
    CHECK_CONTAINS(error->message, "connect_timeout_ms");
    CHECK_CONTAINS(error->message, "deaf.test");
    uc_free(error);
    uc_free(client);
    hole_close(&hole);
}

TEST("where the first address refuses or has no route, the second is connected to at once") {
    static const char *const rows[] = {"refused.test", "six.test"};
    size_t i;
    for (i = 0; i < 2; i++) {
        uc_client *client = client_of(rows[i], 10000, 0);
        uc_error *error;
        int64_t start = now_ms();
        CHECK_OK(project_of(client, &error), error);
        CHECK_BEFORE(start, 500);
        uc_free(client);
    }
}

TEST("where no address takes a connection, the error names the host and says why") {
    uc_client *client = client_of("dead.test", 10000, 0);
    uc_error *error;
    int64_t start = now_ms();
    CHECK_FAILS(UC_ERR_NETWORK, project_of(client, &error), error);
    CHECK_BEFORE(start, 500);
    CHECK_CONTAINS(error->message, "dead.test");
    CHECK_CONTAINS(error->message, "refused");
    uc_free(error);
    uc_free(client);
}

TEST("a name that is not found is named, and that of a proxy is the proxy's") {
    static const struct { const char *host, *proxy, *named; } rows[] = {
        {"nowhere.test", NULL, "nowhere.test"},
        {"good.test", "http://nothing.test:3128", "the proxy nothing.test:3128"},
        {"good.test", "socks5h://nothing.test:1080", "the proxy nothing.test:1080"},
    };
    size_t i;
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *address = base_of(rows[i].host);
        uc_client_opts opts = client_opts();
        uc_client *client;
        uc_error *error;
        opts.api_base = address;
        opts.proxy = rows[i].proxy;
        opts.retries = -1;
        client = client_with(&opts);
        CHECK_FAILS(UC_ERR_NETWORK, project_of(client, &error), error);
        CHECK_CONTAINS(error->message, rows[i].named);
        CHECK_CONTAINS(error->message, "not found");
        uc_free(error);
        uc_free(client);
        free(address);
    }
}

TEST("a proxy's name is looked up within the limits as well") {
    char *address = base_of("good.test");
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_error *error;
    int64_t start;
    names_hang();
    opts.api_base = address;
    opts.proxy = "http://hung.test:3128";
    opts.connect_timeout_ms = 300;
    opts.retries = -1;
    client = client_with(&opts);
    start = now_ms();
    CHECK_FAILS(UC_ERR_TIMEOUT, project_of(client, &error), error);
    CHECK_BEFORE(start, 300 + 300);
    CHECK_CONTAINS(error->message, "the proxy hung.test:3128");
    uc_free(error);
    uc_free(client);
    free(address);
    names_go_on();
}

TEST("where no thread can be had, the name is looked up on the calling one") {
    uc_client *client = client_of("good.test", 0, 0);
    uc_error *error;
    names_hang();
    ATOMIC_SET(without_threads, 1);
    CHECK_OK(project_of(client, &error), error);
    ATOMIC_SET(without_threads, 0);
    CHECK_INT(1, ATOMIC(begun));
    CHECK(pthread_equal(names.last, pthread_self()));
    uc_free(client);
}
