"""What the nodes of a site without Kubernetes get: units, schedules, lists of files and packages, secrets by place."""

import hashlib
import json
import re

from suite import prepare
from suite.readers import Reader, last_lines
from suite.readers.hosts import version_of

# The distribution of a site -> the Debian release whose packages it has.
DEBIAN = {"debian-12": "bookworm", "debian-13": "trixie"}
# What `systemd-analyze` says of a tree that lacks the programs: that each is in a package of the list is the other readers' to say.
ABSENT = re.compile(r"Command \S+ is not executable|Failed to open /dev/tty|Failed to connect to bus")


def node_of(path):
    """The folder of the node that a file is for."""
    return "/".join(path.split("/")[:2])


def units(root):
    def read(_site, path, text):
        outside, inside = root.folder()
        name = path.rsplit("/", 1)[-1]
        (outside / name).write_text(text, encoding="utf-8")
        done = root.run("systemd-analyze", "verify", "--man=no", f"{inside}/{name}")
        said = [line for line in done.stdout.splitlines() if name in line and not ABSENT.search(line)]
        return last_lines("\n".join(said))

    return Reader(
        "systemd-analyze verify", lambda: version_of(root, "systemd-analyze", "--version", pattern=r"systemd (\d+)"),
        ("hosts/*/etc/systemd/system/*.service",), read, (r"^Restart=.*$", "Restart=perhaps"),
    )


def schedules():
    """Lines of cron.d as crontab(5) has them; the command is a file of the same node."""
    field = r"(?:\*|[\d,-]+)(?:/\d+)?"

    def read(site, path, text):
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
        for line in lines:
            found = re.fullmatch(rf"(?:{field}\s+){{5}}([a-z_][a-z0-9_-]*)\s+(/\S+)", line)
            if not found:
                return f"no schedule: {line}"
            if f"{node_of(path)}{found.group(2)}" not in site.files:
                return f"{found.group(2)} is no file of the node"
        return "" if lines else "schedules nothing"

    return Reader("crontab(5), own", lambda: "-", ("hosts/*/etc/cron.d/*",), read, (r"^[\d*/,-]+ ", "now "))


def manifest():
    """Mode, owner, group, digest and path of each file of the node, and of no other."""
    def read(site, path, text):
        node, own = node_of(path), {path, f"{node_of(path)}/packages"}
        listed = {}
        for line in text.splitlines():
            found = re.fullmatch(r"(0[0-7]{3}) (\S+) (\S+) ([0-9a-f]{64}) (/\S+)", line)
            if not found:
                return f"no file's line: {line}"
            listed[f"{node}{found.group(5)}"] = found.group(4)
        files = {file for file in site.files if file.startswith(f"{node}/")} - own
        wrong = sorted(file for file in files & listed.keys() if hashlib.sha256(site.read(file).encode()).hexdigest() != listed[file])
        unlike = sorted(files ^ listed.keys())
        return f"not in both: {unlike[:3]}" if unlike else f"another digest: {wrong[:3]}" if wrong else ""

    return Reader("sha256, own", lambda: "-", ("hosts/*/manifest",), read, (r" ([0-9a-f]{64}) ", f" {'0' * 64} "))


def packages(work, spec_of):
    """Each package is in the archive of the site's distribution."""
    known = {}

    def read(site, _path, text):
        distribution = re.search(r"\bdistribution=(\S+)", spec_of(site)).group(1).strip("\"}")
        release = DEBIAN.get(distribution)
        if not release:
            return f"no list of packages of {distribution} here"
        if release not in known:
            options = prepare.apt_options(release, work / "apt" / release)
            known[release] = set(prepare.run(["apt-cache", *options, "pkgnames"]).split())
        absent = [name for name in text.split() if name not in known[release]]
        return f"not in {release}: {', '.join(absent[:5])}" if absent else ""

    return Reader("apt-cache pkgnames", lambda: "-", ("hosts/*/packages",), read, (r"^chrony$", "chronny"))


def digests():
    def read(_site, _path, text):
        return "" if re.fullmatch(r"[0-9a-f]{64}\n", text) else "no digest"

    return Reader("sha256, its form, own", lambda: "-", ("hosts/*/usr/local/lib/taco-gen/digests/*",), read, (r"[0-9a-f]", "x"))


def secrets():
    """Where each secret of a node goes; each is sealed in the site."""
    def read(site, _path, text):
        try:
            entries = json.loads(text)
        except ValueError as error:
            return str(error)
        absent = [entry["object"] for entry in entries if f"sealed/secret-{entry['object']}.yaml" not in site.files]
        places = [entry["path"] for entry in entries if not entry["path"].startswith("/") or ".." in entry["path"]]
        return f"not sealed: {absent}" if absent else f"no place: {places}" if places else "" if entries else "says nothing"

    path = "hosts/*/usr/local/lib/taco-gen/secrets.json"
    return Reader("json, sealed files", lambda: "-", (path,), read, (r'"object":"', '"object":"no-'))


def readers(root, work, spec_of):
    return [units(root), schedules(), manifest(), packages(work, spec_of), digests(), secrets()]
