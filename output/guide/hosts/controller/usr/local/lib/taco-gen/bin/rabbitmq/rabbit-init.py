#!/usr/bin/env python3
"""Make a service's virtual hosts, users, permissions and policies by the management API. Run again, it sets passwords again.

TACO_ACCOUNTS is a JSON list of {name, key}: users with the file of their password. One without a key is dropped.
"""

import base64
import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

# Where the broker speaks TLS the trust is mounted, and no other server is taken.
TRUST = "/run/taco/trust/ca.crt"
TLS = ssl.create_default_context(cafile=TRUST) if os.path.exists(TRUST) else None
BASE = f"{os.environ['TACO_URL']}/api"
VHOSTS = os.environ["TACO_VHOST"].split(",")
ACCOUNTS = json.loads(os.environ["TACO_ACCOUNTS"])

# Notifications that nobody consumes would fill the broker: they go after 70 seconds. Calls and replies have no such limit.
POLICIES = {
    "notifications": {
        "pattern": "^(versioned_)?notifications\\.",
        "definition": {"message-ttl": 70000},
        "priority": 0,
        "apply-to": "queues",
    },
    # Fanouts are streams, which 3.9 brought, and of which whole segments go: by default each keeps up to 500 MB, whatever its age limit says.
    "streams": {
        "pattern": ".*",
        "definition": {"max-length-bytes": 100000000, "stream-max-segment-size-bytes": 10000000},
        "priority": 1,
        "apply-to": "streams",
    },
}


def secret(folder, key="password"):
    with open(f"/run/secrets/{folder}/{key}", encoding="utf-8") as file:
        return file.read().strip()


def call(method, path, body=None, fine=()):
    """One request; answers in `fine` are as good as done."""
    credentials = base64.b64encode(f"{os.environ['TACO_ADMIN']}:{secret('admin')}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{BASE}/{path}", method=method, data=data, headers=headers)
    last = None
    for _ in range(60):
        try:
            with urllib.request.urlopen(request, timeout=10, context=TLS) as answer:
                return answer.read()
        except OSError as error:
            if getattr(error, "code", None) in fine:
                return b""
            last = getattr(error, "code", None) or type(error).__name__
            time.sleep(5)
    sys.exit(f"rabbit-init: {path.split('/')[0]} was refused: {last}")


def has_streams():
    version = json.loads(call("GET", "overview").decode())["rabbitmq_version"]
    return [int(part) for part in version.split(".")[:2]] >= [3, 9]


def main():
    policies = POLICIES if has_streams() else {name: body for name, body in POLICIES.items() if body["apply-to"] != "streams"}
    for vhost in VHOSTS:
        name = urllib.parse.quote(vhost, safe="")
        call("PUT", f"vhosts/{name}", {"default_queue_type": "quorum", "description": f"{vhost} of OpenStack"})
    for account in ACCOUNTS:
        user = urllib.parse.quote(account["name"], safe="")
        if "key" not in account:
            call("DELETE", f"users/{user}", fine=(404,))
            print(f"rabbit-init: the user `{account['name']}` is gone", flush=True)
            continue
        call("PUT", f"users/{user}", {"password": secret("client", account["key"]), "tags": ""})
        for vhost in VHOSTS:
            name = urllib.parse.quote(vhost, safe="")
            call("PUT", f"permissions/{name}/{user}", {"configure": ".*", "write": ".*", "read": ".*"})
        print(f"rabbit-init: the user `{account['name']}` is ready", flush=True)
    for vhost in VHOSTS:
        name = urllib.parse.quote(vhost, safe="")
        for policy, body in policies.items():
            call("PUT", f"policies/{name}/{policy}", body)
        print(f"rabbit-init: the virtual host `{vhost}` is ready", flush=True)


if __name__ == "__main__":
    main()
