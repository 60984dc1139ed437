/*
 * Lets the service fetch a file from the web, and waits for it.
 *
 *     upload_url [--store] [--name NAME] [--reuse] URL
 *     upload_url --resume TOKEN
 *
 * Prints the token of the job at once, and the UUID of the file when it is there. --reuse takes the
 * file that was fetched from the same URL before, where there is one. Ctrl-C stops the waiting, not the
 * job: --resume waits for it again.
 *
 * Keys come from UPLOADCARE_PUBLIC_KEY and, where the project wants signed uploads,
 * UPLOADCARE_SECRET_KEY; UPLOADCARE_UPLOAD_BASE, when set, is used in place of the service. Exit status
 * 1 when it failed, 2 for a wrong option, 130 on Ctrl-C.
 */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uploadcare.h>

#define MIB (1024.0 * 1024.0)

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
    fputs("usage: upload_url [--store] [--name NAME] [--reuse] URL\n"
          "       upload_url --resume TOKEN\n",
          stderr);
    return 2;
}

static int32_t show_progress(void *progress_data, int64_t done, int64_t total)
{
    (void)progress_data;
    fprintf(stderr, "\rfetching, %.1f MiB", (double)done / MIB);
    if (total >= 0)
        fprintf(stderr, " of %.1f", (double)total / MIB);
    fputs("\033[K", stderr);
    return 0;
}

int main(int argc, char **argv)
{
    const char *url = NULL, *token = NULL;
    uc_upload_opts opts = UC_UPLOAD_OPTS_INIT;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--store") == 0)
            opts.store = UC_YES;
        else if (strcmp(argv[i], "--reuse") == 0)
            opts.check_url_duplicates = opts.save_url_duplicates = UC_YES;
        else if (strcmp(argv[i], "--name") == 0 && argv[i + 1])
            opts.filename = argv[++i];
        else if (strcmp(argv[i], "--resume") == 0 && argv[i + 1])
            token = argv[++i];
        else if (!url && argv[i][0] != '-')
            url = argv[i];
        else
            return wrong_usage();
    }
    if (token ? argc != 3 : !url)
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
    uc_job *job = NULL;
    uc_error *error = NULL;
    uc_status status = uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), getenv("UPLOADCARE_SECRET_KEY"),
                                     &client_opts, &client, &error);
    if (status == UC_OK && token)
        status = uc_job_resume(client, token, &job, &error);
    else if (status == UC_OK)
        status = uc_upload_url(client, url, &opts, &job, &error);

    if (status == UC_OK) {
        int terminal = isatty(STDERR_FILENO);
        printf("token %s\n", uc_job_token(job));
        fflush(stdout);
        status = uc_job_wait(job, 0, terminal ? show_progress : NULL, NULL, &error);
        if (terminal)
            fputs("\r\033[K", stderr);
    }

    if (status == UC_DONE) {
        printf("file %s\n", uc_job_file_uuid(job) ? uc_job_file_uuid(job) : "unknown");
    } else {
        fprintf(stderr, "upload_url: %s: %s\n", uc_status_name(status), error->message);
        if (job && status != UC_ERR_JOB)
            fprintf(stderr, "To wait again: upload_url --resume %s\n", uc_job_token(job));
    }
    uc_free(error);
    uc_free(job);
    uc_free(client);
    return status == UC_DONE ? 0 : interrupted ? 130 : 1;
}
