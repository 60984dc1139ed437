/*
 * Every phase of a call and every limit that holds in it: the call ends within 0.3 s of its limit, with
 * a message that names the option, and the same under a signal that comes ten or fifty times a second.
 */
#include "servers.h"

#include <signal.h>
#include <sys/time.h>

/* -- signals ------------------------------------------------------------------------------------------ */

static void do_nothing(int number) { (void)number; }

/** The main thread hears a signal so often, as under a profiler; 0 for none. Others hear none. */
static void signal_every(int ms) {
    struct itimerval timer;
    struct sigaction action;
    sigset_t alarm;
    memset(&action, 0, sizeof action);
    action.sa_handler = do_nothing;
    action.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &action, NULL);
    memset(&timer, 0, sizeof timer);
    timer.it_interval.tv_usec = timer.it_value.tv_usec = ms * 1000;
    setitimer(ITIMER_REAL, &timer, NULL);
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(ms ? SIG_UNBLOCK : SIG_BLOCK, &alarm, NULL);
}

/* -- peers that hang or drip ------------------------------------------------------------------------------ */

#define DRIP_MS 25

/** Waits until the caller has gone. */
static void hang(int connection) {
    char bytes[4096];
    while (recv(connection, bytes, sizeof bytes, 0) > 0) continue;
}

/** Sends the bytes of `again` one by one, over and over, until the caller has gone. */
static void drip(int connection, const char *again) {
    const char *at = again;
    while (send_bytes(connection, at, 1) == 0) {
        sleep_ms(DRIP_MS);
        if (*++at == '\0') at = again;
    }
}

static int take_head(int connection) {
    char head[8192];
    return read_head(connection, head, sizeof head);
}

static void hangs(int connection, void *data) { (void)data; hang(connection); }

/** Says what stands before the bar, and drips what comes after it, or hangs where nothing does. */
static void says(int connection, void *data) {
    const char *start = (const char *)data, *bar = strchr(start, '|');
    if (take_head(connection) < 0) return;
    send_bytes(connection, start, (size_t)(bar - start));
    if (bar[1]) drip(connection, bar + 1);
    else hang(connection);
}

/** The start of a gzip member, without an end. */
static void drips_gzip(int connection, void *data) {
    (void)data;
    if (take_head(connection) < 0) return;
    send_text(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\r\n");
    send_bytes(connection, "\x1f\x8b\x08\0\0\0\0\0\0\xff\1\xff\xff\0\0", 15);
    drip(connection, " ");
}

static void socks_hangs(int connection, void *data) {
    char bytes[16];
    (void)data;
    recv(connection, bytes, 3, MSG_WAITALL);
    send_bytes(connection, "\5\0", 2);
    hang(connection);
}

static void socks_drips(int connection, void *data) {
    char bytes[16];
    (void)data;
    recv(connection, bytes, 3, MSG_WAITALL);
    send_bytes(connection, "\5\0\5\0\0\3\xff", 7); /* a name of 255 bytes follows */
    drip(connection, "a");
}

static void tls_drips(int connection, void *data) {
    (void)data;
    send_bytes(connection, "\x16\3\3\x40\0", 5); /* a record of 16 KB, in which a long message begins */
    send_bytes(connection, "\2\0\x3f\xf0\3\3", 6);
    drip(connection, "a");
}

static int is_over; /* the call */

/** Takes five KB a second. */
static void reads_slowly(int connection, void *data) {
    char bytes[128];
    (void)data;
    /* What the caller's system still holds would come after the call, too. */
    while (!__atomic_load_n(&is_over, __ATOMIC_SEQ_CST) && recv(connection, bytes, sizeof bytes, 0) > 0) sleep_ms(DRIP_MS);
}

static void reads_nothing(int connection, void *data) {
    (void)connection;
    (void)data;
    while (!__atomic_load_n(&is_over, __ATOMIC_SEQ_CST)) sleep_ms(5);
}

static void waits_long(int connection, void *data) {
    (void)data;
    while (take_head(connection) > 0)
        send_text(connection, "HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n");
}

/* -- a relay in front of TLS, which drips the answer ------------------------------------------------------- */

/** The records of one direction, as they pass. */
struct records {
    unsigned char head[5];
    int head_size, left, data; /* records of data so far */
};

static void count_records(struct records *records, const char *bytes, ssize_t size) {
    while (size > 0) {
        if (records->left > 0) {
            int passed = records->left < size ? records->left : (int)size;
            records->left -= passed;
            bytes += passed;
            size -= passed;
            continue;
        }
        records->head[records->head_size++] = (unsigned char)*bytes++;
        size--;
        if (records->head_size < 5) continue;
        records->head_size = 0;
        records->left = records->head[3] << 8 | records->head[4];
        records->data += records->head[0] == 23;
    }
}

/** What comes after the caller's request, its second record of data after the handshake, is dripped or kept. */
static void relays_tls(int connection, void *data) {
    int server = connect_to(port_of(setting("UC_TEST_TLS_GOOD"))), asked = 0;
    struct records out;
    struct pollfd ends[2];
    char bytes[16384];
    memset(&out, 0, sizeof out);
    ends[0].fd = connection;
    ends[1].fd = server;
    ends[0].events = ends[1].events = POLLIN;
    while (poll(ends, 2, 60000) > 0) {
        ssize_t got, i;
        if (ends[0].revents) {
            if ((got = recv(connection, bytes, sizeof bytes, 0)) <= 0) break;
            count_records(&out, bytes, got);
            asked = out.data >= 2;
            send_bytes(server, bytes, (size_t)got);
        } else {
            if ((got = recv(server, bytes, sizeof bytes, 0)) <= 0) break;
            if (!asked) {
                send_bytes(connection, bytes, (size_t)got);
                continue;
            }
            if (data) hang(connection);
            for (i = 0; i < got && send_bytes(connection, bytes + i, 1) == 0; i++) sleep_ms(DRIP_MS);
            if (i < got) break;
        }
    }
    close(server);
}

/* -- the table ------------------------------------------------------------------------------------------------ */

enum { TIMEOUT = 1, IDLE = 2, CONNECT = 4 };
enum way { PLAINLY, TLS, HTTP_PROXY, SOCKS_PROXY, DEAF };
enum call { GET, PUT_MUCH, UPLOAD };

static const struct phase {
    const char *name;
    void (*serve)(int connection, void *data);
    const char *data;
    enum way way;
    enum call call;
    int limits; /* that hold in it; idle_timeout_ms only where no byte comes */
    uc_status status;
} phases[] = {
    {"connecting", NULL, NULL, DEAF, GET, TIMEOUT | CONNECT, UC_ERR_TIMEOUT},
    {"a proxy that hangs", hangs, NULL, HTTP_PROXY, GET, TIMEOUT | IDLE | CONNECT, UC_ERR_TIMEOUT},
    {"a proxy that drips", says, "HTTP/1.1 200 OK\r\nX: |a", HTTP_PROXY, GET, TIMEOUT | CONNECT, UC_ERR_TIMEOUT},
    {"a SOCKS proxy that hangs", socks_hangs, NULL, SOCKS_PROXY, GET, TIMEOUT | IDLE | CONNECT, UC_ERR_TIMEOUT},
    {"a SOCKS proxy that drips", socks_drips, NULL, SOCKS_PROXY, GET, TIMEOUT | CONNECT, UC_ERR_TIMEOUT},
    {"a TLS handshake that hangs", hangs, NULL, TLS, GET, TIMEOUT | IDLE | CONNECT, UC_ERR_TIMEOUT},
    {"a TLS handshake that drips", tls_drips, NULL, TLS, GET, TIMEOUT | CONNECT, UC_ERR_TIMEOUT},
    {"TLS behind a proxy that hangs", says, "HTTP/1.1 200 OK\r\n\r\n|", HTTP_PROXY, GET, TIMEOUT | IDLE | CONNECT, UC_ERR_TIMEOUT},
    {"a head that hangs", hangs, NULL, PLAINLY, GET, TIMEOUT | IDLE, UC_ERR_TIMEOUT},
    {"a head that drips", says, "HTTP/1.1 200 OK\r\nX: |a", PLAINLY, GET, TIMEOUT, UC_ERR_TIMEOUT},
    {"a body that hangs", says, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[|", PLAINLY, GET, TIMEOUT | IDLE, UC_ERR_TIMEOUT},
    {"a body that drips", says, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n| ", PLAINLY, GET, TIMEOUT, UC_ERR_TIMEOUT},
    {"a body without a length that drips", says, "HTTP/1.1 200 OK\r\n\r\n| ", PLAINLY, GET, TIMEOUT, UC_ERR_TIMEOUT},
    {"chunks that drip", says, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n|1\r\n \r\n", PLAINLY, GET, TIMEOUT, UC_ERR_TIMEOUT},
    {"the body of an error that drips", says, "HTTP/1.1 404 Not Found\r\n\r\n| ", PLAINLY, GET, TIMEOUT, UC_ERR_NOT_FOUND},
    {"gzip that drips", drips_gzip, NULL, PLAINLY, GET, TIMEOUT, UC_ERR_TIMEOUT},
    {"a TLS record that drips", relays_tls, NULL, TLS, GET, TIMEOUT, UC_ERR_TIMEOUT},
    {"a TLS record that hangs", relays_tls, "", TLS, GET, TIMEOUT | IDLE, UC_ERR_TIMEOUT},
    {"sending to one that reads nothing", reads_nothing, NULL, PLAINLY, PUT_MUCH, TIMEOUT | IDLE, UC_ERR_TIMEOUT},
    {"sending to one that reads slowly", reads_slowly, NULL, PLAINLY, PUT_MUCH, TIMEOUT, UC_ERR_TIMEOUT},
    {"uploading to one that reads nothing", reads_nothing, NULL, PLAINLY, UPLOAD, TIMEOUT | IDLE, UC_ERR_TIMEOUT},
    {"uploading to one that reads slowly", reads_slowly, NULL, PLAINLY, UPLOAD, TIMEOUT, UC_ERR_TIMEOUT},
};

#define SIZE (9 << 20)
static char *much; /* bytes to send, JSON text */

/** One that reads slowly has little room, so that every byte it takes makes way for another. */
static void phase_start(struct server *server, const struct phase *phase) {
    int room = 1; /* the least there is, some 2 KB */
    __atomic_store_n(&is_over, 0, __ATOMIC_SEQ_CST);
    server_start(server, phase->serve, (void *)phase->data);
    if (phase->serve == reads_slowly)
        CHECK(setsockopt(server->listening, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) == 0);
}

static uc_status call_in(const struct phase *phase, const uc_client *client, uc_error **error) {
    char *answer;
    uc_file *file;
    uc_status status;
    switch (phase->call) {
    case UPLOAD:
        status = uc_upload_data(client, much, SIZE, NULL, &file, error);
        uc_free(file);
        return status;
    default:
        status = uc_request(client, phase->call == GET ? "GET" : "PUT", "/anything/", phase->call == GET ? NULL : much,
                            &answer, error);
        uc_free(answer);
        return status;
    }
}

static const char *name_of(int limit) {
    return limit == TIMEOUT ? "timeout_ms" : limit == IDLE ? "idle_timeout_ms" : "connect_timeout_ms";
}

/** The call must end by this limit, which is `ms`; no other is near, and where bytes come not idle_timeout_ms. */
static void check_limit(const struct phase *phase, int limit, int ms, int signal_ms) {
    struct server server;
    struct deaf_host deaf;
    char address[128] = "https://127.0.0.1:1", proxy[128];
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_error *error;
    uc_status status;
    int64_t start, took, fills_up;
    if (phase->way == DEAF) {
        deaf_host_start(&deaf);
        strcpy(address, deaf.base);
    } else {
        phase_start(&server, phase);
        if (phase->way == HTTP_PROXY) snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", server.port);
        if (phase->way == SOCKS_PROXY) snprintf(proxy, sizeof proxy, "socks5h://127.0.0.1:%d", server.port);
        if (phase->way == PLAINLY) strcpy(address, server.base);
        if (phase->way == TLS) snprintf(address, sizeof address, "https://127.0.0.1:%d", server.port);
    }
    opts.api_base = opts.upload_base = address;
    opts.proxy = phase->way == HTTP_PROXY || phase->way == SOCKS_PROXY ? proxy : "";
    opts.ca_file = setting("UC_TEST_TLS_GOOD_CA");
    opts.timeout_ms = limit == TIMEOUT ? (uint32_t)ms : 60000;
    opts.idle_timeout_ms = limit == IDLE ? (uint32_t)ms : phase->limits & IDLE ? 30000 : (uint32_t)at_most(300);
    opts.connect_timeout_ms = limit == CONNECT ? (uint32_t)ms : 20000;
    opts.retries = -1;
    client = client_with(&opts);
    signal_every(signal_ms);
    start = now_ms();
    status = call_in(phase, client, &error);
    took = now_ms() - start;
    signal_every(0);
    __atomic_store_n(&is_over, 1, __ATOMIC_SEQ_CST);
    if (status != phase->status ||
        (status == UC_ERR_TIMEOUT && strncmp(error->message, name_of(limit), strlen(name_of(limit))) != 0))
        FAIL("%s, %s, a signal every %d ms: %s after %d ms: %s", phase->name, name_of(limit), signal_ms,
             uc_status_name(status), (int)took, error ? error->message : "");
    /* The system takes the first bytes for the peer: from the last of them on nothing moves. */
    fills_up = phase->call != GET && limit == IDLE ? 300 : 0;
    if (took < ms - 20 || took > at_most(ms + fills_up + 300))
        FAIL("%s, %s, a signal every %d ms: after %d ms, not %d", phase->name, name_of(limit), signal_ms, (int)took, ms);
    uc_free(error);
    uc_free(client);
    if (phase->way == DEAF) deaf_host_stop(&deaf);
    else server_stop(&server);
}

static void check_all(int signal_ms) {
    size_t i;
    int limit;
    char *letters = repeated("a", SIZE);
    much = text("\"%s\"", letters);
    free(letters);
    signal_every(0);
    for (i = 0; i < sizeof phases / sizeof *phases; i++)
        for (limit = TIMEOUT; limit <= CONNECT; limit *= 2)
            if (phases[i].limits & limit) check_limit(&phases[i], limit, 400, signal_ms);
    free(much);
}

TEST("every limit holds in every phase") { check_all(0); }

TEST("every limit holds in every phase under a signal every 100 ms") { check_all(100); }

TEST("every limit holds in every phase under a signal every 20 ms") { check_all(20); }

TEST("a pause before a retry ends with timeout_ms, under signals too, and is as long as was asked for") {
    static const int signals[] = {0, 100, 20};
    size_t i;
    for (i = 0; i < 3; i++) {
        struct server server;
        uc_client_opts opts = client_opts();
        uc_client *client;
        uc_error *error;
        char *answer;
        int64_t start;
        signal_every(0);
        server_start(&server, waits_long, NULL);
        opts.api_base = server.base;
        opts.timeout_ms = 1500;
        opts.retries = 100;
        client = client_with(&opts);
        signal_every(signals[i]);
        start = now_ms();
        CHECK_FAILS(UC_ERR_SERVER, uc_request(client, "GET", "/anything/", NULL, &answer, &error), error);
        CHECK_NOT_BEFORE(start, 1000); /* a second pause would have been too long */
        CHECK_BEFORE(start, 1500 + 300);
        signal_every(0);
        CHECK_INT(2, error->attempts);
        CHECK_INT(1000, error->retry_after_ms);
        uc_free(error);
        uc_free(client);
        server_stop(&server);
    }
}
