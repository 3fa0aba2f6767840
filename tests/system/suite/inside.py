"""The suite itself, in its namespaces: mounts the trees, has every file read, and says what has no reader."""

import argparse
import itertools
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from suite import kolla, possible, prepare, readers
from suite.readers import acceptance, clients, daemons, enabled, hosts, machine, objects, openstack, releases, scripts, sealed, web
from suite.readers.places import Place
from suite.root import Root, call
from suite.specs import RELEASE, parted
from suite.site import sites
from suite.kubernetes.programs import SCENARIO
from suite.scenarios import all as scenarios, delivery, hosts_members, hosts_target, kubernetes, reach
from suite.table import Row, Table

# Files that no program reads, with the reason.
UNREAD = {
    "config/cookiemonster/config.yaml": "its reader is the script of the service, which asks an API server for pods at once",
}


def arguments():
    parser = argparse.ArgumentParser()
    for name in ("output", "work", "table"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--clusters", action="store_true")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--seconds", type=int, default=0)
    return parser.parse_args()


def wanted(only, *names):
    return not only or any(part in name for part in only for name in names)


def coverage(found, known):
    """A row for what no reader claims: each config and host file must be read, or stand in UNREAD."""
    left = [f"{site.name}/{path}" for site in found for path in site.files
            if path.startswith(("config/", "hosts/")) and not any(reader.claims(path) for reader in known) and path not in UNREAD]
    total = sum(path.startswith(("config/", "hosts/")) for site in found for path in site.files)
    for path, reason in UNREAD.items():
        yield Row(path, sum(path in site.files for site in found), "-", "-", "none", "-", 0.0, [reason])
    notes = [f"no reader: {path}" for path in left]
    yield Row("every file under config/ and hosts/ has a reader", total, "the suite", "-", "fail" if left else "pass", "-", 0.0, notes)


def limit(table, seconds, file):
    """End a run that takes too long: with a failure where one was seen, else as a run that could not be made here."""
    time.sleep(seconds)
    file.write_text(table.markdown(seconds), encoding="utf-8")
    print(f"\n{table.summary(seconds)}", flush=True)
    if not table.good():
        os._exit(1)
    possible.skip(f"not done within the time given; what was judged by then passed: {table.count('pass')} rows")


def main():
    options, began = arguments(), time.monotonic()
    call("mount", "--make-rprivate", "/")
    call("ip", "link", "set", "lo", "up")
    scratch = options.work / "scratch"
    subprocess.run(["rm", "-rf", scratch, options.work / "layers", options.work / "mounts"], check=True)
    scratch.mkdir(parents=True)
    everything, environments = sites(options.output), options.work / "environments"
    found, apart = parted(everything, options.output.parent / "sites")
    bookworm, trixie = (Root(options.work, release, release) for release in ("bookworm", "trixie"))
    settings = set((options.work / "kernel-settings").read_text(encoding="utf-8").split())
    place = Place(options.work, RELEASE, scratch)
    known = [*hosts.readers(bookworm, environments, scratch, settings), *daemons.readers(bookworm, trixie), *openstack.readers(place)]
    known += [*web.readers(place), *clients.readers(place), *acceptance.readers(Place(options.work, "acceptance", scratch))]
    apt = prepare.apt_options(prepare.SUITES["hosts"], options.work / "apt" / "hosts")
    known += machine.readers(Root(options.work, "hosts", "hosts"), environments / "tools", scratch, apt)
    table = Table()
    if options.seconds:
        threading.Thread(target=limit, args=(table, options.seconds, options.table), daemon=True).start()
    for site, release in apart.items():
        table.add(Row(f"site {site.name}", len(site.files), "-", "-", "skip", "-", 0.0, [f"no programs of {release} here: only its objects are read"]))
    for reader in known:
        if wanted(options.only, reader.name, *reader.files):
            table.add(readers.judge(reader, found))
    parts = {
        "": lambda: itertools.chain(
            releases.rows(options, scratch, bookworm, place, found, wanted), enabled.rows(options, scenarios.main_site(found), place, wanted),
        ),
        "scripts": lambda: scripts.rows(found, bookworm, trixie, environments),
        "sitecustomize.py": lambda: scripts.lookups(found, environments, scratch),
        "kubernetes-validate": lambda: objects.validated(everything),
        "sealed Secrets": lambda: sealed.rows(found, bookworm),
        "checkov": lambda: objects.checked(found, environments, scratch),
    }
    for name, rows in parts.items():
        if not name or wanted(options.only, name):
            for row in rows():
                table.add(row)
    if not options.only:
        for row in coverage(found, known):
            table.add(row)
    if options.clusters:
        scenarios.run(table, options, found, bookworm, trixie)
        reach.run(table, options, bookworm)
    if options.clusters and wanted(options.only, hosts_target.SCENARIO):
        hosts_target.run(table, options)
    if options.clusters and wanted(options.only, hosts_members.SCENARIO):
        hosts_members.run(table, options)
    if options.clusters and wanted(options.only, SCENARIO):
        kubernetes.run(table, options, found, {"age": bookworm, "etcd": trixie})
    if options.clusters and wanted(options.only, kolla.SCENARIO):
        kolla.run(table, options)
    if options.clusters:
        delivery.run(table, options, found, {"age": bookworm, "etcd": trixie}, wanted)
    seconds = time.monotonic() - began
    print()
    table.print()
    print(f"\n{table.summary(seconds)}")
    options.table.write_text(table.markdown(seconds), encoding="utf-8")
    sys.exit(0 if table.good() else 1)


if __name__ == "__main__":
    main()
