/*
 * Converts a video and waits for it.
 *
 *     convert_video UUID [--format mp4|webm|ogg] [--size WIDTHxHEIGHT]
 *     convert_video --resume TOKEN
 *
 * Prints the token of the job at once, and when it has ended the UUID of the new video and the group
 * of its thumbnails. Ctrl-C stops the waiting, not the job: --resume waits for it again.
 *
 * Keys come from UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY; UPLOADCARE_API_BASE, when set, is
 * asked in place of the service. Exit status 1 when it failed, 2 for a wrong option, 130 on Ctrl-C.
 */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uploadcare.h>

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
    fputs("usage: convert_video UUID [--format mp4|webm|ogg] [--size WIDTHxHEIGHT]\n"
          "       convert_video --resume TOKEN\n",
          stderr);
    return 2;
}

/* progress_data is when the waiting began. */
static int32_t show_progress(void *progress_data, int64_t done, int64_t total)
{
    const time_t *began = progress_data;

    if (done < total)
        fprintf(stderr, "\rconverting, %.0f s ", difftime(time(NULL), *began));
    return 0;
}

static uc_status start(const uc_client *client, const char *uuid, const char *format, const char *size,
                       uc_job **job, uc_error **error)
{
    char operations[256], *path = NULL;
    int length = snprintf(operations, sizeof operations, "-/format/%s/%s%s%s", format, size ? "-/size/" : "",
                          size ? size : "", size ? "/" : "");

    if (length < 0 || (size_t)length >= sizeof operations)
        strcpy(operations, "too long"); /* the library says what may stand there */
    uc_status status = uc_video_path(client, uuid, operations, &path, error);
    if (status == UC_OK)
        status = uc_convert_video(client, path, NULL, job, error);
    uc_free(path);
    return status;
}

int main(int argc, char **argv)
{
    const char *uuid = NULL, *token = NULL, *format = NULL, *size = NULL;

    for (int i = 1; i < argc; i++) {
        const char **value = strcmp(argv[i], "--format") == 0   ? &format
                             : strcmp(argv[i], "--size") == 0   ? &size
                             : strcmp(argv[i], "--resume") == 0 ? &token
                                                                : NULL;
        if (value && argv[i + 1])
            *value = argv[++i];
        else if (!value && !uuid && argv[i][0] != '-')
            uuid = argv[i];
        else
            return wrong_usage();
    }
    if (token ? uuid || format || size : !uuid)
        return wrong_usage();

    /* A second Ctrl-C ends the program. */
    struct sigaction action = {0};
    action.sa_handler = interrupt;
    action.sa_flags = SA_RESETHAND;
    sigaction(SIGINT, &action, NULL);

    const char *api_base = getenv("UPLOADCARE_API_BASE");
    uc_client_opts opts = UC_CLIENT_OPTS_INIT;
    opts.api_base = api_base && *api_base ? api_base : NULL;
    opts.tick = is_interrupted;

    uc_client *client = NULL;
    uc_job *job = NULL;
    uc_error *error = NULL;
    uc_status status = uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), getenv("UPLOADCARE_SECRET_KEY"),
                                     &opts, &client, &error);
    if (status == UC_OK && token)
        status = uc_job_resume(client, token, &job, &error);
    else if (status == UC_OK)
        status = start(client, uuid, format ? format : "mp4", size, &job, &error);

    if (status == UC_OK) {
        time_t began = time(NULL);
        int terminal = isatty(STDERR_FILENO);
        printf("token %s\n", uc_job_token(job));
        fflush(stdout);
        status = uc_job_wait(job, 0, terminal ? show_progress : NULL, &began, &error);
        if (terminal)
            fputc('\n', stderr);
    }

    if (status == UC_DONE) {
        printf("file %s\n", uc_job_file_uuid(job) ? uc_job_file_uuid(job) : "unknown");
        if (uc_job_thumbnails_group_id(job))
            printf("thumbnails %s\n", uc_job_thumbnails_group_id(job));
    } else {
        fprintf(stderr, "convert_video: %s: %s\n", uc_status_name(status), error->message);
        if (job && status != UC_ERR_JOB)
            fprintf(stderr, "To wait again: convert_video --resume %s\n", uc_job_token(job));
    }
    uc_free(error);
    uc_free(job);
    uc_free(client);
    return status == UC_DONE ? 0 : interrupted ? 130 : 1;
}
