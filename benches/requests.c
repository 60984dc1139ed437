/*
 * Sends N requests that have next to no answer, through the library: by the client itself, or each by
 * a client that is derived for it.
 *
 *     requests [--derive 1] N
 */
#include <uploadcare.h>

#include "program.h"

int main(int argc, char **argv)
{
    uc_client_opts opts = {0};
    uc_client *client = NULL;
    uc_error *error = NULL;

    opts.struct_size = sizeof opts;
    opts.api_base = getenv("UPLOADCARE_API_BASE");
    uc_status status = uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), getenv("UPLOADCARE_SECRET_KEY"),
                                     &opts, &client, &error);
    int derives = option(argc, argv, "--derive", 0) != 0;
    long count = argc > 1 ? atol(argv[argc - 1]) : 1;
    for (long left = count; status == UC_OK && left > 0; left--) {
        uc_client *derived = NULL;
        char *response = NULL;
        if (derives)
            status = uc_client_derive(client, NULL, &derived, &error);
        if (status == UC_OK)
            status = uc_request(derives ? derived : client, "GET", "/groups/?limit=1", NULL, &response, &error);
        uc_free(response);
        uc_free(derived);
    }
    if (status == UC_OK)
        printf("%ld requests\n", count);
    else
        fprintf(stderr, "requests: %s\n", error->message);
    uc_free(error);
    uc_free(client);
    return status < 0;
}
