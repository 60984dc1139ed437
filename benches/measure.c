/*
 * Runs a program and prints, behind what it prints itself, a line of what it took: wall time and
 * CPU time in microseconds, peak memory in KiB. In C, since a program's peak begins with that of
 * the one that starts it.
 *
 *     measure PROGRAM [ARGUMENT]...
 */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long microseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static long long of_timeval(struct timeval time)
{
    return time.tv_sec * 1000000LL + time.tv_usec;
}

int main(int argc, char **argv)
{
    struct rusage usage;
    pid_t child;
    int status;
    long long began = microseconds();

    if (argc < 2 || posix_spawn(&child, argv[1], NULL, NULL, argv + 1, environ) != 0 ||
        wait4(child, &status, 0, &usage) != child) {
        perror("measure");
        return 1;
    }
    printf("%lld %lld %ld\n", microseconds() - began, of_timeval(usage.ru_utime) + of_timeval(usage.ru_stime),
           usage.ru_maxrss);
    return status != 0;
}
