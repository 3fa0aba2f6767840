#!/usr/bin/env python3
"""Writes schema/options/cinder-drivers.json: which options each volume driver of a release declares.

usage: drivers.py dump OUT.json                run by the Python of an installation with cinder
       drivers.py pack RELEASE=DUMP.json...    oldest release first

Cinder's drivers tell their options themselves (`get_driver_options`, cinder/interface/volume_driver.py). What the base driver and all
drivers of storage area networks share is left out: drivers read it whether or not they name it.
"""
import importlib
import json
import logging
import pathlib
import pkgutil
import sys

TABLE = pathlib.Path(__file__).resolve().parents[2] / "schema/options/cinder-drivers.json"


def dump(path):
    logging.disable(logging.CRITICAL)
    from cinder.objects import register_all

    register_all()
    import cinder.volume.drivers as drivers
    from cinder.interface import util
    from cinder.volume import driver, manager
    from cinder.volume.drivers.san import san

    for module in pkgutil.walk_packages(drivers.__path__, drivers.__name__ + "."):
        try:
            importlib.import_module(module.name)
        except Exception as error:
            print(module.name, error, file=sys.stderr)
    lists = [value for module in (driver, manager) for name, value in vars(module).items() if name.endswith("_opts")]
    lists.append(san.san_opts)
    shared = {option.name for options in lists for option in options}
    found = {}
    for known in util.get_volume_drivers():
        name = known.cls.__module__ + "." + known.cls.__name__
        found[name] = sorted({option.name for option in known.cls.get_driver_options()} - shared)
    json.dump(found, open(path, "w"))


def pack(arguments):
    dumps = [(release, json.load(open(path))) for release, path in (each.split("=") for each in arguments)]
    releases = [release for release, _ in dumps]
    sections = {}
    for driver in sorted({driver for _, found in dumps for driver in found}):
        options = {}
        for name in sorted({name for _, found in dumps for name in found.get(driver, [])}):
            has = [name in found.get(driver, []) for _, found in dumps]
            runs, start = [], None
            for index, there in enumerate(has + [False]):
                if there and start is None:
                    start = index
                elif not there and start is not None:
                    first, last = releases[start], releases[index - 1]
                    runs.append({"in": first if first == last else first + ".." + last, "type": "string"})
                    start = None
            options[name] = runs
        if options:
            sections[driver] = options
    lines = ['{', ' "service": "cinder-drivers",', ' "releases": %s,' % json.dumps(releases), ' "files": {', '  "drivers": {']
    for index, (driver, options) in enumerate(sections.items()):
        lines.append('   "%s": {' % driver)
        rows = list(options.items())
        for row, (name, runs) in enumerate(rows):
            text = ",".join(json.dumps(run, separators=(",", ":")) for run in runs)
            lines.append('    "%s": [%s]%s' % (name, text, "," if row + 1 < len(rows) else ""))
        lines.append("   }" + ("," if index + 1 < len(sections) else ""))
    lines += ["  }", " }", "}"]
    TABLE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "dump":
        dump(sys.argv[2])
    elif len(sys.argv) > 2 and sys.argv[1] == "pack":
        pack(sys.argv[2:])
    else:
        sys.exit(__doc__)
