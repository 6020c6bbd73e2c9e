/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands at /domb-init in a scenario's initramfs, with the real one at /domb-init.real. Between the construct stage and
 * DomB it does one hostile thing, which the kernel command line names, and then gives way:
 *   saboteur=flip:DOMID:GPA     changes one bit of the byte at a guest-physical address, of a PV domain one of its own frames'
 *   saboteur=unpause:DOMID      lets a domain run
 *   saboteur=destroy:DOMID      takes a domain away
 *   saboteur=create:DOMID       makes a paused domain that the LCM does not name
 *   saboteur=process            leaves a second process behind
 *   saboteur=threads            leaves a process behind whose first thread has ended
 *   saboteur=namespace          lets DomB be PID 1 of a namespace in which it is alone, and switches off after it
 *   saboteur=fd                 leaves an open descriptor behind
 * So the product needs no hook for its own tests.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xenctrl.h>
#include <xenforeignmemory.h>

#define REAL "/domb-init.real"

static void say(const char *what, int result)
{
    if (result == 0)
        printf("saboteur: %s: done\n", what);
    else
        printf("saboteur: %s: failed: %s\n", what, strerror(errno));
    fflush(stdout);
}

static void *map_one(xenforeignmemory_handle *memory, uint32_t domid, xen_pfn_t frame)
{
    int error = 0;
    void *page = xenforeignmemory_map(memory, domid, PROT_READ, 1, &frame, &error);

    return error == 0 ? page : NULL;
}

/* The word at a virtual address of a PV domain, by its page tables; what cannot be had is zero. */
static uint64_t word_at(xenforeignmemory_handle *memory, uint32_t domid, xen_pfn_t root, uint64_t address)
{
    uint64_t word = (uint64_t)root << XC_PAGE_SHIFT;

    for (int shift = 39; shift >= 3; shift -= 9) {
        uint64_t *page = map_one(memory, domid, (word & 0xFFFFFFFFFFFFF) >> XC_PAGE_SHIFT);
        if (page == NULL)
            return 0;
        word = page[address >> shift & 511];
        xenforeignmemory_unmap(memory, page, 1);
    }
    return word;
}

/* The machine frame of a PV domain's frame, by the list that its start info names; a PVH domain's frame as it is. */
static xen_pfn_t machine_frame(xenforeignmemory_handle *memory, uint32_t domid, xen_pfn_t frame)
{
    xc_interface *xen = xc_interface_open(NULL, NULL, 0);
    xc_domaininfo_t info;
    vcpu_guest_context_any_t context;

    if (xen != NULL && xc_domain_getinfo_single(xen, domid, &info) == 0 && !(info.flags & XEN_DOMINF_hvm_guest) &&
        xc_vcpu_getcontext(xen, domid, 0, &context) == 0) {
        xen_pfn_t root = context.x64.ctrlreg[3] >> XC_PAGE_SHIFT;
        uint64_t list = word_at(memory, domid, root, context.x64.user_regs.rsi + 104);
        frame = word_at(memory, domid, root, list + 8 * frame);
    }
    xc_interface_close(xen);
    return frame;
}

static int flip(uint32_t domid, uint64_t address)
{
    int error = 0;
    xenforeignmemory_handle *memory = xenforeignmemory_open(NULL, 0);
    if (memory == NULL)
        return -1;
    xen_pfn_t page = machine_frame(memory, domid, address >> XC_PAGE_SHIFT);
    uint8_t *bytes = xenforeignmemory_map(memory, domid, PROT_READ | PROT_WRITE, 1, &page, &error);
    if (bytes == NULL || error != 0)
        return -1;
    bytes[address & ~XC_PAGE_MASK] ^= 1;
    xenforeignmemory_unmap(memory, bytes, 1);
    return xenforeignmemory_close(memory);
}

static int create(xc_interface *xen, uint32_t domid)
{
    struct xen_domctl_createdomain domain = {
        .flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
        .max_vcpus = 1,
        .max_evtchn_port = -1,
        .max_grant_frames = -1,
        .max_maptrack_frames = -1,
        .grant_opts = XEN_DOMCTL_GRANT_version(1),
        .arch = { .emulation_flags = XEN_X86_EMU_LAPIC },
    };
    return xc_domain_create(xen, &domid, &domain);
}

static int on_domain(const char *action, uint32_t domid, uint64_t address)
{
    if (strcmp(action, "flip") == 0)
        return flip(domid, address);
    xc_interface *xen = xc_interface_open(NULL, NULL, 0);
    if (xen == NULL)
        return -1;
    int result = -1;
    errno = EINVAL;
    if (strcmp(action, "unpause") == 0)
        result = xc_domain_unpause(xen, domid);
    else if (strcmp(action, "destroy") == 0)
        result = xc_domain_destroy(xen, domid);
    else if (strcmp(action, "create") == 0)
        result = create(xen, domid);
    int error = errno;
    xc_interface_close(xen);
    errno = error;
    return result;
}

static int leave_process(void)
{
    pid_t child = fork();
    if (child == 0)
        for (;;)
            pause();
    return child < 0 ? -1 : 0;
}

static void *run_on(void *argument)
{
    for (;;)
        pause();
    return argument;
}

static int leave_threads(void)
{
    pthread_t other;
    pid_t child = fork();
    if (child == 0) {
        if (pthread_create(&other, NULL, run_on, NULL) == 0)
            pthread_exit(NULL);
        _exit(1);
    }
    /* Until the first thread is a zombie. */
    sleep(1);
    return child < 0 ? -1 : 0;
}

/* The parent stays outside, where DomB cannot see it. */
static int enter_namespace(void)
{
    if (unshare(CLONE_NEWPID) != 0)
        return -1;
    pid_t child = fork();
    if (child > 0) {
        waitpid(child, NULL, 0);
        printf("saboteur: DomB has ended\n");
        fflush(stdout);
        reboot(RB_POWER_OFF);
    }
    return child;
}

/* The action's words from the kernel command line, or NULL. */
static char *requested(char *line, size_t size)
{
    FILE *file = fopen("/proc/cmdline", "re");
    if (file == NULL || fgets(line, (int)size, file) == NULL)
        return NULL;
    fclose(file);
    for (char *word = strtok(line, " \n"); word != NULL; word = strtok(NULL, " \n"))
        if (strncmp(word, "saboteur=", 9) == 0)
            return word + 9;
    return NULL;
}

int main(int argc, char **argv)
{
    char line[4096];
    char *words = requested(line, sizeof line);
    (void)argc;

    if (words == NULL) {
        errno = EINVAL;
        say("no action on the command line", -1);
    } else if (strcmp(words, "process") == 0) {
        say(words, leave_process());
    } else if (strcmp(words, "threads") == 0) {
        say(words, leave_threads());
    } else if (strcmp(words, "namespace") == 0) {
        say(words, enter_namespace());
    } else if (strcmp(words, "fd") == 0) {
        say(words, open("/proc/version", O_RDONLY) >= 0 ? 0 : -1);
    } else {
        char *rest = NULL;
        char text[sizeof line];
        snprintf(text, sizeof text, "%s", words);
        char *action = strtok(words, ":");
        char *domid = strtok(NULL, ":");
        char *address = strtok(NULL, ":");
        say(text, on_domain(action ? action : "", domid ? strtoul(domid, &rest, 0) : 0,
                            address ? strtoull(address, &rest, 0) : 0));
    }
    execv(REAL, argv);
    say(REAL, -1);
    for (;;)
        pause();
}
