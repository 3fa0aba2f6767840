"""nginx as its Ingress controller sets it up: what an emitted Ingress says, in nginx's own words.

The controller's documentation says which directive each annotation is and what holds without it:
https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/ and the ConfigMap's defaults beside it.
"""

import contextlib
import socket
import subprocess

from suite.cluster.containers import GATEWAY, until
from suite.root import PATH, Root

PREFIX = "nginx.ingress.kubernetes.io/"
# Annotation -> directive, and what the controller says where the Ingress says nothing.
DIRECTIVES = {
    "proxy-body-size": ("client_max_body_size", "1m"),
    "proxy-read-timeout": ("proxy_read_timeout", "60"),
    "proxy-send-timeout": ("proxy_send_timeout", "60"),
    "proxy-request-buffering": ("proxy_request_buffering", "on"),
    "proxy-buffering": ("proxy_buffering", "off"),
    "proxy-connect-timeout": ("proxy_connect_timeout", "5"),
}
SECONDS = ("proxy_read_timeout", "proxy_send_timeout", "proxy_connect_timeout")
PORT = 8081
LOG = "/tmp/nginx.log"


def configuration(entity, address):
    """The server of one Ingress, in front of the pods that its one path names."""
    annotations = {name.removeprefix(PREFIX): value for name, value in entity["metadata"].get("annotations", {}).items()}
    unknown = {name for name in annotations if "/" not in name} - set(DIRECTIVES)
    assert not unknown, f"annotations that are not known here: {sorted(unknown)}"
    lines = []
    for name, (directive, usual) in DIRECTIVES.items():
        lines.append(f"{directive} {annotations.get(name, usual)}{'s' if directive in SECONDS else ''};")
    rule = entity["spec"]["rules"][0]
    port = rule["http"]["paths"][0]["backend"]["service"]["port"]["number"]
    server = f"listen {PORT}; server_name {rule['host']};\n" + "\n".join(lines)
    location = f"proxy_pass http://{address}:{port}; proxy_http_version 1.1; proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto https;"
    body = f"server {{\n{server}\nlocation / {{ {location} }}\n}}"
    temporary = " ".join(f"{kind}_temp_path /tmp/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    head = f"pid /tmp/nginx.pid; daemon off; error_log {LOG}; events {{}}"
    return f"{head}\nhttp {{\naccess_log off; client_body_timeout 60s; {temporary}\n{body}\n}}\n"


@contextlib.contextmanager
def before(stage, entity, address):
    """nginx before an address, as the Ingress has it; gives the address to ask and the name to ask for."""
    root = Root(stage.work, "proxy", "proxy")
    root.write("/tmp/nginx.conf", configuration(entity, address))
    process = subprocess.Popen(root.command(["nginx", "-c", "/tmp/nginx.conf"]), env={"PATH": PATH}, stdin=subprocess.DEVNULL)
    try:
        until("nginx listens", 20, lambda: process.poll() is None and listens())
        yield GATEWAY, PORT, entity["spec"]["rules"][0]["host"]
    finally:
        process.terminate()
        process.wait(10)


def listens():
    try:
        socket.create_connection((GATEWAY, PORT), 2).close()
    except OSError:
        return False
    return True
