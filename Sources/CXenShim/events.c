// SPDX-License-Identifier: Apache-2.0
#include "internal.h"

#include <poll.h>

int domb_watch_domains(struct domb_xen *xen, int64_t boot_domain)
{
    xenevtchn_port_or_error_t port;

    if (boot_domain >= 0 && xc_domain_set_virq_handler(xen->ctrl, boot_domain, VIRQ_DOM_EXC) != 0)
        return domb_errno();
    xen->events = xenevtchn_open(domb_quiet_logger(), 0);
    if (!xen->events)
        return domb_errno();
    port = xenevtchn_bind_virq(xen->events, VIRQ_DOM_EXC);
    if (port < 0) {
        int code = domb_errno();

        domb_end_watch(xen, -1);
        return code;
    }
    return 0;
}

int domb_wait_for_event(struct domb_xen *xen, uint64_t microseconds)
{
    struct pollfd descriptor = { .events = POLLIN };
    uint64_t milliseconds = (microseconds + 999) / 1000;
    xenevtchn_port_or_error_t port;
    int count;

    if (!xen->events)
        return -EINVAL;
    descriptor.fd = xenevtchn_fd(xen->events);
    count = poll(&descriptor, 1, milliseconds > 1 << 30 ? 1 << 30 : (int)milliseconds);
    if (count < 0)
        return errno == EINTR ? 0 : domb_errno();
    if (count == 0)
        return 0;
    port = xenevtchn_pending(xen->events);
    if (port < 0)
        return domb_errno();
    return domb_result(xenevtchn_unmask(xen->events, port));
}

int domb_end_watch(struct domb_xen *xen, int64_t hand_over)
{
    if (xen->events)
        xenevtchn_close(xen->events);
    xen->events = NULL;
    return hand_over < 0 ? 0 : domb_result(xc_domain_set_virq_handler(xen->ctrl, hand_over, VIRQ_DOM_EXC));
}
