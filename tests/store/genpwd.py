#!/usr/bin/env python3
"""The sweep of sweep.py over the password tool of kolla-ansible, for comparison.

usage: genpwd.py [--every N] [--venv FOLDER]

Needs strace. kolla-ansible is installed from PyPI into the folder (a temporary one where none is named). One passwords.yml with
values made before and one missing is completed by `kolla_ansible/cmd/genpwd.py`, again and again in a fresh folder: killed at
each system call behind the first that names the file, and with each call that may fail failing with each error. A password is lost
where the file is gone, cannot be read, or does not hold every password that it had. Prints both counts; the exit code is 0.
"""
import argparse
import collections
import pathlib
import re
import subprocess
import sys
import tempfile

ERRORS = ["ENOSPC", "EIO", "EROFS", "EDQUOT", "EINTR", "EMFILE"]
MEMORY = ["brk", "mmap", "munmap", "mprotect", "mremap", "madvise"]
CALLS = ["openat", "write", "fsync", "rename", "unlink", "unlinkat", "fchmod", "close", "read", "newfstatat", "fstat", "lseek", "ioctl"]
HELD = {f"service_{number}_password": f"{number:04d}-held-before-and-not-to-be-lost" for number in range(300)}


def prepare(venv):
    if not (venv / "bin/python").exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    if subprocess.run([venv / "bin/python", "-c", "import kolla_ansible, ansible, oslo_utils"], capture_output=True).returncode:
        needed = ["kolla-ansible", "ansible-core", "oslo.utils", "cryptography", "PyYAML"]
        subprocess.run([venv / "bin/pip", "install", "-q", *needed], check=True)
    found = subprocess.run([venv / "bin/pip", "show", "kolla-ansible"], capture_output=True, text=True).stdout
    return re.search(r"Version: (\S+)", found)[1]


class Bed:
    def __init__(self, python, folder):
        self.python, self.file, self.log = python, folder / "passwords.yml", folder / "log"

    def run(self, *strace):
        self.file.unlink(missing_ok=True)
        self.file.write_text("".join(f"{name}: {value}\n" for name, value in HELD.items()) + "missing_password:\n")
        command = [self.python, "-B", "-m", "kolla_ansible.cmd.genpwd", "-p", self.file]
        return subprocess.run(["strace", *strace, *command], capture_output=True, text=True, timeout=120)

    def lost(self):
        try:
            lines = self.file.read_text().splitlines()
        except OSError:
            return "no file"
        if not lines:
            return "an empty file"
        return "" if {f"{name}: {value}" for name, value in HELD.items()} <= set(lines) else "a part of the file"

    def points(self):
        """Calls from the first that names the file on, each with its number among those of its name."""
        assert self.run("-o", self.log).returncode == 0 and not self.lost()
        counted, begun = collections.Counter(), False
        for line in self.log.read_text().splitlines():
            if not (found := re.match(r"(\w+)\(", line)):
                continue
            counted[found[1]] += 1
            begun = begun or "passwords.yml" in line and "execve" not in line
            if begun and found[1] not in MEMORY:
                yield found[1], counted[found[1]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--venv", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        venv = (options.venv or work / "venv").absolute()
        version = prepare(venv)
        bed = Bed(venv / "bin/python", work)
        points = list(bed.points())
        injections = [("kill", f"{call}:signal=KILL:when={k}") for call, k in points]
        injections += [("error", f"{call}:error={error}:when={k}") for call, k in points if call in CALLS for error in ERRORS]
        tried, lost, told = collections.Counter(), collections.Counter(), 0
        for kind, point in injections[:: options.every]:
            code = bed.run("-o", "/dev/null", "-e", f"inject={point}").returncode
            tried[kind] += 1
            if what := bed.lost():
                lost[kind] += 1
                told += code == 0
                print(f"{point}: {what}", flush=True)
        total, gone = sum(tried.values()), sum(lost.values())
        print(f"kolla-ansible {version}: {total} points {dict(tried)}, {gone} lost passwords {dict(lost)}, {told} of them told as success")


if __name__ == "__main__":
    main()
