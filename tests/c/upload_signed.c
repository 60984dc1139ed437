/* Uploads that need a permission: signed with the secret key, or with what a backend gave. */
#include "uploads.h"

#define MULTIPART (MOST_DIRECT + 1)

static uc_client *client_of(const char *secret_key, uc_sign_fn sign, void *sign_data) {
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_error *error;
    opts.sign = sign;
    opts.sign_data = sign_data;
    CHECK_OK(uc_client_new(PUBLIC_KEY, secret_key, &opts, &client, &error), error);
    return client;
}

/** A program without the secret key. */
static uc_client *client_of_public_key(void) { return client_of(NULL, NULL, NULL); }

static void wants_signatures(void) { emulator("POST", "/_emulator/project", "{\"signed_uploads\":true}"); }

static char *signature_for(const uc_client *backend, int64_t expire) {
    char *signature;
    uc_error *error;
    CHECK_OK(uc_upload_signature(backend, expire, &signature, &error), error);
    CHECK_INT(64, strlen(signature));
    return signature;
}

static char *token_with(const uc_client *backend, const uc_upload_token_opts *opts) {
    char *token;
    uc_error *error;
    CHECK_OK(uc_upload_token(backend, opts, &token, &error), error);
    return token;
}

static uc_status upload(const uc_client *client, int64_t size, const uc_upload_opts *opts, uc_file **file, uc_error **error) {
    struct content content = content_of(size);
    return upload_by(BY_MEMORY, client, &content, opts, file, error);
}

/** It must succeed, and be described. */
static void check_allowed(const uc_client *client, int64_t size, const uc_upload_opts *opts) {
    struct content content = content_of(size);
    uc_file *file;
    uc_error *error;
    CHECK_OK(upload(client, size, opts, &file, &error), error);
    CHECK(file->json != NULL);
    check_arrived(file, &content);
}

static void check_forbidden(const uc_client *client, int64_t size, const uc_upload_opts *opts, uc_status status, int http_status,
                            const char *code) {
    uc_file *file;
    uc_error *error;
    CHECK_FAILS(status, upload(client, size, opts, &file, &error), error);
    CHECK_TEXT(code, error->code);
    CHECK_INT(http_status, error->http_status);
    CHECK_INT(1, error->attempts);
    CHECK(file == NULL);
    uc_free(error);
}

/** The `expire` of the n-th request. */
static long long expire_sent(int n) {
    char *body = sent(n, "body"), *place = strstr(body, "expire=");
    long long expire;
    if (place == NULL) FAIL("no expire in %s", body);
    expire = atoll(place + 7);
    free(body);
    return expire;
}

/* -- vectors ----------------------------------------------------------------------------------------------- */

TEST("signatures are those of the service's own libraries") {
    static const struct {
        const char *secret;
        int64_t expire;
        const char *signature;
    } vectors[] = {
        {"YOUR_SECRET_KEY", 1678361640, "93b69d086a487fbdfc36172b96a5d7f5afa7cb209e43e5f25890bc037e638584"},
        {"project_secret_key", 1454903856, "d39a461d41f607338abffee5f31da4d4e46535651c87346e76906bf75c064d47"},
        {"demosecretkey", 60, "7d2e71d1843788a02d0c7fe6f5d71edf657363a369112e78d4f37ace3f884b00"},
    };
    size_t i;
    for (i = 0; i < 3; i++) {
        uc_client *client = client_of(vectors[i].secret, NULL, NULL);
        char *signature = signature_for(client, vectors[i].expire);
        CHECK_TEXT(vectors[i].signature, signature);
        uc_free(signature);
        uc_free(client);
    }
    CHECK_INT(0, requests_counted());
}

/* -- by the secret key --------------------------------------------------------------------------------------- */

TEST("a client with the secret key signs by itself, each upload anew, and where it need not") {
    uc_client *client = client_new();
    int wanted;
    for (wanted = 0; wanted < 2; wanted++) {
        long long first;
        char *requests;
        if (wanted) wants_signatures();
        forget_requests();
        check_allowed(client, 3, NULL);
        first = expire_sent(0);
        CHECK(first > time(NULL) + 60 && first <= time(NULL) + 86400);
        sleep_ms(1100);
        forget_requests();
        check_allowed(client, 3, NULL);
        CHECK(expire_sent(0) > first);
        forget_requests();
        check_allowed(client, MULTIPART, NULL);
        CHECK(expire_sent(0) > first);
        requests = emulator_get("/_emulator/requests");
        CHECK_INT(1 + 3, occurrences(requests, "signature=")); /* three are of part addresses */
        CHECK_LACKS(requests, "Bearer");
        CHECK_LACKS(requests, SECRET_KEY);
        free(requests);
    }
    uc_free(client);
}

TEST("a group and a file from a URL are signed, too") {
    uc_client *client = client_new(), *other = client_of_public_key();
    char *uuid = text("%s", a_file().uuid);
    const char *files[1];
    uc_group *group;
    uc_job *job;
    uc_error *error;
    files[0] = uuid;
    wants_signatures();
    CHECK_OK(uc_group_create(client, files, 1, NULL, &group, &error), error);
    uc_free(group);
    CHECK_OK(uc_upload_url(client, "http://127.0.0.1:9/file", NULL, &job, &error), error);
    uc_free(job);
    CHECK_FAILS(UC_ERR_REJECTED, uc_group_create(other, files, 1, NULL, &group, &error), error);
    CHECK_TEXT("SignatureRequiredError", error->code);
    uc_free(error);
    CHECK_FAILS(UC_ERR_REJECTED, uc_upload_url(other, "http://127.0.0.1:9/file", NULL, &job, &error), error);
    CHECK_TEXT("SignatureRequiredError", error->code);
    uc_free(error);
    free(uuid);
    uc_free(client);
    uc_free(other);
}

TEST("without any permission uploads go where none is wanted, and nowhere else") {
    uc_client *client = client_of_public_key();
    uc_file *file;
    uc_error *error;
    char *uuid;
    CHECK_OK(upload(client, 3, NULL, &file, &error), error);
    uuid = text("%s", file->uuid);
    uc_free(file);
    check_allowed(client, MULTIPART, NULL);
    wants_signatures();
    check_forbidden(client, 3, NULL, UC_ERR_REJECTED, 400, "SignatureRequiredError");
    check_forbidden(client, MULTIPART, NULL, UC_ERR_REJECTED, 400, "SignatureRequiredError");
    CHECK_OK(uc_upload_info(client, uuid, &file, &error), error);
    CHECK_TEXT(uuid, file->uuid);
    uc_free(file);
    free(uuid);
    uc_free(client);
}

/* -- by a signature of a backend's ----------------------------------------------------------------------------- */

TEST("a signature of a backend's is enough, and goes before the client's own") {
    uc_client *backend = client_new(), *clients[2];
    uc_upload_opts opts = upload_opts();
    size_t i;
    clients[0] = client_of_public_key();
    clients[1] = client_of("othersecretkey", NULL, NULL);
    wants_signatures();
    opts.expire = (int64_t)time(NULL) + 600;
    opts.signature = signature_for(backend, opts.expire);
    for (i = 0; i < 2; i++) {
        forget_requests();
        check_allowed(clients[i], 3, &opts);
        CHECK_INT(opts.expire, expire_sent(0));
        check_allowed(clients[i], MULTIPART, &opts);
        uc_free(clients[i]);
    }
    uc_free((void *)opts.signature);
    uc_free(backend);
}

TEST("a signature that has run out, or is none, is its own error") {
    uc_client *backend = client_new(), *client = client_of_public_key();
    uc_upload_opts opts = upload_opts();
    uc_file *file;
    uc_error *error;
    char *echo;
    wants_signatures();
    opts.expire = (int64_t)time(NULL) - 600;
    opts.signature = signature_for(backend, opts.expire);
    check_forbidden(client, 3, &opts, UC_ERR_AUTH, 403, "SignatureExpirationError");
    check_forbidden(client, MULTIPART, &opts, UC_ERR_AUTH, 403, "SignatureExpirationError");
    opts.expire += 6000;
    check_forbidden(client, 3, &opts, UC_ERR_AUTH, 403, "SignatureInvalidError");
    echo = text("{\"fault\":\"status\",\"status\":400,\"body\":\"You sent %s.\",\"content_type\":\"text/plain\"}", opts.signature);
    fault(echo);
    CHECK_FAILS(UC_ERR_REJECTED, upload(client, 3, &opts, &file, &error), error);
    CHECK_CONTAINS(error->message, "You sent ");
    CHECK_LACKS(error->message, opts.signature);
    CHECK_LACKS(error->body, opts.signature);
    uc_free(error);
    free(echo);
    uc_free((void *)opts.signature);
    uc_free(backend);
    uc_free(client);
}

/* -- by a token of a backend's --------------------------------------------------------------------------------- */

/** A part of a token as the text it stands for, to be freed. */
static char *decoded(const char *token, int n) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char *text = (char *)malloc(strlen(token) + 1), *to = text;
    unsigned long bits = 0;
    int count = 0;
    for (; n > 0; n--) token = strchr(token, '.') + 1;
    for (; *token != '.' && *token != '\0'; token++) {
        const char *digit = strchr(digits, *token);
        if (digit == NULL) FAIL("%c is no digit of base64url", *token);
        bits = bits << 6 | (unsigned long)(digit - digits);
        if ((count += 6) >= 8) *to++ = (char)(bits >> (count -= 8) & 0xff);
    }
    *to = '\0';
    return text;
}

TEST("a token says what it was asked to say, and nothing else") {
    static const char *const scope[] = {"/base/", "/multipart/*"};
    uc_client *backend = client_new();
    uc_upload_token_opts opts = upload_token_opts();
    char *token = token_with(backend, NULL), *head = decoded(token, 0), *claims = decoded(token, 1);
    CHECK_TEXT("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", head);
    CHECK_INT(1800, json_int(claims, "exp", 0) - json_int(claims, "iat", 0));
    CHECK(llabs(json_int(claims, "iat", 0) - (long long)time(NULL)) < 60);
    CHECK_INT(1, occurrences(claims, ",")); /* iat and exp, nothing more */
    CHECK_INT(2, occurrences(token, "."));
    free(head);
    free(claims);
    uc_free(token);
    opts.lifetime_s = 86400;
    opts.scope = scope;
    opts.scope_len = 2;
    opts.operations = 100000;
    opts.issuer = "some \"issuer\"";
    opts.subject = "\xd0\x96";
    opts.id = "id";
    token = token_with(backend, &opts);
    claims = decoded(token, 1);
    CHECK_INT(86400, json_int(claims, "exp", 0) - json_int(claims, "iat", 0));
    CHECK_INT(100000, json_int(claims, "operations", 0));
    CHECK_TOLD("[\"/base/\",\"/multipart/*\"]", claims, "scope");
    CHECK_TOLD("some \"issuer\"", claims, "iss");
    CHECK_TOLD("\xd0\x96", claims, "sub");
    CHECK_TOLD("id", claims, "jti");
    CHECK_CONTAINS(claims, "\"uc\":{\"restrictions\":{");
    CHECK_LACKS(claims, SECRET_KEY);
    CHECK_INT(0, requests_counted());
    free(claims);
    uc_free(token);
    uc_free(backend);
}

TEST("a token of a backend's is enough, and nothing is signed beside it") {
    uc_client *backend = client_new(), *clients[2];
    uc_upload_opts opts = upload_opts();
    size_t i;
    char *token = token_with(backend, NULL);
    clients[0] = client_of_public_key();
    clients[1] = client_of("othersecretkey", NULL, NULL);
    wants_signatures();
    opts.token = token;
    for (i = 0; i < 2; i++) {
        char *requests, *authorization = text("Bearer %s", token);
        uc_job *job;
        uc_error *error;
        forget_requests();
        check_allowed(clients[i], 3, &opts);
        CHECK_OK(uc_upload_url(clients[i], "http://127.0.0.1:9/file", &opts, &job, &error), error);
        requests = emulator_get("/_emulator/requests");
        CHECK_CONTAINS(requests, authorization);
        CHECK_LACKS(requests, "signature=");
        CHECK_LACKS(requests, "expire=");
        check_allowed(clients[i], MULTIPART, &opts);
        free(requests);
        free(authorization);
        uc_free(job);
        uc_free(clients[i]);
    }
    uc_free(token);
    uc_free(backend);
}

TEST("a token that has run out, or is none, is its own error, and is in none") {
    uc_client *backend = client_new(), *client = client_of_public_key();
    uc_upload_opts opts = upload_opts();
    uc_upload_token_opts brief = upload_token_opts();
    uc_file *file;
    uc_error *error;
    char *token, *echo;
    wants_signatures();
    brief.lifetime_s = 1;
    token = token_with(backend, &brief);
    opts.token = token;
    emulator("POST", "/_emulator/clock", "{\"offset_s\":120}");
    check_forbidden(client, 3, &opts, UC_ERR_AUTH, 401, "AccessTokenExpiredError");
    check_forbidden(client, MULTIPART, &opts, UC_ERR_AUTH, 401, "AccessTokenExpiredError");
    echo = text("{\"fault\":\"status\",\"status\":401,\"body\":\"You sent %s.\",\"content_type\":\"text/plain\"}", token);
    fault(echo);
    CHECK_FAILS(UC_ERR_AUTH, upload(client, 3, &opts, &file, &error), error);
    CHECK_LACKS(error->message, token);
    CHECK_LACKS(error->body, token);
    uc_free(error);
    opts.token = "no.token.at-all";
    check_forbidden(client, 3, &opts, UC_ERR_AUTH, 401, "AccessTokenInvalidError");
    free(echo);
    uc_free(token);
    uc_free(backend);
    uc_free(client);
}

TEST("a token allows no more than its scope and its number of files") {
    static const char *const base_only[] = {"/base/"}, *const multipart_only[] = {"/multipart/*"};
    uc_client *backend = client_new(), *client = client_of_public_key();
    uc_upload_opts opts = upload_opts();
    uc_upload_token_opts token = upload_token_opts();
    wants_signatures();
    token.scope_len = 1;
    token.scope = base_only;
    opts.token = token_with(backend, &token);
    check_allowed(client, 3, &opts);
    check_forbidden(client, MULTIPART, &opts, UC_ERR_AUTH, 403, "ScopeForbiddenError");
    uc_free((void *)opts.token);
    token.scope = multipart_only;
    opts.token = token_with(backend, &token);
    check_allowed(client, MULTIPART, &opts);
    check_forbidden(client, 3, &opts, UC_ERR_AUTH, 403, "ScopeForbiddenError");
    uc_free((void *)opts.token);
    token = upload_token_opts();
    token.operations = 2;
    opts.token = token_with(backend, &token);
    check_allowed(client, 3, &opts);
    check_allowed(client, MULTIPART, &opts);
    check_forbidden(client, 3, &opts, UC_ERR_AUTH, 403, "OperationsLimitExceededError");
    uc_free((void *)opts.token);
    uc_free(backend);
    uc_free(client);
}

/* -- groups ------------------------------------------------------------------------------------------------------- */

static uc_status group_of(const uc_client *client, const char *uuid, const uc_group_create_opts *opts, uc_error **error) {
    uc_group *group;
    uc_status status = uc_group_create(client, &uuid, 1, opts, &group, error);
    CHECK((group != NULL) == (status == UC_OK));
    if (group != NULL) CHECK_TEXT(uuid, group->files[0]->uuid);
    uc_free(group);
    return status;
}

static void check_no_group(const uc_client *client, const char *uuid, const uc_group_create_opts *opts, int http_status,
                           const char *code) {
    uc_error *error;
    CHECK_FAILS(UC_ERR_AUTH, group_of(client, uuid, opts, &error), error);
    CHECK_TEXT(code, error->code);
    CHECK_INT(http_status, error->http_status);
    CHECK_INT(1, error->attempts);
    uc_free(error);
}

TEST("a group is made with a backend's signature, which goes before the client's own") {
    uc_client *backend = client_new(), *clients[2];
    uc_group_create_opts opts = group_create_opts();
    char *uuid = text("%s", a_file().uuid), *echo, *body;
    uc_error *error;
    size_t i;
    clients[0] = client_of_public_key();
    clients[1] = client_of("othersecretkey", NULL, NULL);
    wants_signatures();
    opts.expire = (int64_t)time(NULL) + 600;
    opts.signature = signature_for(backend, opts.expire);
    for (i = 0; i < 2; i++) {
        forget_requests();
        CHECK_OK(group_of(clients[i], uuid, &opts, &error), error);
        CHECK_INT(1, requests_counted());
        CHECK_INT(opts.expire, expire_sent(0));
        body = sent(0, "body");
        CHECK_CONTAINS(body, opts.signature);
        free(body);
    }
    echo = text("{\"fault\":\"status\",\"status\":400,\"body\":\"You sent %s.\",\"content_type\":\"text/plain\"}", opts.signature);
    fault(echo);
    CHECK_FAILS(UC_ERR_REJECTED, group_of(clients[0], uuid, &opts, &error), error);
    CHECK_CONTAINS(error->message, "You sent ");
    CHECK_LACKS(error->message, opts.signature);
    CHECK_LACKS(error->body, opts.signature);
    uc_free(error);
    opts.expire++;
    check_no_group(clients[0], uuid, &opts, 403, "SignatureInvalidError");
    uc_free((void *)opts.signature);
    opts.expire = (int64_t)time(NULL) - 600;
    opts.signature = signature_for(backend, opts.expire);
    check_no_group(clients[0], uuid, &opts, 403, "SignatureExpirationError");
    uc_free((void *)opts.signature);
    for (i = 0; i < 2; i++) uc_free(clients[i]);
    free(echo);
    free(uuid);
    uc_free(backend);
}

TEST("a group is made with a backend's token whose scope is /group/, as often as one likes") {
    static const char *const group_only[] = {"/group/"}, *const others[] = {"/base/", "/multipart/*", "/from_url/"};
    uc_client *backend = client_new(), *clients[2];
    uc_group_create_opts opts = group_create_opts();
    uc_upload_token_opts claims = upload_token_opts();
    char *uuid = text("%s", a_file().uuid), *echo;
    uc_error *error;
    size_t i;
    clients[0] = client_of_public_key();
    clients[1] = client_of("othersecretkey", NULL, NULL);
    wants_signatures();
    claims.scope = group_only;
    claims.scope_len = 1;
    claims.operations = 1;
    opts.token = token_with(backend, &claims);
    for (i = 0; i < 4; i++) {
        char *authorization = text("Bearer %s", opts.token), *requests;
        forget_requests();
        CHECK_OK(group_of(clients[i % 2], uuid, &opts, &error), error);
        requests = emulator_get("/_emulator/requests");
        CHECK_CONTAINS(requests, authorization);
        CHECK_LACKS(requests, "signature=");
        CHECK_LACKS(requests, "expire=");
        free(requests);
        free(authorization);
    }
    echo = text("{\"fault\":\"status\",\"status\":400,\"body\":\"You sent %s.\",\"content_type\":\"text/plain\"}", opts.token);
    fault(echo);
    CHECK_FAILS(UC_ERR_REJECTED, group_of(clients[0], uuid, &opts, &error), error);
    CHECK_LACKS(error->message, opts.token);
    CHECK_LACKS(error->body, opts.token);
    uc_free(error);
    free(echo);
    uc_free((void *)opts.token);
    claims.scope = others;
    claims.scope_len = 3;
    opts.token = token_with(backend, &claims);
    check_no_group(clients[0], uuid, &opts, 403, "ScopeForbiddenError");
    emulator("POST", "/_emulator/clock", "{\"offset_s\":7200}");
    check_no_group(clients[0], uuid, &opts, 401, "AccessTokenExpiredError");
    uc_free((void *)opts.token);
    for (i = 0; i < 2; i++) uc_free(clients[i]);
    free(uuid);
    uc_free(backend);
}

/* -- by a callback ------------------------------------------------------------------------------------------------ */

/** Signs as a keeper of the key elsewhere would. */
struct signer {
    uc_client *keeper;
    int calls, wrong, result;
    const char *says;
};

static int32_t sign(void *data, int32_t algorithm, const char *text, char *hex, size_t hex_size) {
    struct signer *signer = (struct signer *)data;
    char *signature;
    __atomic_add_fetch(&signer->calls, 1, __ATOMIC_SEQ_CST);
    if (algorithm != UC_HMAC_SHA256 || strspn(text, "0123456789") != strlen(text) || hex_size < 65) signer->wrong++;
    if (signer->says) return snprintf(hex, hex_size, "%s", signer->says) < 0;
    if (uc_upload_signature(signer->keeper, atoll(text), &signature, NULL) != UC_OK) return -1;
    snprintf(hex, hex_size, "%s", signature);
    uc_free(signature);
    return signer->result;
}

TEST("a callback signs in place of the secret key, uploads and permissions") {
    struct signer signer = {client_new(), 0, 0, 0, NULL};
    uc_client *client = client_of(NULL, sign, &signer);
    char *signature, *token, *uuid;
    uc_file *file;
    uc_error *error;
    wants_signatures();
    check_allowed(client, 3, NULL);
    CHECK_INT(1, signer.calls);
    check_allowed(client, MULTIPART, NULL);
    CHECK_INT(2, signer.calls);
    uuid = text("%s", a_file().uuid);
    CHECK_OK(group_of(client, uuid, NULL, &error), error);
    free(uuid);
    CHECK_INT(3, signer.calls);
    signature = signature_for(client, 60);
    CHECK_TEXT("7d2e71d1843788a02d0c7fe6f5d71edf657363a369112e78d4f37ace3f884b00", signature);
    CHECK_INT(0, signer.wrong);
    uc_free(signature);
    check_refusal(uc_upload_token(client, NULL, &token, &error), &error, "secret_key", "a callback");
    forget_requests();
    signer.result = 1;
    CHECK_FAILS(UC_ERR_CANCELED, upload(client, 3, NULL, &file, &error), error);
    uc_free(error);
    signer.says = "no signature";
    CHECK_FAILS(UC_ERR_ARGUMENT, upload(client, MULTIPART, NULL, &file, &error), error);
    uc_free(error);
    CHECK_INT(0, requests_counted());
    uc_free(client);
    uc_free(signer.keeper);
}

/* -- refusals --------------------------------------------------------------------------------------------------------- */

static void check_refused(const uc_client *client, const uc_upload_opts *opts, const char *name, const char *value) {
    uc_group_create_opts group_opts = group_create_opts();
    uc_file *file;
    uc_job *job;
    uc_error *error;
    check_refusal(upload(client, 3, opts, &file, &error), &error, name, value);
    check_refusal(uc_upload_url(client, "http://127.0.0.1:9/file", opts, &job, &error), &error, name, value);
    group_opts.token = opts->token;
    group_opts.signature = opts->signature;
    group_opts.expire = opts->expire;
    check_refusal(group_of(client, NO_FILE, &group_opts, &error), &error, name, value);
}

TEST("two permissions at once, half of one, or what cannot be one are refused before anything is sent") {
    static const char *const tokens[] = {"", "a b", "a\nb", "a\r\nX: y", "\xc3\xa9"};
    uc_client *client = client_new();
    uc_upload_opts opts = upload_opts();
    size_t i;
    opts.token = "a.b.c";
    opts.signature = "abc";
    opts.expire = 1;
    check_refused(client, &opts, "opts.signature", "and a token");
    opts.signature = NULL;
    check_refused(client, &opts, "opts.expire", "and a token");
    opts.token = NULL;
    check_refused(client, &opts, "opts.expire", "without a signature");
    opts.signature = "abc";
    opts.expire = 0;
    check_refused(client, &opts, "opts.expire", "0");
    opts.expire = -1;
    check_refused(client, &opts, "opts.expire", "-1");
    opts = upload_opts();
    for (i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        opts.token = tokens[i];
        check_refused(client, &opts, "opts.token", tokens[i]);
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

static void check_refused_token(const uc_client *client, const uc_upload_token_opts *opts, const char *name,
                                const char *value) {
    char *token;
    uc_error *error;
    check_refusal(uc_upload_token(client, opts, &token, &error), &error, name, value);
    CHECK(token == NULL);
}

TEST("permissions that the service would not take are not made") {
    char *path65 = repeated("/path", 13);
    const char *const wrong[] = {"", "base/", "*", "/ba*", "/*/base/", "/**", "/a b/", "/\xc3\xa9/", path65};
    const char *scope[17];
    uc_client *client = client_new(), *other = client_of_public_key();
    uc_upload_token_opts opts = upload_token_opts();
    char *signature;
    uc_error *error;
    size_t i;
    opts.lifetime_s = -1;
    check_refused_token(client, &opts, "opts.lifetime_s", "-1");
    opts.lifetime_s = 86401;
    check_refused_token(client, &opts, "opts.lifetime_s", "86401");
    opts = upload_token_opts();
    opts.operations = -1;
    check_refused_token(client, &opts, "opts.operations", "-1");
    opts.operations = 100001;
    check_refused_token(client, &opts, "opts.operations", "100001");
    opts = upload_token_opts();
    opts.scope = scope;
    opts.scope_len = 1;
    for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        scope[0] = wrong[i];
        check_refused_token(client, &opts, "opts.scope", wrong[i]);
    }
    opts.scope_len = 0;
    check_refused_token(client, &opts, "opts.scope is set and opts.scope_len is 0", "no length");
    for (i = 0; i < 17; i++) scope[i] = "/base/";
    opts.scope_len = 17;
    check_refused_token(client, &opts, "opts.scope", "17 of them");
    check_refused_token(other, NULL, "secret_key", "NULL");
    check_refusal(uc_upload_signature(other, 60, &signature, &error), &error, "secret_key", "NULL");
    check_refusal(uc_upload_signature(client, 0, &signature, &error), &error, "expire", "0");
    check_refusal(uc_upload_signature(client, -1, &signature, &error), &error, "expire", "-1");
    check_refusal(uc_upload_signature(client, 60, NULL, &error), &error, "signature", "NULL");
    free(path65);
    uc_free(client);
    uc_free(other);
}
