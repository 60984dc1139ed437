/*
 * Uploads what comes from standard input, of whatever size.
 *
 *     pg_dump shop | gzip | upload_stdin --name shop.sql.gz [--type application/gzip] [--store]
 *
 * Prints the UUID of the file. The type is guessed from the name where none is given. Up to 10 MiB stay
 * in memory, more wait in a temporary file until the end, since the service has to know the size first.
 *
 * Keys come from UPLOADCARE_PUBLIC_KEY and, where the project wants signed uploads,
 * UPLOADCARE_SECRET_KEY; UPLOADCARE_UPLOAD_BASE, when set, is used in place of the service. Exit status
 * 1 when it failed, 2 for a wrong option.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uploadcare.h>

static int64_t read_stdin(void *read_data, void *buffer, size_t size)
{
    (void)read_data;
    ssize_t amount = read(STDIN_FILENO, buffer, size);
    if (amount < 0)
        perror("upload_stdin: standard input");
    return amount;
}

int main(int argc, char **argv)
{
    uc_upload_opts opts = UC_UPLOAD_OPTS_INIT;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--store") == 0) {
            opts.store = UC_YES;
        } else if (strcmp(argv[i], "--name") == 0 && argv[i + 1]) {
            opts.filename = argv[++i];
        } else if (strcmp(argv[i], "--type") == 0 && argv[i + 1]) {
            opts.mime_type = argv[++i];
        } else {
            fputs("usage: upload_stdin [--name NAME] [--type TYPE] [--store]\n", stderr);
            return 2;
        }
    }

    const char *upload_base = getenv("UPLOADCARE_UPLOAD_BASE");
    uc_client_opts client_opts = UC_CLIENT_OPTS_INIT;
    client_opts.upload_base = upload_base && *upload_base ? upload_base : NULL;

    uc_client *client = NULL;
    uc_file *file = NULL;
    uc_error *error = NULL;
    uc_status status = uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), getenv("UPLOADCARE_SECRET_KEY"),
                                     &client_opts, &client, &error);
    if (status == UC_OK)
        status = uc_upload_stream(client, read_stdin, NULL, -1, &opts, &file, &error);

    if (status == UC_OK)
        puts(file->uuid);
    else
        fprintf(stderr, "upload_stdin: %s: %s\n", uc_status_name(status), error->message);
    uc_free(error);
    uc_free(file);
    uc_free(client);
    return status != UC_OK;
}
