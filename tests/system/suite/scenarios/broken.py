"""Each service once more with one thing wrong in what it is given: what passed before must not pass now."""

import contextlib
import dataclasses
import re

from suite.cluster.containers import Late, until
from suite.scenarios.cloud import accepts, token
from suite.scenarios.stores import told


@dataclasses.dataclass
class Fault:
    """In a pod's files of this name, in a variable of it (`$NAME`) or in its command (`$`), the pattern is replaced."""

    name: str
    pattern: str
    replacement: str

    def of(self, name, text):
        """The text of a thing of this name, spoiled where it is the one that is meant."""
        if name != self.name and not name.endswith(f"/{self.name}"):
            return text
        return re.sub(self.pattern, self.replacement, text, flags=re.M)


class Since:
    """What is added to the logs of pods from now on."""

    def __init__(self, *pods):
        self.logs = [(log, self.text(log)) for pod in pods for log in (one.log for one in pod.containers.values())]

    @staticmethod
    def text(log):
        return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""

    def says(self, pattern):
        return any(re.search(pattern, self.text(log)[len(before):]) for log, before in self.logs)


@contextlib.contextmanager
def faulty(stage, pods, number, fault):
    """The pod with the fault in it, started; afterwards again without, on the data that it had."""
    stage.faults[pods[number].name] = fault
    try:
        pods[number] = stage.replace(pods[number])
        yield pods[number].start()
    finally:
        stage.faults.pop(pods[number].name)
        pods[number] = stage.replace(pods[number])
    pods[number].start()
    until("it is ready without the fault", 240, pods[number].ready, 2)


def never(pod):
    """A look whether a pod is ready, which it must not be at any time."""
    assert not pod.ready(), f"{pod.name} is ready all the same"
    return True


def mariadb(stage, steps, pods):
    fault = Fault("my.cnf", r"^wsrep_cluster_name = .*$", "wsrep_cluster_name = another")
    with steps.broken("a member with another cluster's name is not let in"):
        since = Since(pods[2])
        with faulty(stage, pods, 2, fault) as pod:
            until("it says so", 120, lambda: never(pod) and since.says("handshake failed, my group"))


def rabbitmq(stage, steps, pods):
    fault = Fault("secret-rabbitmq-erlang-cookie/password", r"\A[\s\S]*\Z", "another")
    with steps.broken("a member with another cookie is not let in"):
        since = Since(*pods[:2])
        with faulty(stage, pods, 2, fault) as pod:
            until("another member says so", 120, lambda: never(pod) and since.says("Connection attempt from node .* rejected|Invalid challenge reply"), 2)


def etcd(stage, steps, pods):
    with steps.broken("a member that comes without its data is not taken for a new one"):
        since = Since(pods[2])
        with faulty(stage, pods, 2, Fault("$ETCD_DATA_DIR", "data$", "other")) as pod:
            until("it says so", 60, lambda: never(pod) and since.says("already been bootstrapped"))


def memcached(stage, steps, pods):
    with steps.broken("an option that is not a number ends it"):
        with faulty(stage, pods, 0, Fault("$", r"^\d+$", "many")) as pod:
            until("it ends", 30, lambda: not pod.main().running())
            assert pod.main().process.returncode != 0, "it ended well"


def keystone(stage, steps, found):
    pods, caches = found["pods"], [pod for pod in stage.pods.values() if pod.service == "memcached"]

    def taken(subject):
        # Whoever looked at a token has put it into the cache that all instances share: there no key is asked for.
        for cache in caches:
            told(cache, "flush_all\r\n")
        return accepts(pods[1], subject, subject)

    with steps.broken("an instance with other fernet keys refuses the first one's token"):
        given = token(pods[0])
        folder = pods[1].volumes.folder / "secret-keystone-fernet-keys"
        kept = {file: file.read_bytes() for file in folder.iterdir()}
        try:
            for file in kept:
                file.write_text("b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXItMTI=", encoding="ascii")
            assert not taken(given), "it takes the token all the same"
        finally:
            for file, text in kept.items():
                file.write_bytes(text)
        assert taken(given), "with its own keys it refuses the token too"


def horizon(stage, steps, pods):
    fault = Fault("local_settings.py", r"\Z", "\nROOT_URLCONF = 'no.such.module'\n")
    with steps.broken("with settings that name no such module it opens its socket, and never is ready"):
        with faulty(stage, pods, 0, fault) as pod:
            until("its socket is open", 120, lambda: pod.main().connects(8080))
            for _ in range(4):
                never(pod)


def ovn(stage, steps, pods):
    """Northd with the port of no database: its probe must see that it follows none."""
    number = next(number for number, pod in enumerate(pods) if "northd" in pod.name)
    with steps.broken("northd that finds no database never is ready"):
        with faulty(stage, pods, number, Fault("$", r"(?<=:)664[12]", "6640")) as pod:
            for _ in range(8):
                until("a look", 10, lambda: never(pod), 1)


PASSWORD = Fault("secret.conf", r"(mysql\+pymysql://\w+:)\w+@", r"\1another@")


def denied(stage, job, fault):
    """A Job with the fault in what it is given fails, as the database does not let it in."""
    stage.faults[f"{job}-broken"] = fault
    try:
        stage.job(job, tag="broken", seconds=120)
    except Late as late:
        logs = (stage.folder / "logs").glob(f"{job}-broken.*.log")
        assert any("Access denied" in Since.text(log) for log in logs), f"it failed for another reason: {late}"
    else:
        raise AssertionError("it ended well all the same")
    finally:
        stage.faults.pop(f"{job}-broken")


def password(service):
    """The Job that brings a service's database to its release, with a drop-in that has another password."""
    def play(stage, steps, _found):
        with steps.broken("with another password of the database its Job fails"):
            denied(stage, f"{service}-db-sync", PASSWORD)
    return play


PLAYS = {"mariadb": mariadb, "rabbitmq": rabbitmq, "etcd": etcd, "memcached": memcached, "ovn": ovn, "keystone": keystone, "horizon": horizon}
PLAYS |= {service: password(service) for service in ("glance", "placement", "neutron", "nova", "cinder", "heat")}
