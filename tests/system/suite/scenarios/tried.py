"""Tests that operators run by hand: Rally's scenarios and Tempest's smoke tests, by the emitted CronJobs, against the cloud that runs."""

import json
import re

from suite.cluster.containers import Late
from suite.scenarios import broken

ADMIN = broken.Fault("secret-keystone-admin/password", r"\A.*\Z", "another")
TEMPEST = broken.Fault("secret.conf", r"^admin_password = .*$", "admin_password = another")


def things(client):
    """What the specs of both name: an image and an outer network."""
    known = {one["Name"] for one in client.json("network", "list")}
    if "public-net" in known:
        return
    (client.root.path / "tmp/image").write_bytes(b"bytes of the suite")
    client.run("image", "create", "cirros", "--public", "--disk-format", "raw", "--container-format", "bare", "--file", "/tmp/image")
    client.run("network", "create", "public-net", "--external")
    client.run("subnet", "create", "public-subnet", "--network", "public-net", "--subnet-range", "203.0.113.0/24", "--no-dhcp")


def results(stage, name, pattern):
    """The files that the Job left in its claim."""
    found = sorted((stage.folder / "claims" / f"results-{name}").glob(pattern))
    assert found, "it left no results"
    return found[-1]


def refused(stage, name, fault, said):
    """The same Job with another password ends with an error, for that reason."""
    stage.faults[f"{name}-broken"] = fault
    try:
        stage.job(name, kind="CronJob", tag="broken", seconds=300)
    except Late as late:
        logs = (stage.folder / "logs").glob(f"{name}-broken.*.log")
        assert any(re.search(said, broken.Since.text(log)) for log in logs), f"it failed for another reason: {late}"
    else:
        raise AssertionError("it ended well all the same")
    finally:
        stage.faults.pop(f"{name}-broken")


def rally(stage, steps, up):
    things(up["keystone"]["client"])
    up["keystone"]["client"].run("flavor", "create", "m1.tiny", "--ram", "64", "--disk", "1", "--vcpus", "1")
    with steps.step("every scenario of the emitted tasks ends well, and their report is kept") as notes:
        stage.job("rally-run", kind="CronJob", seconds=1800)
        report = json.loads(results(stage, "rally-run-run", "*.json").read_text(encoding="utf-8"))
        for task in report["tasks"]:
            for subtask in task["subtasks"]:
                for load in subtask["workloads"]:
                    iterations = [len(load["data"])]
                    failed = sum(bool(one["error"]) for one in load["data"])
                    assert iterations[0] and not failed, f"{subtask['title']}: {failed} of {iterations[0]} failed"
                    notes.append(f"{subtask['title']}: {iterations[0]}")
        assert len(notes) >= 8, notes
    with steps.broken("with another password of the administrator the Job fails"):
        refused(stage, "rally-run", ADMIN, "Failed to authenticate|AuthenticationFailed|Unauthorized|401")


def tempest(stage, steps, up):
    things(up["keystone"]["client"])
    with steps.step("the smoke tests of the site's selection pass, and their results are kept") as notes:
        said = stage.job("tempest-run", kind="CronJob", seconds=3600)
        counts = dict(re.findall(r"^ - (Passed|Skipped|Failed): (\d+)$", said, re.M))
        notes.append(", ".join(f"{kind} {count}" for kind, count in counts.items()))
        assert int(counts["Passed"]) > 40 and counts["Failed"] == "0", notes[0]
        assert results(stage, "tempest-run-run", "*.subunit").stat().st_size, "the results are empty"
    with steps.broken("with another password of the administrator the Job fails"):
        refused(stage, "tempest-run", TEMPEST, "401")


PLAYS = {"rally": rally, "tempest": tempest}
NEEDS = {"rally": ("machine", "cinder", "heat", "chassis"), "tempest": ("keystone", "glance", "neutron")}
