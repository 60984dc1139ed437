/*
 * Lists all groups, or those of the first pages, through the library.
 *
 *     listing [--pages N] [--read-ahead N]
 */
#include "sums.h"

int main(int argc, char **argv)
{
    uc_client_opts client_opts = {0};
    uc_groups_opts opts = {0};
    uc_client *client = NULL;
    uc_page *page = NULL;
    uc_error *error = NULL;
    struct sums sums = {0};
    unsigned long pages = option(argc, argv, "--pages", -1UL);

    client_opts.struct_size = sizeof client_opts;
    client_opts.api_base = getenv("UPLOADCARE_API_BASE");
    client_opts.ca_file = getenv("UPLOADCARE_CA_FILE");
    opts.struct_size = sizeof opts;
    opts.limit = 1000;
    opts.read_ahead = (uint32_t)option(argc, argv, "--read-ahead", 0);

    uc_status status = uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), getenv("UPLOADCARE_SECRET_KEY"),
                                     &client_opts, &client, &error);
    if (status == UC_OK)
        status = uc_groups_list(client, &opts, &page, &error);
    while (status == UC_OK) {
        for (size_t i = 0, count = uc_page_count(page); i < count; i++)
            add_group(&sums, uc_page_group(page, i));
        if (--pages == 0)
            break;
        status = uc_page_next(page, &error);
    }
    if (status < 0)
        fprintf(stderr, "listing: %s\n", error->message);
    else
        print_sums(&sums);
    uc_free(error);
    uc_free(page);
    uc_free(client);
    return status < 0;
}
