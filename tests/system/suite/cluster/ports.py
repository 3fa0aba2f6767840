"""The ports of Services where pods listen on others: what a cluster's nodes forward, forwarded in the pod's own network."""

import subprocess

from suite.root import PATH


def pairs(service, pod):
    """Protocol, port of the Service, port of the pod: those that differ. A headless Service has addresses alone."""
    if service["spec"].get("clusterIP") == "None":
        return
    named = {port.get("name"): port["containerPort"] for one in pod.spec["containers"] for port in one.get("ports", [])}
    for port in service["spec"].get("ports", []):
        target = port.get("targetPort", port["port"])
        target = named.get(target, target)
        if target != port["port"]:
            yield port.get("protocol", "TCP"), port["port"], target


class Forwards:
    """One program for each such port of a pod; it outlives the pod's containers, as the pod's address does."""

    def __init__(self, tree):
        self.tree, self.processes = tree, {}

    def of(self, service, pod):
        """Forward the ports of a Service that has this pod behind it."""
        for protocol, port, target in pairs(service, pod):
            if (pod.name, protocol, port) not in self.processes:
                self.processes[pod.name, protocol, port] = self.start(pod.name, protocol, port, target)

    def start(self, name, protocol, port, target):
        # A datagram has its answer, or is lost, within five seconds.
        words = {
            "TCP": [f"TCP4-LISTEN:{port},fork,reuseaddr", f"TCP4:127.0.0.1:{target}"],
            "UDP": ["-T5", f"UDP4-RECVFROM:{port},fork,reuseaddr", f"UDP4:127.0.0.1:{target}"],
        }[protocol]
        enter = ["nsenter", f"--net=/run/netns/{name}", "chroot", str(self.tree), "socat", *words]
        return subprocess.Popen(enter, env={"PATH": PATH}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        for process in self.processes.values():
            process.kill()
            process.wait(10)
