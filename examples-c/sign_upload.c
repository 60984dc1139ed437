/*
 * Makes what allows a program without the secret key to upload: what a backend hands out.
 *
 *     sign_upload [--lifetime SECONDS]
 *     sign_upload --token [--lifetime SECONDS] [--operations N] [--scope PATH]...
 *
 * Prints a signature and the time at which it expires, or a JWT that allows no more than N files and
 * these paths of the Upload API, such as /base/ or /multipart/ and all below it. Either lives half an hour where
 * nothing else is said. Sends nothing.
 *
 * Keys come from UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY. Exit status 1 when it failed, 2 for a
 * wrong option.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uploadcare.h>

#define MOST_SCOPES 16
#define USUAL_LIFETIME (30 * 60)

static int wrong_usage(void)
{
    fputs("usage: sign_upload [--lifetime SECONDS]\n"
          "       sign_upload --token [--lifetime SECONDS] [--operations N] [--scope PATH]...\n",
          stderr);
    return 2;
}

/* A number above 0 that says a time or a count; 0 for anything else. */
static int64_t number(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);

    return *end == '\0' && value > 0 && value <= INT32_MAX ? value : 0;
}

static uc_status print_signature(const uc_client *client, int64_t lifetime, uc_error **error)
{
    int64_t expire = (int64_t)time(NULL) + (lifetime ? lifetime : USUAL_LIFETIME);
    char *signature;

    uc_status status = uc_upload_signature(client, expire, &signature, error);
    if (status == UC_OK)
        printf("signature %s\nexpire %" PRId64 "\n", signature, expire);
    uc_free(signature);
    return status;
}

static uc_status print_token(const uc_client *client, const uc_upload_token_opts *opts, uc_error **error)
{
    char *token;

    uc_status status = uc_upload_token(client, opts, &token, error);
    if (status == UC_OK)
        puts(token);
    uc_free(token);
    return status;
}

int main(int argc, char **argv)
{
    const char *scope[MOST_SCOPES];
    uc_upload_token_opts opts = UC_UPLOAD_TOKEN_OPTS_INIT;
    int is_token = 0;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--token") == 0) {
            is_token = 1;
        } else if (i + 1 == argc) {
            return wrong_usage();
        } else if (strcmp(argv[i], "--scope") == 0 && opts.scope_len < MOST_SCOPES) {
            opts.scope = scope;
            scope[opts.scope_len++] = argv[++i];
        } else {
            int64_t *value = strcmp(argv[i], "--lifetime") == 0     ? &opts.lifetime_s
                             : strcmp(argv[i], "--operations") == 0 ? &opts.operations
                                                                    : NULL;
            if (!value || (*value = number(argv[++i])) == 0)
                return wrong_usage();
        }
    }
    if (!is_token && (opts.operations || opts.scope_len))
        return wrong_usage();

    uc_client *client = NULL;
    uc_error *error = NULL;
    uc_status status = uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), getenv("UPLOADCARE_SECRET_KEY"),
                                     NULL, &client, &error);
    if (status == UC_OK)
        status = is_token ? print_token(client, &opts, &error)
                          : print_signature(client, opts.lifetime_s, &error);

    if (status != UC_OK)
        fprintf(stderr, "sign_upload: %s: %s\n", uc_status_name(status), error->message);
    uc_free(error);
    uc_free(client);
    return status != UC_OK;
}
