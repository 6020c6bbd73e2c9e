#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The man pages: man.py DUMP PROSE OUT VERSION DATE

DUMP is what `domb --experimental-dump-help` prints: of it come synopsis, description, arguments and options, so that
a page cannot name an option that the program has not. PROSE has the sections for people, one file a page; the pages of
programs that are no commands (NAME.8.md) are prose alone.
"""
import json
import sys
from pathlib import Path

import roff

EXIT_STATUS = """# Exit status

- `0`: good
- `1`: a mismatch or a refusal
- `64`: the command line is wrong
- `65`: malformed input
- `66`: an input file is missing or cannot be read
- `69`: a program that is needed is missing
- `70`: a fault of domb's own
- `74`: reading or writing failed
"""


def command_pages(dump: dict) -> dict[str, dict]:
    """Page names, "domb" and "domb-check" and so on, with what the dump has for each. `help` is no page."""
    root = dump["command"]
    pages = {root["commandName"]: root}
    for command in root.get("subcommands", []):
        if command["commandName"] != "help":
            if command.get("subcommands"):
                raise ValueError(f"{command['commandName']}: no page is made for subcommands of subcommands")
            pages[f"{root['commandName']}-{command['commandName']}"] = command
    return pages


def shown_arguments(command: dict) -> list[dict]:
    return [argument for argument in command.get("arguments", []) if argument.get("shouldDisplay", True)]


def spelling(name: dict) -> str:
    return ("--" if name["kind"] == "long" else "-") + name["name"]


def value_name(argument: dict) -> str:
    return argument.get("valueName", "value")


def synopsis(page: str, command: dict) -> list[str]:
    words = [roff.bold(page.replace("-", " ", 1))]
    for argument in shown_arguments(command):
        if argument["kind"] == "positional":
            word = roff.italic(value_name(argument))
        else:
            word = roff.bold(spelling(argument["preferredName"]))
            if argument["kind"] == "option":
                word += " " + roff.italic(value_name(argument))
        word += "..." if argument.get("isRepeating") else ""
        words.append(f"[{word}]" if argument["isOptional"] else word)
    if command.get("subcommands"):
        words.append(roff.italic("command") + " ...")
    return [".SH SYNOPSIS", ".nh", ".ad l", *(word + " " for word in words[:-1]), words[-1], ".ad", ".hy"]


def description(command: dict) -> list[str]:
    out = [".SH DESCRIPTION", ".PP", roff.plain(command["abstract"])]
    for line in command.get("discussion", "").splitlines():
        if line.startswith("    "):
            out += roff.shown([line[4:]])
        elif line.strip():
            out += [".PP", roff.plain(line)]
    return out


def described(argument: dict) -> list[str]:
    if argument["kind"] == "positional":
        term = roff.italic(value_name(argument))
    else:
        value = " " + roff.italic(value_name(argument)) if argument["kind"] == "option" else ""
        term = ", ".join(roff.bold(spelling(name)) + value for name in argument.get("names", []))
    out = [".TP", term, roff.plain(argument.get("abstract", ""))]
    if argument.get("discussion"):
        out.append(roff.plain(argument["discussion"]))
    values = argument.get("allValueStrings") or argument.get("allValues")
    if values:
        out.append("Values: " + ", ".join(roff.bold(value) for value in values) + ".")
    if argument.get("defaultValue"):
        out.append("Default: " + roff.bold(argument["defaultValue"]) + ".")
    return out


def arguments(command: dict) -> list[str]:
    """Positional ones first, then the options, those of a titled group under its title."""
    positional = [argument for argument in shown_arguments(command) if argument["kind"] == "positional"]
    options = [argument for argument in shown_arguments(command) if argument["kind"] != "positional"]
    out = [".SH ARGUMENTS"] if positional else []
    out += [line for argument in positional for line in described(argument)]
    titles = sorted({argument.get("sectionTitle") or "" for argument in options})
    out += [".SH OPTIONS"] if options else []
    for title in titles:
        out += [f".SS {roff.plain(title)}"] if title else []
        out += [line for argument in options if (argument.get("sectionTitle") or "") == title
                for line in described(argument)]
    return out


def subcommands(pages: dict[str, dict]) -> list[str]:
    out = [".SH COMMANDS"]
    for page, command in pages.items():
        if page != "domb":
            out += [".TP", f"{roff.bold(page)}(1)", roff.plain(command["abstract"])]
    return out


def see_also(pages, page: str) -> list[str]:
    others = ["domb(1)"] if page != "domb" else []
    others += ["domb-init(8)", "domb-construct(8)", "domb-launch(8)"]
    links = ", ".join(f"\\fB{roff.code(other[:-3])}\\fR({other[-2]})" for other in others)
    return [".SH SEE ALSO", f"{links}; the documents in \\fI/usr/share/doc/domb\\fR"]


def written(name: str, section: int, summary: str, body: list[str], version: str, date: str) -> str:
    head = [".\\\" SPDX-License-Identifier: Apache-2.0",
            ".\\\" Written by packaging/man.py; what people need to know beyond the program's own help is in docs/man.",
            f'.TH {roff.code(name.upper())} {section} "{date}" "domb {version}" "DomB"',
            ".SH NAME", f"{roff.code(name)} \\- {roff.plain(summary)}"]
    return "\n".join(line.rstrip() for line in [*head, *body]) + "\n"


def summary(abstract: str) -> str:
    text = abstract.rstrip(".")
    return text[:1].lower() + text[1:]


def pages_of(dump: dict, prose: Path, version: str, date: str) -> dict[str, str]:
    """File names with their contents."""
    commands = command_pages(dump)
    out = {}
    for page, command in commands.items():
        body = synopsis(page, command) + description(command)
        if page == "domb":
            body += subcommands(commands)
        body += arguments(command)
        own = prose / f"{page}.md"
        if own.exists():
            body += roff.paragraphs(own.read_text())
        body += roff.paragraphs(EXIT_STATUS) + see_also(commands, page)
        out[f"{page}.1"] = written(page, 1, summary(command["abstract"]), body, version, date)
    for file in sorted(prose.glob("*.8.md")):
        title, _, rest = file.read_text().split("-->\n", 1)[-1].partition("\n")
        name, _, about = title.removeprefix("# ").partition(": ")
        out[f"{name}.8"] = written(name, 8, about, roff.paragraphs(rest), version, date)
    return out


def main(dump: str, prose: str, folder: str, version: str, date: str) -> int:
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("domb*.[18]"):
        old.unlink()
    for name, text in pages_of(json.loads(Path(dump).read_text()), Path(prose), version, date).items():
        (out / name).write_text(text)
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
