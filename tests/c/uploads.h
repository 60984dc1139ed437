/*
 * What the programs about uploads share: content that tells its own place, given as a file, in memory
 * or by a callback; and what the emulator says that it received.
 */
#ifndef UPLOADS_H
#define UPLOADS_H

#include "files.h"

#include <dirent.h>
#include <sys/stat.h>

#define MIB ((int64_t)1 << 20)
/** Up to here a file goes in one request. */
#define MOST_DIRECT (10 * MIB)
#define PART (5 * MIB)

/* -- content --------------------------------------------------------------------------------------- */

/** Bytes that follow from their place and the seed, so that a part in the wrong place is seen. */
struct content {
    int64_t size;
    uint32_t seed;
    int is_sparse; /* zeros but for a page every 64 MiB */
};

static inline struct content content_of(int64_t size) {
    struct content content = {0, 1, 0};
    content.size = size;
    return content;
}

#define PAGE 4096
#define PAGES_APART ((uint64_t)64 << 20)

/** The eight bytes from 8 * number on. */
static inline uint64_t content_word(const struct content *content, uint64_t number) {
    uint64_t word = (number + ((uint64_t)content->seed << 40)) * 0x9e3779b97f4a7c15u;
    if (content->is_sparse && number * 8 % PAGES_APART >= PAGE) return 0;
    return word ^ word >> 29;
}

/** `size` of its bytes from `offset` on. */
static inline void content_bytes(const struct content *content, int64_t offset, unsigned char *to, size_t size) {
    size_t done = 0, length;
    for (; done < size; done += length) {
        uint64_t place = (uint64_t)offset + done, word = content_word(content, place / 8);
        size_t skip = place % 8;
        length = size - done < 8 - skip ? size - done : 8 - skip;
        if (length == 8) memcpy(to + done, &word, 8);
        else memcpy(to + done, (unsigned char *)&word + skip, length);
    }
}

/** All of it in memory, to be freed. */
static inline unsigned char *content_in_memory(const struct content *content) {
    unsigned char *bytes = (unsigned char *)malloc((size_t)content->size + 1);
    content_bytes(content, 0, bytes, (size_t)content->size);
    return bytes;
}

/* -- files ----------------------------------------------------------------------------------------- */

static struct {
    char path[64];
    pid_t owner; /* a child that was forked leaves it alone */
} folder;

static inline void folder_remove(void) {
    DIR *entries = folder.owner == getpid() ? opendir(folder.path) : NULL;
    struct dirent *entry;
    if (entries == NULL) return;
    while ((entry = readdir(entries)) != NULL) {
        char *path = text("%s/%s", folder.path, entry->d_name);
        unlink(path);
        free(path);
    }
    closedir(entries);
    rmdir(folder.path);
}

/** A path in a folder that goes with the program, to be freed. */
static inline char *path_of(const char *name) {
    if (folder.path[0] == '\0') {
        strcpy(folder.path, "/tmp/uploads-XXXXXX");
        CHECK(mkdtemp(folder.path) != NULL);
        folder.owner = getpid();
        atexit(folder_remove);
    }
    return text("%s/%s", folder.path, name);
}

static inline void write_content(const char *path, const struct content *content) {
    int64_t offset, step = content->is_sparse ? (int64_t)PAGES_APART : MIB, most = content->is_sparse ? PAGE : MIB;
    unsigned char *bytes = (unsigned char *)malloc((size_t)most);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(file >= 0);
    CHECK(ftruncate(file, (off_t)content->size) == 0);
    for (offset = 0; offset < content->size; offset += step) {
        size_t size = (size_t)(content->size - offset < most ? content->size - offset : most);
        content_bytes(content, offset, bytes, size);
        CHECK_INT(size, pwrite(file, bytes, size, (off_t)offset));
    }
    close(file);
    free(bytes);
}

static inline void write_text(const char *path, const char *written) {
    FILE *file = fopen(path, "w");
    fchmod(fileno(file), 0600);
    CHECK(file != NULL && fputs(written, file) >= 0 && fclose(file) == 0);
}

/** A whole file as text, to be freed; NULL when there is none. */
static inline char *read_text(const char *path) {
    FILE *file = fopen(path, "r");
    struct stat about;
    char *read;
    if (file == NULL) return NULL;
    CHECK(fstat(fileno(file), &about) == 0);
    read = (char *)malloc((size_t)about.st_size + 1);
    read[fread(read, 1, (size_t)about.st_size, file)] = '\0';
    fclose(file);
    return read;
}

/** How many files are in the program's folder, hidden ones too. */
static inline int files_in_folder(void) {
    DIR *entries = opendir(folder.path);
    struct dirent *entry;
    int count = 0;
    CHECK(entries != NULL);
    while ((entry = readdir(entries)) != NULL) count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(entries);
    return count;
}

static inline int is_there(const char *path) { return access(path, F_OK) == 0; }

/** The same content as a file, whose path is to be freed. */
static inline char *file_of(const char *name, const struct content *content) {
    char *path = path_of(name);
    write_content(path, content);
    return path;
}

/* -- the ways to upload ------------------------------------------------------------------------------ */

enum way { BY_PATH, BY_MEMORY, BY_STREAM, BY_STREAM_OF_UNKNOWN_SIZE };
#define WAYS 4
static const char *const way_names[WAYS] = {"a path", "memory", "a stream", "a stream of unknown size"};

/** What uc_upload_stream() reads. */
struct stream {
    struct content content;
    int64_t place;
    size_t most; /* at a time; 0: all that is asked for */
    int64_t stops_at; /* with a negative number; 0: never */
};

static inline int64_t stream_read(void *data, void *buffer, size_t size) {
    struct stream *stream = (struct stream *)data;
    int64_t left = stream->content.size - stream->place;
    if (stream->stops_at > 0 && stream->place >= stream->stops_at) return -1;
    if (stream->most > 0 && size > stream->most) size = stream->most;
    if ((int64_t)size > left) size = (size_t)left;
    content_bytes(&stream->content, stream->place, (unsigned char *)buffer, size);
    stream->place += (int64_t)size;
    return (int64_t)size;
}

/** Uploads it; from a path as "content.bin", else without a name of its own. */
static inline uc_status upload_by(enum way way, const uc_client *client, const struct content *content,
                                  const uc_upload_opts *opts, uc_file **file, uc_error **error) {
    uc_status status;
    if (way == BY_PATH) {
        char *path = file_of("content.bin", content);
        status = uc_upload_path(client, path, opts, file, error);
        free(path);
    } else if (way == BY_MEMORY) {
        unsigned char *bytes = content_in_memory(content);
        status = uc_upload_data(client, bytes, (size_t)content->size, opts, file, error);
        free(bytes);
    } else {
        struct stream stream = {content_of(0), 0, 100000, 0};
        stream.content = *content;
        status = uc_upload_stream(client, stream_read, &stream, way == BY_STREAM ? content->size : -1, opts, file, error);
    }
    return status;
}

/* -- what the emulator received ------------------------------------------------------------------------ */

/** The n-th upload (from 0) as the emulator tells of it, to be freed; NULL when there are fewer. */
static inline char *told_upload(int n) {
    char *told = emulator_get("/_emulator/uploads"), *at = strchr(told, '['), *start = at, *found = NULL;
    int depth = 0, inside_text = 0;
    for (; *at && found == NULL; at++) {
        if (*at == '\\') at++;
        else if (*at == '"') inside_text = !inside_text;
        else if (inside_text) continue;
        else if (*at == '{' && depth++ == 0) start = at;
        else if (*at == '}' && --depth == 0 && n-- == 0) found = text("%.*s", (int)(at + 1 - start), start);
    }
    free(told);
    return found;
}

/** The upload of this UUID, to be freed. */
static inline char *told_upload_of(const char *uuid) {
    char *told;
    int n;
    for (n = 0; (told = told_upload(n)) != NULL; n++) {
        char *its_uuid = json_value(told, "uuid", 0);
        int is_it = strcmp(its_uuid, uuid) == 0;
        free(its_uuid);
        if (is_it) return told;
        free(told);
    }
    FAIL("the emulator has no upload %s", uuid);
}

#define CHECK_TOLD(expected, told, key)           \
    do {                                          \
        char *told_value = json_value(told, key, 0); \
        CHECK_TEXT(expected, told_value);         \
        free(told_value);                         \
    } while (0)

/** Every byte that the emulator kept of a file. */
static inline void check_content(const char *uuid, const struct content *content) {
    unsigned char *got = (unsigned char *)malloc((size_t)MIB), *expected = (unsigned char *)malloc((size_t)MIB);
    char *request = text("GET /_emulator/content/%s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n", uuid), head[2048];
    int connection = connect_to(port_of(base()));
    int64_t offset = 0;
    ssize_t size;
    CHECK(send_text(connection, request) == 0);
    CHECK(read_head(connection, head, sizeof head) > 0);
    CHECK_CONTAINS(head, " 200 ");
    while ((size = recv(connection, got, (size_t)MIB, 0)) > 0) {
        content_bytes(content, offset, expected, (size_t)size);
        if (memcmp(expected, got, (size_t)size) != 0) {
            for (size = 0; expected[size] == got[size]; size++) continue;
            FAIL("%s has the wrong content from byte %lld on", uuid, (long long)(offset + size));
        }
        offset += size;
    }
    CHECK_INT(content->size, offset);
    close(connection);
    free(request);
    free(got);
    free(expected);
}

/** Checks that the file arrived whole, and frees it. */
static inline void check_arrived(uc_file *file, const struct content *content) {
    char *told;
    CHECK(file != NULL);
    told = told_upload_of(file->uuid);
    CHECK_TOLD("true", told, "complete");
    CHECK_INT(content->size, json_int(told, "size", 0));
    CHECK_INT(0, json_int(told, "leaks", 0));
    if (file->json) CHECK_INT(content->size, file->size);
    check_content(file->uuid, content);
    free(told);
    uc_free(file);
}

/** Whatever has become a file has the right content, and no part address was told who sends. Returns how many. */
static inline int check_nothing_wrong(const struct content *content) {
    int n, files = 0;
    char *told;
    for (n = 0; (told = told_upload(n)) != NULL; n++) {
        char *uuid = json_value(told, "uuid", 0), *complete = json_value(told, "complete", 0);
        CHECK_INT(0, json_int(told, "leaks", 0));
        if (strcmp(complete, "true") == 0) {
            check_content(uuid, content);
            files++;
        }
        free(uuid);
        free(complete);
        free(told);
    }
    return files;
}

/** How many uploads have become files. */
static inline int files_made(void) {
    char *told = emulator_get("/_emulator/uploads");
    int made = occurrences(told, "\"complete\":true");
    free(told);
    return made;
}

/** An upload that must succeed, checked to the last byte. */
static inline void check_upload_by(enum way way, const uc_client *client, const struct content *content,
                                   const uc_upload_opts *opts) {
    uc_file *file;
    uc_error *error;
    CHECK_OK(upload_by(way, client, content, opts, &file, &error), error);
    check_arrived(file, content);
}

#endif
