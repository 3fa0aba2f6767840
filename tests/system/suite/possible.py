"""Can the suite run on this machine? What is lacking, as one sentence; nothing of it says anything about the emitted files."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The exit status of a run that could not be made: neither a pass nor a failure, as automake and Meson have it.
LACKING = 77
FREE = 9 * 10**9
PYTHON = Path("/usr/bin/python3.11")
PROGRAMS = ("apt-get", "dpkg-deb", "unshare", "nsenter", "ip", "mount", "chroot", "ldconfig", "tar")


class Lacking(Exception):
    """This machine lacks something; the text says what."""


def skip(reason):
    """End the run: the sentence stands alone on both streams, so that no log loses it."""
    print(f"skipped: {reason}", flush=True)
    print(f"tests/system: SKIPPED: {reason}", file=sys.stderr, flush=True)
    os._exit(LACKING)


def check(work, namespaces):
    """`namespaces` is the command that the suite goes on in."""
    if os.geteuid() != 0:
        raise Lacking("this needs root: programs run under the accounts of their pods, in namespaces and roots of their own")
    if not PYTHON.exists():
        raise Lacking(f"this needs Debian 12's {PYTHON}, the Python of the trees")
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if missing:
        raise Lacking(f"this machine has no {', '.join(missing)}")
    mounts(work, namespaces)
    free = shutil.disk_usage(work).free
    if free < FREE and not (work / "trees").exists():
        raise Lacking(f"{work} has {free // 10**9} GB left of the {FREE // 10**9} GB that the first run takes")


def mounts(work, namespaces):
    """Namespaces may be forbidden, and so may layered mounts in them, or on this file system."""
    folder = work / "trial"
    for name in ("lower", "upper", "work", "mount"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    options = ",".join(f"{key}={folder / value}" for key, value in (("lowerdir", "lower"), ("upperdir", "upper"), ("workdir", "work")))
    script = 'mount --make-rprivate / && mount -t overlay overlay -o "$0" "$1" && touch "$1/x" && ip link add trial0 type veth peer name trial1'
    done = subprocess.run([*namespaces, "sh", "-c", script, options, folder / "mount"], check=False, text=True, capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)
    if done.returncode != 0:
        raise Lacking(f"namespaces, layered mounts or network devices are not allowed here: {done.stderr.strip()[-200:]}")
