#!/usr/bin/env python3
"""Keep a repository of fernet keys in a Secret.

    fernet-manage.py setup SECRET          makes the keys where there are none
    fernet-manage.py rotate SECRET         makes the staged key primary, stages a new one, drops what is beyond TACO_KEYS
    fernet-manage.py write SECRET FOLDER   writes the keys as files, as keystone-manage reads them

Keys are named by number: 0 is staged, the highest is primary, those between still decrypt. Keys that are there are never
replaced, and a key that is no fernet key stops the run. A write carries the resource version that was read, so that two
runs cannot overwrite each other. Keys are never printed.
"""

import base64
import binascii
import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.request

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
ROTATED = "taco-gen/rotated"
# A staged key must have reached every pod before it becomes primary; the kubelet takes a minute or two.
PAUSE = 600
# The Secret or the right to it may come a little later than this pod (403, 404); the others pass by themselves.
PASSING = (403, 404, 408, 409, 429, 500, 502, 503, 504)


def call(method, name, body=None):
    host = os.environ["KUBERNETES_SERVICE_HOST"]
    host = f"[{host}]" if ":" in host else host
    namespace = os.environ["NAMESPACE"]
    url = f"https://{host}:{os.environ['KUBERNETES_SERVICE_PORT']}/api/v1/namespaces/{namespace}/secrets/{name}"
    with open(f"{ACCOUNT}/token", encoding="utf-8") as file:
        token = file.read().strip()
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, method=method, data=data, headers=headers)
    context = ssl.create_default_context(cafile=f"{ACCOUNT}/ca.crt")
    with urllib.request.urlopen(request, context=context, timeout=10) as answer:
        return json.load(answer)


def new_key():
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def keys_of(secret):
    """The keys by number; other entries are left out."""
    keys = {}
    for name, value in (secret.get("data") or {}).items():
        if not name.isdigit():
            continue
        try:
            key = base64.b64decode(value, validate=True).decode().strip()
            sound = len(base64.urlsafe_b64decode(key)) == 32
        except (binascii.Error, UnicodeDecodeError, ValueError):
            sound = False
        if not sound:
            sys.exit(f"entry {name} of the Secret is no fernet key; nothing was changed")
        keys[int(name)] = key
    return keys


def completed(keys):
    """A whole set: what is missing of a staged and a primary key is made, nothing is replaced."""
    keys = dict(keys)
    if not any(number > 0 for number in keys):
        keys[1] = new_key()
    keys.setdefault(0, new_key())
    return keys


def rotated(keys, most):
    primary = max(keys)
    if 0 not in keys or primary == 0:
        sys.exit("the Secret holds no whole set of keys; run `setup` first")
    keys = {**keys, primary + 1: keys[0], 0: new_key()}
    older = sorted(number for number in keys if number != 0)
    for number in older[: max(0, len(keys) - most)]:
        del keys[number]
    return keys


def update(name, secret, keys):
    others = {key: value for key, value in (secret.get("data") or {}).items() if not key.isdigit()}
    numbered = {str(number): base64.b64encode(key.encode()).decode() for number, key in keys.items()}
    secret["data"] = {**others, **numbered}
    annotations = secret["metadata"].get("annotations") or {}
    secret["metadata"]["annotations"] = {**annotations, ROTATED: str(int(time.time()))}
    call("PUT", name, secret)


def setup(name):
    secret = call("GET", name)
    keys = keys_of(secret)
    whole = completed(keys)
    if whole != keys:
        update(name, secret, whole)
    return f"{len(whole)} keys, {len(whole) - len(keys)} of them new"


def rotate(name, sent):
    """`sent` remembers what an unanswered write sent: where the Secret holds that, the write has been done."""
    secret = call("GET", name)
    keys = keys_of(secret)
    if sent and keys == sent[-1]:
        return f"rotated, {len(keys)} keys"
    age = time.time() - int((secret["metadata"].get("annotations") or {}).get(ROTATED, "0"))
    if 0 <= age < PAUSE:
        return f"its keys are {int(age)} seconds old; they are not rotated before {PAUSE}"
    keys = rotated(keys, max(3, int(os.environ["TACO_KEYS"])))
    sent.append(keys)
    update(name, secret, keys)
    return f"rotated, {len(keys)} keys"


def write(name, folder):
    keys = keys_of(call("GET", name))
    if not keys:
        sys.exit(f"{name} holds no keys; run `setup` first")
    for number, key in keys.items():
        partial = os.path.join(folder, f".{number}")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(key)
        os.replace(partial, os.path.join(folder, str(number)))
    for entry in os.listdir(folder):
        if entry.isdigit() and int(entry) not in keys:
            os.remove(os.path.join(folder, entry))
    return f"{len(keys)} keys written to {folder}"


def main():
    action, name = sys.argv[1:3]
    sent = []
    actions = {
        "setup": lambda: setup(name),
        "rotate": lambda: rotate(name, sent),
        "write": lambda: write(name, sys.argv[3]),
    }
    why = ""
    for _ in range(60):
        try:
            print(f"{name}: {actions[action]()}", flush=True)
            return
        except urllib.error.HTTPError as error:
            why = f"the API server answered {error.code}"
            if error.code not in PASSING:
                sys.exit(f"{name}: {why}")
        except (OSError, json.JSONDecodeError) as error:
            why = f"no answer from the API server ({type(error).__name__})"
        print(f"{name}: {why}; trying again", flush=True)
        time.sleep(5)
    sys.exit(f"{name}: {why}; giving up")


if __name__ == "__main__":
    main()
