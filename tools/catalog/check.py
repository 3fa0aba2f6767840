#!/usr/bin/env python3
"""Checks the option tables: check.py [--dumps FOLDER]

Each table is read back and written again (the bytes must be those of the file), each record is held against what a record may
say, and versions.json against the locks. With --dumps, every release that FOLDER has a dump of is compared with it, slot for slot.
Prints what is wrong, one line each, and exits 1 if anything is.
"""

import argparse
import json
import pathlib
import re

import pack
import records
import series
import tables

TYPES = {
    "string", "integer", "float", "boolean", "list", "dict", "multi", "port", "host-address", "ip", "hostname", "host-domain", "uri",
    "regex",
}
FLAGS = {"ignore-case", "quotes", "bounds", "computed", "required", "secret", "mutable", "advanced", "removal"}
TEXTS = {"regex", "dest", "since", "reason"}
JSON_OF = {"boolean": bool, "integer": (int, float), "float": (int, float), "list": list, "dict": dict, "multi": list}

# What a table has from the machine that made it: its folders, its address, the name of a dumping program.
MACHINE = re.compile(r"/venv/|/target/|site-packages|<prefix>|dump\.py|\.invalid|127\.0\.1\.1|192\.0\.2\.[12]\b")


def of_type(value, kind, item):
    """Is a default of the type? A reference to another option is, and what a file would say for it.

    Packages give some whole numbers a default such as 20.0 or, once, False: these facts stay as they are.
    """
    if kind == "multi" and item is not None or kind not in JSON_OF:
        return True
    if isinstance(value, bool):
        return kind in ("boolean", "integer")
    return isinstance(value, JSON_OF[kind]) or isinstance(value, str)


def record(found):
    """What is wrong with a record."""
    order = [key for key in records.KEYS if key in found]
    if list(found) != order:
        yield f"keys {list(found)}"
    kind = found.get("type", "")
    for word in [kind, found.get("item", "string")]:
        if word not in TYPES and not re.fullmatch(r"custom:\w+", word):
            yield f"type {word!r}"
    yield from (f"{key} is not true" for key in FLAGS & set(found) if found[key] is not True)
    yield from (f"{key} is no text" for key in TEXTS & set(found) if not isinstance(found[key], str))
    low, high = found.get("min"), found.get("max")
    if not all(bound is None or isinstance(bound, (int, float)) for bound in (low, high)):
        yield f"bounds {low!r} and {high!r}"
        return
    if low is not None and high is not None and low > high:
        yield f"min {low} above max {high}"
    default = found.get("default")
    if default is not None and not of_type(default, kind, found.get("item")):
        yield f"default {default!r} of a {kind}"
    if isinstance(default, (int, float)) and not isinstance(default, bool) and kind in ("integer", "float", "port"):
        if low is not None and default < low or high is not None and default > high:
            yield f"default {default} not within {low} and {high}"
    choices = found.get("choices", [])
    if not isinstance(choices, list) or len({json.dumps(word) for word in choices}) != len(choices):
        yield "choices twice"
    if len(found.get("reason", "")) > records.REASON:
        yield "reason too long"
    for old in found.get("deprecated", []):
        if not (isinstance(old, list) and len(old) == 2 and isinstance(old[1], str)):
            yield f"deprecated {old!r}"


def runs(listed, order):
    """What is wrong with the runs of an option."""
    last = -1
    for run in listed:
        first, _, end = run["in"].partition("..")
        if first not in order or (end or first) not in order:
            yield f"no such releases: {run['in']}"
            return
        if order.index(first) <= last or end and order.index(end) <= order.index(first):
            yield f"run {run['in']} out of order"
        last = order.index(end or first)


def table(file):
    """What is wrong with a table."""
    text = file.read_text()
    if MACHINE.search(text):
        yield f"the machine: {MACHINE.search(text)[0]}"
    whole = json.loads(text)
    order = whole["releases"]
    if whole["service"] != file.stem or len(set(order)) != len(order):
        yield "service or releases"
    if file.stem in series.SERVICES and order != [release for release in series.RELEASES if release in order]:
        yield f"releases {order}"
    for section in ("files", "plugins"):
        for name, groups in whole.get(section, {}).items():
            for group, options in groups.items():
                for option, listed in options.items():
                    wrong = list(runs(listed, order))
                    for run in listed:
                        wrong += record(run)
                    yield from (f"{section} {name} [{group}] {option}: {what}" for what in wrong)
    if tables.text(file.stem, tables.read(file.stem, file.parent), order) != text:
        yield "reading and writing it gives other bytes"


def against(dump, running, release, held):
    """What a release's dump has that its tables have not, or otherwise, and the other way round."""
    known = (service for service in dump if service in series.SERVICES)
    expected = {service: pack.service_records(service, dump[service], running.get(service)) for service in known}
    for service, slots in expected.items():
        table = held(service).get(release, {})
        for path in sorted(set(slots) | set(table)):
            if table.get(path) != slots.get(path):
                yield f"{service} {release} {path}: table {table.get(path)}, dump {slots.get(path)}"


def dumps(folder):
    """Compares every dump of a folder; yields what is wrong and prints how much was compared."""
    cache = {}

    def held(service):
        return cache.setdefault(service, tables.read(service))

    for name in list(series.CODENAMES) + series.RELEASES:
        file = folder / f"{name}.json"
        if not file.exists():
            continue
        release, dump = series.release(name), json.loads(file.read_text())
        wrong = list(against(dump, pack.ran(name), release, held))
        plugins = pack.plugin_records(json.loads((folder / f"{name}.ksa.json").read_text()))
        if held("keystoneauth").get(release) != plugins:
            wrong.append(f"keystoneauth {release} differs")
        slots = sum(len(pack.service_records(service, content)) for service, content in dump.items() if service in series.SERVICES)
        print(f"{release}: {slots} options of {len(dump)} services and {len(plugins)} of plugins compared, {len(wrong)} differ")
        yield from wrong


def versions():
    """What is wrong with versions.json: a release without a lock, or other versions than its lock's."""
    said = json.loads((tables.FOLDER / "versions.json").read_text())
    if list(said) != [release for release in series.RELEASES if release in said]:
        yield "versions.json: releases out of order"
    names = {series.release(file.stem): file.stem for file in pack.LOCKS.glob("*.txt")}
    for release in sorted(set(said) | set(names)):
        if release not in names or said.get(release) != pack.versions(names[release]):
            yield f"versions.json: {release} is not what its lock says"


def main():
    """Checks everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dumps", type=pathlib.Path)
    wanted = parser.parse_args()
    files = sorted(file for file in tables.FOLDER.glob("*.json") if file.name != "versions.json")
    wrong = list(versions())
    for file in files:
        wrong += [f"{file.stem}: {what}" for what in table(file)]
    if wanted.dumps:
        wrong += dumps(wanted.dumps)
    size = sum(file.stat().st_size for file in files)
    for what in wrong:
        print(what)
    print(f"{len(files)} tables, {size} bytes, {len(wrong)} mistakes")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
