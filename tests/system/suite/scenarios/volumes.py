"""Volumes from images by the emitted volume service: its account, rights, read-only root and privileged helper."""

import hashlib
import os
from pathlib import Path

from suite.scenarios.broken import Since
from suite.scenarios.services import wait_for

DRIVER = Path(__file__).resolve().parents[1] / "tools" / "folder_driver.py"
# What Ceph would keep is kept in a folder; on the way there an image is converted as it is with Ceph.
BROUGHT = {"/opt/suite/folder_driver.py": DRIVER.read_text(encoding="utf-8")}
ENVIRON = {"PYTHONPATH": "/opt/suite"}
SIZE = 8 * 2**20
KINDS = ("raw", "qcow2")


def images(client):
    """The bytes of a disk that is uploaded in two formats."""
    data = os.urandom(SIZE)
    (client.root.path / "tmp/disk.raw").write_bytes(data)
    done = client.root.run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "/tmp/disk.raw", "/tmp/disk.qcow2")
    assert done.returncode == 0, done.stdout
    for kind in KINDS:
        words = ("--disk-format", kind, "--container-format", "bare", "--file", f"/tmp/disk.{kind}")
        client.run("image", "create", f"disk-{kind}", *words)
        wait_for(client, "the image", "ACTIVE", "image", "show", f"disk-{kind}")
    return data


def made(client, kind):
    """The identifier of a volume from the image of this format."""
    name = f"from-{kind}"
    client.run("volume", "create", name, "--size", "1", "--image", f"disk-{kind}")
    return wait_for(client, f"the volume from {kind}", "AVAILABLE", "volume", "show", name)["id"]


def rights(container):
    """What the container's process may do, and what its root says to who writes."""
    script = "grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs):' /proc/self/status; touch /etc/written 2>&1"
    return " ".join(container.execute("sh", "-c", script).stdout.split())


def play(_stage, steps, up):
    client, pods = up["keystone"]["client"], up["cinder"]
    number = next(number for number, pod in enumerate(pods) if pod.name.startswith("cinder-volume"))
    main, since = pods[number].main(), Since(pods[number])
    text = "a raw and a qcow2 image become volumes with their bytes, by the pod's account, rights and read-only root"
    with steps.step(text) as notes:
        notes.append(rights(main))
        assert "CapBnd: 0000000000000000 NoNewPrivs: 1" in notes[0] and "Read-only file system" in notes[0], notes[0]
        data = images(client)
        for kind in KINDS:
            found = (pods[number].volumes.folder / "state" / "suite" / made(client, kind)).read_bytes()
            assert hashlib.sha256(found[:SIZE]).digest() == hashlib.sha256(data).digest(), f"from {kind} other bytes came"
        said = f"privsep process running with uid/gid: {main.user}/{main.group}"
        assert since.says(said), "no helper was asked: the volumes prove nothing of it"
