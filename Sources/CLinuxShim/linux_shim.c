// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "linux_shim.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

int domb_mount(const char *type, const char *target)
{
    unsigned long flags = MS_NOSUID | MS_NOEXEC;

    if (strcmp(type, "devtmpfs") != 0)
        flags |= MS_NODEV;
    if (mkdir(target, 0755) != 0 && errno != EEXIST)
        return -errno;
    if (mount(type, target, type, flags, NULL) != 0 && errno != EBUSY)
        return -errno;
    return 0;
}

int domb_open(const char *path)
{
    int fd;

    do
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    while (fd < 0 && errno == EINTR);
    return fd < 0 ? -errno : fd;
}

int domb_close(int fd)
{
    return close(fd) != 0 ? -errno : 0;
}

int domb_is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

int64_t domb_read(int fd, void *buffer, size_t count)
{
    ssize_t n;

    do
        n = read(fd, buffer, count);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

int64_t domb_file_size(int fd)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return -errno;
    return S_ISREG(status.st_mode) ? (int64_t)status.st_size : -EINVAL;
}

int domb_rewind(int fd)
{
    return lseek(fd, 0, SEEK_SET) < 0 ? -errno : 0;
}

int domb_write(int fd, const void *buffer, size_t count)
{
    const char *p = buffer;

    while (count > 0) {
        ssize_t n = write(fd, p, count);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        p += n;
        count -= (size_t)n;
    }
    return 0;
}

_Noreturn void domb_exit(int status)
{
    _exit(status);
}

int domb_drain(int fd)
{
    return tcdrain(fd) != 0 ? -errno : 0;
}

static int is_wanted(const struct dirent *entry, enum domb_entry_kind kind)
{
    switch (kind) {
    case DOMB_FILES:
        return entry->d_type == DT_REG;
    case DOMB_FOLDERS:
        return entry->d_type == DT_DIR;
    default:
        return entry->d_type == DT_LNK;
    }
}

int64_t domb_list(const char *path, enum domb_entry_kind kind, void *buffer, size_t capacity)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    size_t used = 0;
    int64_t result;

    if (!folder)
        return -errno;
    while (errno = 0, (entry = readdir(folder)) != NULL) {
        size_t length = strlen(entry->d_name) + 1;

        if (!is_wanted(entry, kind) || strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (length > capacity - used) {
            closedir(folder);
            return -ENOBUFS;
        }
        memcpy((char *)buffer + used, entry->d_name, length);
        used += length;
    }
    result = errno ? -errno : (int64_t)used;
    closedir(folder);
    return result;
}

int domb_load_module(int fd)
{
    if (syscall(SYS_finit_module, fd, "", 0) != 0 && errno != EEXIST)
        return -errno;
    return 0;
}

int domb_open_console(void)
{
    int fd = open("/dev/console", O_RDWR | O_NOCTTY);

    if (fd < 0)
        return -errno;
    for (int target = 0; target <= 2; target++)
        if (fd != target && dup2(fd, target) < 0)
            return -errno;
    if (fd > 2)
        close(fd);
    return 0;
}

uint64_t domb_monotonic_microseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void domb_sleep_microseconds(uint64_t microseconds)
{
    struct timespec rest = { .tv_sec = (time_t)(microseconds / 1000000), .tv_nsec = (long)(microseconds % 1000000) * 1000 };

    while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
        ;
}

int64_t domb_peak_memory(void)
{
    static const char key[] = "VmHWM:";
    char text[4096];
    int fd = domb_open("/proc/self/status");
    int64_t count = fd < 0 ? fd : domb_read(fd, text, sizeof text - 1);
    const char *line;

    if (fd >= 0)
        domb_close(fd);
    if (count < 0)
        return count;
    text[count] = 0;
    line = strstr(text, key);
    return line ? strtol(line + sizeof key - 1, NULL, 10) : -ENODATA;
}

int domb_process_id(void)
{
    return getpid();
}

int domb_execute(int fd, const char *name)
{
    char *const arguments[] = { (char *)name, NULL };
    char *const environment[] = { NULL };

    syscall(SYS_execveat, fd, "", arguments, environment, AT_EMPTY_PATH);
    return -errno;
}

int domb_close_from(int first)
{
    return syscall(SYS_close_range, first, ~0U, 0) != 0 ? -errno : 0;
}

int domb_power(enum domb_power kind)
{
    return reboot(kind == DOMB_POWER_OFF ? RB_POWER_OFF : RB_AUTOBOOT) != 0 ? -errno : 0;
}

_Noreturn void domb_sleep_for_ever(void)
{
    for (;;)
        pause();
}

static size_t copy_build_id(const char *note, size_t size, void *buffer, size_t capacity)
{
    while (size >= sizeof(Elf64_Nhdr)) {
        const Elf64_Nhdr *header = (const void *)note;
        size_t name = (header->n_namesz + 3) & ~(size_t)3;
        size_t whole = sizeof *header + name + ((header->n_descsz + 3) & ~(size_t)3);

        if (whole > size)
            return 0;
        if (header->n_type == NT_GNU_BUILD_ID && header->n_descsz <= capacity) {
            memcpy(buffer, note + sizeof *header + name, header->n_descsz);
            return header->n_descsz;
        }
        note += whole;
        size -= whole;
    }
    return 0;
}

size_t domb_build_id(void *buffer, size_t capacity)
{
    // The program is not position independent: its note segments lie where the program headers say.
    const Elf64_Phdr *header = (const void *)getauxval(AT_PHDR);
    unsigned long count = getauxval(AT_PHNUM);

    for (unsigned long i = 0; header && i < count; i++) {
        if (header[i].p_type != PT_NOTE)
            continue;
        size_t size = copy_build_id((const char *)header[i].p_vaddr, header[i].p_memsz, buffer, capacity);
        if (size)
            return size;
    }
    return 0;
}
