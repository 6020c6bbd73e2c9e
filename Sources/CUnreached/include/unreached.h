// SPDX-License-Identifier: Apache-2.0
// What libraries refer to and PID 1 never gets to: translations, host names, a log with the time of day. The C library's
// own would bring 200 KB of locales, scanf and a resolver into the static program. Nobody calls these by name, the linker
// finds them first. domb-init's alone: domb-construct tells libxenguest's messages.
#ifndef DOMB_UNREACHED_H
#define DOMB_UNREACHED_H

#endif
