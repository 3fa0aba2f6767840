#!/usr/bin/env python3
"""uWSGI's option table from its public sources: uwsgi.py FOLDER

FOLDER holds for each VERSION (such as 2.0.30) a folder with the C files of core/ and of the plugins that a plain build for
Python embeds (embedded_plugins of buildconf/base.ini, with python and gevent), flat, as PLUGIN-FILE.c.

uWSGI takes an unknown name of a file for a name of the site's own and says nothing, unless the file says strict.
"""

import pathlib
import re
import sys

import shared

FILE, GROUP = "uwsgi.ini", "uwsgi"

OPTION = re.compile(
    r"""\{\s*(?:\(char\s*\*\)\s*)?"(?P<name>[\w.:@-]+)",\s*(?P<argument>required_argument|no_argument|optional_argument),\s*[^,]+,\s*
        "(?P<said>(?:[^"\\]|\\.)*)",\s*(?P<reader>uwsgi_\w+)""",
    re.X,
)

READERS = {
    "uwsgi_opt_true": {"type": "boolean"}, "uwsgi_opt_false": {"type": "boolean"}, "uwsgi_opt_set_int": {"type": "integer", "min": 0},
    "uwsgi_opt_set_64bit": {"type": "integer", "min": 0}, "uwsgi_opt_set_16bit": {"type": "integer", "min": 0, "max": 65535},
    "uwsgi_opt_set_rawint": {"type": "integer"}, "uwsgi_opt_set_megabytes": {"type": "integer", "min": 0},
    "uwsgi_opt_set_str": {"type": "string"}, "uwsgi_opt_set_uid": {"type": "string"}, "uwsgi_opt_set_gid": {"type": "string"},
}
# What the readers of numbers leave to the rest of the program.
BOUNDS = {"buffer-size": {"min": 1, "max": 65535}, "processes": {"min": 1}, "workers": {"min": 1}}
SECRET = {"snmp-community"}
# Of a command line: they end the program, or name the file itself.
COMMAND_LINE = {"help", "usage", "version", "cflags", "dot-h", "config-py", "build-plugin"}


def record(match):
    """The record of a line of an option list."""
    reader = match["reader"]
    if reader in READERS:
        found = dict(READERS[reader])
    elif match["argument"] == "no_argument":
        found = {"type": "boolean"}
    else:
        # Whatever adds to a list may stand more than once, and so may what is set by its own program.
        found = {"type": "multi" if re.search(r"_add_|_opt_(logic|legion|route|static_map|load|set_env|set_placeholder)", reader) else "string"}
    found.update(BOUNDS.get(match["name"], {}))
    if match["name"] in SECRET:
        found["secret"] = True
    if re.search(r"deprecated|obsolete", match["said"], re.I):
        found["removal"] = True
    return found


def version(folder):
    """All options of a version; of two of one name the core's stays, which is also the first that uWSGI finds."""
    found = {}
    for file in sorted(folder.glob("*.c*"), key=lambda file: (not file.name.startswith("core-"), file.name)):
        for match in OPTION.finditer(file.read_text(errors="replace")):
            if match["name"] not in COMMAND_LINE:
                found.setdefault((FILE, GROUP, match["name"]), record(match))
    return found


def main(folder):
    """Reads the folders, writes the table."""
    shared.write("uwsgi", {home.name: version(home) for home in pathlib.Path(folder).iterdir()})


if __name__ == "__main__":
    main(*sys.argv[1:])
