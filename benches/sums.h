/*
 * What both programs do with the groups they list: add up every field, so that nobody can skip
 * one, and so that it shows when two programs did not read the same.
 */
#ifndef SUMS_H
#define SUMS_H

#include <inttypes.h>
#include <uploadcare.h>

#include "program.h"

struct sums {
    uint64_t count, files, time, text;
};

static inline void add_group(struct sums *sums, const uc_group *group)
{
    sums->count++;
    sums->files += (uint64_t)group->files_count;
    sums->time += (uint64_t)group->datetime_created_us;
    sums->text += strlen(group->id);
    sums->text += (unsigned char)group->datetime_created[0] + (unsigned char)group->cdn_url[0] +
                  (unsigned char)group->url[0];
}

static inline void print_sums(const struct sums *sums)
{
    printf("%" PRIu64 " groups, checksum %016" PRIx64 "\n", sums->count,
           sums->files * 31 + sums->time * 37 + sums->text * 41);
}

#endif
