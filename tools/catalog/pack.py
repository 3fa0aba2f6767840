#!/usr/bin/env python3
"""Puts dumps of releases into the option tables: pack.py FOLDER [SERIES...]

FOLDER holds SERIES.json (options by service, file and group) and SERIES.ksa.json (keystoneauth's plugins), as dump.py makes
them. Each release replaces what the tables held of a service of it; other releases, and services that the dump lacks, stay. Versions come from locks/SERIES.txt.
"""

import json
import pathlib
import re
import sys

import series
import tables
from records import key, record

LOCKS = pathlib.Path(__file__).resolve().parent / "locks"
RUNNING = pathlib.Path(__file__).resolve().parent / "running"


def service_records(service, dump, running=None):
    """{path: record} of one service. What it registers, and no file lists, is of its main file: at import, and when it was seen running."""
    found, listed = {}, set()
    for file, groups in dump.items():
        for group, content in groups.items() if file else ():
            for option in content["o"]:
                old = [(old or group, name or option["n"]) for old, name in option.get("dep") or []]
                listed.update((group.lower(), key(name)) for group, name in [(group, option["n"])] + old)
    dump = dict(dump)
    beyond = dump.pop("", None) or {}
    main = series.MAIN.get(service, service + ".conf")
    main = next((file for file in dump if series.FILES.get(file, file) == main), None)
    spelt = {group.lower(): group for group in dump.get(main, {})}
    for group, content in beyond.items() if main else ():
        for option in content["o"]:
            if (group.lower(), key(option["n"])) not in listed and group not in series.EXAMPLES:
                name = spelt.setdefault(group.lower(), group)
                found["files", series.FILES.get(main, main), name, key(option["n"])] = record(option, name)
    for group, content in (running or {}).items() if main else ():
        name = spelt.setdefault(group.lower(), group)
        for option in content["o"]:
            found.setdefault(("files", series.FILES.get(main, main), name, key(option["n"])), record(option, name))
    for file, groups in dump.items():
        if file in series.NOT_SERVICE_FILES:
            continue
        for group, content in groups.items():
            for option in content["o"]:
                found["files", series.FILES.get(file, file), group, key(option["n"])] = record(option, group)
    return found


def long_form(option):
    """An option of a keystoneauth dump with oslo's own names for its fields, under the short keys of the others."""
    if "n" in option:
        return option
    short = {
        "n": option["name"], "dest": option["dest"], "t": option["type"], "d": option["default"],
        "req": option.get("required"), "sec": option.get("secret"), "rm": option.get("deprecated_for_removal"),
        "why": option.get("deprecated_reason"), "since": option.get("deprecated_since"), "mut": option.get("mutable"),
    }
    short["dep"] = [[None, name] for name in option.get("deprecated", [])] + option.get("deprecated_opts", [])
    if isinstance(short["t"], str):
        short["t"] = "callable:" + short["t"]
    return short


def plugin_records(dump):
    """{path: record} of the authentication plugins, and of what every session and adapter takes."""
    found = {}
    for plugin, options in dump["ksa_plugins"].items():
        for option in options:
            option = long_form(option)
            found["plugins", "auth", plugin, key(option["n"])] = record(option, None)
    for kind, name in (("session", "session_opts"), ("adapter", "adapter_opts"), ("auth", "auth_common_opts")):
        for option in dump.get(name, []):
            option = long_form(option)
            found["plugins", "common", kind, key(option["n"])] = record(option, None)
    return found


def ran(name):
    """{service: {group: options}} that programs of a series registered when they ran, beyond what a dump has (running.py).

    A series that was not run takes what the nearest ones before and after it have in common; one after all of them what the last has.
    """
    seen = {series.release(file.stem): json.loads(file.read_text()) for file in RUNNING.glob("*.json")}
    release = series.release(name)
    if release in seen:
        return seen[release]
    place = series.RELEASES.index(release)
    before = [seen[known] for known in series.RELEASES[:place] if known in seen]
    after = [seen[known] for known in series.RELEASES[place:] if known in seen]
    return common(before[-1], after[0] if after else before[-1]) if before else {}


def common(one, other):
    """The options that both have."""
    def options(service, group):
        there = {option["n"] for option in other.get(service, {}).get(group, {"o": []})["o"]}
        return [option for option in one[service][group]["o"] if option["n"] in there]

    return {service: {group: {"o": options(service, group)} for group in groups} for service, groups in one.items()}


def lock(name):
    """{package: version} of a lock, with "python"."""
    pins = {}
    for line in (LOCKS / f"{name}.txt").read_text().splitlines():
        python = re.fullmatch(r"# python ([0-9.]+)", line)
        pin = re.match(r"([A-Za-z0-9._-]+)==([^ ;]+)", line)
        if python:
            pins["python"] = python[1]
        elif pin:
            pins[pin[1].lower().replace("_", "-")] = pin[2]
    return pins


def versions(name):
    """What of a lock decides the options: the services, oslo's libraries and their neighbours, Python."""
    services = {series.package(service) for service in series.SERVICES}
    wanted = services | series.LIBRARIES | {"python"}
    canonical = {package.replace(".", "-"): version for package, version in lock(name).items()}
    return {package: canonical[package] for package in sorted(canonical) if package in wanted or package.startswith("oslo-")}


def write_versions(names):
    """Replaces the versions of the named series."""
    file = tables.FOLDER / "versions.json"
    held = json.loads(file.read_text()) if file.exists() else {}
    held.update({series.release(name): versions(name) for name in names})
    ordered = {release: held[release] for release in series.RELEASES if release in held}
    file.write_text(json.dumps(ordered, indent=1) + "\n")


def fill(held, release, running):
    """Adds what was seen running to a release that is not dumped anew."""
    for service, groups in running.items():
        table = held[service].get(release)
        for path, option in service_records(service, {series.MAIN.get(service, service + ".conf"): {}}, groups).items() if table else ():
            if not any(other[2].lower() == path[2].lower() and other[3] == path[3] for other in table):
                spelt = next((other[2] for other in table if other[1] == path[1] and other[2].lower() == path[2].lower()), path[2])
                table[path[0], path[1], spelt, path[3]] = option


def main(folder, names):
    """Packs the named series, or every one that the folder holds."""
    folder = pathlib.Path(folder)
    found = [name for name in list(series.CODENAMES) + series.RELEASES if (folder / f"{name}.json").exists()]
    names = names or found
    held = {service: tables.read(service) for service in series.SERVICES + ["keystoneauth"]}
    for name in series.CODENAMES:
        if name not in found:
            fill(held, series.release(name), ran(name))
    for name in names:
        release = series.release(name)
        dump, running = json.loads((folder / f"{name}.json").read_text()), ran(name)
        for service in series.SERVICES:
            if service in dump:
                held[service][release] = service_records(service, dump[service], running.get(service))
        held["keystoneauth"][release] = plugin_records(json.loads((folder / f"{name}.ksa.json").read_text()))
    for service, table in held.items():
        tables.write(service, {release: table[release] for release in series.RELEASES if release in table})
    write_versions(names)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
