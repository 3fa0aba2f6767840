"""Three brokers by the emitted files: they cluster, hold a quorum queue, and lose a member without losing a message."""

import base64
import json
import urllib.error
import urllib.request

from suite.cluster.containers import until
from suite.site import secret_value

COUNT = 50


class Management:
    """The management API of one member."""

    def __init__(self, pod):
        self.pod = pod

    def call(self, method, path, body=None):
        word = base64.b64encode(f"admin:{secret_value('rabbitmq-admin', 'password')}".encode()).decode()
        headers = {"Authorization": f"Basic {word}", "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        tls = self.pod.stage.context()
        base = f"https://{self.pod.address}:15671" if tls else f"http://{self.pod.address}:15672"
        request = urllib.request.Request(f"{base}/api/{path}", method=method, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=15, context=tls) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def tries(self, method, path, body=None):
        try:
            return self.call(method, path, body)
        except OSError:
            return None


def publish(management, number):
    body = {"properties": {"delivery_mode": 2}, "routing_key": "suite", "payload": str(number), "payload_encoding": "string"}
    answer = management.call("POST", "exchanges/%2F/amq.default/publish", body)
    assert answer["routed"], f"message {number} was not routed"


def form(stage, steps):
    with steps.step("three members cluster"):
        pods = stage.members("rabbitmq")
        for pod in pods:
            pod.start()
        until("all members are ready by their probe", 300, lambda: all(pod.ready() for pod in pods), 2)
        first = Management(pods[0])
        until("three running nodes", 60, lambda: sum(node["running"] for node in first.tries("GET", "nodes") or []) == 3)
    return pods


def play(stage, steps):
    pods = form(stage, steps)
    first = Management(pods[0])
    with steps.step("the administrator exists, guest does not"):
        users = [user["name"] for user in first.call("GET", "users")]
        assert users == ["admin"], f"users {users}"
    with steps.step("feature flags of an older series alone: the members enable the others") as notes:
        until("all stable feature flags are enabled", 120, lambda: not disabled(first))
        notes.append(f"{len(first.call('GET', 'feature-flags'))} flags")
    with steps.step("a queue is a quorum queue by default, with three members") as notes:
        first.call("PUT", "queues/%2F/suite", {"durable": True})
        found = until("the queue's members", 60, lambda: (first.tries("GET", "queues/%2F/suite") or {}).get("members"))
        queue = first.call("GET", "queues/%2F/suite")
        assert queue["type"] == "quorum" and len(found) == 3, f"{queue['type']} with {found}"
        for number in range(COUNT):
            publish(first, number)
        notes.append(f"{COUNT} messages acknowledged, leader {queue['leader']}")
    with steps.step("kill -9 of the queue's leader: messages stay, and more come") as notes:
        leader = next(number for number, pod in enumerate(pods) if f"@{pod.name}." in queue["leader"])
        pods[leader].kill()
        other = Management(pods[(leader + 1) % 3])
        new = until("another leader", 120, lambda: led_by_another(other, queue["leader"]))
        publish(other, COUNT)
        body = {"count": 1000, "ackmode": "ack_requeue_true", "encoding": "auto"}
        payloads = {message["payload"] for message in other.call("POST", "queues/%2F/suite/get", body)}
        assert payloads == {str(number) for number in range(COUNT + 1)}, f"{len(payloads)} of {COUNT + 1} messages"
        notes.append(f"new leader {new}")
    with steps.step("the member comes back"):
        pods[leader] = stage.replace(pods[leader]).start()
        until("it is ready by its probe", 240, pods[leader].ready, 2)
        until("three running nodes", 60, lambda: sum(node["running"] for node in other.tries("GET", "nodes") or []) == 3)
        other.call("DELETE", "queues/%2F/suite")
    return pods


def disabled(management):
    """The stable feature flags that are not enabled."""
    flags = management.call("GET", "feature-flags")
    return [flag["name"] for flag in flags if flag["stability"] == "stable" and flag["state"] != "enabled"]


def led_by_another(management, old):
    queue = management.tries("GET", "queues/%2F/suite") or {}
    leader = queue.get("leader")
    return leader if leader and leader != old and len(queue.get("online", [])) >= 2 else None
