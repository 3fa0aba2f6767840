"""As much of the Kubernetes API as the emitted scripts speak: Secrets, Pods, Leases, with resource versions and the emitted rights."""

import datetime
import ipaddress
import json
import ssl
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

GROUPS = {"secrets": "", "pods": "", "leases": "coordination.k8s.io"}
VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


def certificate(address, folder):
    """A certificate for the server's address, which is its own authority: files cert and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kubernetes")])
    now = datetime.datetime.now(datetime.timezone.utc)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
    built = built.not_valid_after(now + datetime.timedelta(days=1))
    built = built.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    built = built.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    built = built.add_extension(x509.KeyUsage(True, False, False, False, False, True, True, False, False), critical=True)
    signed = built.sign(key, hashes.SHA256())
    form = serialization.PrivateFormat.PKCS8
    (folder / "ca.crt").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "ca.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))


def merged(target, patch):
    """RFC 7386."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


class Api:
    """The store and its server. `changed` is called with the kind after each write."""

    def __init__(self, site, address, folder, changed):
        self.site, self.address, self.changed = site, address, changed
        self.objects, self.version, self.lock = {"secrets": {}, "pods": {}, "leases": {}}, 1, threading.RLock()
        self.refused = []
        certificate(address, folder)
        self.authority = folder / "ca.crt"
        self.server = ThreadingHTTPServer((address, 6443), self.handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "ca.crt", folder / "ca.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def allowed(self, account, verb, kind, name):
        """Do the emitted Roles and RoleBindings give a service account this right?"""
        for binding in self.site.of_kind("RoleBinding").values():
            if not any(subject["name"] == account for subject in binding.get("subjects", [])):
                continue
            for rule in self.site.named("Role", binding["roleRef"]["name"])["rules"]:
                names = rule.get("resourceNames")
                if GROUPS[kind] in rule["apiGroups"] and kind in rule["resources"] and verb in rule["verbs"]:
                    if not names or name in names:
                        return True
        return False

    def put(self, kind, name, entity):
        with self.lock:
            self.version += 1
            entity["metadata"] = {**entity.get("metadata", {}), "name": name, "resourceVersion": str(self.version)}
            self.objects[kind][name] = entity
        self.changed(kind)
        return entity

    def get(self, kind, name):
        with self.lock:
            return self.objects[kind].get(name)

    def delete(self, kind, name):
        with self.lock:
            self.objects[kind].pop(name, None)
        self.changed(kind)

    def listed(self, kind, selector):
        wanted = dict(part.split("=", 1) for part in selector.split(",") if part)
        with self.lock:
            found = list(self.objects[kind].values())
        labels = lambda entity: entity["metadata"].get("labels") or {}
        return [entity for entity in found if wanted.items() <= labels(entity).items()]

    def answer(self, method, kind, name, query, body, account):
        """Status and body of one request."""
        verb = VERBS.get(method) or ("get" if name else "list")
        if not self.allowed(account, verb, kind, name):
            self.refused.append(f"{account} may not {verb} {kind}/{name or ''}")
            return 403, {"message": self.refused[-1]}
        if verb == "list":
            return 200, {"kind": "List", "items": self.listed(kind, query.get("labelSelector", [""])[0])}
        with self.lock:
            known = self.get(kind, name or body["metadata"]["name"])
            if verb == "create":
                return (409, {"message": "exists"}) if known else (201, self.put(kind, body["metadata"]["name"], body))
            if known is None:
                return 404, {"message": f"no {kind}/{name}"}
            if verb == "get":
                return 200, known
            if verb == "patch":
                return 200, self.put(kind, name, merged(known, body))
            sent = body["metadata"].get("resourceVersion")
            if sent and sent != known["metadata"]["resourceVersion"]:
                return 409, {"message": "it was written in between"}
            return 200, self.put(kind, name, body)

    def handler(self):
        api = self

        class Handler(BaseHTTPRequestHandler):
            def respond(self):
                parts = urllib.parse.urlsplit(self.path)
                words = parts.path.strip("/").split("/")
                words = words[words.index("namespaces") + 2:]
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                account = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
                query = urllib.parse.parse_qs(parts.query)
                status, found = api.answer(self.command, words[0], words[1] if words[1:] else None, query, body, account)
                data = json.dumps(found).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = respond

            def log_message(self, *_):
                pass

        return Handler
