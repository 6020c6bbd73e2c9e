// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "linux_shim.h"

#include <elf.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>

int domb_open(const char *path, int flags)
{
    return open(path, flags, 0600);
}

int domb_close_from(int first)
{
    return close_range((unsigned)first, ~0U, 0);
}

ssize_t domb_list(const char *path, unsigned char type, void *buffer, size_t capacity)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    size_t used = 0;
    int code;

    if (!folder)
        return -1;
    while (errno = 0, (entry = readdir(folder)) != NULL) {
        size_t length = strlen(entry->d_name) + 1;

        if (entry->d_type != type)
            continue;
        if (length > capacity - used) {
            errno = ENOBUFS;
            break;
        }
        memcpy((char *)buffer + used, entry->d_name, length);
        used += length;
    }
    code = errno;
    closedir(folder);
    errno = code;
    return code ? -1 : (ssize_t)used;
}

int domb_execute(int fd, const char *name, const char *argument)
{
    char *const arguments[] = { (char *)name, (char *)argument, NULL };
    char *const environment[] = { NULL };

    return (int)syscall(SYS_execveat, fd, "", arguments, environment, AT_EMPTY_PATH);
}

int domb_split(int *end)
{
    int ends[2];
    int child;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    // Not fork: its handlers would bring glibc's name services into a static program. There is one thread so far.
    child = (int)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    *end = ends[child == 0];
    close(ends[child != 0]);
    return child;
}

int domb_finit_module(int fd)
{
    return (int)syscall(SYS_finit_module, fd, "", 0);
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
