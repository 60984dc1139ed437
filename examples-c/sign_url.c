/*
 * Signs a URL on the CDN, so that secure delivery lets whoever has it in until it expires.
 *
 *     sign_url [--minutes N] [--everything-below] [--url-token] URL|UUID
 *
 * Prints the signed URL, and on stderr until when it is good: 5 minutes where nothing else is said.
 * With --everything-below its token is good for all URLs below the last slash: of a UUID, or of a file's
 * URL that ends after it, for all operations on the file; with --url-token it is good for this URL
 * without repeating it. Of a UUID, or of a group's id, the URL is made first. Sends nothing.
 *
 * The secret of secure delivery, which is not the secret key of the API, comes from
 * UPLOADCARE_DELIVERY_SECRET; for a UUID the key comes from UPLOADCARE_PUBLIC_KEY, and
 * UPLOADCARE_CDN_BASE, when set, is where the URL leads. Exit status 1 when it failed, 2 for a wrong
 * option or without a secret.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uploadcare.h>

#define USUAL_MINUTES 5

static int wrong_usage(void)
{
    fputs("usage: UPLOADCARE_DELIVERY_SECRET=... sign_url [--minutes N] [--everything-below] [--url-token] "
          "URL|UUID\n",
          stderr);
    return 2;
}

/* A number of minutes above 0; 0 for anything else. */
static long number(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);

    return *end == '\0' && value > 0 && value <= INT32_MAX ? value : 0;
}

static uc_status url_of(const char *id, char **url, uc_error **error)
{
    const char *cdn_base = getenv("UPLOADCARE_CDN_BASE");
    uc_client_opts opts = UC_CLIENT_OPTS_INIT;
    uc_client *client = NULL;

    opts.cdn_base = cdn_base && *cdn_base ? cdn_base : NULL;
    uc_status status = uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), NULL, &opts, &client, error);
    if (status == UC_OK)
        status = uc_url(client, id, NULL, NULL, url, error);
    uc_free(client);
    return status;
}

int main(int argc, char **argv)
{
    const char *secret = getenv("UPLOADCARE_DELIVERY_SECRET");
    const char *subject = NULL;
    long minutes = USUAL_MINUTES;
    uc_url_sign_opts opts = UC_URL_SIGN_OPTS_INIT;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--everything-below") == 0)
            opts.wildcard = UC_YES;
        else if (strcmp(argv[i], "--url-token") == 0)
            opts.url_token = UC_YES;
        else if (strcmp(argv[i], "--minutes") == 0 && argv[i + 1] && (minutes = number(argv[i + 1])) > 0)
            i++;
        else if (!subject && argv[i][0] != '-')
            subject = argv[i];
        else
            return wrong_usage();
    }
    if (!subject || !secret || !*secret)
        return wrong_usage();

    time_t expire = time(NULL) + (time_t)minutes * 60;
    char *url = NULL, *signed_url = NULL;
    uc_error *error = NULL;
    uc_status status = UC_OK;

    opts.expire = expire;
    if (!strstr(subject, "://"))
        status = url_of(subject, &url, &error);
    if (status == UC_OK)
        status = uc_url_sign(url ? url : subject, secret, &opts, &signed_url, &error);

    if (status == UC_OK) {
        char until[64];
        strftime(until, sizeof until, "%Y-%m-%d %H:%M:%S UTC", gmtime(&expire));
        puts(signed_url);
        fprintf(stderr, "good until %s\n", until);
    } else {
        fprintf(stderr, "sign_url: %s: %s\n", uc_status_name(status), error->message);
    }
    uc_free(error);
    uc_free(signed_url);
    uc_free(url);
    return status != UC_OK;
}
