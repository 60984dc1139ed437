/*
 * Uploads all files of a directory and of those below it, several at a time.
 *
 *     upload_directory [--threads N] DIRECTORY
 *
 * Prints the UUID and the path of each file when it has arrived, and on stderr each file that was not
 * uploaded and why. Symbolic links are left out. 4 threads where nothing else is said.
 *
 * Ctrl-C stops all threads at once. Each file then has its line here or there. (Where the service had
 * all of a file and Ctrl-C came before its response, the file may be there with a UUID that is not
 * printed.)
 *
 * Keys come from UPLOADCARE_PUBLIC_KEY and, where the project wants signed uploads,
 * UPLOADCARE_SECRET_KEY; UPLOADCARE_UPLOAD_BASE, when set, is used in place of the service. Exit status
 * 1 when a file failed, 2 for a wrong option, 130 on Ctrl-C.
 */
#define _XOPEN_SOURCE 700
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uploadcare.h>

#define MOST_THREADS 64
#define MOST_OPEN 16 /* directories at a time */

static volatile sig_atomic_t interrupted;

static struct {
    pthread_mutex_t lock;
    char **paths;
    size_t len, taken, arrived;
} files = {PTHREAD_MUTEX_INITIALIZER, NULL, 0, 0, 0};

static void interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

/* The library asks when each call begins and about ten times a second during it, and stops the call when this is not 0. */
static int32_t is_interrupted(void *tick_data)
{
    (void)tick_data;
    return interrupted;
}

/* For nftw(). What cannot be read is left for the upload to fail on. */
static int add_file(const char *path, const struct stat *about, int type, struct FTW *place)
{
    (void)place;
    if (type == FTW_SL || type == FTW_D || (type == FTW_F && !S_ISREG(about->st_mode)))
        return 0;
    char **grown = realloc(files.paths, (files.len + 1) * sizeof *grown);
    if (grown)
        files.paths = grown;
    char *copy = grown ? strdup(path) : NULL;
    if (!copy)
        return -1;
    files.paths[files.len++] = copy;
    return 0;
}

static const char *take_file(void)
{
    pthread_mutex_lock(&files.lock);
    const char *path = files.taken < files.len ? files.paths[files.taken++] : NULL;
    pthread_mutex_unlock(&files.lock);
    return path;
}

static void upload(const uc_client *client, const char *path)
{
    uc_file *file = NULL;
    uc_error *error = NULL;

    uc_status status = uc_upload_path(client, path, NULL, &file, &error);
    if (status == UC_OK) {
        pthread_mutex_lock(&files.lock);
        files.arrived++;
        printf("%s\t%s\n", file->uuid, path);
        fflush(stdout);
        pthread_mutex_unlock(&files.lock);
    } else {
        fprintf(stderr, "not uploaded: %s: %s: %s\n", path, uc_status_name(status), error->message);
    }
    uc_free(error);
    uc_free(file);
}

static void *upload_files(void *client)
{
    const char *path;

    while ((path = take_file()) != NULL) {
        if (interrupted)
            fprintf(stderr, "not uploaded: %s\n", path);
        else
            upload(client, path);
    }
    return NULL;
}

static uc_client *make_client(void)
{
    const char *upload_base = getenv("UPLOADCARE_UPLOAD_BASE");
    uc_client_opts opts = UC_CLIENT_OPTS_INIT;
    uc_client *client = NULL;
    uc_error *error = NULL;

    opts.upload_base = upload_base && *upload_base ? upload_base : NULL;
    opts.tick = is_interrupted;
    if (uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), getenv("UPLOADCARE_SECRET_KEY"), &opts, &client,
                      &error) != UC_OK)
        fprintf(stderr, "upload_directory: %s\n", error->message);
    uc_free(error);
    return client;
}

int main(int argc, char **argv)
{
    pthread_t threads[MOST_THREADS];
    int wanted = 4, started = 0, first = 1;

    if (argc > 2 && strcmp(argv[1], "--threads") == 0) {
        wanted = atoi(argv[2]);
        first = 3;
    }
    if (argc != first + 1 || argv[first][0] == '-' || wanted < 1 || wanted > MOST_THREADS) {
        fprintf(stderr, "usage: upload_directory [--threads 1 to %d] DIRECTORY\n", MOST_THREADS);
        return 2;
    }

    /* A second Ctrl-C ends the program. */
    struct sigaction action = {0};
    action.sa_handler = interrupt;
    action.sa_flags = SA_RESETHAND;
    sigaction(SIGINT, &action, NULL);

    /* One client for all threads: it keeps connections alive among them. */
    uc_client *client = make_client();
    if (!client)
        return 1;
    int failed = nftw(argv[first], add_file, MOST_OPEN, FTW_PHYS) != 0;
    if (failed)
        perror(argv[first]); /* what was found before is uploaded */

    /* The main thread is one of them. */
    while (started < wanted - 1 && pthread_create(&threads[started], NULL, upload_files, client) == 0)
        started++;
    upload_files(client);
    while (started > 0)
        pthread_join(threads[--started], NULL);
    uc_free(client);

    fprintf(stderr, "%zu of %zu files uploaded\n", files.arrived, files.len);
    failed |= files.arrived < files.len;
    for (size_t i = 0; i < files.len; i++)
        free(files.paths[i]);
    free(files.paths);
    return interrupted ? 130 : failed;
}
