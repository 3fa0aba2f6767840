#!/usr/bin/env python3
"""Evict pods of the listed workloads at random, from a start to a stop.

POST /api/v1/pod/start begins, /api/v1/pod/stop ends, /api/v1/config reads the list again; GET /api/v1/config shows it. At
each interval one workload is drawn, and as many of its pods as its `target` says are asked to go. The API server refuses
(429) where a budget would be broken, which is no failure: another workload is drawn at the next interval.
"""

import http.server
import json
import os
import random
import ssl
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import yaml

CONFIG = os.environ.get("TACO_CONFIG", "/etc/cookiemonster/config.yaml")
ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
SERVER = os.environ.get("TACO_SERVER", "https://kubernetes.default.svc")
KINDS = {"deployment": "deployments", "statefulset": "statefulsets"}


def ask(path, body=None):
    """A request to the API server; with a body a POST."""
    request = urllib.request.Request(SERVER + path, data=None if body is None else json.dumps(body).encode())
    request.add_header("Content-Type", "application/json")
    context = None
    if SERVER.startswith("https:"):
        with open(f"{ACCOUNT}/token", encoding="utf-8") as token:
            request.add_header("Authorization", f"Bearer {token.read().strip()}")
        context = ssl.create_default_context(cafile=f"{ACCOUNT}/ca.crt")
    with urllib.request.urlopen(request, context=context, timeout=10) as response:
        return json.load(response)


def running(namespace, resource):
    """The names of a workload's running pods."""
    found = ask(f"/apis/apps/v1/namespaces/{namespace}/{KINDS[resource['kind']]}/{resource['name']}")
    labels = found["spec"]["selector"]["matchLabels"]
    query = urllib.parse.urlencode(
        {"labelSelector": ",".join(f"{key}={value}" for key, value in sorted(labels.items())), "fieldSelector": "status.phase=Running"}
    )
    return [pod["metadata"]["name"] for pod in ask(f"/api/v1/namespaces/{namespace}/pods?{query}")["items"]]


def evict(namespace, pod):
    """Asks a pod to go; whether it does."""
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": namespace}}
    try:
        ask(f"/api/v1/namespaces/{namespace}/pods/{pod}/eviction", eviction)
    except urllib.error.HTTPError as error:
        if error.code != 429:
            raise
        print(f"{pod}: its budget keeps it", flush=True)
        return False
    print(f"{pod}: evicted", flush=True)
    return True


class Feast:
    """One run at a time."""

    def __init__(self):
        self.lock, self.stopping = threading.Lock(), None
        self.config = None
        self.read()

    def read(self):
        with open(CONFIG, encoding="utf-8") as file:
            self.config = yaml.safe_load(file)

    def start(self):
        with self.lock:
            if self.stopping is None:
                self.stopping = threading.Event()
                threading.Thread(target=self.run, args=(self.stopping, self.config), daemon=True).start()

    def stop(self):
        with self.lock:
            if self.stopping is not None:
                self.stopping.set()

    def run(self, stopping, config):
        end = time.monotonic() + config["duration"]
        while not stopping.is_set() and time.monotonic() < end:
            try:
                self.bite(config)
            except (OSError, ValueError, KeyError) as error:
                print(f"no eviction: {error}", flush=True)
            stopping.wait(config["interval"])
        with self.lock:
            self.stopping = None
        print("stopped", flush=True)

    @staticmethod
    def bite(config):
        listed = [(group["name"], one) for group in config["namespace"] for one in group["resource"] or []]
        if not listed:
            return
        namespace, resource = random.choice(listed)
        pods = running(namespace, resource)
        for pod in random.sample(pods, min(resource["target"], len(pods))):
            evict(namespace, pod)


FEAST = Feast()


class Handler(http.server.BaseHTTPRequestHandler):
    """The API."""

    def reply(self, code, body):
        data = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        known = self.path == "/api/v1/config"
        self.reply(200 if known else 404, FEAST.config if known else {})

    def do_POST(self):
        actions = {"/api/v1/config": FEAST.read, "/api/v1/pod/start": FEAST.start, "/api/v1/pod/stop": FEAST.stop}
        action = actions.get(self.path)
        if action:
            action()
        self.reply(200 if action else 404, {})

    def log_message(self, *words):
        pass


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()
