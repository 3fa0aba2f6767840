#!/usr/bin/env python3
"""OpenSSH's keywords from its sources: openssh.py FOLDER

FOLDER holds for each VERSION (such as 10.0) a folder with readconf.c, servconf.c, ssh_config.5 and sshd_config.5 of its tag V_10_0_P1.
Keywords are those of the programs' own tables that do something; the manual pages spell them (the programs take any case). Any of them
may be written more than once: of most the first one counts, some add up. Values are not described.
"""

import pathlib
import re
import sys

import shared

FILES = {"ssh_config": ("readconf.c", "ssh_config.5"), "sshd_config": ("servconf.c", "sshd_config.5")}
TABLE = re.compile(r"^} keywords\[\] = \{\n(.*?)^};", re.M | re.S)
KEYWORD = re.compile(r'\{ "([a-z0-9]+)", (\w+)')
DEAD = {"oIgnore", "oDeprecated", "oUnsupported", "sIgnore", "sDeprecated", "sUnsupported"}

# Old names that the manual no longer spells.
OLD = ["DSAAuthentication", "HostDSAKey", "IdentityFile2", "KeepAlive", "PubkeyAcceptedKeyTypes", "SkeyAuthentication", "SmartcardDevice", "TISAuthentication"]


def version(folder):
    """The keywords of both files."""
    found = {}
    for file, (source, page) in FILES.items():
        live = {name for name, code in KEYWORD.findall(TABLE.search((folder / source).read_text())[1]) if code not in DEAD}
        words = re.findall(r"\b[A-Z][A-Za-z0-9]+\b", (folder / page).read_text()) + OLD
        spelt = {word.lower(): word for word in words if word.lower() in live}
        for name in sorted(spelt.values()):
            found[(file, shared.NAMELESS, name)] = {"type": "multi"}
        assert live == set(spelt), live - set(spelt)
    return found


def main():
    shared.write("openssh", {folder.name: version(folder) for folder in sorted(pathlib.Path(sys.argv[1]).iterdir())})


if __name__ == "__main__":
    main()
