// SPDX-License-Identifier: Apache-2.0
// What libraries refer to and PID 1 never gets to (unreached.c: translations, host names, a log with the time of day, streams),
// and small forms of what it does (format.c, number.c). The C library's own would bring 570 KB of locales, wide characters,
// streams and a resolver into the static program, and the code that looks for files that have a say in them. Nobody calls
// these by name, the linker finds them first. domb-init's alone: domb-construct tells libxenguest's messages.
#ifndef DOMB_UNREACHED_H
#define DOMB_UNREACHED_H

#endif
