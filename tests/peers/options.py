#!/usr/bin/env python3
"""Compare every oslo.config option of the built sites with the option tables of each OpenStack release.

The sites are compiled once a release, from a copy of the project in which nothing but the release's word differs, and the
files of format oslo are read back: drop-ins with secrets and the options that nodes fill in too. An option counts as found
where a table of the files that the same process reads has it, or the plugin or driver that its section chooses.

usage: options.py PROGRAM [--tables FOLDER] [--release WORD]... [--site NAME]... [--verbose]
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
RELEASES = ["zed", "2024.1", "2025.1", "2025.2", "2026.1", "2026.2"]

# Tables that the processes of a file read; the first is the file's own.
ML2 = ["ml2_conf.ini", "ovn.ini"]
OVN_METADATA = ["neutron_ovn_metadata_agent.ini", "neutron.conf", *ML2]
TABLES = {
    ("keystone", "keystone.conf"): ["keystone.conf"],
    ("glance", "glance-api.conf"): ["glance-api.conf"],
    ("placement", "placement.conf"): ["placement.conf"],
    ("nova", "nova.conf"): ["nova.conf"],
    ("nova", "nova-compute.conf"): ["nova.conf"],
    ("nova", "nova-node.conf"): ["nova.conf"],
    ("neutron", "neutron.conf"): ["neutron.conf"],
    ("neutron", "neutron-agent.conf"): ["neutron.conf"],
    ("neutron", "ml2_conf.ini"): ML2,
    ("neutron", "openvswitch_agent.ini"): ["openvswitch_agent.ini"],
    ("neutron", "agent.conf"): ["openvswitch_agent.ini"],
    ("neutron", "l3_agent.ini"): ["l3_agent.ini"],
    ("neutron", "dhcp_agent.ini"): ["dhcp_agent.ini"],
    ("neutron", "metadata_agent.ini"): ["metadata_agent.ini"],
    ("neutron", "ovn_metadata_agent.ini"): OVN_METADATA,
    ("cinder", "cinder.conf"): ["cinder.conf"],
    ("cinder", "cinder-backup-rbd.conf"): ["cinder.conf"],
    ("cinder", "cinder-backup-nfs.conf"): ["cinder.conf"],
    ("heat", "heat.conf"): ["heat.conf"],
}
# Formats of files that are no oslo.config files: nothing here can judge them.
OTHERS = re.compile(r"-uwsgi\.ini$|^ceph\.conf$|^policy\.yaml$|-paste\.ini$|^ssh|^nfs_shares$|^local_settings\.py$|^sshd\.conf$|^ovn\.conf$")


class Tables:
    """The committed tables, cut to one release."""

    def __init__(self, folder, release):
        self.folder, self.release, self.read = pathlib.Path(folder), release, {}

    def document(self, service):
        if service not in self.read:
            self.read[service] = json.loads((self.folder / f"{service}.json").read_text())
        return self.read[service]

    def near(self, document):
        """The release, or where there is no table of it the two beside it: what both lack is unknown."""
        order = document["releases"]
        if self.release in order:
            return [order.index(self.release)]
        later = [order.index(name) for name in RELEASES[RELEASES.index(self.release) :] if name in order]
        return [later[0] - 1, later[0]]

    def holds(self, document, record):
        order = document["releases"]
        first, _, last = record["in"].partition("..")
        return any(order.index(first) <= place <= order.index(last or first) for place in self.near(document))

    def cut(self, document, groups):
        """Group -> option -> record, of this release."""
        result = {}
        for group, options in groups.items():
            for name, records in options.items():
                for record in records:
                    if self.holds(document, record):
                        result.setdefault(group, {})[name] = record
        return result

    def file(self, service, name):
        document = self.document(service)
        return self.cut(document, document["files"].get(name, {}))

    def plugins(self, kind):
        document = self.document("keystoneauth")
        return self.cut(document, document["plugins"].get(kind, {}))


def wanted(record, text):
    """Why the text is no value of the option; None where it is one."""
    kind = record["type"]
    if kind == "list":
        text = text.strip("[]") if record.get("bounds") else text
        items = [item.strip() for item in text.split(",")] if text else []
        return next((why for item in items if (why := wanted({**record, "type": record.get("item", "string")}, item))), None)
    if kind == "dict":
        pairs = [item.partition(":") for item in text.split(",") if item]
        return None if all(colon for _, colon, _ in pairs) else "not key:value pairs"
    if kind == "multi":
        kind = record.get("item", "string")
    if kind == "boolean":
        return None if text.lower() in ("true", "false", "1", "0", "on", "off", "yes", "no") else "no boolean"
    if kind in ("integer", "port", "float"):
        try:
            number = float(text) if kind == "float" else int(text)
        except ValueError:
            return f"no {kind}"
        if "min" in record and number < record["min"] or "max" in record and number > record["max"]:
            return f"outside {record.get('min', '')}..{record.get('max', '')}"
    if "choices" in record:
        fold = str.lower if record.get("ignore-case") else str
        if fold(text) not in [fold(str(choice)) for choice in record["choices"]]:
            return f"none of {', '.join(map(str, record['choices']))}"
    if "regex" in record and not re.search(record["regex"], text):
        return f"not of the form {record['regex']}"
    if "max-length" in record and len(text) > record["max-length"]:
        return f"longer than {record['max-length']}"
    if kind == "ip" and not re.fullmatch(r"[0-9.]+|[0-9a-fA-F:.]+", text):
        return "no address"
    if kind == "uri" and record.get("schemes") and text.partition(":")[0] not in record["schemes"]:
        return f"no URI of {', '.join(record['schemes'])}"
    return None


def sections(text):
    """Section -> option -> values. Values repeated in a file are several."""
    result, section = {}, None
    for line in text.splitlines():
        if line.startswith("[") and line.endswith("]"):
            section = result.setdefault(line[1:-1], {})
        elif line and not line.startswith(("#", ";")) and section is not None:
            name, _, value = line.partition("=")
            section.setdefault(name.strip(), []).append(value.strip())
    return result


def merge(target, source, secret):
    for section, options in source.items():
        for name, values in options.items():
            target.setdefault(section, {}).setdefault(name, []).extend((value, secret) for value in values)


def emitted(site):
    """(service, file) -> section -> option -> [(value, is secret)], as the processes of the site read them."""
    files = {}
    for path in sorted((site / "config").glob("*/*")):
        if path.is_file() and not OTHERS.search(path.name):
            merge(files.setdefault((path.parent.name, path.name), {}), sections(path.read_text()), False)
    for path in sorted((site / "config").glob("*/*.d/secret.conf")):
        merge(files.setdefault((path.parents[1].name, path.parent.name[:-2]), {}), sections(path.read_text()), True)
    for path in sorted((site / "kubernetes").glob("*/configmap-*-etc.yaml")):
        service = re.match(r"configmap-(.*)-etc", path.stem)[1]
        for name, text in node_templates(path.read_text()):
            if not OTHERS.search(name):
                merge(files.setdefault((service, name), {}), sections(text), True)
    return files


def node_templates(text):
    """Files under the keys `node.COMPONENT.FILE`, which an init container completes on the node."""
    for match in re.finditer(r"^  node\.[^.\n]+\.([^\n]+): \|-?\n((?:    .*\n|\n)+)", text, re.M):
        yield match[1], re.sub(r"^    ", "", match[2], flags=re.M)


def drivers(service, options, section, tables):
    """Options of a section that its plugin or driver decides."""
    value = lambda group, name: (options.get(group, {}).get(name) or [("", False)])[0][0]
    found, common = {}, tables.plugins("common")
    kind = value(section, "auth_type")
    if kind:
        found.update(tables.plugins("auth").get(kind, {}))
        found.update(common.get("auth", {}))
        if section != "keystone_authtoken":
            found.update(common.get("session", {}))
            found.update(common.get("adapter", {}))
    if service == "cinder" and section in value("DEFAULT", "enabled_backends").split(","):
        for group in ("backend", "backend_defaults"):
            found.update(tables.file("cinder", "cinder.conf").get(group, {}))
    if service == "glance":
        stores = [name.partition(":")[0].strip() for name in value("DEFAULT", "enabled_backends").split(",")]
        if section in [*stores, "os_glance_staging_store", "os_glance_tasks_store"]:
            table = tables.file("glance", "glance-api.conf")
            for group in ("glance_store", *(group for group in table if group.startswith("glance.store."))):
                found.update(table.get(group, {}))
            found.update(table.get("file", {}))
    return found


def old_name(table, section, name):
    """The option that this is an old name of."""
    for group, options in table.items():
        for current, record in options.items():
            for old_group, old in record.get("deprecated", []):
                if old.replace("-", "_") == name and (old_group or group).lower() == section.lower():
                    return f"[{group}] {current}"
    return None


def spelt(group):
    return group if group == "DEFAULT" else group.lower()


def judge(service, name, options, tables):
    """Findings of one file: (severity, text), and how many options it has."""
    findings, count = [], 0
    own = [tables.file(service, table) for table in TABLES[service, name]]
    for section, found in options.items():
        known = {}
        for table in reversed(own):
            for group, records in table.items():
                if spelt(group) == spelt(section):
                    known.update(records)
        extra = drivers(service, options, section, tables)
        for option, values in found.items():
            count += 1
            where = f"{service}/{name} [{section}] {option}"
            record = known.get(option.replace("-", "_")) or extra.get(option.replace("-", "_"))
            if record is None:
                new = next((new for table in own if (new := old_name(table, section, option))), None)
                new = new or next((f"[{section}] {key}" for key, record in extra.items()
                                   if option in [old for _, old in record.get("deprecated", [])]), None)
                findings.append(("deprecated", f"{where}: now {new}") if new else ("unknown", where))
                continue
            if record.get("removal"):
                findings.append(("removal", f"{where}: {record.get('since', '')} {record.get('reason', '')}"))
            if len(values) > 1 and record["type"] != "multi":
                findings.append(("repeated", where))
            for value, secret in values:
                if not secret and (why := wanted(record, value)):
                    findings.append(("value", f"{where} = {value}: {why}"))
                if not secret and record.get("secret"):
                    findings.append(("clear", where))
    return findings, count


def build(program, release, folder):
    for part in ("schema", "overlays", "sites"):
        shutil.copytree(ROOT / part, folder / part)
    for spec in folder.glob("sites/*/site.kdl"):
        text = spec.read_text()
        if 'openstack="' in text:
            text = re.sub(r'openstack="[^"]*"', f'openstack="{release}"', text)
        else:
            text = re.sub(r"^(site \S+ \{\n)", rf'\1    release openstack="{release}"\n', text, count=1, flags=re.M)
        spec.write_text(text)
    subprocess.run([program, "build", "-q"], cwd=folder, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--tables", default=ROOT / "schema/options", type=pathlib.Path)
    parser.add_argument("--release", action="append")
    parser.add_argument("--site", action="append")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder that keeps the output of each release")
    arguments = parser.parse_args()
    total, bad, removals = 0, 0, 0
    for release in arguments.release or RELEASES:
        tables = Tables(arguments.tables, release)
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch)
            build(arguments.program.resolve(), release, folder)
            if arguments.keep:
                shutil.copytree(folder / "output", arguments.keep / release, dirs_exist_ok=True)
            for site in sorted((folder / "output").iterdir()):
                if arguments.site and site.name not in arguments.site:
                    continue
                options, seen = 0, {}
                for (service, name), content in emitted(site).items():
                    if (service, name) not in TABLES:
                        continue
                    findings, count = judge(service, name, content, tables)
                    options += count
                    for severity, text in findings:
                        seen.setdefault(severity, []).append(text)
                total += options
                removals += len(seen.get("removal", []))
                bad += sum(len(texts) for severity, texts in seen.items() if severity != "removal")
                counts = ", ".join(f"{len(texts)} {severity}" for severity, texts in sorted(seen.items())) or "clean"
                beside = "" if release in tables.document("keystone")["releases"] else " (against the tables beside it)"
                print(f"{release} {site.name}: {options} options, {counts}{beside}")
                for severity, texts in sorted(seen.items()):
                    for text in texts:
                        print(f"    {severity}: {text}")
    print(f"{total} options compared, {bad} findings, {removals} deprecated without a replacement")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
