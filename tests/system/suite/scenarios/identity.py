"""A compute node that was installed anew: its name is all that it has left, and by that it is the hypervisor that it was."""

from suite.cluster.pods import until
from suite.scenarios.broken import Fault, Since, faulty, never

FILE = "var/lib/nova/compute_id"
# The script does as if the file were there.
IDLE = Fault("compute-identity.py", r"if os\.path\.exists\(FILE\):", "if True:")


def forgotten(stage, pod):
    """The node's file, which goes with its disk. nova's fake driver makes none, and is asked for one all the same when it starts again."""
    file = stage.folder / "nodes" / pod.node / FILE
    file.unlink(missing_ok=True)
    return file


def play(stage, steps, pods, client):
    number = next(number for number, pod in enumerate(pods) if pod.name.startswith("nova-compute"))
    with steps.step("a compute node that has lost its disk is the hypervisor that it was") as notes:
        held = client.json("hypervisor", "list", "--os-compute-api-version", "2.53")[0]["ID"]
        file = forgotten(stage, pods[number])
        pods[number] = stage.replace(pods[number]).start()
        until("it is ready by its probe", 240, pods[number].ready, 2)
        found = file.read_text(encoding="ascii")
        assert found == held, f"its identity was {held} and is {found}"
        notes.append(held)
    with steps.broken("without its identity nova-compute refuses to start"):
        file = forgotten(stage, pods[number])
        since = Since(pods[number])
        with faulty(stage, pods, number, IDLE) as pod:
            until("it says so", 120, lambda: never(pod) and since.says("No local node identity found"), 2)
            assert not file.exists(), "the script has run all the same"
