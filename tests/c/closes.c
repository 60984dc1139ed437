/*
 * How a connection over TLS ends, and what that says of a response: a relay in front of the emulator
 * takes away its last word, close_notify, which nobody on the way can make.
 */
#include "servers.h"

/* -- the relay ------------------------------------------------------------------------------------------ */

enum end { IN_ORDER, SILENTLY, RESET };

static struct {
    struct server server;
    char base[64]; /* https:// */
    enum end end;
} relay;

/** A record of TLS whole, its size; 0 at the end. */
static int take_record(int connection, char *bytes) {
    int size;
    if (recv(connection, bytes, 5, MSG_WAITALL) != 5) return 0;
    size = (unsigned char)bytes[3] << 8 | (unsigned char)bytes[4];
    return recv(connection, bytes + 5, (size_t)size, MSG_WAITALL) == size ? size + 5 : 0;
}

/** An alert: told apart by its type, or in TLS 1.3, where that is hidden, by its size. */
static int is_alert(const char *record, int size) { return record[0] == 21 || (record[0] == 23 && size == 5 + 19); }

static void pass(int connection, void *data) {
    static char bytes[5 + 65536];
    int server = connect_to(port_of(setting("UC_TEST_TLS_GOOD"))), size;
    struct linger linger = {1, 0};
    struct pollfd ends[2];
    (void)data;
    ends[0].fd = connection;
    ends[1].fd = server;
    ends[0].events = ends[1].events = POLLIN;
    while (poll(ends, 2, 60000) > 0) {
        int from_server = ends[0].revents == 0;
        if ((size = take_record(from_server ? server : connection, bytes)) == 0) break;
        if (from_server && relay.end != IN_ORDER && is_alert(bytes, size)) break;
        if (send_bytes(from_server ? connection : server, bytes, (size_t)size) != 0) break;
    }
    if (relay.end == RESET) {
        sleep_ms(20); /* until what came before was read */
        setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    }
    close(server);
}

static void relay_begin(enum end end) {
    relay.end = end;
    server_start(&relay.server, pass, NULL);
    snprintf(relay.base, sizeof relay.base, "https://127.0.0.1:%d", relay.server.port);
}

static uc_client *tls_client(const char *address, int retries) {
    uc_client_opts opts = client_opts();
    opts.api_base = address;
    opts.ca_file = setting("UC_TEST_TLS_GOOD_CA");
    opts.retries = retries;
    return client_with(&opts);
}

/** What goes wrong at the emulator that speaks TLS; NULL for nothing any more. */
static void tls_fault(const char *json) {
    uc_client *client = tls_client(setting("UC_TEST_TLS_GOOD"), -1);
    char *answer;
    uc_error *error;
    CHECK_OK(uc_request(client, json ? "POST" : "DELETE", "/_emulator/faults", json, &answer, &error), error);
    uc_free(answer);
    uc_free(client);
}

/* -- tests ------------------------------------------------------------------------------------------------ */

TEST("over TLS a response without a length is whole only after close_notify") {
    static const struct { enum end end; const char *fault; uc_status status; } rows[] = {
        {IN_ORDER, "{\"fault\":\"no_length\",\"times\":-1}", UC_OK},
        {SILENTLY, "{\"fault\":\"no_length\",\"times\":-1}", UC_ERR_NETWORK},
        {RESET, "{\"fault\":\"no_length\",\"times\":-1}", UC_ERR_NETWORK},
        {IN_ORDER, NULL, UC_OK},
        {SILENTLY, "{\"fault\":\"close_after\",\"times\":-1}", UC_OK},
        {SILENTLY, "{\"fault\":\"close_inside\",\"times\":-1}", UC_ERR_NETWORK},
        {IN_ORDER, "{\"fault\":\"close_inside\",\"times\":-1}", UC_ERR_NETWORK},
    };
    size_t i;
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        uc_client *client;
        char *answer;
        uc_error *error;
        uc_status status;
        int attempt;
        relay_begin(rows[i].end);
        if (rows[i].fault) tls_fault(rows[i].fault);
        client = tls_client(relay.base, 1);
        /* A second call as well: a connection that has ended is not used again. */
        for (attempt = 0; attempt < 2; attempt++) {
            status = uc_request(client, "GET", "/groups/?limit=2", NULL, &answer, &error);
            if (status != rows[i].status)
                FAIL("row %d: %s: %s", (int)i, uc_status_name(status), error ? error->message : answer);
            if (status == UC_OK) CHECK_CONTAINS(answer, "}");
            else CHECK_INT(2, error->attempts);
            if (status != UC_OK) CHECK_CONTAINS(error->message, "was lost");
            uc_free(answer);
            uc_free(error);
        }
        uc_free(client);
        server_stop(&relay.server);
        tls_fault(NULL);
    }
}

TEST("over TLS a POST whose response was cut is not sent again") {
    uc_client *client;
    char *answer;
    uc_error *error;
    relay_begin(SILENTLY);
    tls_fault("{\"fault\":\"no_length\",\"method\":\"POST\",\"path\":\"/files/\",\"times\":-1}");
    client = tls_client(relay.base, 3);
    CHECK_FAILS(UC_ERR_NETWORK, uc_request(client, "POST", "/files/search/", "{\"query\":\"pineapple\"}", &answer, &error),
                error);
    CHECK_INT(1, error->attempts);
    CHECK(answer == NULL);
    uc_free(error);
    uc_free(client);
    server_stop(&relay.server);
    tls_fault(NULL);
}
