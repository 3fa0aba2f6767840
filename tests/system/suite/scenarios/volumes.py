"""Volumes from images by the emitted volume service: its account, its rights, its read-only root, and the helper that asks for more."""

import hashlib
import os
from pathlib import Path

from suite.cluster.pods import until
from suite.scenarios.broken import Fault, faulty
from suite.scenarios.services import wait_for

DRIVER = Path(__file__).resolve().parents[1] / "tools" / "folder_driver.py"
# What Ceph would keep is kept in a folder; on the way there an image is converted as it is with Ceph.
BROUGHT = {"/opt/suite/folder_driver.py": DRIVER.read_text(encoding="utf-8")}
ENVIRON = {"PYTHONPATH": "/opt/suite"}
SIZE = 8 * 2**20


def images(client):
    """One disk in two formats, uploaded; its bytes and the names."""
    data = os.urandom(SIZE)
    folder = client.root.path / "tmp"
    (folder / "disk.raw").write_bytes(data)
    client.root.run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "/tmp/disk.raw", "/tmp/disk.qcow2")
    for kind in ("raw", "qcow2"):
        client.run("image", "create", f"disk-{kind}", "--disk-format", kind, "--container-format", "bare", "--file", f"/tmp/disk.{kind}")
        wait_for(client, "the image", "ACTIVE", "image", "show", f"disk-{kind}")
    return data


def made(client, kind):
    """The identifier of a volume from the image of this format."""
    name = f"from-{kind}"
    client.run("volume", "create", name, "--size", "1", "--image", f"disk-{kind}")
    return wait_for(client, f"the volume from {kind}", "AVAILABLE", "volume", "show", name)["id"]


def play(stage, steps, up):
    client, pods = up["keystone"]["client"], up["cinder"]
    number = next(number for number, pod in enumerate(pods) if pod.name.startswith("cinder-volume"))
    main = pods[number].main()
    with steps.step("a raw and a qcow2 image become volumes with the same bytes, by the pod's account, rights and read-only root") as notes:
        rights = main.execute("sh", "-c", "grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status; touch /etc/written 2>&1")
        notes.append(" ".join(rights.stdout.split()))
        assert "CapBnd: 0000000000000000 NoNewPrivs: 1" in notes[0] and "Read-only file system" in notes[0], notes[0]
        data = images(client)
        for kind in ("raw", "qcow2"):
            found = (pods[number].volumes.folder / "state" / "suite" / made(client, kind)).read_bytes()
            assert hashlib.sha256(found[:SIZE]).digest() == hashlib.sha256(data).digest(), f"from {kind} other bytes came"
        said = main.log.read_text(encoding="utf-8", errors="replace")
        helpers = [line for line in said.splitlines() if "privsep daemon running as uid/gid" in line or "Spawned new privsep daemon" in line]
        assert helpers, "no helper was asked: the volume from qcow2 proves nothing"
        notes.append(helpers[-1].split(" - ")[-1].strip()[-120:])
        for kind in ("raw", "qcow2"):
            client.run("volume", "delete", f"from-{kind}")
    spoiled(stage, steps, client, pods, number)


def spoiled(stage, steps, client, pods, number):
    fault = Fault("cinder-volume.conf", r"^capabilities =.*$", "")
    with steps.broken("with the helper's own wish for capabilities no volume comes of a qcow2 image"):
        with faulty(stage, pods, number, fault) as pod:
            until("it is ready with the fault", 240, pod.ready, 2)
            try:
                made(client, "qcow2")
            except AssertionError:
                said = pod.main().log.read_text(encoding="utf-8", errors="replace")
                assert "FailedToDropPrivileges" in said, "it failed for another reason"
            else:
                raise AssertionError("the volume is available all the same")
