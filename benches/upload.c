/*
 * Uploads a file through the library, and prints how many bytes the service then has.
 *
 *     upload path|memory|stream|pipe FILE [--parallel N]
 *
 * A stream is of known size, a pipe of unknown.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uploadcare.h>

#include "program.h"

static int64_t read_some(void *read_data, void *buffer, size_t size)
{
    return read(*(int *)read_data, buffer, size);
}

static uc_status upload(const uc_client *client, const char *from, const char *path,
                        const uc_upload_opts *opts, uc_file **file, uc_error **error)
{
    struct stat about;
    int fd = open(path, O_RDONLY);

    if (fd < 0 || fstat(fd, &about) != 0)
        die("%s cannot be opened", path);
    if (strcmp(from, "path") == 0)
        return uc_upload_path(client, path, opts, file, error);
    if (strcmp(from, "stream") == 0)
        return uc_upload_stream(client, read_some, &fd, about.st_size, opts, file, error);
    if (strcmp(from, "pipe") == 0)
        return uc_upload_stream(client, read_some, &fd, -1, opts, file, error);

    size_t size = (size_t)about.st_size;
    void *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        die("%s cannot be mapped", path);
    return uc_upload_data(client, data, size, opts, file, error);
}

int main(int argc, char **argv)
{
    uc_client_opts client_opts = {0};
    uc_upload_opts opts = {0};
    uc_client *client = NULL;
    uc_file *file = NULL;
    uc_error *error = NULL;

    if (argc < 3)
        die("usage: upload path|memory|stream|pipe FILE [--parallel N]");
    client_opts.struct_size = sizeof client_opts;
    client_opts.upload_base = getenv("UPLOADCARE_UPLOAD_BASE");
    opts.struct_size = sizeof opts;
    opts.parallel = (uint32_t)option(argc, argv, "--parallel", 0);

    uc_status status = uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), NULL, &client_opts, &client, &error);
    if (status == UC_OK)
        status = upload(client, argv[1], argv[2], &opts, &file, &error);
    if (status == UC_OK)
        printf("%" PRId64 " bytes\n", file->size);
    else
        fprintf(stderr, "upload: %s\n", error->message);
    uc_free(error);
    uc_free(file);
    uc_free(client);
    return status != UC_OK;
}
