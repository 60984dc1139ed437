/*
 * Deletes a file group. Its files stay.
 *
 *     delete_group GROUP_ID
 *
 * Keys come from UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY; UPLOADCARE_API_BASE, when set,
 * is asked in place of the service.
 */
#include <stdio.h>
#include <stdlib.h>
#include <uploadcare.h>

int main(int argc, char **argv)
{
    if (argc != 2 || argv[1][0] == '-') {
        fputs("usage: delete_group GROUP_ID\n", stderr);
        return 2;
    }

    const char *api_base = getenv("UPLOADCARE_API_BASE");
    uc_client_opts opts = UC_CLIENT_OPTS_INIT;
    opts.api_base = api_base && *api_base ? api_base : NULL;

    uc_client *client = NULL;
    uc_error *error = NULL;
    uc_status status = uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), getenv("UPLOADCARE_SECRET_KEY"),
                                     &opts, &client, &error);
    if (status == UC_OK)
        status = uc_group_delete(client, argv[1], &error);

    if (status == UC_OK)
        printf("deleted %s\n", argv[1]);
    else
        fprintf(stderr, "delete_group: %s: %s\n", uc_status_name(status), error->message);
    uc_free(error);
    uc_free(client);
    return status != UC_OK;
}
