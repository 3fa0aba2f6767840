#!/usr/bin/env python3
"""libvirt's option tables from the lenses that it brings for Augeas: libvirtd.py FOLDER

FOLDER holds for each VERSION (such as 11.3) a folder with libvirtd.aug and libvirtd_qemu.aug, of /usr/share/augeas/lenses in the packages
libvirt-daemon and libvirt-daemon-driver-qemu. libvirt tests its sample files against these lenses, so they name every option.
A string stands in double quotes, which are part of the value here; a list stands in brackets.
"""

import pathlib
import re
import sys

import shared

FILES = {"libvirtd.conf": "libvirtd.aug", "qemu.conf": "libvirtd_qemu.aug"}
ENTRY = re.compile(r'\b([a-z_]+)_entry +"([a-z0-9_]+)"')
KINDS = {
    "str": {"type": "string", "regex": '^".*"$'},
    "bool": {"type": "string", "choices": ["0", "1"]},
    "int": {"type": "integer"},
    "str_array": {"type": "string", "regex": r"^\["},
    "limits": {"type": "string", "regex": '^("unlimited"|[0-9]+)$'},
}
SECRETS = {"vnc_password", "spice_password"}


def version(folder):
    """All options of both files."""
    found = {}
    for file, lens in FILES.items():
        for kind, name in ENTRY.findall((folder / lens).read_text()):
            record = dict(KINDS[kind])
            if name in SECRETS:
                record["secret"] = True
            found[(file, shared.NAMELESS, name)] = record
    return found


def main():
    folders = sorted(pathlib.Path(sys.argv[1]).iterdir())
    shared.write("libvirtd", {folder.name: version(folder) for folder in folders})


if __name__ == "__main__":
    main()
