"""Files of hosts without Kubernetes: units, scripts, entries of cron, tables. Configs are those of `config/`, read by others."""

import hashlib
import json
import re
import subprocess

import yaml

from suite.readers import Reader, last_lines
from suite.readers.hosts import package
from suite.readers.scripts import compiled, dash, shellcheck

OWN = "hosts/*/usr/local/lib/taco-gen"
CRON = "hosts/*/etc/cron.d/*"
UNITS = ("hosts/*/etc/systemd/system/*.service", "hosts/*/etc/systemd/system/*.service.d/*.conf")
# Read where they are by readers of their own.
OTHERS = ("*/chrony/*", "*/netplan/*", "*/sysctl.d/*", "*/modules-load.d/*", "*/etc/hosts", CRON, *UNITS)


def configs():
    """A config on a host is one that `config/` holds, but for its comments."""
    def said(text):
        return [line for line in text.splitlines() if line and not line.startswith(("#", ";", "//"))]

    def read(site, _path, text):
        held = (site.read(path) for path in site.files if path.startswith("config/") and "/secret.conf" not in path)
        return "" if any(said(one) == said(text) for one in held) else "no file under config/ says this"

    return Reader("that of config/, own", lambda: "-", ("hosts/*/etc/*",), read, (r"\A", "another\n"), but=OTHERS)


def units(root):
    """systemd's own check of a unit with its drop-ins, beside the units that the packages of the tree bring."""
    def read(_site, path, text):
        outside, inside = root.folder()
        name = path.split("/etc/systemd/system/")[1]
        (outside / name).parent.mkdir(parents=True, exist_ok=True)
        (outside / name).write_text(text, encoding="utf-8")
        unit = name.split("/")[0].removesuffix(".d")
        if "/" in name:
            (outside / unit).write_text("[Service]\nType=oneshot\nExecStart=true\n", encoding="utf-8")
        # Accounts and programs are those of a host; the tree has them as its packages do.
        done = root.run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", f"{inside}/{unit}")
        own = [line for line in done.stdout.splitlines() if unit in line or "taco-gen.conf" in line]
        said = [line for line in own if "is not executable" not in line]
        return last_lines("\n".join(said)) if said else ""

    version = lambda: package(root, "systemd")
    return Reader("systemd-analyze verify", version, UNITS, read, (r"^\[Service\]$", "[Service]\nRestartSecs=5"))


def cron():
    """crontab(5), system form: five fields, the account, a command that is one of the site's own scripts."""
    line = re.compile(r"((?:[\d*,/-]+ ){5})root (/usr/local/lib/taco-gen/timed/\S+)")

    def read(site, path, text):
        node = path.split("/")[1]
        for entry in (one for one in text.splitlines() if one and not one.startswith("#")):
            found = line.fullmatch(entry)
            if not found or f"hosts/{node}{found.group(2)}" not in site.files:
                return f"no entry with a script of the node: {entry}"
        return ""

    return Reader("crontab(5), own", lambda: "-", (CRON,), read, (r" root ", " "))


def shell(tools):
    name, version, read, _ = shellcheck(tools)
    files = (f"{OWN}/steps/*", f"{OWN}/timed/*", f"{OWN}/bin/*/*.sh", "config/*/*.sh")
    return Reader(name, lambda: version, files, lambda _site, path, text: read(text, path), (r"^set -e.*$", "cd $1"))


def names_own_interpreter(root):
    """A script without an ending, for instance one that stands in place of another program."""
    name, _, read, _ = dash(root)
    files = (f"{OWN}/bin/*/*",)
    return Reader(name, lambda: root.release, files, lambda _site, path, text: read(text, path), (r"\Z", "if true\n"),
                  but=("*.py", "*.sh"))


def python(root):
    name, version, read, _ = compiled(root)
    files = (f"{OWN}/bin/*/*.py", f"{OWN}/unseal", "config/*/settings-*.py")
    return Reader(name, lambda: version, files, lambda _site, path, text: read(text, path), (r"^import ", "import = "))


def older(tools, scratch):
    """What they ask of Python, and of its library: hosts with older packages have 3.6."""
    def read(_site, _path, text):
        file = scratch / "older.py"
        file.write_text(text, encoding="utf-8")
        words = [tools / "bin/vermin", "--violations", "--quiet", "--no-config-file", "--target=3.6-", file]
        done = subprocess.run(words, check=False, text=True, capture_output=True, timeout=60)
        return last_lines(done.stdout + done.stderr) or "refused" if done.returncode != 0 else ""

    version = lambda: subprocess.run([tools / "bin/vermin", "--version"], check=False, text=True, capture_output=True).stdout.strip()
    return Reader("vermin, Python 3.6", version, (f"{OWN}/bin/*/*.py", f"{OWN}/unseal"), read, (r"^import .*$", "if one := 1:\n    pass"))


def manifest():
    def read(site, path, text):
        node = path.rsplit("/", 1)[0]
        for line in text.splitlines():
            mode, owner, _group, digest, at = line.split()
            found = hashlib.sha256(site.read(f"{node}{at}").encode()).hexdigest()
            if (found, owner) != (digest, "root") or not re.fullmatch(r"0[0-7]{3}", mode):
                return f"not as the file is: {line}"
        return ""

    return Reader("modes and digests, own", lambda: "-", ("hosts/*/manifest",), read, (r"^0644", "0698"))


def secrets():
    keys = {"object", "key", "path", "user", "mode"}

    def read(site, _path, text):
        rows = json.loads(text)
        lacking = [row["object"] for row in rows if f"sealed/secret-{row['object']}.yaml" not in site.files]
        if lacking:
            return f"nothing is sealed as {lacking}"
        return "" if all(set(row) == keys for row in rows) else "rows of another form"

    return Reader("the table of secrets, own", lambda: "-", (f"{OWN}/secrets.json",), read, (r'"object":"', '"object":"no-'))


def digests():
    def read(site, path, text):
        known = {line.split()[1].removeprefix("sha256:") for line in site.read("digests").splitlines()}
        return "" if text.strip() in known else "no consumer has this digest"

    return Reader("digests of the site, own", lambda: "-", (f"{OWN}/digests/*",), read, (r"\A", "0"))


def values():
    """Files with values of the node: sections with options, or options alone."""
    def read(_site, _path, text):
        wrong = [line for line in text.splitlines() if not re.fullmatch(r"\[[\w-]+\]|[\w-]+ = \S.*", line)]
        return f"neither section nor option: {wrong}" if wrong else ""

    return Reader("sections and options, own", lambda: "-", (f"{OWN}/node/*/*",), read, (r" = ", " "))


def packages(options):
    """Every package that a node installs is one of its distribution: apt plans their installation into nothing."""
    def read(_site, _path, text):
        words = ["apt-get", *options, "--simulate", "install", *text.split()]
        plan = subprocess.run(words, check=False, text=True, capture_output=True)
        return "" if plan.returncode == 0 else last_lines(plan.stdout + plan.stderr)

    return Reader("apt-get --simulate, Debian 13", lambda: "trixie", ("hosts/*/packages",), read, (r"\A", "no-such-package\n"))


def playbook(tools, scratch):
    """Ansible's own reader of the playbook, its inventory beside it."""
    program = [tools / "bin/python", tools / "bin/ansible-playbook"]
    environ = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(scratch), "ANSIBLE_HOME": str(scratch / "ansible")}

    def run(*words):
        return subprocess.run([*program, *words], check=False, text=True, capture_output=True, timeout=300, env=environ)

    def read(site, _path, text):
        folder = scratch / f"playbook-{site.name}"
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in (("site.yaml", text), ("inventory.yaml", site.read("ansible/inventory.yaml"))):
            (folder / name).write_text(content, encoding="utf-8")
        done = run("--syntax-check", "-i", folder / "inventory.yaml", folder / "site.yaml")
        wrong = done.returncode != 0 or "[WARNING]" in done.stderr
        return last_lines(done.stderr) if wrong else "" if yaml.safe_load(text) else "no plays"

    version = lambda: re.search(r"core ([\d.]+)", run("--version").stdout).group(1)
    spoil = (r"ansible\.builtin\.package:", "ansible.builtin.parcel:")
    return Reader("ansible-playbook --syntax-check", version, ("ansible/site.yaml",), read, spoil)


def balancer(root):
    """HAProxy's own check, as its unit makes it before a reload."""
    accounts = (("/etc/passwd", "haproxy:x:990:990::/:/usr/sbin/nologin\n"), ("/etc/group", "haproxy:x:990:\n"))
    for path, line in accounts:
        root.write(path, (root.path / path[1:]).read_text(encoding="utf-8") + line)

    def read(_site, _path, text):
        outside, inside = root.folder()
        (outside / "haproxy.cfg").write_text(text, encoding="utf-8")
        done = root.run("haproxy", "-c", "-f", f"{inside}/haproxy.cfg")
        return "" if done.returncode == 0 and "WARNING" not in done.stdout else last_lines(done.stdout)

    return Reader("haproxy -c", lambda: package(root, "haproxy"), ("config/haproxy/haproxy.cfg",), read, (r"^    mode http$", "    mode htpt"))


def holder(root):
    """keepalived's own check; the interface that a file names and the script of its own check are made for it."""
    root.write("/etc/keepalived/alive.sh", "#!/bin/sh\n", 0o755)

    def read(_site, _path, text):
        outside, inside = root.folder()
        (outside / "keepalived.conf").write_text(text, encoding="utf-8")
        interface = re.search(r"^    interface (\S+)$", text, re.M).group(1)
        subprocess.run(["ip", "link", "add", interface, "type", "bridge"], check=False, capture_output=True)
        done = root.run("keepalived", "--config-test", "--use-file", f"{inside}/keepalived.conf")
        return "" if done.returncode == 0 and not done.stdout.strip() else last_lines(done.stdout)

    files = ("config/keepalived/keepalived.conf", "config/keepalived@*/keepalived.conf")
    return Reader("keepalived --config-test", lambda: package(root, "keepalived"), files, read, (r"^    advert_int 1", "    advert_int often"))


def readers(root, tools, scratch, apt):
    scripts = [shell(tools), names_own_interpreter(root), python(root), older(tools, scratch)]
    programs = [balancer(root), holder(root), units(root), packages(apt), playbook(tools, scratch)]
    return [configs(), *programs, *scripts, cron(), manifest(), secrets(), digests(), values()]
