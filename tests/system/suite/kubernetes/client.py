"""Kubernetes' API over HTTP: requests, server-side apply with strict fields, and the warnings that the server gives."""

import http.client
import json
import socket
import ssl
import urllib.parse

MANAGER = "taco-gen"
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"


class Refused(RuntimeError):
    """The server said no: its status, and its message."""

    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status, self.message = status, message


class Client:
    """One connection to the server, for one thread. Given `account`, it acts as that account of the namespace."""

    def __init__(self, plane, account=None, namespace="openstack"):
        self.plane, self.connection, self.kinds = plane, None, {}
        self.headers = {"Authorization": f"Bearer {plane.token}", "Accept": "application/json"}
        if account:
            self.headers["Impersonate-User"] = f"system:serviceaccount:{namespace}:{account}"
        self.warnings = []

    def connected(self):
        if self.connection is None:
            context = ssl.create_default_context(cafile=self.plane.authority)
            self.connection = http.client.HTTPSConnection(self.plane.address, self.plane.port, timeout=60, context=context)
            self.connection.connect()
            self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.connection

    def request(self, method, path, body, headers):
        try:
            connection = self.connected()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer, answer.read()
        except (http.client.HTTPException, OSError):
            self.close()
            raise

    def call(self, method, path, body=None, content="application/json", **query):
        """The server's answer as an object; its warnings are kept in `warnings`."""
        if query:
            path = f"{path}?{urllib.parse.urlencode(query)}"
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        headers = {**self.headers, **({"Content-Type": content} if body is not None else {})}
        body = body.encode() if isinstance(body, str) else body
        try:
            answer, data = self.request(method, path, body, headers)
        except (http.client.RemoteDisconnected, ConnectionError):
            answer, data = self.request(method, path, body, headers)
        self.warnings += answer.headers.get_all("Warning") or []
        found = json.loads(data) if data[:1] == b"{" else {"message": data.decode(errors="replace")}
        if answer.status >= 400:
            raise Refused(answer.status, found.get("message", ""))
        return found

    def warned(self):
        """The warnings since the last time this was asked."""
        found, self.warnings = self.warnings, []
        return found

    def get(self, path, **query):
        return self.call("GET", path, **query)

    def items(self, kind, version="v1", namespace="openstack", **query):
        found = self.get(self.path(kind, version, namespace), **query).get("items") or []
        return [{"kind": kind, "apiVersion": version, **one} for one in found]

    def path(self, kind, version="v1", namespace=None, name=None):
        """The address of a kind's objects, or of one of them, as the server itself lists its kinds."""
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        if version not in self.kinds:
            listed = self.get(root)["resources"]
            self.kinds[version] = {one["kind"]: one for one in listed if "/" not in one["name"]}
        if kind not in self.kinds[version]:
            self.kinds.pop(version)
            raise Refused(404, f"the server has no {kind} in {version}")
        found = self.kinds[version][kind]
        within = f"/namespaces/{namespace}" if found["namespaced"] and namespace else ""
        return f"{root}{within}/{found['name']}" + (f"/{name}" if name else "")

    def place(self, found):
        about = found["metadata"]
        return self.path(found["kind"], found["apiVersion"], about.get("namespace"), about["name"])

    def apply(self, found, text=None, **query):
        """Server-side apply as a delivery does it: the file's own text, every unknown or repeated field refused, no force."""
        options = {"fieldManager": MANAGER, "fieldValidation": "Strict", "force": "false", **query}
        return self.call("PATCH", self.place(found), text or json.dumps(found), APPLY, **options)

    def read(self, found):
        return self.get(self.place(found))

    def create(self, found, **query):
        about = found["metadata"]
        return self.call("POST", self.path(found["kind"], found["apiVersion"], about.get("namespace")), found, **query)

    def merge(self, found, change, part="", **query):
        return self.call("PATCH", self.place(found) + part, change, MERGE, **query)

    def delete(self, found, policy="Background"):
        body = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": policy}
        return self.call("DELETE", self.place(found), body)

    def evict(self, pod):
        about = pod["metadata"]
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": about["name"], "namespace": about["namespace"]}}
        return self.call("POST", self.place({"kind": "Pod", "apiVersion": "v1", "metadata": about}) + "/eviction", body)

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None
