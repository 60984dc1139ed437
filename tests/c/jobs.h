/* What the programs about work in the background share. */
#ifndef JOBS_H
#define JOBS_H

#include "files.h"

/** How the jobs that start from now on go: jobs_go("{\"polls\":2,\"outcome\":\"failed\",\"error\":\"Broken.\"}"). */
static inline void jobs_go(const char *json) { emulator("POST", "/_emulator/jobs", json); }

/** Starts to convert the document of the emulator: `operations` is "-/format/png/". */
static inline uc_job *document_job(const uc_client *client, const char *operations, const uc_convert_opts *opts) {
    char *path = text("%s/document/%s", kept_named("report (1).pdf").uuid, operations);
    uc_job *job;
    uc_error *error;
    CHECK_OK(uc_convert_document(client, path, opts, &job, &error), error);
    CHECK(job != NULL);
    free(path);
    return job;
}

/** The same for its video. */
static inline uc_job *video_job(const uc_client *client, const char *operations, const uc_convert_opts *opts) {
    char *path = text("%s/video/%s", kept_named("video.mp4").uuid, operations);
    uc_job *job;
    uc_error *error;
    CHECK_OK(uc_convert_video(client, path, opts, &job, &error), error);
    CHECK(job != NULL);
    free(path);
    return job;
}

static inline uc_job *addon_job(const uc_client *client, const char *addon, const char *uuid, const char *params) {
    uc_job *job;
    uc_error *error;
    CHECK_OK(uc_addon_run(client, addon, uuid, params, &job, &error), error);
    CHECK(job != NULL);
    return job;
}

static inline void wait_for(uc_job *job) {
    uc_error *error;
    CHECK_DONE(uc_job_wait(job, 60000, NULL, NULL, &error), error);
}

/** A file as it is now, to be freed. */
static inline uc_file *file_now(const uc_client *client, const char *uuid) {
    uc_file *file;
    uc_error *error;
    CHECK(uuid != NULL);
    CHECK_OK(uc_file_info(client, uuid, "appdata", &file, &error), error);
    return file;
}

#endif
