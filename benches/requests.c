/*
 * Sends N requests that have next to no answer, through the library.
 *
 *     requests N
 */
#include <stdio.h>
#include <stdlib.h>
#include <uploadcare.h>

int main(int argc, char **argv)
{
    uc_client_opts opts = {0};
    uc_client *client = NULL;
    uc_error *error = NULL;

    opts.struct_size = sizeof opts;
    opts.api_base = getenv("UPLOADCARE_API_BASE");
    uc_status status = uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), getenv("UPLOADCARE_SECRET_KEY"),
                                     &opts, &client, &error);
    for (long left = argc > 1 ? atol(argv[1]) : 1; status == UC_OK && left > 0; left--) {
        char *answer = NULL;
        status = uc_request(client, "GET", "/groups/?limit=1", NULL, &answer, &error);
        uc_free(answer);
    }
    if (status < 0)
        fprintf(stderr, "requests: %s\n", error->message);
    uc_free(error);
    uc_free(client);
    return status < 0;
}
