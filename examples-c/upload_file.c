/*
 * Uploads files, one after the other.
 *
 *     upload_file [--store] [--name NAME] [--resume STATE] FILE...
 *
 * Prints the UUID of each, and on a terminal how far it is. --store keeps them for good, --name gives
 * the file another name. Interrupted by Ctrl-C, a crash or a lost connection, the same command goes on
 * where it stopped: for that, a file of more than 10 MiB has FILE.upload beside it until it is there,
 * or STATE.
 *
 * Keys come from UPLOADCARE_PUBLIC_KEY and, where the project wants signed uploads,
 * UPLOADCARE_SECRET_KEY; UPLOADCARE_UPLOAD_BASE, when set, is used in place of the service. Exit status
 * 1 when a file failed, 2 for a wrong option, 130 on Ctrl-C.
 */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uploadcare.h>

#define SUFFIX ".upload"
#define BAR "##############################"

static volatile sig_atomic_t interrupted;

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

static int wrong_usage(void)
{
    fputs("usage: upload_file [--store] [--name NAME] [--resume STATE] FILE...\n"
          "       --name and --resume are for one file\n",
          stderr);
    return 2;
}

/* When and with what the sending began; an upload that is gone on with does not begin at 0. */
struct progress {
    int has_begun;
    double began;
    int64_t begun_with;
};

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int32_t show_progress(void *progress_data, int64_t done, int64_t total)
{
    struct progress *progress = progress_data;
    double now = seconds();

    if (!progress->has_begun) {
        progress->has_begun = 1;
        progress->began = now;
        progress->begun_with = done;
    }
    if (total > 0) {
        int width = (int)strlen(BAR), filled = (int)((double)width * (double)done / (double)total);

        fprintf(stderr, "\r[%.*s%*s] %3.0f%%", filled, BAR, width - filled, "",
                100.0 * (double)done / (double)total);
        if (done > progress->begun_with) {
            double rate = (double)(done - progress->begun_with) / (now - progress->began);
            long long left = (long long)((double)(total - done) / rate);
            fprintf(stderr, "  %.1f MiB/s  %lld:%02lld left", rate / (1 << 20), left / 60, left % 60);
        }
        fputs("\033[K", stderr);
    }
    return 0;
}

static char *state_beside(const char *path)
{
    size_t size = strlen(path) + sizeof SUFFIX;
    char *state = malloc(size);

    if (state)
        snprintf(state, size, "%s%s", path, SUFFIX);
    return state;
}

static int upload(const uc_client *client, const char *path, uc_upload_opts opts)
{
    struct progress progress = {0};
    char *beside = opts.resume_file ? NULL : state_beside(path);
    uc_file *file = NULL;
    uc_error *error = NULL;

    if (beside)
        opts.resume_file = beside;
    opts.progress = isatty(STDERR_FILENO) ? show_progress : NULL;
    opts.progress_data = &progress;

    uc_status status = uc_upload_path(client, path, &opts, &file, &error);
    if (opts.progress)
        fputs("\r\033[K", stderr);
    if (status == UC_OK) {
        printf("%s\t%s\n", file->uuid, path);
        fflush(stdout);
    } else {
        fprintf(stderr, "upload_file: %s: %s: %s\n", path, uc_status_name(status), error->message);
        if (opts.resume_file && access(opts.resume_file, F_OK) == 0)
            fputs("The same command goes on where it stopped.\n", stderr);
    }
    uc_free(error);
    uc_free(file);
    free(beside);
    return status == UC_OK;
}

int main(int argc, char **argv)
{
    uc_upload_opts opts = UC_UPLOAD_OPTS_INIT;
    int first = 1;

    for (; first < argc && argv[first][0] == '-'; first++) {
        const char *option = argv[first];
        if (strcmp(option, "--store") == 0)
            opts.store = UC_YES;
        else if (strcmp(option, "--name") == 0 && argv[first + 1])
            opts.filename = argv[++first];
        else if (strcmp(option, "--resume") == 0 && argv[first + 1])
            opts.resume_file = argv[++first];
        else
            return wrong_usage();
    }
    if (first == argc || ((opts.filename || opts.resume_file) && argc - first > 1))
        return wrong_usage();

    /* A second Ctrl-C ends the program. */
    struct sigaction action = {0};
    action.sa_handler = interrupt;
    action.sa_flags = SA_RESETHAND;
    sigaction(SIGINT, &action, NULL);

    const char *upload_base = getenv("UPLOADCARE_UPLOAD_BASE");
    uc_client_opts client_opts = UC_CLIENT_OPTS_INIT;
    client_opts.upload_base = upload_base && *upload_base ? upload_base : NULL;
    client_opts.tick = is_interrupted;

    uc_client *client = NULL;
    uc_error *error = NULL;
    if (uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), getenv("UPLOADCARE_SECRET_KEY"), &client_opts,
                      &client, &error) != UC_OK) {
        fprintf(stderr, "upload_file: %s\n", error->message);
        uc_free(error);
        return 1;
    }

    int failed = 0;
    for (int i = first; i < argc && !interrupted; i++)
        failed |= !upload(client, argv[i], opts);
    uc_free(client);
    return interrupted ? 130 : failed;
}
