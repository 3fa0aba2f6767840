#!/usr/bin/env python3
"""The table of the kernel's parameters, from its documentation and from what a kernel has: sysctl.py FOLDER

FOLDER holds for each VERSION (such as 6.18) a folder with `names`, what `sysctl --all` says in the first network namespace, and the files of
the kernel's Documentation/admin-guide/sysctl and Documentation/networking/*sysctl.rst: a kernel has the parameters of a module only while
the module is loaded. A part that names an interface is `*`. A parameter that shows or is documented as one whole number is an integer.
"""

import pathlib
import re
import sys

import shared

FILE = "sysctl.conf"

# Where a part of the name is an interface's.
INTERFACES = re.compile(r"^(net\.(?:ipv4|ipv6)\.(?:conf|neigh)\.)([^.]+)(\..+)$")

# Documents whose headings are names below a branch, and those that say their branch themselves.
BRANCHES = {"kernel": "kernel", "vm": "vm", "fs": "fs", "user": "user", "sunrpc": "sunrpc", "abi": "abi"}

ITEM = re.compile(r"^([a-z][a-z0-9_/-]*)\s+- +([A-Z][A-Za-z ]*)")
WHOLE = re.compile(r"^(?:UNSIGNED |LONG )?(?:INTEGER|BOOLEAN|UINT8|INTEGER\s.*)$")


def general(name):
    """The name for all interfaces."""
    return INTERFACES.sub(r"\1*\3", name)


def shown(text):
    """What a kernel says it has."""
    found = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if not equals or name.strip().startswith("dev."):
            continue
        value = value.strip()
        kind = "integer" if re.fullmatch(r"-?\d+", value) else "string"
        # One that is empty or a number by chance on this machine may be a text: of several, the text counts.
        name = general(name.strip())
        found[name] = "string" if found.get(name) == "string" else kind
    return found


def headings(branch, text):
    """Names that are headings, `name` or `name, name` or `name and name`, underlined."""
    found = {}
    lines = text.splitlines()
    for line, below in zip(lines, lines[1:]):
        if not re.fullmatch(r"([=\-~])\1{2,}", below.strip()):
            continue
        names = re.split(r", | and | & ", line.strip())
        if all(re.fullmatch(r"[a-z][a-z0-9_-]+", name) for name in names):
            found.update({f"{branch}.{name}": "string" for name in names})
    return found


def items(text):
    """Items `name - TYPE` below `/proc/sys/net/BRANCH/* Variables`."""
    found, branch = {}, None
    for line in text.splitlines():
        place = re.match(r"^(?:``)?/?proc/sys/net/([a-z0-9_/]+)/", line)
        if place:
            branch = place.group(1).replace("/", ".")
        item = ITEM.match(line)
        # The rest of the branches of IP is there whenever a kernel has IP, with names of its own for interfaces.
        if branch and item and branch not in ("ipv4", "ipv6", "conf"):
            kind = "integer" if WHOLE.match(item.group(2).strip()) else "string"
            found[f"net.{branch}.{item.group(1).replace('/', '.')}"] = kind
    return found


def version(folder):
    """All parameters; where a kernel shows one, it is as it shows it."""
    found = {}
    for file in sorted(folder.glob("*.rst")):
        text = file.read_text()
        found.update(headings(BRANCHES[file.stem], text) if file.stem in BRANCHES else items(text))
    found.update(shown((folder / "names").read_text()))
    return {(FILE, shared.NAMELESS, name): {"type": kind} for name, kind in sorted(found.items())}


def main():
    folders = [path for path in pathlib.Path(sys.argv[1]).iterdir() if path.is_dir()]
    shared.write("sysctl", {path.name: version(path) for path in folders})


if __name__ == "__main__":
    main()
