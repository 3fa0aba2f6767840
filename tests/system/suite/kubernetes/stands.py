"""What stands in, beside the kubelet, for programs that a delivered site needs and the control plane does not have."""

from suite.kubernetes.client import Refused
from suite.kubernetes.gates import Kubelet

# Kinds whose own operators say in the status that an object is in use, with the condition that says so.
OPERATED = {"Gateway": "Programmed", "HTTPRoute": "Accepted", "ExternalSecret": "Ready"}


class Stands(Kubelet):
    """Fills, as the site's Jobs do, each Secret that is made empty, once; and answers for the operators of other kinds."""

    def __init__(self, plane, emitted):
        super().__init__(plane, emitted.namespace)
        self.empty = [one for one in emitted.objects if one["kind"] == "Secret" and not one.get("data")]
        self.filled = {one["metadata"]["name"]: set() for one in self.empty}
        self.operated = sorted({(one["kind"], one["apiVersion"]) for one in emitted.objects if one["kind"] in OPERATED})

    def round(self):
        for one in self.empty:
            name = one["metadata"]["name"]
            found = self.client.items("Secret", namespace=self.namespace, fieldSelector=f"metadata.name={name}")
            for made in found:
                if made["metadata"]["uid"] not in self.filled[name]:
                    self.client.merge(one, {"data": {"0": "MA==", "1": "MQ=="}}, fieldManager="jobs")
                    self.filled[name].add(made["metadata"]["uid"])
        for kind, version in self.operated:
            for found in self.client.items(kind, version, self.namespace):
                self.operate(found)
        super().round()

    def operate(self, found):
        about = found["metadata"]
        seen = {"type": OPERATED[found["kind"]], "status": "True", "reason": "Suite", "message": "", "lastTransitionTime": about["creationTimestamp"]}
        if found["kind"] != "ExternalSecret":
            seen["observedGeneration"] = about["generation"]
        status = {"conditions": [seen]}
        if found["kind"] == "HTTPRoute":
            parents = found["spec"].get("parentRefs") or []
            status = {"parents": [{"parentRef": one, "controllerName": "suite.example.com/gateway", "conditions": [seen]} for one in parents]}
        if not covers(found.get("status") or {}, status):
            try:
                self.client.merge(found, {"status": status}, "/status", fieldManager="operators")
            except Refused as refused:
                if refused.status not in (404, 409):
                    raise


def covers(found, status):
    """Does a status say what it is to say, whatever else it says?"""
    if isinstance(status, dict):
        return isinstance(found, dict) and all(key in found and covers(found[key], value) for key, value in status.items())
    if isinstance(status, list):
        return isinstance(found, list) and len(found) == len(status) and all(map(covers, found, status))
    return found == status
