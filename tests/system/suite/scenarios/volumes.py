"""Images on their way into volumes, in the emitted volume service's pod: its account, its rights, its read-only root, and the helper that asks for more."""

import hashlib
import os
from pathlib import Path

from suite.cluster.pods import Pod
from suite.root import Root
from suite.scenarios.broken import Fault

SCRIPT = "/opt/suite/fetch_image.py"
BROUGHT = {SCRIPT: (Path(__file__).resolve().parents[1] / "tools" / "fetch_image.py").read_text(encoding="utf-8")}
SIZE = 8 * 2**20
WISH = Fault("cinder-volume.conf", r"^capabilities =.*$", "")


def pod(stage, name, fault=None):
    """A pod of the volume service, with all that it is given, and nothing running in it but a shell that waits."""
    if fault:
        stage.faults[name] = fault
    try:
        found = Pod(stage, stage.workload("StatefulSet", "cinder-volume"), name)
    finally:
        stage.faults.pop(name, None)
    found.main().start(["sleep", "600"])
    return found


def disk(stage, found, kind, data):
    """The image in the pod's own folder, in this format."""
    folder = found.volumes.folder / "state"
    root = Root(stage.work, "bookworm", "images")
    root.bind(folder, "/images")
    root.write("/tmp/disk", "")
    (root.path / "tmp/disk").write_bytes(data)
    done = root.run("qemu-img", "convert", "-f", "raw", "-O", kind, "/tmp/disk", f"/images/disk.{kind}")
    assert done.returncode == 0, done.stdout
    os.chown(folder / f"disk.{kind}", found.main().user, found.main().group)


def fetched(found, kind):
    """What the script said, and whether it ended well."""
    words = ["/var/lib/openstack/bin/python", SCRIPT, f"/var/lib/cinder/disk.{kind}", kind, f"/var/lib/cinder/volume.{kind}"]
    done = found.main().execute(*words, timeout=240)
    return done.returncode, done.stdout


def play(stage, steps, _up):
    data = os.urandom(SIZE)
    found = pod(stage, "cinder-volume-images")
    with steps.step("a raw and a qcow2 image are made raw with the same bytes, by the pod's account, rights and read-only root") as notes:
        rights = found.main().execute("sh", "-c", "grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs):' /proc/self/status; touch /etc/written 2>&1")
        notes.append(" ".join(rights.stdout.split()))
        assert "CapBnd: 0000000000000000 NoNewPrivs: 1" in notes[0] and "Read-only file system" in notes[0], notes[0]
        for kind in ("raw", "qcow2"):
            disk(stage, found, kind, data)
            code, said = fetched(found, kind)
            assert code == 0, f"{kind}: {said[-900:]}"
            volume = (found.volumes.folder / "state" / f"volume.{kind}").read_bytes()
            assert hashlib.sha256(volume[:SIZE]).digest() == hashlib.sha256(data).digest(), f"from {kind} other bytes came"
    with steps.broken("with the helper's own wish for capabilities none comes of a qcow2 image"):
        spoiled = pod(stage, "cinder-volume-wish", WISH)
        disk(stage, spoiled, "qcow2", data)
        code, said = fetched(spoiled, "qcow2")
        assert code != 0 and "FailedToDropPrivileges" in said, f"it ends with {code}: {said[-500:]}"
    return [found, spoiled]
