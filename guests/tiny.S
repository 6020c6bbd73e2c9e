/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest useful PVH guest (xen/include/public/arch-x86/hvm/start_info.h has its entry conditions): it tells its
 * command line on port 0xe9, which Xen copies to its own log, and then counts seconds. With a command line that
 * begins with "shutdown" it powers itself off instead. Built with PROBE it says before that what CPUID tells it, and binds
 * to port 1 of domain 2.
 */
#define HYPERVISOR_vcpu_op              24
#define HYPERVISOR_sched_op             29
#define VCPUOP_register_vcpu_info       10
#define SCHEDOP_yield                   0
#define SCHEDOP_shutdown                2
#define SCHEDOP_poll                    3
#define SHUTDOWN_poweroff               0
#define XEN_ELFNOTE_PHYS32_ENTRY        18
#define START_INFO_CMDLINE              24
/* struct vcpu_time_info, 32 bytes into the 32-bit struct vcpu_info. */
#define TIME_VERSION                    32
#define TIME_TSC                        40
#define TIME_SYSTEM                     48
#define TIME_MULTIPLIER                 56
#define TIME_SHIFT                      60
#define CONSOLE_PORT                    0xe9
#define NANOSECONDS                     1000000000

        .section .note.xen, "a", @note
        .align  4
        .long   4, 4, XEN_ELFNOTE_PHYS32_ENTRY
        .asciz  "Xen"
        .long   _start

        .text
        .code32
        .globl  _start
_start: cld
        movl    $stack_top, %esp
        movl    START_INFO_CMDLINE(%ebx), %edi
        testl   %edi, %edi
        jnz     1f
        movl    $empty, %edi
1:      call    choose_hypercall
        movl    $alive, %esi
        call    print_line
#ifdef PROBE
        call    probe
#endif
        movl    $shutdown_word, %esi
        call    has_prefix
        je      power_off

        movl    $HYPERVISOR_vcpu_op, %eax
        movl    $VCPUOP_register_vcpu_info, %ebx
        xorl    %ecx, %ecx
        movl    $vcpu_info_place, %edx
        call    *hypercall
        testl   %eax, %eax
        jnz     no_clock

/* ebp counts the ticks. Each second starts where the last one was noticed: seconds that passed while the domain was
   paused are not made up for by a burst. */
        xorl    %ebp, %ebp
        call    read_clock
tick:   movl    %eax, deadline
        movl    %edx, deadline + 4
        addl    $NANOSECONDS, deadline
        adcl    $0, deadline + 4
wait:   movl    $HYPERVISOR_sched_op, %eax
        movl    $SCHEDOP_poll, %ebx
        movl    $poll, %ecx
        call    *hypercall
        testl   %eax, %eax
        jz      2f
        movl    $HYPERVISOR_sched_op, %eax
        movl    $SCHEDOP_yield, %ebx
        xorl    %ecx, %ecx
        call    *hypercall
2:      call    read_clock
        cmpl    deadline + 4, %edx
        jb      wait
        ja      3f
        cmpl    deadline, %eax
        jb      wait
3:      pushl   %edx
        pushl   %eax
        incl    %ebp
        movl    $ticked, %esi
        call    print
        movl    %ebp, %eax
        call    print_decimal
        movl    $space, %esi
        call    print_line
        popl    %eax
        popl    %edx
        jmp     tick

power_off:
        movl    $HYPERVISOR_sched_op, %eax
        movl    $SCHEDOP_shutdown, %ebx
        movl    $shutdown, %ecx
        call    *hypercall
no_clock:
        movl    $stopped, %esi
        call    print_line
4:      cli
        hlt
        jmp     4b

/* SVM has vmmcall and VT-x has vmcall: each faults on the other. Cpuid leaf 0 tells the vendor. */
choose_hypercall:
        xorl    %eax, %eax
        cpuid
        cmpl    $0x68747541, %ebx       /* "Auth"enticAMD */
        je      5f
        cmpl    $0x6f677948, %ebx       /* "Hygo"nGenuine */
        je      5f
        movl    $call_intel, hypercall
5:      ret

call_amd:
        vmmcall
        ret

call_intel:
        vmcall
        ret

/* Xen's system time in ns, edx:eax. Keeps edi and ebp. An odd version means that Xen is writing. */
read_clock:
        movl    vcpu_info + TIME_VERSION, %esi
        testl   $1, %esi
        jnz     read_clock
        rdtsc
        subl    vcpu_info + TIME_TSC, %eax
        sbbl    vcpu_info + TIME_TSC + 4, %edx
        movb    vcpu_info + TIME_SHIFT, %cl
        testb   %cl, %cl
        js      6f
        shldl   %cl, %eax, %edx
        shll    %cl, %eax
        jmp     7f
6:      negb    %cl
        shrdl   %cl, %edx, %eax
        shrl    %cl, %edx
/* (edx:eax * multiplier) >> 32 */
7:      pushl   %edx
        mull    vcpu_info + TIME_MULTIPLIER
        movl    %edx, %ebx
        popl    %eax
        mull    vcpu_info + TIME_MULTIPLIER
        addl    %ebx, %eax
        adcl    $0, %edx
        addl    vcpu_info + TIME_SYSTEM, %eax
        adcl    vcpu_info + TIME_SYSTEM + 4, %edx
        cmpl    %esi, vcpu_info + TIME_VERSION
        jne     read_clock
        ret

/* Sets the zero flag if the string at edi begins with that at esi. */
has_prefix:
        movl    %edi, %ecx
8:      lodsb
        testb   %al, %al
        jz      9f
        cmpb    %al, (%ecx)
        jne     9f
        incl    %ecx
        jmp     8b
9:      ret

/* Prints the string at esi, the command line at edi, and a newline. */
print_line:
        call    print
        movl    %edi, %esi
        call    print
        movl    $newline, %esi
print:  lodsb
        testb   %al, %al
        jz      10f
        outb    %al, $CONSOLE_PORT
        jmp     print
10:     ret

print_decimal:
        movl    $10, %ebx
        xorl    %ecx, %ecx
11:     xorl    %edx, %edx
        divl    %ebx
        addl    $'0', %edx
        pushl   %edx
        incl    %ecx
        testl   %eax, %eax
        jnz     11b
12:     popl    %eax
        outb    %al, $CONSOLE_PORT
        loop    12b
        ret

#ifdef PROBE
#define HYPERVISOR_event_channel_op     32
#define EVTCHNOP_bind_interdomain       0
#define EVTCHNOP_send                   4

/* Keeps edi. */
probe:  pushl   %ebx
        movl    $1, %eax
        xorl    %ecx, %ecx
        cpuid
        movl    %ecx, %eax
        movl    $features, %esi
        call    print_number
        movl    $HYPERVISOR_event_channel_op, %eax
        movl    $EVTCHNOP_bind_interdomain, %ebx
        movl    $binding, %ecx
        call    *hypercall
        movl    $bound, %esi
        call    print_number
        movl    binding + 8, %eax
        movl    %eax, sending
        movl    $local_port, %esi
        call    print_number
        movl    $HYPERVISOR_event_channel_op, %eax
        movl    $EVTCHNOP_send, %ebx
        movl    $sending, %ecx
        call    *hypercall
        movl    $sent, %esi
        call    print_number
        popl    %ebx
        ret

/* Prints the string at esi, eax in hexadecimal, and a newline. */
print_number:
        pushl   %eax
        call    print
        popl    %edx
        movl    $8, %ecx
13:     roll    $4, %edx
        movl    %edx, %eax
        andl    $15, %eax
        movb    digits(%eax), %al
        outb    %al, $CONSOLE_PORT
        loop    13b
        movl    $newline, %esi
        jmp     print

        .section .rodata
features:       .asciz  "PROBE cpuid 1 ecx "
bound:          .asciz  "PROBE bind "
local_port:     .asciz  "PROBE port "
sent:           .asciz  "PROBE send "
digits:         .ascii  "0123456789abcdef"

        .data
        .align  4
/* struct evtchn_bind_interdomain: the remote domid, its port, the port that it becomes here. */
binding:        .long   2, 1, 0
sending:        .long   0
        .text
#endif

        .section .rodata
alive:          .asciz  "TINY alive: "
ticked:         .asciz  "TINY tick "
stopped:        .asciz  "TINY stopped: "
shutdown_word:  .asciz  "shutdown"
space:          .asciz  " "
newline:        .asciz  "\n"
empty:          .asciz  ""

        .data
        .align  8
hypercall:      .long   call_amd
shutdown:       .long   SHUTDOWN_poweroff
/* struct vcpu_register_vcpu_info: the frame, then the offset in it. */
vcpu_info_place:
                .long   vcpu_info_frame, 0, 0, 0
/* struct sched_poll: no port, so that only the timeout ends it. */
poll:           .long   0
                .long   0
deadline:       .quad   0

        .globl  vcpu_info
        .bss
        .align  4096
vcpu_info:      .skip   4096
                .skip   4096
stack_top:
