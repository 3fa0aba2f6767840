"""Readers: each says which files it reads, reads one, and spoils one that it must then refuse."""

import re
import time
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Callable

from suite.table import Row


class Skip(Exception):
    """A reader cannot run here; the text says why."""


@dataclass
class Reader:
    """`read` takes the site, the path and the text, and returns what the program complains of, an empty string where it takes the file.

    `spoil` is one regular expression and its replacement: the smallest fault of the kind that the reader is there for.
    """

    name: str
    version: Callable
    files: tuple
    read: Callable
    spoil: tuple
    # Files of these patterns belong to another reader.
    but: tuple = ()
    # What the table says instead of a long list of patterns.
    what: str = ""

    def claims(self, path):
        return any(fnmatchcase(path, pattern) for pattern in self.files) and not any(fnmatchcase(path, one) for one in self.but)

    def spoiled(self, text):
        broken, count = re.subn(self.spoil[0], self.spoil[1], text, count=1, flags=re.M)
        if not count:
            raise AssertionError(f"{self.name}: nothing to spoil by {self.spoil[0]!r}")
        return broken


def judge(reader, sites):
    """Have a reader read all of its files, then the first one spoiled: a row of the table."""
    began = time.monotonic()
    what = reader.what or ", ".join(reader.files)
    cases = [(site, path) for site in sites for path in site.files if reader.claims(path)]
    try:
        version = reader.version()
        complaints, texts = {}, {}
        for site, path in cases:
            text = site.read(path)
            # Hosts of one site share most of their files: each text is read once.
            key = (site.name if not path.startswith("hosts/") else "", path.rsplit("/", 1)[-1], text)
            if key not in texts:
                texts[key] = reader.read(site, path, text)
            if texts[key]:
                complaints.setdefault(texts[key], []).append(f"{site.name}/{path}")
        if not cases:
            return Row(what, 0, reader.name, version, "skip", "-", time.monotonic() - began, ["no site emits such a file"])
        site, path = cases[0]
        broken = "refused" if reader.read(site, path, reader.spoiled(site.read(path))) else "ACCEPTED"
    except Skip as reason:
        return Row(what, len(cases), reader.name, "-", "skip", "-", time.monotonic() - began, [str(reason)])
    verdict = "fail" if complaints else "pass"
    notes = [f"{paths[0]}{f' and {len(paths) - 1} more' if paths[1:] else ''}: {said}" for said, paths in complaints.items()]
    return Row(what, len(cases), reader.name, version, verdict, broken, time.monotonic() - began, notes)


def last_lines(text, count=3):
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return " / ".join(lines[-count:])[:600]
