#!/usr/bin/env python3
"""Writes schema/options/policies.json: the policies of each service and release, by name: policies.py SERIES...

Each SERIES is read in the environment that build.py made of its lock (target/catalog/SERIES/venv): what a service registers for oslo.policy, as
`oslopolicy-list-redundant` and its like find it (entry points oslo.policy.policies). Releases that are not named stay as they are.
"""

import json
import pathlib
import subprocess
import sys

import series
import tables

LISTED = """
import importlib.metadata, json, sys, warnings
warnings.simplefilter("ignore")
found = {}
listed = importlib.metadata.entry_points()
# Python 3.8 gives a mapping.
listed = listed.select(group="oslo.policy.policies") if hasattr(listed, "select") else listed["oslo.policy.policies"]
for entry in listed:
    if entry.name in sys.argv[1:]:
        rules = entry.load()()
        found[entry.name] = sorted({rule.name for rule in rules})
        old = {rule.deprecated_rule.name for rule in rules if getattr(rule, "deprecated_rule", None)}
        found[entry.name] += sorted(old - set(found[entry.name]))
print(json.dumps(found))
"""


def policies(name):
    """{path: record} of a series."""
    python = pathlib.Path(__file__).resolve().parents[2] / "target/catalog" / name / "venv/bin/python"
    said = subprocess.run([python, "-c", LISTED, *series.SERVICES], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    found = json.loads(said.splitlines()[-1])
    table = {}
    for service, names in found.items():
        for rule in names:
            table["files", service, "-", rule] = {"type": "custom:Policy"}
    return table


def main(names):
    """Replaces the named releases of the table."""
    held = tables.read("policies")
    held.update({series.release(name): policies(name) for name in names})
    tables.write("policies", held)
    for release, table in held.items():
        print(release, len(table), "policies of", len({path[1] for path in table}), "services")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
