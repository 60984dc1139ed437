/* A program that is linked with the decoy and loads ours: dlsym() and dlvsym() find what is ours. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

extern int decoy_calls;
int uc_free(void *owned);

typedef const char *version_fn(void);
typedef void free_fn(void *owned);
typedef int client_new_fn(const char *, const char *, const void *, void **, void **);

static void *find(void *library, const char *name, const char *version) {
    void *found = dlvsym(library, name, version);
    if (found == NULL) printf("%s\n", dlerror());
    return found;
}

int main(int count, char **words) {
    void *library = dlopen(words[count - 1], RTLD_NOW | RTLD_LOCAL), *client, *error;
    version_fn *version;
    free_fn *release;
    client_new_fn *client_new;
    if (library == NULL) return puts(dlerror()), 1;
    *(void **)&version = find(library, "uc_version", "UPLOADCARE_0");
    *(void **)&release = find(library, "uc_free", "UPLOADCARE_0");
    *(void **)&client_new = find(library, "uc_client_new", "UPLOADCARE_0");
    if (!version || !release || !client_new) return 2;
    if (dlsym(library, "uc_free") != *(void **)&release) return 3;
    if (dlvsym(library, "uc_free", "UPLOADCARE_1") != NULL) return 4;
    if (client_new(NULL, NULL, NULL, &client, &error) != -1 || strcmp(version(), "decoy") == 0) return 5;
    release(error);
    if (decoy_calls != 0 || uc_free(NULL) != 7) return 6;
    /* A look-up that hangs may still run in it. */
    if (dlclose(library) != 0 || dlopen(words[count - 1], RTLD_NOW | RTLD_NOLOAD) == NULL) return 7;
    return 0;
}
