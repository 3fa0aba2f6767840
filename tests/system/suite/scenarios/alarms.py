"""A broker at its alarms: it stops who publishes and lives on, in a control group and on a volume of the emitted sizes."""

import contextlib
import os
import ssl
import subprocess

import pika

from suite.cluster.containers import until
from suite.cluster.pods import DOMAIN
from suite.cluster.rights import bounded, size
from suite.root import call
from suite.scenarios.broken import Fault
from suite.scenarios.broker import Management
from suite.site import secret_value

# A process of the broker's runtime that holds memory as a burst of messages does, and what makes it let go.
HOLD = "register(suite, spawn(fun() -> B = [binary:copy(<<1>>, 1048576) || _ <- lists:seq(1, {})], receive stop -> length(B) end end))."
RELEASE = "suite ! stop."
# The share of its limit that a broker holds: above its watermark, below the limit.
SHARE = 0.7
UNTOLD = Fault("rabbitmq.conf", r"^total_memory_available_override_value = .*$", "")


def connection(pod):
    """A client of a member, as services are: by TLS where the site has it, and told when the broker takes no more."""
    tls = pod.stage.context()
    options = pika.SSLOptions(tls or ssl.create_default_context(), f"{pod.name}.rabbitmq-discovery.{DOMAIN}") if tls else None
    account = pika.PlainCredentials("admin", secret_value("rabbitmq-admin", "password"))
    return pika.BlockingConnection(pika.ConnectionParameters(
        pod.address, 5671 if tls else 5672, credentials=account, ssl_options=options, blocked_connection_timeout=8, socket_timeout=15,
    ))


def confirmed(pod):
    """Does the cluster take a message: has it been written when the broker says so?"""
    try:
        with contextlib.closing(connection(pod)) as client:
            channel = client.channel()
            channel.queue_declare("alarms", durable=True)
            channel.confirm_delivery()
            channel.basic_publish("", "alarms", b"message", pika.BasicProperties(delivery_mode=2))
            client.process_data_events(0)
            channel.queue_purge("alarms")
    except (pika.exceptions.ConnectionBlockedTimeout, pika.exceptions.ConnectionWrongStateError):
        return False
    return True


def alarms(asked, pod):
    """Which alarms a member has by what another one says."""
    nodes = Management(asked).tries("GET", "nodes") or []
    node = next((node for node in nodes if f"@{pod.name}." in node["name"]), {})
    return {kind for kind in ("mem", "disk_free") if node.get(f"{kind}_alarm")}


class Member:
    """The member that gets into need, and one beside it whom clients ask."""

    def __init__(self, stage, pods):
        self.stage, self.pods, self.number = stage, pods, len(pods) - 1
        self.limit = size(pods[self.number].main().spec["resources"]["limits"]["memory"])

    @property
    def pod(self):
        return self.pods[self.number]

    def again(self, group, fault=None):
        """The member once more, in this control group and with this fault."""
        if fault:
            self.stage.faults[self.pod.name] = fault
        try:
            self.pods[self.number] = self.stage.replace(self.pod)
            self.pod.main().control = group
            self.pod.start()
        finally:
            self.stage.faults.pop(self.pod.name, None)
        until("the member is ready by its probe", 240, self.pod.ready, 2)

    def eval(self, expression):
        return self.pod.main().execute("rabbitmqctl", "-q", "eval", expression, timeout=120)

    def hold(self, share):
        self.eval(HOLD.format(int(self.limit * share) // 2**20))

    def has(self, *kinds):
        return alarms(self.pods[0], self.pod) == set(kinds)


@contextlib.contextmanager
def disk(member):
    """The member's claim as a file system of the size that it asks for, with the data that it had."""
    claim = member.pod.entity["spec"]["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"]
    folder, image = member.stage.folder / "claims" / f"data-{member.pod.name}", member.stage.folder / "claims" / "disk"
    with image.open("wb") as file:
        file.truncate(size(claim))
    call("mkfs.ext4", "-q", "-F", "-m", "0", image)
    mounted = member.stage.folder / "claims" / "mounted"
    mounted.mkdir()
    call("mount", "-o", "loop", image, mounted)
    member.pod.kill()
    call("cp", "-a", f"{folder}/.", mounted)
    call("mount", "--bind", mounted, folder)
    try:
        yield folder
    finally:
        member.pod.kill()
        member.pod.clear()
        for place in (folder, mounted):
            subprocess.run(["umount", "-l", place], check=False)
        image.unlink()


def play(stage, steps, up):
    member = Member(stage, up["rabbitmq"])
    with bounded("broker", member.limit) as group:
        try:
            memory(steps, member, group)
            volume(steps, member)
            untold(steps, member, group)
        finally:
            member.again(None)
    return member


def memory(steps, member, group):
    with steps.step("at its memory alarm a member stops publishers and is not killed, and takes messages when the memory is free again") as notes:
        member.again(group)
        assert confirmed(member.pods[0]), "no message is taken before the alarm"
        member.hold(SHARE)
        until("the memory alarm", 90, lambda: member.has("mem"), 2)
        assert not confirmed(member.pods[0]), "a message is taken in spite of the alarm"
        notes.append(f"{group.used() // 2**20} MiB of {member.limit // 2**20} MiB")
        member.eval(RELEASE)
        member.eval("[erlang:garbage_collect(P) || P <- processes()], ok.")
        until("no alarm", 90, lambda: member.has(), 2)
        until("a message is taken", 60, lambda: confirmed(member.pods[0]))
        assert group.killed() == 0, f"the kernel killed {group.killed()} processes for the limit"


def volume(steps, member):
    with steps.step("at its disk alarm a member stops publishers and lives on, and takes messages when there is room again") as notes, disk(member) as folder:
        member.again(None)
        left = os.statvfs(folder)
        free = left.f_bavail * left.f_frsize
        call("fallocate", "-l", free - 700 * 10**6, folder / "filler")
        until("the disk alarm", 90, lambda: member.has("disk_free"), 2)
        assert not confirmed(member.pods[0]), "a message is taken in spite of the alarm"
        assert member.pod.ready(), "the member is not ready at its alarm"
        (folder / "filler").unlink()
        until("no alarm", 90, lambda: member.has(), 2)
        until("a message is taken", 60, lambda: confirmed(member.pods[0]))
        notes.append(f"{free // 10**6} MB were free")


def untold(steps, member, group):
    with steps.broken("a member that is not told its limit has no alarm where it should, and is killed at the limit"):
        member.again(group, UNTOLD)
        member.hold(SHARE)
        assert not member.has("mem"), "it has the alarm all the same"
        member.hold(1.2)
        until("the kernel kills it", 90, lambda: group.killed() > 0)
