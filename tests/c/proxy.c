/* Proxies: of the options and of the environment, by CONNECT and by SOCKS. */
#include "listing.h"

#include <poll.h>

/* -- proxies of our own ---------------------------------------------------------------------------- */

/** Two connections whose bytes are carried from each to the other. */
struct tunnel {
    int one, other;
    pthread_t thread;
};

/** A proxy, and what it saw. */
static struct {
    struct server server;
    char request[4096]; /* the head of the last one */
    int served;
    struct tunnel tunnels[64];
} proxy;

static void *carry(void *argument) {
    struct tunnel *tunnel = (struct tunnel *)argument;
    char bytes[16384];
    for (;;) {
        struct pollfd ends[2];
        int i;
        ends[0].fd = tunnel->one;
        ends[1].fd = tunnel->other;
        ends[0].events = ends[1].events = POLLIN;
        if (poll(ends, 2, 60000) <= 0) break;
        for (i = 0; i < 2; i++) {
            ssize_t got = ends[i].revents ? recv(ends[i].fd, bytes, sizeof bytes, 0) : -1;
            if (ends[i].revents && (got <= 0 || send_bytes(ends[1 - i].fd, bytes, (size_t)got) != 0)) {
                close(tunnel->one);
                close(tunnel->other);
                return NULL;
            }
        }
    }
    return NULL;
}

/** Carries bytes both ways on a thread of its own, until one side ends. */
static void dig_tunnel(int connection, int port) {
    struct tunnel *tunnel = &proxy.tunnels[proxy.served++];
    CHECK(proxy.served < 64);
    tunnel->one = dup(connection); /* the server closes its own */
    tunnel->other = connect_to(port);
    CHECK(pthread_create(&tunnel->thread, NULL, carry, tunnel) == 0);
}

/** An http proxy: requests to http URLs it passes on, to others it gives a tunnel by CONNECT. */
static void serve_http(int connection, void *data) {
    int port;
    (void)data;
    if (read_head(connection, proxy.request, sizeof proxy.request) < 0) return;
    if (sscanf(proxy.request, "CONNECT %*[^:]:%d HTTP/1.1\r\n", &port) == 1) {
        send_text(connection, "HTTP/1.1 200 Connection established\r\n\r\n");
        dig_tunnel(connection, port);
    } else if (sscanf(proxy.request, "%*s http://%*[^:]:%d/", &port) == 1) {
        /* What follows on the connection goes to the same host: enough for these tests. */
        dig_tunnel(connection, port);
        send_text(proxy.tunnels[proxy.served - 1].other, proxy.request);
    } else {
        send_text(connection, "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
}

/** A SOCKS5 proxy without passwords (RFC 1928). */
static void serve_socks(int connection, void *data) {
    unsigned char bytes[512];
    (void)data;
    if (recv(connection, bytes, 2, MSG_WAITALL) != 2 || bytes[0] != 5) return;
    if (recv(connection, bytes + 2, bytes[1], MSG_WAITALL) != bytes[1]) return;
    send_bytes(connection, "\x05\x00", 2);
    if (recv(connection, bytes, 4, MSG_WAITALL) != 4 || bytes[1] != 1) return;
    if (bytes[3] == 1) {
        if (recv(connection, bytes, 4, MSG_WAITALL) != 4) return;
    } else {
        if (recv(connection, bytes, 1, MSG_WAITALL) != 1) return;
        if (recv(connection, bytes + 1, bytes[0], MSG_WAITALL) != bytes[0]) return;
    }
    if (recv(connection, bytes, 2, MSG_WAITALL) != 2) return;
    send_bytes(connection, "\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00", 10);
    dig_tunnel(connection, bytes[0] << 8 | bytes[1]);
}

/** Begins a proxy, with nothing seen and an environment without proxies. */
static const char *proxy_start(void (*serve)(int connection, void *data)) {
    static const char *const names[] = {"http_proxy", "https_proxy", "all_proxy", "no_proxy",
                                        "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"};
    size_t i;
    for (i = 0; i < sizeof names / sizeof *names; i++) unsetenv(names[i]);
    memset(&proxy, 0, sizeof proxy);
    server_start(&proxy.server, serve, NULL);
    return proxy.server.base;
}

/** Ends it, when its clients are freed. */
static void proxy_stop(void) {
    int i;
    server_stop(&proxy.server);
    for (i = 0; i < proxy.served; i++) pthread_join(proxy.tunnels[i].thread, NULL);
}

/* -- clients ------------------------------------------------------------------------------------- */

static uc_client *client_through(const char *address) {
    uc_client_opts opts = client_opts();
    opts.proxy = address;
    return client_with(&opts);
}

static void list_once(const uc_client *client) {
    uc_page *page;
    uc_error *error;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    uc_free(page);
}

/** Whether a client that is made now goes through the proxy. */
static int goes_through(const char *address) {
    int before = proxy.served;
    uc_client *client = client_through(address);
    list_once(client);
    uc_free(client);
    return proxy.served - before;
}

static uc_client_opts tls_opts(void) {
    uc_client_opts opts = client_opts();
    opts.api_base = setting("UC_TEST_TLS_GOOD");
    opts.ca_file = setting("UC_TEST_TLS_GOOD_CA");
    return opts;
}

/* -- tests ----------------------------------------------------------------------------------------- */

TEST("an http proxy of the options is used, given with its scheme or without") {
    const char *address = proxy_start(serve_http);
    char expected[64];
    snprintf(expected, sizeof expected, "GET http://127.0.0.1:%d/groups/", port_of(base()));
    CHECK(goes_through(address));
    CHECK(strncmp(proxy.request, expected, strlen(expected)) == 0);
    CHECK(goes_through(address + strlen("http://")));
    CHECK(!goes_through(NULL));
    CHECK_INT(3, requests_counted());
    proxy_stop();
}

TEST("without one, the environment's is used: http_proxy, all_proxy, in small letters and capitals") {
    static const char *const names[] = {"http_proxy", "all_proxy", "ALL_PROXY", "HTTP_PROXY"};
    const char *address = proxy_start(serve_http);
    size_t i;
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        setenv(names[i], address, 1);
        if (!goes_through(NULL)) FAIL("%s is not used", names[i]);
        unsetenv(names[i]);
    }
    CHECK(!goes_through(NULL));
    proxy_stop();
}

TEST("https_proxy is for an https base, and for no other") {
    const char *address = proxy_start(serve_http);
    uc_client_opts opts = tls_opts();
    uc_client *client;
    setenv("https_proxy", address, 1);
    CHECK(!goes_through(NULL));
    client = client_with(&opts);
    list_once(client);
    uc_free(client);
    CHECK_INT(1, proxy.served);
    unsetenv("https_proxy");
    setenv("http_proxy", address, 1);
    client = client_with(&opts);
    list_once(client);
    uc_free(client);
    CHECK_INT(1, proxy.served);
    proxy_stop();
}

TEST("no_proxy of the environment excepts its hosts, and is no matter to a proxy of the options") {
    static const char *const names[] = {"no_proxy", "NO_PROXY"};
    static const char *const excepting[] = {"127.0.0.1", "example.com,127.0.0.1", "example.com, 127.0.0.1", "*"};
    static const char *const others[] = {"", "example.com", "127.0.0.2"};
    const char *address = proxy_start(serve_http);
    size_t i, j;
    setenv("http_proxy", address, 1);
    for (i = 0; i < 2; i++) {
        for (j = 0; j < sizeof excepting / sizeof *excepting; j++) {
            setenv(names[i], excepting[j], 1);
            if (goes_through(NULL)) FAIL("%s=%s does not except 127.0.0.1", names[i], excepting[j]);
            if (!goes_through(address)) FAIL("%s=%s excepts from the proxy of the options", names[i], excepting[j]);
        }
        for (j = 0; j < sizeof others / sizeof *others; j++) {
            setenv(names[i], others[j], 1);
            if (!goes_through(NULL)) FAIL("%s=%s excepts 127.0.0.1", names[i], others[j]);
        }
        unsetenv(names[i]);
    }
    proxy_stop();
}

TEST("an empty proxy in the options is none, whatever the environment says") {
    const char *address = proxy_start(serve_http);
    setenv("http_proxy", address, 1);
    setenv("all_proxy", address, 1);
    CHECK(!goes_through(""));
    proxy_stop();
}

TEST("the environment is read when the client is made") {
    const char *address = proxy_start(serve_http);
    uc_client *client = client_new();
    setenv("http_proxy", address, 1);
    list_once(client);
    uc_free(client);
    CHECK_INT(0, proxy.served);
    client = client_new();
    unsetenv("http_proxy");
    list_once(client);
    uc_free(client);
    CHECK_INT(1, proxy.served);
    proxy_stop();
}

TEST("a whole listing goes through the proxy on one connection, links and all; reading ahead, too") {
    uc_groups_opts opts = groups_opts();
    struct truth truth = truth_new();
    uc_client *client = client_through(proxy_start(serve_http));
    check_listing(client, NULL, &truth, 0, 249, 1);
    CHECK_INT(1, proxy.served);
    opts.read_ahead = 2;
    check_listing(client, &opts, &truth, 0, 249, 1);
    CHECK(proxy.served <= 2);
    uc_free(client);
    proxy_stop();
    free(truth.groups);
}

TEST("a proxy that is not there is UC_ERR_NETWORK, and nobody goes around it") {
    char address[64];
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_page *page;
    uc_error *error;
    proxy_start(serve_http);
    proxy_stop();
    snprintf(address, sizeof address, "http://127.0.0.1:%d", proxy.server.port);
    opts.proxy = address;
    opts.retries = -1;
    client = client_with(&opts);
    CHECK_FAILS(UC_ERR_NETWORK, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(0, requests_counted());
    uc_free(error);
    uc_free(client);
}

static void serve_refusal(int connection, void *data) {
    (void)data;
    if (read_head(connection, proxy.request, sizeof proxy.request) < 0) return;
    send_text(connection,
              "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST("a proxy that refuses is UC_ERR_NETWORK, and it is not taken for the service") {
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_page *page;
    uc_error *error;
    opts.proxy = proxy_start(serve_refusal);
    opts.retries = -1;
    client = client_with(&opts);
    CHECK_FAILS(UC_ERR_NETWORK, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(0, requests_counted());
    uc_free(error);
    uc_free(client);
    proxy_stop();
}

TEST("of what goes to an https base the proxy sees the host, no key and no path") {
    uc_client_opts opts = tls_opts();
    uc_client *client;
    char expected[64];
    opts.proxy = proxy_start(serve_http);
    client = client_with(&opts);
    list_once(client);
    list_once(client);
    uc_free(client);
    CHECK_INT(1, proxy.served);
    snprintf(expected, sizeof expected, "CONNECT 127.0.0.1:%d HTTP/1.1\r\n", port_of(opts.api_base));
    CHECK(strncmp(proxy.request, expected, strlen(expected)) == 0);
    CHECK_LACKS(proxy.request, PUBLIC_KEY);
    CHECK_LACKS(proxy.request, "/groups/");
    proxy_stop();
}

TEST("a proxy's user and password are sent to it, and never shown") {
    uc_client_opts opts = tls_opts();
    uc_client *client;
    uc_page *page;
    uc_error *error;
    char address[128];
    proxy_start(serve_http);
    snprintf(address, sizeof address, "http://user:password@127.0.0.1:%d", proxy.server.port);
    opts.proxy = address;
    opts.retries = -1;
    client = client_with(&opts);
    list_once(client);
    uc_free(client);
    proxy_stop();
    CHECK(strcasestr(proxy.request, "proxy-authorization: Basic dXNlcjpwYXNzd29yZA==") != NULL);
    client = client_with(&opts);
    CHECK_FAILS(UC_ERR_NETWORK, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_LACKS(error->message, "password");
    uc_free(error);
    uc_free(client);
}

TEST("a SOCKS proxy carries http and https") {
    uc_client_opts opts = tls_opts();
    uc_client *client;
    char address[64];
    proxy_start(serve_socks);
    snprintf(address, sizeof address, "socks5://127.0.0.1:%d", proxy.server.port);
    CHECK(goes_through(address));
    opts.proxy = address;
    client = client_with(&opts);
    list_once(client);
    uc_free(client);
    CHECK_INT(2, proxy.served);
    proxy_stop();
}
