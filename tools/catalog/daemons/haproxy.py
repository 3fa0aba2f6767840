#!/usr/bin/env python3
"""HAProxy's table of keywords, by section: haproxy.py FOLDER

FOLDER holds for each VERSION (such as 3.0) a folder with
configuration.txt  the manual of the version, of which the matrix of proxy keywords, the lists and the headings of keywords are read
global.c           src/cfgparse-global.c, which names the keywords that a list of the program itself leaves out
keywords.txt       haproxy -dKall -q -c -f /dev/null

Groups are the sections of a file. A keyword that says more by its second word stands with it, as in "option httplog". Groups "bind"
and "server" have the words that follow an address, and "http-request", "tcp-request content" and their like have actions.
"""

import pathlib
import re
import sys

import shared

FILE = "haproxy.cfg"
PROXIES = ("defaults", "frontend", "listen", "backend")

WORD, TEXT = {"type": "custom:Word"}, {"type": "string"}
TIME = {"type": "custom:Time"}

# Titles of the manual's chapters on other sections, and the section that each tells of; titles moved between versions.
CHAPTERS = {
    "Userlists": "userlist", "Peers": "peers", "Peers declaration": "peers", "Mailers": "mailers", "HTTP-errors": "http-errors",
    "Rings": "ring", "Log forwarding": "log-forward", "Programs": "program", "Programs (deprecated)": "program",
    "The resolvers section": "resolvers", "Cache section": "cache", "Traces": "traces", "ACME": "acme",
    "Certificate Storage": "crt-store",
}
# Words that the manual heads a paragraph with and that are no keyword there.
SECTIONS = set(PROXIES) | set(CHAPTERS.values()) | {"global", "fcgi-app", "cluster"}

TITLE = re.compile(r"^(\d+(?:\.\d+)*)\.? +(\S.*)\n-+\n", re.M)
HEADING = re.compile(r"^(?P<name>(?:no )?[a-z][a-z0-9_.-]*(?: (?!and |or |is |are |of |to |in |the )[a-z][a-z0-9_.-]*)*)(?P<rest>(?: +[<\[{(].*)?) *(?:\(deprecated\))?$", re.M)
ROW = re.compile(r"^(?P<name>[a-z][\w.-]*(?: [a-z][\w.-]*)*) *(?:\(\*\)|\(deprecated\))? +(?P<marks>[X-](?: \(!\))?(?: +[X-](?: \(!\))?){3})$", re.M)


def chapters(manual):
    """[(title, text)] of the manual, a chapter's text without those below it."""
    found = list(TITLE.finditer(manual))
    ends = [entry.start() for entry in found[1:]] + [len(manual)]
    return [(entry[2], manual[entry.end(): end]) for entry, end in zip(found, ends)]


def shape(rest):
    """A record by the arguments of a heading."""
    rest = rest.strip()
    if not rest:
        return WORD
    only = re.fullmatch(r"<([\w-]+)>", rest)
    if only and only[1] in ("number", "conns", "maxconn", "nb", "integer"):
        return {"type": "integer", "min": 0}
    if only and only[1] in ("time", "timeout", "delay", "period"):
        return TIME
    choice = re.fullmatch(r"[{[(]? ?((?:[a-z0-9-]+ ?\| ?)+[a-z0-9-]+) ?[}\])]?", rest)
    if choice:
        return {"type": "string", "choices": re.split(r" ?\| ?", choice[1])}
    return TEXT


def headings(text):
    """{keyword: record} of a chapter's headings; of several forms the loosest."""
    found = {}
    for match in HEADING.finditer(text):
        # A heading follows an empty line, and a sentence that begins a line ends in a full stop or goes on below.
        if match["name"].endswith("."):
            continue
        record = shape(match["rest"])
        found[match["name"]] = record if found.get(match["name"], record) == record else TEXT
    return found


def registered(text):
    """{section: [(words, flags)]} of what the program lists."""
    text = text.split("# List of registered configuration keywords:")[1].split("# List of registered CLI")[0]
    found, section = {}, None
    for line in text.splitlines():
        if line and not line.startswith("\t"):
            section = line.strip()
        elif line.strip() and section:
            words, _, flags = line.strip().partition(" [ ")
            found.setdefault(section, []).append((words.replace("*", ""), flags))
    return found


def following(entries, head):
    """{word: record} of what may follow an address: the number of values stands after a word."""
    found = {}
    for words, _ in entries:
        match = re.fullmatch(rf"{head} (?:<\S+> )+(?:ssl )?(?P<name>\S+)(?P<more> \+\S+)?", words)
        if match:
            found[match["name"]] = TEXT if match["more"] else WORD
    return found


def actions(names):
    """{group: {action: record}} of the rules of proxies."""
    found = {}
    for words in names:
        match = re.fullmatch(r"(http-(?:request|response|after-response)|tcp-(?:request|response) \S+) (\S+)", words)
        if match:
            found.setdefault(match[1], {})[match[2]] = TEXT
    return found


def version(folder):
    """All sections of a version."""
    manual = (folder / "configuration.txt").read_text(errors="replace")
    told = registered((folder / "keywords.txt").read_text())
    parts = chapters(manual)
    forms = {}
    for title, text in parts:
        if title in ("Alphabetically sorted keywords reference", "Global parameters", "Process management and security",
                     "Performance tuning", "Debugging", "HTTPClient tuning", "Global section"):
            forms.update({name: record for name, record in headings(text).items() if name not in forms})
    found = {}

    def add(section, name, record):
        found.setdefault((FILE, section, name), record)

    matrix = next(text for title, text in parts if title == "Proxy keywords matrix")
    for row in ROW.finditer(matrix):
        for section, mark in zip(PROXIES, re.findall(r"[X-]", row["marks"])):
            if mark == "X":
                add(section, row["name"], forms.get(row["name"], TEXT))
    for words, flags in told["listen"]:
        if words.startswith("option "):
            sections = {"FE": ("defaults", "frontend", "listen"), "BE": ("defaults", "listen", "backend")}
            for flag in re.findall(r"FE|BE", flags):
                for section in sections[flag]:
                    add(section, words, WORD)
    listed = next(text for title, text in parts if title == "Global parameters")
    names = set(re.findall(r"^   - ([a-z0-9][\w.-]*)", listed, re.M)) | {words for words, _ in told["global"]}
    source = re.search(r"common_kw_list\[\] = \{(.*?)NULL", (folder / "global.c").read_text(), re.S)[1]
    names |= set(re.findall(r'"([\w.-]+)"', source)) - SECTIONS
    for name in names:
        add("global", name, forms.get(name, TEXT))
    for title, text in parts:
        if title in CHAPTERS:
            for name, record in headings(text).items():
                if name not in SECTIONS:
                    add(CHAPTERS[title], name, record)
    for section in ("crt-list", "crt-store", "traces", "acme"):
        for words, _ in told.get(section, []):
            name, _, more = words.partition(" +")
            add(section, name, TEXT if more or section != "crt-list" else WORD)
    for group, held in {"bind": following(told["listen"], "bind"), "server": following(told["listen"], "server"), **actions([*forms, *(words for words, _ in told["listen"])])}.items():
        for name, record in held.items():
            add(group, name, record)
    return found


def main(folder):
    """Reads the folders, writes the table."""
    shared.write("haproxy", {home.name: version(home) for home in pathlib.Path(folder).iterdir()})


if __name__ == "__main__":
    main(*sys.argv[1:])
