"""etcd and memcached by the commands and variables of their StatefulSets."""

import base64
import json
import re
import socket
import urllib.request

from suite.cluster.containers import until


def gateway(pod, path, body):
    """etcd's JSON gateway; keys and values travel in base64."""
    data = json.dumps({key: base64.b64encode(value.encode()).decode() for key, value in body.items()}).encode()
    request = urllib.request.Request(f"http://{pod.address}:2379/v3/kv/{path}", method="POST", data=data)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def writes(pod, value):
    try:
        gateway(pod, "put", {"key": "suite", "value": value})
        kept = gateway(pod, "range", {"key": "suite"})["kvs"][0]["value"]
    except (OSError, KeyError):
        return False
    return base64.b64decode(kept).decode() == value


def etcd(stage, steps):
    with steps.step("three members cluster; no variable is unknown to them"):
        pods = stage.members("etcd")
        for pod in pods:
            pod.start()
        until("all members are ready by their probe", 120, lambda: all(pod.ready() for pod in pods))
        said = pods[0].main().log.read_text(encoding="utf-8", errors="replace")
        unknown = [line for line in said.splitlines() if re.search(r"unrecognized|conflicting|unused environment", line)]
        assert not unknown, unknown[0]
    with steps.step("kill -9 of one: writing goes on; of two: it stops, and goes on when they are back"):
        assert writes(pods[0], "one"), "the first write was refused"
        pods[2].kill()
        until("a write with two members", 30, lambda: writes(pods[0], "two"))
        pods[1].kill()
        assert not writes(pods[0], "three"), "one member of three took a write"
        for number in (1, 2):
            pods[number] = stage.replace(pods[number]).start()
        until("a write with all back", 90, lambda: writes(pods[1], "four"))
    return pods


def told(pod, command):
    with socket.create_connection((pod.address, 11211), 5) as connection:
        connection.sendall(command.encode())
        return connection.recv(65536).decode()


def memcached(stage, steps):
    with steps.step("the listed members start with their options, and keep what they are given") as notes:
        pods = stage.members("memcached")
        for pod in pods:
            pod.start()
        until("all members are ready by their probe", 60, lambda: all(pod.ready() for pod in pods))
        words = pods[0].main().words()
        settings = dict(re.findall(r"STAT (\w+) (\S+)", told(pods[0], "stats settings\r\n")))
        wanted = {"maxbytes": str(int(words[words.index("-m") + 1]) * 1024 * 1024), "maxconns": words[words.index("-c") + 1]}
        assert wanted.items() <= settings.items(), f"wanted {wanted}, has {[settings.get(key) for key in wanted]}"
        for pod in pods:
            assert told(pod, "set suite 0 60 3\r\nyes\r\n").startswith("STORED"), f"{pod.name} did not store"
            assert "yes" in told(pod, "get suite\r\n"), f"{pod.name} did not keep"
        notes.append(f"{len(pods)} members, {settings['maxbytes']} bytes and {settings['maxconns']} connections each")
    return pods
