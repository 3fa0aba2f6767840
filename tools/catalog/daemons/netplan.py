#!/usr/bin/env python3
"""netplan's table of keys from its reference: netplan.py FOLDER

FOLDER holds for each VERSION (such as 1.2) a folder with `netplan-yaml.md` of the tag's doc/. A name is the path of a key in the document, dots
between keys, `*` for what the writer names: `network.ethernets.*.mtu`. Items are nested by their indents; what the reference says of all or
of physical devices stands under each of them.
"""

import pathlib
import re
import sys

import shared

FILE = "netplan.yaml"
PHYSICAL = ("ethernets", "modems", "wifis")
VIRTUAL = ("bridges", "bonds", "tunnels", "vlans", "vrfs", "nm-devices", "dummy-devices", "virtual-ethernets")
KINDS = {"scalar": "string", "boolean": "boolean", "number": "integer", "mapping": "custom:Mapping"}

ITEM = re.compile(r"^( *)- \[?(\*\*`[^(]+?)(?:\]\(#[a-z-]+\))? \(([a-z ]+)\)")

# Sections about keys of every device, and whether they are of physical devices only.
SHARED = {
    "Properties for physical device types": PHYSICAL, "Properties for all device types": PHYSICAL + VIRTUAL,
    "DHCP Overrides": PHYSICAL + VIRTUAL, "IPv6 Router Advertisement Overrides": PHYSICAL + VIRTUAL, "Routing": PHYSICAL + VIRTUAL,
    "Back end-specific configuration parameters": PHYSICAL + VIRTUAL, "Authentication": PHYSICAL,
}

# Mappings whose keys the writer names, those whose entries are mappings of their own, and keys that only the prose names.
OPEN = {"openvswitch.external-ids", "openvswitch.other-config", "networkmanager.passthrough"}
NAMED = "access-points"
PROSE = {"nameservers.search": "sequence of scalars", "nameservers.addresses": "sequence of scalars"}


def record(kind):
    """A record of the reference's own word for a kind of value."""
    return {"type": "multi" if kind.startswith("sequence") else KINDS.get(kind.split(" or ")[0].strip(), "string")}


def items(text):
    """(section, path, kind) of each item."""
    section, above = None, []
    for line in text.splitlines():
        if line.startswith("#"):
            title = line.lstrip("#").strip().replace("`", "")
            section, above = title if line.startswith("## ") else section, []
        item = ITEM.match(line)
        if not item:
            continue
        depth = len(item.group(1))
        above = [(at, paths) for at, paths in above if at < depth]
        parents = above[-1][1] if above else [""]
        names = re.findall(r"`([a-z0-9_-]+)`", item.group(2))
        paths = [f"{parent}{name}" for parent in parents for name in names]
        for path in paths:
            yield section, path, item.group(3)
        above.append((depth, [f"{path}.*." if path == NAMED else f"{path}." for path in paths]))


def version(folder):
    """All keys."""
    found = {}
    for section, path, kind in items((folder / "netplan-yaml.md").read_text()):
        if section == "Top-level configuration structure":
            found[f"network.{path}"] = record(kind)
            continue
        named = re.match(r"Properties for device type ([a-z-]+)$", section)
        for device in (named.group(1),) if named else SHARED[section]:
            place = f"network.{device}.*"
            found[place] = record("mapping")
            found[f"{place}.{path}"] = record(kind)
            if section == "Authentication" and device == "wifis":
                found[f"{place}.{NAMED}.*.{path}"] = record(kind)
            if path in OPEN:
                found[f"{place}.{path}.*"] = record("scalar")
            if path == NAMED:
                found[f"{place}.{path}.*"] = record("mapping")
            if path == "nameservers":
                found.update({f"{place}.{name}": record(kind) for name, kind in PROSE.items()})
    found["network"] = record("mapping")
    return {(FILE, shared.NAMELESS, name): held for name, held in sorted(found.items())}


def main():
    folders = [path for path in pathlib.Path(sys.argv[1]).iterdir() if path.is_dir()]
    shared.write("netplan", {path.name: version(path) for path in folders})


if __name__ == "__main__":
    main()
