"""Option tables: a release's records are merged into the runs of the committed text, and taken out of it again.

A table in memory is {release: {path: record}}, where a path is a tuple such as ("files", FILE, GROUP, OPTION) or
("plugins", KIND, NAME, OPTION). On disk equal records of consecutive releases share one line.

Invariant: write(read(file)) gives the bytes of the file.
"""

import json
import pathlib

import series
from records import KEYS

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "schema" / "options"


def compact(value):
    """JSON on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def read(service, folder=FOLDER):
    """The table of a service; empty if there is no file."""
    file = folder / f"{service}.json"
    if not file.exists():
        return {}
    text = json.loads(file.read_text())
    table = {release: {} for release in text["releases"]}
    for section in ("files", "plugins"):
        for name, groups in text.get(section, {}).items():
            for group, options in groups.items():
                for option, runs in options.items():
                    spread(table, (section, name, group, option), runs)
    return table


def spread(table, path, runs):
    """Puts each run's record into every release that it covers."""
    order = list(table)
    for run in runs:
        first, _, last = run["in"].partition("..")
        record = {key: value for key, value in run.items() if key != "in"}
        for release in order[order.index(first): order.index(last or first) + 1]:
            table[release][path] = record


def runs(table, order, path):
    """The records of one option, one for each run of releases in which it is the same."""
    found = []
    for index, release in enumerate(order):
        record = table[release].get(path)
        if record is None:
            continue
        if found and found[-1][1] == index - 1 and compact(found[-1][2]) == compact(record):
            found[-1][1] = index
        else:
            found.append([index, index, record])
    return [
        {"in": order[first] if first == last else f"{order[first]}..{order[last]}", **record}
        for first, last, record in found
    ]


def tree(table, order, section):
    """{name: {group: {option: runs}}} of a section."""
    nested = {}
    paths = {path for records in table.values() for path in records if path[0] == section}
    for path in sorted(paths):
        _, name, group, option = path
        nested.setdefault(name, {}).setdefault(group, {})[option] = runs(table, order, path)
    return nested


def lines(nested):
    """Text of a section: an option a line, then a record a line, so that a diff shows what changed."""
    names = []
    for name, groups in nested.items():
        inner = []
        for group, options in groups.items():
            listed = []
            for option, found in options.items():
                records = ",\n".join("     " + compact(record) for record in found)
                listed.append(f"    {compact(option)}: [\n{records}\n    ]")
            inner.append(f"   {compact(group)}: {{\n" + ",\n".join(listed) + "\n   }")
        names.append(f"  {compact(name)}: {{\n" + ",\n".join(inner) + "\n  }")
    return "{\n" + ",\n".join(names) + "\n }" if names else "{}"


def text(service, table, order):
    """The whole text of a service's table."""
    parts = [f' "service": {compact(service)}', f' "releases": {json.dumps(order)}']
    for section in ("files", "plugins"):
        nested = tree(table, order, section)
        if nested or section == "files":
            parts.append(f' "{section}": {lines(nested)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def write(service, table, order=None, folder=FOLDER):
    """Writes a service's table; releases stand in the order of publication unless given."""
    order = order or [release for release in series.RELEASES if release in table]
    for records in table.values():
        for path, record in records.items():
            unknown = [key for key in record if key not in KEYS]
            assert not unknown, f"{service} {path}: unknown record keys {unknown}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{service}.json").write_text(text(service, table, order))
