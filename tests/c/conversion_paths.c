/* What a conversion is to make of a video or a document, as uc_convert_video() and uc_convert_document() take it. */
#include "jobs.h"

#include "urls.h"

typedef uc_status make(const uc_client *client, const char *uuid, const char *operations, char **path, uc_error **error);

static const struct {
    make *path;
    const char *name, *good, *bad, *at, *expected;
} kinds[] = {
    {uc_video_path, "video", "-/size/640x360/change_ratio/-/format/webm/-/cut/000:00:05.000/000:00:15.000/-/thumbs~4/",
     "-/quality/best/-/size/642x360/", "operations[22]: ", "multiples of 4"},
    {uc_document_path, "document", "-/format/png/-/page/1/-/dpi/300/-/quality/80/", "-/format/png/-/page/0/",
     "operations[20]: ", "from 1"},
};

TEST("a path is id, what it is, and operations, which may be left out") {
    uc_client *client = client_at(NULL);
    size_t i;
    for (i = 0; i < COUNT(kinds); i++) {
        char *plain = text(UUID "/%s/", kinds[i].name), *worked_on = text("%s%s", plain, kinds[i].good);
        CHECK_MADE(plain, kinds[i].path(client, UUID, NULL, &made, &error));
        CHECK_MADE(plain, kinds[i].path(client, UUID, "", &made, &error));
        CHECK_MADE(worked_on, kinds[i].path(client, UUID, kinds[i].good, &made, &error));
        free(worked_on);
        free(plain);
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST("what is no file's id is refused") {
    static const char *const wrong[] = {"", "..", UUID "/", UUID "/..", UUID "%2f", UUID "\n", GROUP, "\xff"};
    uc_client *client = client_at(NULL);
    size_t i, j;
    for (i = 0; i < COUNT(kinds); i++)
        for (j = 0; j < COUNT(wrong); j++)
            CHECK_REFUSED("uuid", wrong[j], kinds[i].path(client, wrong[j], kinds[i].good, &made, &error));
    uc_free(client);
}

TEST("operations are checked, by what they are for") {
    uc_client *client = client_at(NULL), *unchecked = client_unchecked();
    size_t i;
    for (i = 0; i < COUNT(kinds); i++) {
        char *taken = text(UUID "/%s/%s", kinds[i].name, kinds[i].bad), *path;
        uc_error *unlikely;
        CHECK_FAILS(UC_ERR_ARGUMENT, kinds[i].path(client, UUID, kinds[i].bad, &path, &unlikely), unlikely);
        CHECK_CONTAINS(unlikely->message, kinds[i].at);
        CHECK_CONTAINS(unlikely->message, kinds[i].expected);
        uc_free(unlikely);
        CHECK_REFUSED("operations[2]", "an image's", kinds[i].path(client, UUID, "-/resize/500x/", &made, &error));
        CHECK_REFUSED("operations", "the other's", kinds[i].path(client, UUID, kinds[!i].good, &made, &error));
        CHECK_MADE(taken, kinds[i].path(unchecked, UUID, kinds[i].bad, &made, &error));
        CHECK_REFUSED("operations", "..", kinds[i].path(unchecked, UUID, "-/format/../", &made, &error));
        CHECK_REFUSED("operations[0]", "no dash", kinds[i].path(unchecked, UUID, "detect_faces/", &made, &error));
        CHECK_REFUSED("operations[6]", "no dash", kinds[i].path(unchecked, UUID, "-/new/gif2video/", &made, &error));
        free(taken);
    }
    uc_free(unchecked);
    uc_free(client);
}

TEST("what the service was seen to take is taken, and the first -/ may be missing") {
    static const char *const of_videos[] = {
        "-/cut/0:0:0.0/0:0:1.0/",
        "-/thumbs~2/1/",
        "-/size/600x400/change_ratio/-/quality/best/-/format/ogg/-/cut/0:0:0.0/0:0:1.0/-/thumbs~2/1/",
        "-/format/webm/-/thumbs~2/",
    };
    uc_client *client = client_at(NULL);
    size_t i;
    for (i = 0; i < COUNT(of_videos); i++) {
        char *path = text(UUID "/video/%s", of_videos[i]);
        CHECK_MADE(path, uc_video_path(client, UUID, of_videos[i], &made, &error));
        free(path);
    }
    CHECK_MADE(UUID "/video/-/format/webm/", uc_video_path(client, UUID, "format/webm/", &made, &error));
    CHECK_MADE(UUID "/document/-/page/1/", uc_document_path(client, UUID, "page/1/", &made, &error));
    uc_free(client);
}

TEST("a path that was made is one that a conversion takes") {
    struct kept_file video = kept_named("video.mp4"), document = kept_named("report (1).pdf");
    uc_client *client = client_at(NULL);
    char *path;
    uc_job *job;
    uc_error *error;
    CHECK_OK(uc_video_path(client, video.uuid, "-/size/640x360/-/cut/0:0:0.0/0:0:1.0/-/thumbs~2/1/", &path, &error), error);
    CHECK_OK(uc_convert_video(client, path, NULL, &job, &error), error);
    uc_free(job);
    uc_free(path);
    CHECK_OK(uc_document_path(client, document.uuid, "-/format/png/-/page/1/", &path, &error), error);
    CHECK_OK(uc_convert_document(client, path, NULL, &job, &error), error);
    uc_free(job);
    uc_free(path);
    uc_free(client);
}
