/*
 * Shows the names of files, and gives up on each after a time: the limit is of one call, not of the client.
 *
 *     limit_one_call MILLISECONDS UUID...
 *
 * Each call has a client of its own, derived from the one that has the keys and the connections. A thread
 * waits for Ctrl-C and cancels that one, which stops the call in progress and lets no other begin.
 * (Where no thread is wanted, see `tick` in upload_directory.c.)
 *
 * Keys come from UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY; UPLOADCARE_API_BASE, when set, is
 * asked in place of the service. Exit status 1 when a call failed, 2 for a wrong option, 130 on Ctrl-C.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <uploadcare.h>

static uc_status show(const uc_client *client, const char *uuid, uint32_t timeout_ms)
{
    uc_client_derive_opts opts = UC_CLIENT_DERIVE_OPTS_INIT;
    uc_client *one_call = NULL;
    uc_file *file = NULL;
    uc_error *error = NULL;

    opts.timeout_ms = timeout_ms;
    uc_status status = uc_client_derive(client, &opts, &one_call, &error);
    if (status == UC_OK)
        status = uc_file_info(one_call, uuid, NULL, &file, &error);
    if (status == UC_OK)
        printf("%s\t%s\n", file->uuid, file->original_filename ? file->original_filename : "");
    else
        fprintf(stderr, "%s: %s: %s\n", uuid, uc_status_name(status), error->message);
    fflush(stdout);
    uc_free(error);
    uc_free(file);
    uc_free(one_call);
    return status;
}

static void *cancel_on_interrupt(void *client)
{
    sigset_t interrupt;
    int signal_number;

    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    sigwait(&interrupt, &signal_number);
    uc_client_cancel(client);
    return NULL;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    long timeout_ms = argc > 2 ? strtol(argv[1], &end, 10) : 0;

    if (argc < 3 || *end != '\0' || timeout_ms < 1 || timeout_ms > INT32_MAX) {
        fputs("usage: limit_one_call MILLISECONDS UUID...\n", stderr);
        return 2;
    }

    const char *api_base = getenv("UPLOADCARE_API_BASE");
    uc_client_opts opts = UC_CLIENT_OPTS_INIT;
    opts.api_base = api_base && *api_base ? api_base : NULL;

    uc_client *client = NULL;
    uc_error *error = NULL;
    if (uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), getenv("UPLOADCARE_SECRET_KEY"), &opts, &client,
                      &error) != UC_OK) {
        fprintf(stderr, "limit_one_call: %s\n", error->message);
        uc_free(error);
        return 1;
    }

    /* Only sigwait() takes it. */
    sigset_t interrupt;
    pthread_t waiting;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    pthread_sigmask(SIG_BLOCK, &interrupt, NULL);
    if (pthread_create(&waiting, NULL, cancel_on_interrupt, client) != 0) {
        fputs("limit_one_call: no thread\n", stderr);
        uc_free(client);
        return 1;
    }

    int failed = 0, canceled = 0;
    for (int i = 2; i < argc && !canceled; i++) {
        uc_status status = show(client, argv[i], (uint32_t)timeout_ms);
        failed |= status != UC_OK;
        canceled = status == UC_ERR_CANCELED;
    }
    pthread_kill(waiting, SIGINT); /* where it still waits */
    pthread_join(waiting, NULL);
    uc_free(client);
    return canceled ? 130 : failed;
}
