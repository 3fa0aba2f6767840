#!/usr/bin/env python3
"""Keep the label `taco-gen/primary=true` on exactly one ready member.

A Lease says who the primary is. Its holder renews it while its server is ready, and gives it up when the server is not
or the pod stops; where nobody has renewed it for LIMIT seconds, another ready member takes it. Whoever takes it removes
the label from the others first, so that the Service has one pod behind it even where the old holder is cut off.
Ages are measured by the own clock between two looks, as other clocks may be wrong.

The primary also keeps the accounts as the mounted secrets say, so that a new password needs no restart.
"""

import datetime
import hashlib
import json
import os
import signal
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import accounts
import probe

LIMIT = 15
LABEL = "taco-gen/primary"
LEASE = "mariadb-primary"
FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"
API = f"https://{os.environ['KUBERNETES_SERVICE_HOST']}:{os.environ['KUBERNETES_SERVICE_PORT']}"
NAMESPACE = os.environ["NAMESPACE"]
SELF = os.environ["POD_NAME"]
LEASES = f"/apis/coordination.k8s.io/v1/namespaces/{NAMESPACE}/leases"
PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"


def call(method, path, body=None, kind="application/json"):
    with open(f"{FOLDER}/token", encoding="utf-8") as file:
        token = file.read().strip()
    data = json.dumps(body).encode() if body is not None else None
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind, "Accept": "application/json"}
    request = urllib.request.Request(API + path, method=method, data=data, headers=headers)
    context = ssl.create_default_context(cafile=f"{FOLDER}/ca.crt")
    with urllib.request.urlopen(request, context=context, timeout=5) as answer:
        return json.load(answer)


class Lease:
    """The Lease as this member has seen it change."""

    def __init__(self):
        self.seen, self.since = None, 0.0

    def read(self):
        try:
            lease = call("GET", f"{LEASES}/{LEASE}")
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": LEASE}, "spec": {}}
            lease = call("POST", LEASES, body)
        version = lease["metadata"]["resourceVersion"]
        if version != self.seen:
            self.seen, self.since = version, time.monotonic()
        return lease

    def write(self, lease, holder):
        stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        lease["spec"] = {"leaseDurationSeconds": LIMIT, "renewTime": stamp}
        # Given up, it names nobody: the API refuses an empty name.
        if holder:
            lease["spec"]["holderIdentity"] = holder
        # The resource version is sent along: of two members that race, the later one is refused.
        self.seen = call("PUT", f"{LEASES}/{LEASE}", lease)["metadata"]["resourceVersion"]
        self.since = time.monotonic()

    def hold(self, ready):
        """Take, renew or give up the Lease: does this member hold it now?"""
        lease = self.read()
        holder = lease.get("spec", {}).get("holderIdentity") or ""
        expired = time.monotonic() - self.since > LIMIT
        if holder == SELF and not ready:
            self.write(lease, "")
        elif ready and (holder in ("", SELF) or expired):
            self.write(lease, SELF)
            return True
        return False


def label(pod, value):
    patch = {"metadata": {"labels": {LABEL: value}}}
    call("PATCH", f"{PODS}/{pod}", patch, "application/merge-patch+json")


def labelled():
    selector = urllib.parse.quote(f"{LABEL}=true")
    return [pod["metadata"]["name"] for pod in call("GET", f"{PODS}?labelSelector={selector}")["items"]]


def follow(holds):
    """Make the labels follow the Lease."""
    names = labelled()
    if not holds:
        if SELF in names:
            label(SELF, None)
            print(f"primary: {SELF} is the writer no longer", flush=True)
        return
    for name in names:
        if name != SELF:
            label(name, None)
    if SELF not in names:
        label(SELF, "true")
        print(f"primary: {SELF} is the writer", flush=True)


class Accounts:
    """The accounts, settled once and whenever the secrets change."""

    def __init__(self):
        self.done = None

    def settle(self):
        text = accounts.statements()
        digest = hashlib.sha256(text.encode()).hexdigest()
        if digest != self.done:
            if not accounts.settle(text):
                raise RuntimeError("the server did not take the accounts")
            self.done = digest


def stop(*_):
    sys.exit(0)


def main():
    signal.signal(signal.SIGTERM, stop)
    lease, known = Lease(), Accounts()
    try:
        while True:
            try:
                holds = lease.hold(probe.is_ready(probe.status()))
                if holds:
                    known.settle()
                follow(holds)
            except Exception as error:  # whatever it is, the next round tries again
                print(f"primary: {type(error).__name__}: {error}", flush=True)
            time.sleep(3)
    finally:
        lease.hold(False)
        follow(False)


if __name__ == "__main__":
    main()
