"""What a container may do and use: the words that take rights from its process, and a control group that bounds its memory."""

import contextlib
import os
import time
from pathlib import Path

CONTROL = Path("/sys/fs/cgroup")


def restricted(security, user, group, others):
    """The program in front of a command that gives it its account, and takes what its security context does not leave."""
    words = ["setpriv", f"--reuid={user}", f"--regid={group}", f"--groups={others}"]
    rights = security.get("capabilities", {})
    if "ALL" in rights.get("drop", []):
        added = [f"+{name.lower()}" for name in rights.get("add", [])]
        words += [f"--bounding-set={','.join(['-all', *added])}", "--inh-caps=-all"]
    if security.get("allowPrivilegeEscalation") is False:
        words.append("--no-new-privs")
    return [*words, "--"]


def size(quantity):
    """Bytes of a quantity of memory, as `4Gi`."""
    units = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
    return int(quantity[:-2]) * units[quantity[-2:]] if quantity[-2:] in units else int(quantity)


class Group:
    """A control group with a limit of memory; whoever starts in it is killed where it takes more, as by the kubelet's."""

    def __init__(self, name, limit):
        unified = CONTROL / "cgroup.controllers"
        self.is_unified = unified.exists()
        base = CONTROL if self.is_unified else CONTROL / "memory"
        self.folder = base / f"taco-gen-{name}"
        self.folder.mkdir(exist_ok=True)
        if self.is_unified and "memory" not in (base / "cgroup.subtree_control").read_text(encoding="ascii"):
            (base / "cgroup.subtree_control").write_text("+memory", encoding="ascii")
        (self.folder / ("memory.max" if self.is_unified else "memory.limit_in_bytes")).write_text(str(limit), encoding="ascii")

    def killed(self):
        """How often the kernel killed a process for the limit."""
        text = (self.folder / ("memory.events" if self.is_unified else "memory.oom_control")).read_text(encoding="ascii")
        return int(dict(line.split() for line in text.splitlines())["oom_kill"])

    def used(self):
        name = "memory.current" if self.is_unified else "memory.usage_in_bytes"
        return int((self.folder / name).read_text(encoding="ascii"))


@contextlib.contextmanager
def bounded(name, limit):
    """A group for the block; what started in it has ended by the block's end."""
    group = Group(name, limit)
    try:
        yield group
    finally:
        for _ in range(50):
            with contextlib.suppress(OSError):
                os.rmdir(group.folder)
                break
            time.sleep(0.2)
