"""A Debian tree to run programs in: what they write lands in a layer that is thrown away."""

import itertools
import shutil
import subprocess
import threading
from pathlib import Path

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Failed(Exception):
    """A program of the suite itself could not do its work."""


def call(*command, **more):
    done = subprocess.run([str(part) for part in command], check=False, text=True, capture_output=True, **more)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command[:5]))}: {done.stderr.strip()[-500:]}")
    return done.stdout


class Root:
    """One tree, mounted with a layer to write to. `path` is where it is seen from outside."""

    def __init__(self, work, release, name, *, bare=False):
        self.release, self.path = release, work / "mounts" / name
        layer = work / "layers" / name
        shutil.rmtree(layer, ignore_errors=True)
        for folder in (self.path, layer / "upper", layer / "work"):
            folder.mkdir(parents=True, exist_ok=True)
        lower = work / "trees" / release
        options = f"lowerdir={lower},upperdir={layer / 'upper'},workdir={layer / 'work'}"
        call("mount", "-t", "overlay", "overlay", "-o", options, self.path)
        for folder in ("proc", "dev", "sys"):
            call("mount", "--rbind", f"/{folder}", self.path / folder)
        # A container's own are volumes of its pod.
        for folder in () if bare else ("tmp", "run"):
            call("mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", self.path / folder)
        self._numbers, self._lock = itertools.count(), threading.Lock()

    def bind(self, source, at):
        """Show a file or folder of the machine at a path of the tree."""
        target = self.path / at.lstrip("/")
        if Path(source).is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
        call("mount", "--bind", source, target)

    def folder(self):
        """A new folder for one check: its path outside and inside."""
        with self._lock:
            number = next(self._numbers)
        inside = f"/check/{number}"
        outside = self.path / inside.lstrip("/")
        outside.mkdir(parents=True)
        return outside, inside

    def write(self, at, text, mode=0o644):
        target = self.path / at.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_symlink():
            # From outside it would lead to a file of the machine.
            target.unlink()
        target.write_text(text, encoding="utf-8")
        target.chmod(mode)

    def command(self, command, user=None):
        enter = ["chroot", *([f"--userspec={user}"] if user else []), str(self.path)]
        return enter + [str(part) for part in command]

    def run(self, *command, user=None, env=None, timeout=120, text=None):
        """Run a program in the tree to its end; its output of both kinds is in `stdout`."""
        environ = {"PATH": PATH, "LANG": "C.UTF-8", "HOME": "/root", **(env or {})}
        try:
            return subprocess.run(
                self.command(command, user), check=False, text=True, errors="replace", timeout=timeout, env=environ, input=text,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=None if text is not None else subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired as late:
            output = late.stdout.decode(errors="replace") if isinstance(late.stdout, bytes) else late.stdout or ""
            return subprocess.CompletedProcess(command, 124, output)
