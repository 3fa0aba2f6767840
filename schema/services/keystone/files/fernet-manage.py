#!/usr/bin/env python3
"""Set up or rotate a repository of fernet keys in a Secret.

    fernet-manage.py setup|rotate fernet|credential SECRET

Keys are files named by number: 0 is staged, the highest is primary, those between still decrypt. A rotation makes the
staged key primary and stages a new one, then drops the oldest beyond TACO_KEYS. A Secret that has keys is never set up
again, and no write happens unless the Secret is still as it was read (its resource version goes back with the update).
"""

import base64
import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.request

FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"


def call(method, name, body=None):
    host = f"https://{os.environ['KUBERNETES_SERVICE_HOST']}:{os.environ['KUBERNETES_SERVICE_PORT']}"
    with open(f"{FOLDER}/token", encoding="utf-8") as file:
        token = file.read()
    url = f"{host}/api/v1/namespaces/{os.environ['NAMESPACE']}/secrets/{name}"
    request = urllib.request.Request(url, method=method, data=json.dumps(body).encode() if body else None)
    request.add_header("Authorization", f"Bearer {token}")
    request.add_header("Content-Type", "application/json")
    context = ssl.create_default_context(cafile=f"{FOLDER}/ca.crt")
    with urllib.request.urlopen(request, context=context, timeout=10) as answer:
        return json.load(answer)


def new_key():
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def keys_of(secret):
    data = secret.get("data") or {}
    return {int(name): base64.b64decode(value).decode() for name, value in data.items() if name.isdigit()}


def rotated(keys, most):
    keys = dict(keys)
    primary = max(keys)
    keys[primary + 1] = keys.pop(0)
    keys[0] = new_key()
    for old in sorted(name for name in keys if name != 0)[: max(0, len(keys) - most)]:
        del keys[old]
    return keys


def wanted(action, keys, most):
    if action == "setup":
        return None if keys else {0: new_key(), 1: new_key()}
    if 0 not in keys or len(keys) < 2:
        sys.exit("the Secret holds no whole set of keys; set it up first")
    return rotated(keys, most)


def main():
    action, _, name = sys.argv[1:4]
    most = max(3, int(os.environ["TACO_KEYS"]))
    for _ in range(20):
        try:
            secret = call("GET", name)
            keys = wanted(action, keys_of(secret), most)
            if keys is None:
                print(f"{name} has its keys", flush=True)
                return
            secret["data"] = {str(number): base64.b64encode(key.encode()).decode() for number, key in keys.items()}
            call("PUT", name, secret)
            print(f"{name}: {action} done, {len(keys)} keys", flush=True)
            return
        except urllib.error.HTTPError as error:
            if error.code not in (409, 429, 500, 503):
                sys.exit(f"{name}: the API server answered {error.code}")
        except OSError as error:
            print(f"{name}: {type(error).__name__}, trying again", flush=True)
        time.sleep(3)
    sys.exit(f"{name}: no answer from the API server")


if __name__ == "__main__":
    main()
