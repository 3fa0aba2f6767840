"""What the daemons' tables have in common: versions in the place of releases, and the folder of the tables.

Invariant: a daemon's record has the keys of a service's record, so that one reader serves both.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import tables  # noqa: E402
from records import KEYS, key  # noqa: E402

NAMELESS = "-"

# To these programs a name with hyphens and one with underscores are the same.
ALIKE = {"mariadb"}


def ordered(record):
    """A record with its keys in the tables' order, without what is unset."""
    unknown = set(record) - set(KEYS)
    assert not unknown, unknown
    return {name: record[name] for name in KEYS if said(name, record.get(name))}


def said(name, value):
    """Is there anything to say? Zero is; no and none are, as defaults only."""
    return value is not None and (name == "default" or value is not False and value != [])


def number(text):
    """A number as JSON has it: whole where it is whole."""
    value = float(text)
    return int(text) if "." not in text and "e" not in text.lower() else int(value) if value.is_integer() else value


def spelt(daemon, name, record):
    """A record with the program's own spelling as dest, where a table's key cannot show it."""
    return record if daemon in ALIKE or name == key(name) else {**record, "dest": name}


def numbers(version):
    """The parts of a version, to sort by."""
    return [int(part) for part in version.split(".")]


def held(daemon):
    """{version: {(file, group, option): record}} of the committed table."""
    return {
        version: {(file, group, record.get("dest", name)): record for (_, file, group, name), record in records.items()}
        for version, records in tables.read(daemon).items()
    }


def write(daemon, found, order=None):
    """Writes {version: {(file, group, option): record}}, versions in order."""
    order = order or sorted(found, key=numbers)
    table = {
        version: {("files", file, group, key(name)): ordered(spelt(daemon, name, record)) for (file, group, name), record in held.items()}
        for version, held in ((version, found[version]) for version in order)
    }
    tables.write(daemon, table, order)
    for version in order:
        print(daemon, version, len(table[version]), "options")
