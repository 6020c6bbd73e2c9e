/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest useful 64-bit PV guest (xen/include/public/xen.h and arch-x86/xen.h have its entry conditions): it does what
 * tiny.S does. It speaks by console_io, and on the second serial port where Xen allows ordinary domains no console_io: a
 * Xen built without CONFIG_VERBOSE_DEBUG, as Debian's is. The LCM has to give it that port (domb,ioports = <0x2f8 8>).
 */
#define HYPERVISOR_console_io           18
#define HYPERVISOR_vcpu_op              24
#define HYPERVISOR_sched_op             29
#define HYPERVISOR_physdev_op           33
#define CONSOLEIO_write                 0
#define PHYSDEVOP_set_iopl              6
#define VCPUOP_register_vcpu_info       10
#define SCHEDOP_shutdown                2
#define SCHEDOP_poll                    3
#define SHUTDOWN_poweroff               0
#define SHUTDOWN_crash                  3
#define XEN_ELFNOTE_ENTRY               1
#define XEN_ELFNOTE_VIRT_BASE           3
#define XEN_ELFNOTE_XEN_VERSION         5
#define XEN_ELFNOTE_GUEST_OS            6
#define XEN_ELFNOTE_LOADER              8
#define XEN_ELFNOTE_PAE_MODE            9
/* struct start_info of a 64-bit domain. */
#define START_INFO_P2M                  104
#define START_INFO_CMDLINE              128
/* struct vcpu_time_info, 32 bytes into struct vcpu_info. */
#define TIME_VERSION                    32
#define TIME_TSC                        40
#define TIME_SYSTEM                     48
#define TIME_MULTIPLIER                 56
#define TIME_SHIFT                      60
#define CONSOLE_PORT                    0x2f8
#define NANOSECONDS                     1000000000

        .macro  text_note type, text
        .long   4, 2f - 1f, \type
        .asciz  "Xen"
1:      .asciz  "\text"
2:      .balign 4
        .endm
        .macro  address_note type, value
        .long   4, 8, \type
        .asciz  "Xen"
        .quad   \value
        .endm

        .section .note.xen, "a", @note
        .balign 4
        text_note XEN_ELFNOTE_GUEST_OS, "tiny"
        text_note XEN_ELFNOTE_XEN_VERSION, "xen-3.0"
        text_note XEN_ELFNOTE_LOADER, "generic"
        text_note XEN_ELFNOTE_PAE_MODE, "yes"
        address_note XEN_ELFNOTE_VIRT_BASE, 0
        address_note XEN_ELFNOTE_ENTRY, _start

/* rsi has the start info's address. rbp counts the ticks, r12 is the command line, r15 the deadline. */
        .text
        .globl  _start
_start: cld
        movq    $stack_top, %rsp
        leaq    START_INFO_CMDLINE(%rsi), %r12
        movq    START_INFO_P2M(%rsi), %rax
        movq    vcpu_info_frame_number, %rbx
        movq    (%rax,%rbx,8), %rax
        movq    %rax, vcpu_info_place
        leaq    alive, %rdi
        call    print_line
        leaq    shutdown_word, %rdi
        call    has_prefix
        je      power_off

        movl    $HYPERVISOR_vcpu_op, %eax
        movl    $VCPUOP_register_vcpu_info, %edi
        xorl    %esi, %esi
        leaq    vcpu_info_place, %rdx
        syscall
        testl   %eax, %eax
        jnz     no_clock

/* Each second starts where the last one was noticed, as in tiny.S. */
        xorl    %ebp, %ebp
        call    read_clock
tick:   leaq    NANOSECONDS(%rax), %r15
        movq    %r15, deadline
wait:   movl    $HYPERVISOR_sched_op, %eax
        movl    $SCHEDOP_poll, %edi
        leaq    poll, %rsi
        syscall
        call    read_clock
        cmpq    %r15, %rax
        jb      wait
        movq    %rax, %r14
        incq    %rbp
        leaq    ticked, %rdi
        call    append
        movq    %rbp, %rax
        call    append_decimal
        leaq    space, %rdi
        call    print_line
        movq    %r14, %rax
        jmp     tick

power_off:
        movl    $SHUTDOWN_poweroff, shutdown
        jmp     end
no_clock:
        leaq    stopped, %rdi
        call    print_line
        movl    $SHUTDOWN_crash, shutdown
end:    movl    $HYPERVISOR_sched_op, %eax
        movl    $SCHEDOP_shutdown, %edi
        leaq    shutdown, %rsi
        syscall
        jmp     end

/* Xen's system time in ns in rax. An odd version means that Xen is writing. */
read_clock:
        movl    vcpu_info + TIME_VERSION, %esi
        testl   $1, %esi
        jnz     read_clock
        rdtsc
        shlq    $32, %rdx
        orq     %rdx, %rax
        subq    vcpu_info + TIME_TSC, %rax
        movb    vcpu_info + TIME_SHIFT, %cl
        testb   %cl, %cl
        js      3f
        shlq    %cl, %rax
        jmp     4f
3:      negb    %cl
        shrq    %cl, %rax
4:      movl    vcpu_info + TIME_MULTIPLIER, %edx
        mulq    %rdx
        shrdq   $32, %rdx, %rax
        addq    vcpu_info + TIME_SYSTEM, %rax
        cmpl    %esi, vcpu_info + TIME_VERSION
        jne     read_clock
        ret

/* Sets the zero flag if the command line begins with the string at rdi. */
has_prefix:
        movq    %r12, %rsi
5:      movb    (%rdi), %al
        testb   %al, %al
        jz      6f
        cmpb    %al, (%rsi)
        jne     6f
        incq    %rdi
        incq    %rsi
        jmp     5b
6:      ret

/* Prints what was appended, the string at rdi, the command line, and a newline. A line longer than its room is cut off. */
print_line:
        call    append
        movq    %r12, %rdi
        call    append
        leaq    newline, %rdi
        call    append
        movl    $HYPERVISOR_console_io, %eax
        movl    $CONSOLEIO_write, %edi
        movq    line_length, %rsi
        leaq    line, %rdx
        syscall
        testl   %eax, %eax
        jns     8f
/* Xen runs the kernel with the privilege of level 1: without it no port is its own. */
        movl    $HYPERVISOR_physdev_op, %eax
        movl    $PHYSDEVOP_set_iopl, %edi
        leaq    iopl, %rsi
        syscall
        leaq    line, %rsi
        movq    line_length, %rcx
        movw    $CONSOLE_PORT, %dx
7:      lodsb
        outb    %al, %dx
        loop    7b
8:      movq    $0, line_length
        ret

append: movb    (%rdi), %al
        testb   %al, %al
        jz      9f
        call    append_byte
        incq    %rdi
        jmp     append
append_byte:
        movq    line_length, %rdx
        cmpq    $line_end - line, %rdx
        jae     9f
        movb    %al, line(%rdx)
        incq    line_length
9:      ret

append_decimal:
        movl    $10, %ebx
        xorl    %ecx, %ecx
10:     xorl    %edx, %edx
        divq    %rbx
        addl    $'0', %edx
        pushq   %rdx
        incl    %ecx
        testq   %rax, %rax
        jnz     10b
11:     popq    %rax
        call    append_byte
        loop    11b
        ret

        .section .rodata
alive:          .asciz  "TINY alive: "
ticked:         .asciz  "TINY tick "
stopped:        .asciz  "TINY stopped: "
shutdown_word:  .asciz  "shutdown"
space:          .asciz  " "
newline:        .asciz  "\n"
        .balign 8
vcpu_info_frame_number:
                .quad   vcpu_info_frame

        .data
        .balign 8
shutdown:       .long   0, 0
/* struct vcpu_register_vcpu_info: the machine frame, then the offset in it. */
vcpu_info_place:
                .quad   0
                .long   0, 0
/* struct sched_poll: no port, so that only the timeout ends it. */
poll:           .quad   0
                .long   0, 0
deadline:       .quad   0
line_length:    .quad   0
iopl:           .long   1, 0

        .globl  vcpu_info
        .bss
        .balign 4096
vcpu_info:      .skip   4096
line:           .skip   1200
line_end:
        .balign 4096
        .skip   4096
stack_top:
