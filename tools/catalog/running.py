#!/usr/bin/env python3
"""What the programs of a release register as options when they run, held against the tables: running.py SERIES BUILT...

BUILT are sites' output folders of that release (`taco-gen build -o`). Each program of a service that stands in PROGRAMS is started in the environment
that build.py made (target/catalog/SERIES) for some seconds, with the files of that site and a database of its own in a file; the broker is not there
with the first site, and in memory with the others. running/sitecustomize.py notes what a program registers where it reads those files.
Prints each option that a table does not have, one a line, then the counts; exits 1 if there is any. --write adds them to running/SERIES.json, from
which pack.py puts them into the tables.

What a program registers for its command line alone is not counted. Options of a group that a site itself names are looked for in the groups of
the table that stand for it.
"""

import argparse
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess

import series
import tables
from records import key

HERE = pathlib.Path(__file__).resolve().parent
SECONDS = 25

# Requests that make a WSGI application set up what it sets up late.
ASKED = """
import importlib, io, sys
name, _, attribute = sys.argv.pop(1).partition(":")
application = getattr(importlib.import_module(name), attribute)
if attribute != "application":
    application = application()
for path in ("/", "/v2.0/networks", "/v2.1/servers", "/v3/volumes", "/v2/images", "/v3/auth/tokens", "/resource_providers", "/healthcheck"):
    said = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "", "SERVER_NAME": "one.invalid", "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, "wsgi.version": (1, 0),
            "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False, "REMOTE_ADDR": "192.0.2.1", "HTTP_X_AUTH_TOKEN": "none"}
    try:
        list(application(said, lambda status, headers, info=None: lambda text: None))
    except Exception as error:
        print(path, repr(error), file=sys.stderr)
"""

# Some migrations are for servers of databases alone: the tables as the models have them.
MODELS = """
import sys
import sqlalchemy
from neutron.db.migration.models import head
from neutron_lib.db import model_base
from oslo_config import cfg
import neutron.conf.common, oslo_db.options
oslo_db.options.set_defaults(cfg.CONF)
cfg.CONF(sys.argv[1:], project="neutron")
model_base.BASEV2.metadata.create_all(sqlalchemy.create_engine(cfg.CONF.database.connection))
"""

# Each driver of volumes as the service makes it, in one group: a driver may register its options elsewhere while it is imported.
DRIVERS = """
import importlib, pkgutil, sys
from unittest import mock
import cinder.objects
cinder.objects.register_all()
import cinder.volume.drivers
from oslo_config import cfg
from cinder import interface
from cinder.volume import configuration, driver
for module in pkgutil.walk_packages(cinder.volume.drivers.__path__, "cinder.volume.drivers."):
    try:
        importlib.import_module(module.name)
    except BaseException as error:
        print(module.name, repr(error))
cfg.CONF(sys.argv[1:], project="cinder")
for kind in interface._volume_register:
    group = configuration.Configuration(driver.volume_opts, config_group="every_driver")
    try:
        group.append_config_values(kind.get_driver_options() or [])
        kind(configuration=group, db=mock.MagicMock(), host="one@every_driver", is_vol_db_empty=True)
    except BaseException as error:
        print(kind, repr(error))
"""

# Service: what makes its database, and its programs: WSGI modules (several names over the releases) and commands, each with its files.
PROGRAMS = {
    "keystone": {
        "tables": [["keystone-manage", "db_sync"], ["keystone-manage", "fernet_setup", "--keystone-user", "root", "--keystone-group", "root"],
                   ["keystone-manage", "credential_setup", "--keystone-user", "root", "--keystone-group", "root"]],
        "wsgi": ["keystone.wsgi.api:application", "keystone.server.wsgi:initialize_public_application"],
        "run": [["keystone-manage", "bootstrap", "--bootstrap-password", "x"], ["keystone-manage", "doctor"]],
        "files": ["keystone.conf"],
    },
    "glance": {
        "tables": [["glance-manage", "db_sync"]],
        "wsgi": ["glance.wsgi.api:application", "glance.common.wsgi_app:init_app"],
        "run": [["glance-api"], ["glance-cache-cleaner"], ["glance-scrubber"]],
        "files": ["glance-api.conf"],
    },
    "placement": {
        "tables": [["placement-manage", "db", "sync"]],
        "wsgi": ["placement.wsgi.api:application", "placement.wsgi:init_application"],
        "run": [],
        "files": ["placement.conf"],
    },
    "nova": {
        "tables": [["nova-manage", "api_db", "sync"], ["nova-manage", "db", "sync"]],
        "wsgi": ["nova.wsgi.osapi_compute:application", "nova.api.openstack.wsgi_app:init_application", "nova.wsgi.metadata:application"],
        "run": [["nova-api"], ["nova-conductor"], ["nova-scheduler"], ["nova-novncproxy"], ["nova-compute"]],
        "files": ["nova.conf", "nova-compute.conf"],
    },
    "neutron": {
        "tables": [["-c", MODELS]],
        "wsgi": ["neutron.wsgi.api:application", "neutron.server:get_application"],
        "run": [
            ["neutron-server"], ["neutron-rpc-server"], ["neutron-periodic-workers"], ["neutron-ovn-maintenance-worker"], ["neutron-openvswitch-agent"],
            ["neutron-dhcp-agent"], ["neutron-l3-agent"], ["neutron-metadata-agent"], ["neutron-ovn-metadata-agent"], ["neutron-sriov-nic-agent"],
            ["neutron-netns-cleanup"], ["neutron-ovs-cleanup"], ["neutron-ovn-agent"],
        ],
        "files": ["neutron.conf", "ml2_conf.ini", "neutron-agent.conf", "openvswitch_agent.ini", "dhcp_agent.ini", "l3_agent.ini", "metadata_agent.ini",
                  "ovn_metadata_agent.ini", "sriov_agent.ini"],
    },
    "cinder": {
        "tables": [["cinder-manage", "db", "sync"]],
        "wsgi": ["cinder.wsgi.api:application", "cinder.wsgi.wsgi:initialize_application"],
        "run": [["-c", DRIVERS], ["cinder-api"], ["cinder-scheduler"], ["cinder-volume"], ["cinder-backup"]],
        "files": ["cinder.conf", "cinder-backup-rbd.conf", "cinder-backup-nfs.conf"],
    },
    "heat": {
        "tables": [["heat-manage", "db_sync"]],
        "wsgi": ["heat.wsgi.api:application", "heat.httpd.heat_api:init_application", "heat.wsgi.cfn:application", "heat.httpd.heat_api_cfn:init_application"],
        "run": [["heat-engine"]],
        "files": ["heat.conf"],
    },
}


# Groups that a site names stand in a table under these: a program registers a back end's options where its `enabled_backends` name it.
NAMED = {"cinder": ("backend_defaults", "backend"), "glance": ("glance_store",)}


def overridden(service, home, url):
    """What is read last: a database and folders that are there, the broker, and no cache, whose client no lock has."""
    lines = ["[DEFAULT]", f"transport_url = {url}", f"state_path = {home}", "use_stderr = true"]
    lines += {"nova": ["compute_driver = fake.FakeDriver", f"web = {home}"], "heat": ["auth_encryption_key = " + 32 * "0"]}.get(service, [])
    for group in ("database", "api_database", "placement_database"):
        lines += [f"[{group}]", f"connection = sqlite:///{home}/{group}.sqlite"]
    lines += ["[oslo_concurrency]", f"lock_path = {home}/lock", "[agent]", "root_helper = env", "[cache]", "backend = dogpile.cache.null"]
    for group in ("fernet_tokens", "fernet_receipts", "credential"):
        lines += [f"[{group}]", f"key_repository = {home}/keys"]
    # A database in a file takes no statement of as many values as there are networks.
    for group in ("ml2_type_geneve", "ml2_type_vxlan"):
        lines += [f"[{group}]", "vni_ranges = 1:100"]
    lines += ["[oslo_messaging_notifications]", "driver = messagingv2"]
    return "\n".join(lines) + "\n"


def attempt(python, service, home, command, log):
    """Runs a command for some seconds; how it ended, or that it still ran."""
    word = service.upper()
    env = {"PATH": f"{python.parent}:/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONPATH": HERE / "running", "TACO_REGISTERED": home / "registered",
           "TACO_FILES": home, "HOME": home, "LC_ALL": "C.UTF-8", "PYTHONWARNINGS": "ignore", f"OS_{word}_CONFIG_DIR": home,
           f"OS_{word}_CONFIG_FILES": PROGRAMS[service]["files"][0]}
    with open(log, "wb") as out:
        child = subprocess.Popen(command, env={name: str(value) for name, value in env.items()}, cwd=home, stdout=out, stderr=out,
                                 stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            return child.wait(SECONDS)
        except subprocess.TimeoutExpired:
            return "runs"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def written(service, built, home, url, installed):
    """One file with all that a site's files of a service say; its path. What images hold under one folder is that of the environment."""
    shutil.rmtree(home, ignore_errors=True)
    for folder in ("lock", "keys", "logs"):
        (home / folder).mkdir(parents=True)
    source, texts = built / "config" / service, []
    for name in PROGRAMS[service]["files"]:
        drop_in = source / f"{name.rsplit('.', 1)[0]}.conf.d"
        texts += [file.read_text() for file in [source / name, *sorted(drop_in.glob("*"))] if file.is_file()]
    main = home / PROGRAMS[service]["files"][0]
    # The last word counts where a file says an option twice.
    text = "\n".join(texts).replace("/var/lib/openstack/", f"{installed}/")
    main.write_text(re.sub(rf"(?<=[ =])/etc/{service}/", f"{home}/", text) + "\n" + overridden(service, home, url))
    return main


def service_run(series_name, service, built, home, url):
    """Starts all programs of a service with a site's files; {program: how it ended}."""
    python = HERE.parents[1] / "target/catalog" / series_name / "venv/bin/python"
    installed = python.parent.parent
    files = ["--config-file", str(written(service, built, home, url, installed))]
    for paste in (installed / "etc" / service).glob("*paste*.ini"):
        shutil.copy(paste, home)
    said, ended = PROGRAMS[service], {}

    def start(label, *command):
        log = home / "logs" / re.sub(r"\W+", "-", label)
        ended[label] = attempt(python, service, home, [str(python), *command], log)

    for names in said["tables"] + said["run"]:
        if names[0] == "-c":
            start("tables" if names in said["tables"] else "drivers", *names, *files)
        elif (python.parent / names[0]).exists():
            start(" ".join(names), str(python.parent / names[0]), *files, *names[1:])
    for name in said["wsgi"]:
        start(name, "-c", ASKED, name, *files)
    return ended


def noted(homes):
    """{(group, option): as the dump tells it} of what programs registered and their command lines alone do not take."""
    found = {}
    for home in homes:
        file = home / "registered"
        for line in file.read_text().splitlines() if file.exists() else ():
            group, cli, option = json.loads(line)
            if not cli:
                found.setdefault((group, key(option["n"])), option)
    return found


def named(service, homes):
    """The groups that a site names."""
    texts = [(home / PROGRAMS[service]["files"][0]).read_text() for home in homes] if service in NAMED else []
    listed = [item for text in texts for line in re.findall(r"(?m)^enabled_backends *= *(.*)$", text) for item in line.split(",")]
    found = {item.split(":")[0].strip().lower() for item in listed}
    always = {"glance": {"os_glance_tasks_store", "os_glance_staging_store", "backend_defaults"}, "cinder": {"every_driver"}}
    return found | always.get(service, set())


def beyond(series_name, service, registered, own):
    """Those that no table of the service has."""
    release = series.release(series_name)
    known = {(path[2].lower(), path[3]) for path in tables.read(service).get(release, {})}
    auth = {path[3] for path in tables.read("keystoneauth").get(release, {})}
    takes_auth = {group for group, option in known if option == "auth_type"}

    def is_known(group, option):
        places = NAMED[service] if group in own else (group,)
        return any((place, option) in known for place in places) or group in takes_auth and option in auth

    return sorted((group, option) for group, option in registered if not is_known(group.lower(), option))


def write(series_name, held):
    """Adds options to what pack.py reads; what stands there already stays."""
    file = HERE / "running" / f"{series_name}.json"
    whole = json.loads(file.read_text()) if file.exists() else {}
    for service, groups in held.items():
        for group, options in groups.items():
            there = whole.setdefault(service, {}).setdefault(group, {"o": []})["o"]
            there += [option for option in options["o"] if option["n"] not in {other["n"] for other in there}]
            there.sort(key=lambda option: option["n"])
    file.write_text(json.dumps(whole, indent=1, sort_keys=True) + "\n")


def main():
    """Runs everything and prints what is beyond the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("series")
    parser.add_argument("built", nargs="+", type=pathlib.Path)
    parser.add_argument("--service", action="append", choices=PROGRAMS)
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--keep", action="store_true", help="compare what an earlier run noted")
    wanted = parser.parse_args()
    work = HERE.parents[1] / "target/catalog" / wanted.series / "running"
    runs = [(service, place) for service in wanted.service or PROGRAMS for place in range(len(wanted.built))]

    def one(run):
        service, place = run
        url = "fake://" if place else "rabbit://one:two@127.0.0.1:1/"
        return service_run(wanted.series, service, wanted.built[place].resolve(), work / f"{service}-{place}", url)

    with concurrent.futures.ThreadPoolExecutor(wanted.jobs) as pool:
        runs = [] if wanted.keep else runs
        for (service, place), ended in zip(runs, pool.map(one, runs)):
            print(f"{service} {wanted.built[place].name}: " + ", ".join(f"{label} {how}" for label, how in ended.items()), flush=True)
    total, held = 0, {}
    for service in wanted.service or PROGRAMS:
        homes = [work / f"{service}-{place}" for place in range(len(wanted.built))]
        registered, own = noted(homes), named(service, homes)
        found = beyond(wanted.series, service, registered, own)
        total += len(found)
        for group, option in found:
            place = NAMED[service][0] if group.lower() in own else group
            held.setdefault(service, {}).setdefault(place, {"o": []})["o"].append(registered[group, option])
            print(f"{service} {wanted.series}: [{group}] {option}")
        print(f"{service} {wanted.series}: {len(registered)} options registered, {len(found)} beyond the table")
    if wanted.write:
        write(wanted.series, held)
    raise SystemExit(total > 0)


if __name__ == "__main__":
    main()
