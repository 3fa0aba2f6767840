#!/usr/bin/env python3
"""Make a service's virtual host, user, permissions and policies by the management API. Run again, it sets the password anew."""

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
BASE = f"{'https' if TLS else 'http'}://{os.environ['TACO_HOST']}:{os.environ['TACO_PORT']}/api"
VHOST = os.environ["TACO_VHOST"]

# Notifications that nobody consumes would fill the broker: they go after 70 seconds. Calls and replies have no such limit.
POLICIES = {
    "notifications": {
        "pattern": "^(versioned_)?notifications\\.",
        "definition": {"message-ttl": 70000},
        "priority": 0,
        "apply-to": "queues",
    },
}


def secret(folder):
    with open(f"/run/secrets/{folder}/password", encoding="utf-8") as file:
        return file.read().strip()


def put(path, body):
    credentials = base64.b64encode(f"admin:{secret('admin')}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{BASE}/{path}", method="PUT", data=json.dumps(body).encode(), headers=headers)
    last = None
    for _ in range(60):
        try:
            with urllib.request.urlopen(request, timeout=10, context=TLS):
                return
        except OSError as error:
            last = getattr(error, "code", None) or type(error).__name__
            time.sleep(5)
    sys.exit(f"rabbit-init: {path.split('/')[0]} was refused: {last}")


def main():
    name = urllib.parse.quote(VHOST, safe="")
    put(f"vhosts/{name}", {"default_queue_type": "quorum", "description": f"{VHOST} of OpenStack"})
    put(f"users/{name}", {"password": secret("client"), "tags": ""})
    put(f"permissions/{name}/{name}", {"configure": ".*", "write": ".*", "read": ".*"})
    for policy, body in POLICIES.items():
        put(f"policies/{name}/{policy}", body)
    print(f"rabbit-init: user and virtual host `{VHOST}` are ready", flush=True)


if __name__ == "__main__":
    main()
