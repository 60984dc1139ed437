/*
 * Has files scanned for viruses, one after the other, and says what was found.
 *
 *     scan_for_viruses [--purge] UUID...
 *
 * With --purge the service removes those that are infected.
 *
 * Keys come from UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY; UPLOADCARE_API_BASE, when set, is
 * asked in place of the service. Exit status 0 when all files are clean, 1 when one is infected, 2
 * when one could not be scanned, whatever the others are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uploadcare.h>

#define ADDON "uc_clamav_virus_scan"
#define TIME_LIMIT_MS (10 * 60 * 1000)

enum { CLEAN = 0, INFECTED = 1, FAILED = 2 };

static int print_verdict(const uc_file *file)
{
    const uc_virus_scan *scan = file->virus_scan;

    if (!scan) {
        fprintf(stderr, "%s: the scan has ended without a verdict\n", file->uuid);
        return FAILED;
    }
    if (!scan->infected) {
        printf("%s: clean\n", file->uuid);
        return CLEAN;
    }
    printf("%s: infected", file->uuid);
    if (scan->infected_with)
        printf(" with %s", scan->infected_with);
    puts(file->datetime_removed ? ", removed" : "");
    return INFECTED;
}

static int scan(const uc_client *client, const char *uuid, int purge)
{
    const char *params = purge ? "{\"purge_infected\":true}" : NULL;
    uc_job *job = NULL;
    uc_file *file = NULL;
    uc_error *error = NULL;
    int verdict = FAILED;

    uc_status status = uc_addon_run(client, ADDON, uuid, params, &job, &error);
    if (status == UC_OK)
        status = uc_job_wait(job, TIME_LIMIT_MS, NULL, NULL, &error);
    if (status == UC_DONE)
        status = uc_file_info(client, uuid, "appdata", &file, &error);

    if (status == UC_OK)
        verdict = print_verdict(file);
    else
        fprintf(stderr, "%s: %s: %s\n", uuid, uc_status_name(status), error->message);
    uc_free(error);
    uc_free(file);
    uc_free(job);
    return verdict;
}

int main(int argc, char **argv)
{
    int purge = argc > 1 && strcmp(argv[1], "--purge") == 0;
    int first = 1 + purge;

    if (argc <= first || argv[first][0] == '-') {
        fputs("usage: scan_for_viruses [--purge] UUID...\n", stderr);
        return FAILED;
    }

    const char *api_base = getenv("UPLOADCARE_API_BASE");
    uc_client_opts opts = UC_CLIENT_OPTS_INIT;
    opts.api_base = api_base && *api_base ? api_base : NULL;

    uc_client *client = NULL;
    uc_error *error = NULL;
    if (uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), getenv("UPLOADCARE_SECRET_KEY"), &opts, &client,
                      &error) != UC_OK) {
        fprintf(stderr, "scan_for_viruses: %s\n", error->message);
        uc_free(error);
        return FAILED;
    }

    int worst = CLEAN;
    for (int i = first; i < argc; i++) {
        int verdict = scan(client, argv[i], purge);
        worst = verdict > worst ? verdict : worst;
    }
    uc_free(client);
    return worst;
}
