"""A node of a site for hosts: a Debian tree with its packages, the files of its manifest, and its units as processes."""

import contextlib
import hashlib
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from suite.hosts.units import Unit
from suite.root import PATH, Failed, Root, call

OWN = "/usr/local/lib/taco-gen"
UNITS = ("etc/systemd/system", "usr/lib/systemd/system")
VALUES = "/check/values"
NOTIFY = "/run/notify"
# It tells nobody but a parent that is called systemd that it is ready (keepalived's lib/systemd.c).
SILENT = ("keepalived",)
# In place of sops, whose keys the suite does not have: the same call, with values that are made for the run.
SOPS = f"""#!/usr/bin/python3
import os, sys
with open(f"{VALUES}/{{os.path.basename(sys.argv[-1]).removesuffix('.yaml')}}.json") as file:
    print(file.read())
"""
# Links and folders that packages make when they are configured, which is not done here.
CONFIGURED = """
dashboard=/usr/lib/python3/dist-packages/openstack_dashboard
ln -sfn /usr/share/openstack-dashboard/themes $dashboard/themes
ln -sfn /etc/openstack-dashboard/policy $dashboard/conf
ln -sfn /etc/openstack-dashboard/local_settings.d $dashboard/local/local_settings.d
cp --no-clobber /usr/share/openstack-dashboard-debian-settings.d/*.py /etc/openstack-dashboard/local_settings.d/
cp --no-clobber /usr/share/openstack-dashboard/examples/local_settings.py /etc/openstack-dashboard/
ln -sfn /etc/openstack-dashboard/local_settings.py $dashboard/local/local_settings.py
ln -sf mariadb.cnf /etc/mysql/my.cnf
ln -sf uwsgi-core /usr/bin/uwsgi
cat /usr/share/ca-certificates/mozilla/*.crt >/etc/ssl/certs/ca-certificates.crt
systemd-tmpfiles --create --prefix=/run >/dev/null 2>&1 || true
for program in other runuser sudo; do
    printf '%s required pam_permit.so\\n' auth account session >"/etc/pam.d/$program"
done
for folder in /usr/share/*-common; do
    service=$(basename "$folder" -common)
    for file in "$folder"/*.ini "$folder"/*.json; do
        [ ! -f "$file" ] || cp --no-clobber "$file" "/etc/$service/"
    done
done
"""


class Node:
    """One node. Its accounts are those that its files name, with numbers of the suite."""

    def __init__(self, stage, name: str, address: str, number: int):
        self.stage, self.name, self.address = stage, name, address
        self.root = Root(stage.work, "hosts", f"hosts/{name}", bare=False)
        self.processes, self.logs, self.cable = {}, stage.folder / "logs" / name, f"hosts{number}"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.link()

    def link(self):
        call("ip", "netns", "add", self.name)
        call("ip", "link", "add", self.cable, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        call("ip", "link", "set", self.cable, "master", self.stage.bridge, "up")
        address = ("addr", "add", f"{self.address}/24", "dev", "eth0")
        for command in (address, ("link", "set", "eth0", "up"), ("link", "set", "lo", "up")):
            call("ip", "-n", self.name, *command)

    def read(self, path: str) -> str:
        return self.stage.site.read(f"hosts/{self.name}{path}")

    def manifest(self) -> list[list[str]]:
        return [line.split() for line in self.stage.site.read(f"hosts/{self.name}/manifest").splitlines()]

    def lay(self):
        """Accounts, then every file of the manifest, whose digest must be that of the bytes."""
        self.accounts()
        for mode, _, group, digest, path in self.manifest():
            text = self.read(path)
            assert hashlib.sha256(text.encode()).hexdigest() == digest, f"{path} is not what the manifest says"
            self.root.write(path, text, int(mode, 8))
            os.chown(self.root.path / path.lstrip("/"), 0, self.numbers[group])
        self.root.path.joinpath(OWN[1:], "sealed").mkdir(parents=True, exist_ok=True)
        done = self.root.run("sh", "-ec", CONFIGURED)
        assert done.returncode == 0, done.stdout[-500:]
        self.sealed()

    def accounts(self):
        has_secrets = f"hosts/{self.name}{OWN}/secrets.json" in self.stage.site.files
        rows = json.loads(self.read(f"{OWN}/secrets.json")) if has_secrets else []
        named = {row["user"] for row in rows} | {line[2] for line in self.manifest()} | self.stage.accounts
        self.numbers = {"root": 0} | {name: 900 + index for index, name in enumerate(sorted(named - {"root"}))}
        lines = [f"{name}:x:{number}:{number}::/var/lib/{name}:/bin/sh" for name, number in self.numbers.items() if number]
        self.root.write("/etc/passwd", "\n".join(["root:x:0:0::/root:/bin/sh", *lines]) + "\n")
        self.root.write("/etc/group", "".join(f"{name}:x:{number}:\n" for name, number in self.numbers.items()))
        for name, number in self.numbers.items():
            for folder in (f"var/lib/{name}", f"var/log/{name}", f"etc/{name}") if number else ():
                (self.root.path / folder).mkdir(parents=True, exist_ok=True)
                owner = 0 if folder.startswith("etc") else number
                call("chown", "-R", f"{owner}:{number}", self.root.path / folder)

    def sealed(self):
        self.root.write("/usr/local/bin/sops", SOPS, 0o755)
        for name, values in self.stage.values.items():
            self.root.write(f"{VALUES}/{name}.json", json.dumps({"data": values}), 0o600)

    def inside(self, command: list[str]) -> list[str]:
        return ["nsenter", f"--net=/run/netns/{self.name}", "chroot", str(self.root.path), *command]

    def run(self, *command: str, seconds: int = 600) -> str:
        """Run a script or a program to its end as root of the node; its output."""
        environ = {"PATH": PATH, "LANG": "C.UTF-8", "HOME": "/root"}
        done = subprocess.run(self.inside(list(command)), check=False, text=True, errors="replace", env=environ, timeout=seconds,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise Failed(f"{self.name}: {' '.join(command)[:120]} ended with {done.returncode}: {done.stdout.strip()[-900:]}")
        return done.stdout

    def unit(self, name: str) -> Unit:
        """A unit: that of the site before the package's, and the drop-ins of both."""
        found = [self.root.path / folder / f"{name}.service" for folder in UNITS]
        texts = [file.read_text(encoding="utf-8") for file in found if file.is_file()][:1]
        if not texts:
            raise Failed(f"{self.name} has no unit {name}")
        drop_ins = sorted(Path(self.root.path, "etc/systemd/system", f"{name}.service.d").glob("*.conf"))
        return Unit(name, texts + [file.read_text(encoding="utf-8") for file in drop_ins])

    def start(self, name: str):
        unit = self.unit(name)
        user = unit.last("User", "root")
        number = self.numbers[user]
        for folder in unit.folders():
            (self.root.path / folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
            os.chown(self.root.path / folder.lstrip("/"), number, number)
        for command in [*unit.commands("ExecStartPre"), *self.stage.before.get(name, [])]:
            subprocess.run(self.within(unit, command), check=True, timeout=300, stdout=self.log(name), stderr=subprocess.STDOUT)
        with self.notified(unit) as ready:
            command = self.within(unit, unit.commands("ExecStart")[-1])
            self.processes[name] = subprocess.Popen(command, stdout=self.log(name), stderr=subprocess.STDOUT,
                                                    stdin=subprocess.DEVNULL, start_new_session=True)
            ready()
        for command in unit.commands("ExecStartPost"):
            subprocess.run(self.within(unit, command), check=True, timeout=300, stdout=self.log(name), stderr=subprocess.STDOUT)

    @contextlib.contextmanager
    def notified(self, unit: Unit):
        """A unit of type `notify` is started when its program says so (sd_notify(3)); any other one at once."""
        if unit.last("Type", "simple") != "notify" or unit.name in SILENT:
            yield lambda: None
            return
        unit.settings.setdefault("Environment", []).append(f"NOTIFY_SOCKET={NOTIFY}/{unit.name}")
        place = self.root.path / NOTIFY.lstrip("/") / unit.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(str(place))
            place.chmod(0o777)
            listener.settimeout(2)
            yield lambda: self.wait_for_ready(listener, unit.name)

    def wait_for_ready(self, listener: socket.socket, name: str):
        end = time.monotonic() + 600
        while time.monotonic() < end and self.processes[name].poll() is None:
            try:
                if "READY=1" in listener.recv(4096).decode(errors="replace").splitlines():
                    return
            except TimeoutError:
                continue
        raise Failed(f"{name} on {self.name} never said that it is ready: {self.tail(name)}")

    def within(self, unit: Unit, command: list[str]) -> list[str]:
        """A command of a unit in a mount namespace of its own, where it sees what is bound for it, as its user."""
        number = self.numbers[unit.last("User", "root")]
        environ = {"PATH": PATH, "LANG": "C.UTF-8", "HOME": f"/var/lib/{unit.last('User', 'root')}", **unit.environment()}
        # No logger of the machine runs in the tree.
        steps = [f"mkdir -p {at} && mount --bind {source} {at}" for source, at in unit.binds() if not source.startswith("/dev/")]
        entry = "exec setpriv --reuid {0} --regid {0} --init-groups env -i \"$@\"".format(number)
        assigned = [f"{name}={value}" for name, value in environ.items()]
        return self.inside(["unshare", "--mount", "sh", "-ec", "\n".join([*steps, entry]), "sh", *assigned, *command])

    def log(self, name: str):
        return open(self.logs / f"{name}.log", "ab")

    def tail(self, name: str) -> str:
        file = self.logs / f"{name}.log"
        return file.read_text(encoding="utf-8", errors="replace")[-600:] if file.exists() else ""

    def stop(self, name: str):
        process = self.processes.pop(name, None)
        if process is not None and process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=30)

    def die(self):
        """Without a word: its cable is out, and everything on it ends."""
        call("ip", "-n", self.name, "link", "set", "eth0", "down")
        for process in self.processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=30)
        self.processes.clear()

    def has(self, address: str) -> bool:
        """Is the address one of its own now?"""
        return f" {address}/" in call("ip", "-n", self.name, "-4", "addr", "show", "dev", "eth0")

    def close(self):
        for name in list(self.processes):
            self.stop(name)
        # It would go with the namespace only after a while, and the next node of that number has it too.
        call("ip", "link", "del", self.cable)
        call("ip", "netns", "del", self.name)
