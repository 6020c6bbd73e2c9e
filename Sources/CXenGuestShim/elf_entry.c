// SPDX-License-Identifier: Apache-2.0
// The entry point that libxenguest has found too, but keeps in a structure whose layout no installed header gives.
#include "guest.h"

#include <elf.h>
#include <string.h>

#include <xen/elfnote.h>

struct view {
    const uint8_t *bytes;
    size_t size;
};

static bool has(struct view view, uint64_t offset, uint64_t count)
{
    return offset <= view.size && count <= view.size - offset;
}

static uint64_t aligned(uint64_t value)
{
    return (value + 3) & ~3ull;
}

static bool find_in_notes(struct view notes, uint32_t *entry)
{
    static const char owner[] = "Xen";
    uint64_t offset = 0;

    while (has(notes, offset, sizeof(Elf32_Nhdr))) {
        Elf32_Nhdr note;
        memcpy(&note, notes.bytes + offset, sizeof note);
        uint64_t name = offset + sizeof note;
        uint64_t value = name + aligned(note.n_namesz);
        if (!has(notes, name, note.n_namesz) || !has(notes, value, note.n_descsz))
            return false;
        bool is_entry = note.n_type == XEN_ELFNOTE_PHYS32_ENTRY && note.n_descsz >= sizeof *entry;
        if (is_entry && note.n_namesz == sizeof owner && memcmp(notes.bytes + name, owner, sizeof owner) == 0) {
            memcpy(entry, notes.bytes + value, sizeof *entry);
            return true;
        }
        offset = value + aligned(note.n_descsz);
    }
    return false;
}

// One program header, of either class.
static bool read_header(struct view image, bool wide, uint64_t offset, Elf64_Phdr *header)
{
    if (wide) {
        if (!has(image, offset, sizeof *header))
            return false;
        memcpy(header, image.bytes + offset, sizeof *header);
        return true;
    }
    Elf32_Phdr narrow;
    if (!has(image, offset, sizeof narrow))
        return false;
    memcpy(&narrow, image.bytes + offset, sizeof narrow);
    *header = (Elf64_Phdr){.p_type = narrow.p_type, .p_offset = narrow.p_offset, .p_filesz = narrow.p_filesz};
    return true;
}

int domb_elf_entry(const void *image_bytes, size_t size, uint32_t *entry)
{
    struct view image = {image_bytes, size};
    Elf64_Ehdr wide = {0};
    Elf32_Ehdr narrow;

    if (size < sizeof wide || memcmp(image.bytes, ELFMAG, SELFMAG) != 0)
        return -ENOEXEC;
    bool is_wide = image.bytes[EI_CLASS] == ELFCLASS64;
    memcpy(&wide, image.bytes, sizeof wide);
    memcpy(&narrow, image.bytes, sizeof narrow);
    uint64_t table = is_wide ? wide.e_phoff : narrow.e_phoff;
    uint16_t count = is_wide ? wide.e_phnum : narrow.e_phnum;
    uint16_t step = is_wide ? wide.e_phentsize : narrow.e_phentsize;
    if (table > size)
        return -ENOEXEC;
    for (uint16_t index = 0; index < count; index++) {
        Elf64_Phdr header;
        if (!read_header(image, is_wide, table + (uint64_t)index * step, &header))
            return -ENOEXEC;
        if (header.p_type != PT_NOTE || !has(image, header.p_offset, header.p_filesz))
            continue;
        if (find_in_notes((struct view){image.bytes + header.p_offset, header.p_filesz}, entry))
            return 0;
    }
    return -ENOEXEC;
}
