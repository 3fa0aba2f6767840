#!/usr/bin/env python3
"""Stop `taco-gen passwords` at every system call, or let every call fail, and see whether a secret is lost.

usage: sweep.py PROGRAM SPEC [--calls WORD,...] [--actions WORD,...] [--every N]

Needs strace, and what read.py needs. Each point runs in a fresh folder: a kill at the k-th call of a name, or an error from
it. Afterwards the store must be the old one or a sound new one with all names; where the program says that it succeeded,
the new one. Every tenth point the next run must succeed and leave no temporary file. Exit 1 where a point is violated.
"""
import argparse
import collections
import contextlib
import io
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import read

ERRORS = ["ENOSPC", "EIO", "EROFS", "EDQUOT", "EINTR", "EMFILE"]
FILES = ["openat", "write", "fsync", "rename", "renameat", "renameat2", "unlink", "unlinkat", "fchmod", "flock", "close"]
FILES += ["read", "statx", "newfstatat", "lseek"]
# What `getrandom` can answer: another system's kernel, a sandbox, a signal. `EAGAIN` would end the standard library when it seeds
# its maps, but the kernel never gives it to a caller that takes weak bytes (GRND_INSECURE) or waits.
RANDOM = ["ENOSYS", "EPERM", "EINTR"]
# Between two of these nothing on disk changes, so a kill there is a kill at the next call.
MEMORY = ["brk", "mmap", "munmap", "mprotect", "mremap", "madvise"]
STORE = "sites/test/passwords.sops.yaml"


class Bed:
    """A filled store to start from, and copies of it to be ill-treated."""

    def __init__(self, program, spec, work):
        self.program, self.work = program, work
        self.model = work / "model"
        (self.model / "sites/test").mkdir(parents=True)
        shutil.copy(spec, self.model / "sites/test/site.kdl")
        for action in ["init", "generate"]:
            subprocess.run(self.command(action), cwd=self.model, check=True, stderr=subprocess.DEVNULL)
        self.old = (self.model / STORE).read_bytes()
        self.names = self.read(self.model)
        self.first = sorted(self.names)[0]
        # `generate` begins with an empty store.
        self.empty = work / "empty"
        shutil.copytree(self.model, self.empty)
        (self.empty / STORE).unlink()
        subprocess.run(self.command("init"), cwd=self.empty, check=True, stderr=subprocess.DEVNULL)

    def command(self, action):
        more = [self.first] if action == "rotate" else []
        return [self.program, "passwords", action, "test", *more, "-i", "key.txt"]

    def start(self, action):
        return self.empty if action == "generate" else self.model

    def fresh(self, action):
        folder = self.work / "run"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.start(action), folder)
        return folder

    @staticmethod
    def read(folder):
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()):
            read.main(str(folder / STORE), str(folder / "key.txt"))
        return {line.split()[0] for line in out.getvalue().splitlines()}

    def verdict(self, folder, action, code):
        """None, or what is wrong."""
        old = (self.start(action) / STORE).read_bytes()
        try:
            now = (folder / STORE).read_bytes()
        except OSError as error:
            return f"no store: {error}"
        if now == old:
            return "success was told, and the store is the old one" if code == 0 else None
        try:
            names = self.read(folder)
        except (Exception, SystemExit) as error:
            return f"a broken store: {error!r}"
        return None if names == self.names else f"{len(self.names - names)} names lost"


def calls(bed, action):
    folder = bed.fresh(action)
    log = bed.work / "log"
    subprocess.run(["strace", "-f", "-o", log, *bed.command(action)], cwd=folder, check=True, stderr=subprocess.DEVNULL)
    found = re.findall(r"^\d+ +(\w+)\(", log.read_text(), re.M)
    return collections.Counter(found)


def points(bed, action, options):
    counted = calls(bed, action)
    wanted = options.calls.split(",") if options.calls else [call for call in counted if call not in MEMORY]
    for call in wanted:
        for k in range(1, counted.get(call, 0) + 1):
            yield f"{call}:signal=KILL:when={k}"
    for call in [call for call in [*FILES, "getrandom"] if call in wanted]:
        for error in RANDOM if call == "getrandom" else ERRORS:
            for k in range(1, counted.get(call, 0) + 1):
                yield f"{call}:error={error}:when={k}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("spec", type=pathlib.Path)
    parser.add_argument("--calls")
    parser.add_argument("--actions", default="generate,rotate,rekey")
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory() as work:
        bed = Bed(options.program.resolve(), options.spec, pathlib.Path(work))
        for action in options.actions.split(","):
            tally = collections.Counter()
            for number, point in enumerate(points(bed, action, options)):
                if number % options.every:
                    continue
                folder = bed.fresh(action)
                kind = "kill" if "signal" in point else "error"
                command = ["strace", "-f", "-o", "/dev/null", "-e", f"inject={point}", *bed.command(action)]
                try:
                    run = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
                except subprocess.TimeoutExpired:
                    tally[f"{kind} hung"] += 1
                    print(f"{action} {point}: hung")
                    continue
                wrong = bed.verdict(folder, action, run.returncode)
                if b"panicked" in run.stderr or run.returncode == 101:
                    wrong = "a panic"
                tally[kind] += 1
                tally[f"{kind}, told as success"] += run.returncode == 0
                if wrong is None and tally[kind] % 10 == 0:
                    again = subprocess.run(bed.command(action), cwd=folder, stderr=subprocess.PIPE)
                    left = [path.name for path in (folder / "sites/test").iterdir() if "tmp" in path.name]
                    if again.returncode or bed.verdict(folder, action, 1) or left and action != "generate":
                        wrong = f"the next run: {again.stderr.decode()[-200:]} {left}"
                if wrong:
                    bad += 1
                    print(f"{action} {point}: {wrong}")
            print(f"{action}: {dict(tally)}", flush=True)
    print(f"violations: {bad}")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
