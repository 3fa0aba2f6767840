"""Host files: time, network, kernel settings, names, and the inventory of the Kubernetes installer."""

import json
import os
import re
import subprocess

import yaml

from suite.readers import Reader, last_lines


def version_of(root, *command, pattern=r"(\d+\.\d+[\w.~+-]*)"):
    found = re.search(pattern, root.run(*command).stdout)
    return found.group(1) if found else "unknown"


def chrony(root):
    def read(_site, _path, text):
        outside, inside = root.folder()
        (outside / "chrony.conf").write_text(text, encoding="utf-8")
        done = root.run("chronyd", "-p", "-f", f"{inside}/chrony.conf")
        return "" if done.returncode == 0 else last_lines(done.stdout, 1)

    return Reader(
        "chronyd -p", lambda: version_of(root, "chronyd", "--version"), ("hosts/*/etc/chrony/chrony.conf",), read,
        (r"^makestep .*$", "makestep soon 3"),
    )


def netplan(root):
    def read(_site, path, text):
        outside, inside = root.folder()
        plan = outside / "etc/netplan"
        plan.mkdir(parents=True)
        (plan / path.rsplit("/", 1)[-1]).write_text(text, encoding="utf-8")
        (plan / path.rsplit("/", 1)[-1]).chmod(0o600)
        done = root.run("/usr/libexec/netplan/generate", "--root-dir", inside)
        if done.returncode != 0:
            return last_lines(done.stdout)
        # Taken in, every interface must have come out as a unit of the network daemon.
        units = {unit.name.removeprefix("10-netplan-").rsplit(".", 1)[0] for unit in outside.glob("run/systemd/network/*.network")}
        kinds = yaml.load(text, Loader=yaml.CSafeLoader)["network"]
        wanted = {name for kind in ("ethernets", "bonds", "vlans", "bridges") for name in kinds.get(kind, {})}
        return f"no unit for {sorted(wanted - units)}" if wanted - units else ""

    return Reader(
        "netplan generate", lambda: package(root, "netplan.io"), ("hosts/*/etc/netplan/*.yaml",), read,
        (r"renderer: networkd", "renderer: networkd\n  no-such-key: 1"),
    )


def package(root, name):
    """The version of a Debian package of the tree, from its change log."""
    done = root.run("sh", "-c", f"gzip -dc /usr/share/doc/{name}/changelog.Debian.gz | head -n 1")
    found = re.search(r"\(([^)]+)\)", done.stdout)
    return found.group(1) if found else "unknown"


def sysctl(root, settings):
    """`settings` is what the kernel has in its first network namespace: this one lacks some of it."""
    def read(_site, _path, text):
        outside, inside = root.folder()
        (outside / "one.conf").write_text(text, encoding="utf-8")
        done = root.run("sysctl", "--dry-run", "--ignore", "--load", f"{inside}/one.conf")
        if done.returncode != 0:
            return last_lines(done.stdout)
        names = re.findall(r"^\s*([^#;\s=]+)\s*=", text, re.M)
        # Bridge settings exist once br_netfilter is loaded, which the modules file sees to.
        unknown = [name for name in names if not name.startswith("net.bridge.") and name.replace(".", "/") not in settings]
        return f"the kernel knows no {', '.join(unknown)}" if unknown else ""

    return Reader(
        "sysctl --dry-run, /proc/sys", lambda: version_of(root, "sysctl", "--version"), ("hosts/*/etc/sysctl.d/*.conf",), read,
        (r"^vm\.swappiness", "vm.swapiness"),
    )


def modules():
    def read(_site, _path, text):
        lines = [line.strip() for line in text.splitlines() if line.strip() and line.strip()[0] not in "#;"]
        wrong = [line for line in lines if not re.fullmatch(r"[a-z0-9_-]+", line)]
        twice = sorted({line for line in lines if lines.count(line) > 1})
        return f"no module names: {wrong}" if wrong else f"named twice: {twice}" if twice else "" if lines else "names nothing"

    return Reader(
        "modules-load.d(5), own", lambda: "-", ("hosts/*/etc/modules-load.d/*.conf",), read, (r"^br_netfilter$", "br_netfilter on"),
    )


def names(root):
    """The C library's own reader of /etc/hosts: it leaves out silently what it cannot read, so every name is asked for."""
    def read(_site, _path, text):
        root.write("/etc/hosts", text)
        lines = [line.split("#")[0].split() for line in text.splitlines()]
        wanted = {(line[0], name) for line in lines if line for name in line[1:]}
        if not wanted:
            return "names nobody"
        done = root.run("getent", "-s", "files", "hosts", *sorted({name for _, name in wanted}))
        rows = [line.split() for line in done.stdout.splitlines()]
        found = {(row[0], name) for row in rows if row for name in row[1:]}
        missing = [f"{name} at {address}" for address, name in sorted(wanted) if (address, name) not in found and address != "127.0.0.1"]
        return f"not found: {', '.join(missing[:3])}" if missing else ""

    return Reader(
        "getent hosts", lambda: version_of(root, "getent", "--version"), ("hosts/*/etc/hosts",), read,
        (r"^((?!127)\d+\.\d+\.\d+)\.\d+(\s)", r"\1.1999\2"),
    )


def inventory(tools, scratch):
    """Ansible as Kubespray runs it; the groups that Kubespray's playbooks ask for must have members with an address each."""
    def read(site, path, text):
        file = scratch / f"{site.name}-{path.replace('/', '-')}"
        file.write_text(text, encoding="utf-8")
        environ = {
            **os.environ, "ANSIBLE_INVENTORY_UNPARSED_FAILED": "true", "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
            "ANSIBLE_HOME": str(scratch / "ansible"), "ANSIBLE_NOCOLOR": "1",
        }
        done = subprocess.run(
            [tools / "bin/python", tools / "bin/ansible-inventory", "-i", file, "--list"],
            check=False, text=True, capture_output=True, env=environ, timeout=120,
        )
        if done.returncode != 0 or "[WARNING]" in done.stderr:
            return last_lines(done.stderr)
        known = json.loads(done.stdout)
        for group in ("etcd", "kube_control_plane", "kube_node"):
            if not known.get(group, {}).get("hosts"):
                return f"group {group} has no hosts"
        variables = known["_meta"]["hostvars"]
        members = {host for group in ("etcd", "kube_control_plane", "kube_node") for host in known[group]["hosts"]}
        without = sorted(host for host in members if "ansible_host" not in variables.get(host, {}))
        return f"no ansible_host: {without}" if without else ""

    def version():
        done = subprocess.run(
            [tools / "bin/python", tools / "bin/ansible-inventory", "--version"], check=False, text=True, capture_output=True,
        )
        return re.search(r"core ([\d.]+)", done.stdout).group(1)

    return Reader(
        "ansible-inventory", version, ("hosts/inventory/hosts.yaml",), read,
        (r"^( +)kube_node:\n( +)hosts:", r"\1kube_node:\n\2hostss:"),
    )


def readers(root, environments, scratch, settings):
    return [chrony(root), netplan(root), sysctl(root, settings), modules(), names(root), inventory(environments / "tools", scratch)]
