#!/usr/bin/env python3
"""Keep the label `taco-gen/primary=true` on one synced member.

A Lease says who the primary is. The holder renews it while its server is synced; when it has not been renewed for
LIMIT seconds another synced member takes it. The label follows the Lease, so the Service has one pod behind it.
"""

import datetime
import json
import os
import ssl
import time
import urllib.error
import urllib.request

import importlib.util

LIMIT = 15
LABEL = "taco-gen/primary"
FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"
HOST = f"https://{os.environ['KUBERNETES_SERVICE_HOST']}:{os.environ['KUBERNETES_SERVICE_PORT']}"
NAMESPACE = os.environ["NAMESPACE"]
SELF = os.environ["POD_NAME"]
LEASE = f"/apis/coordination.k8s.io/v1/namespaces/{NAMESPACE}/leases"
NAME = "mariadb-primary"

specification = importlib.util.spec_from_file_location("probe", "/opt/taco/bin/probe.py")
probe = importlib.util.module_from_spec(specification)
specification.loader.exec_module(probe)


def call(method, path, body=None, kind="application/json"):
    with open(f"{FOLDER}/token", encoding="utf-8") as file:
        token = file.read()
    request = urllib.request.Request(HOST + path, method=method, data=json.dumps(body).encode() if body else None)
    request.add_header("Authorization", f"Bearer {token}")
    request.add_header("Content-Type", kind)
    context = ssl.create_default_context(cafile=f"{FOLDER}/ca.crt")
    with urllib.request.urlopen(request, context=context, timeout=5) as answer:
        return json.load(answer)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def lease_body(old):
    body = old or {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": NAME}}
    stamp = now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    body["spec"] = {"holderIdentity": SELF, "leaseDurationSeconds": LIMIT, "renewTime": stamp}
    return body


def hold(synced):
    """Take or renew the Lease; tells whether this member holds it."""
    try:
        old = call("GET", f"{LEASE}/{NAME}")
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
        old = None
    spec = (old or {}).get("spec", {})
    renewed = spec.get("renewTime")
    age = LIMIT + 1
    if renewed:
        age = (now() - datetime.datetime.fromisoformat(renewed.replace("Z", "+00:00"))).total_seconds()
    if not synced:
        return False
    if old and spec.get("holderIdentity") != SELF and age <= LIMIT:
        return False
    if old:
        # The resource version makes a race between two members fail for one of them.
        call("PUT", f"{LEASE}/{NAME}", lease_body(old))
    else:
        call("POST", LEASE, lease_body(None))
    return True


def label(is_primary):
    patch = {"metadata": {"labels": {LABEL: "true" if is_primary else None}}}
    call("PATCH", f"/api/v1/namespaces/{NAMESPACE}/pods/{SELF}", patch, "application/merge-patch+json")


def main():
    labelled = None
    while True:
        try:
            holds = hold(probe.is_synced())
            if holds != labelled:
                label(holds)
                labelled = holds
                print(f"primary: {SELF} {'is' if holds else 'is not'} the writer", flush=True)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the next round tries again
            print(f"primary: {type(error).__name__}: {error}", flush=True)
        time.sleep(5)


if __name__ == "__main__":
    main()
