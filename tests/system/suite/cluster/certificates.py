"""Keys and certificates of a site: out of its own store where it has them, and made by somebody else, whom nobody trusts."""

import datetime
import ssl
import subprocess

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from suite.readers.sealed import IDENTITY, opened

KEYS = ("tls.pem", "ca.crt")


def store(site, root):
    """`<secret>/<key>` -> value, of all that the site's own store holds; nothing where there is none."""
    file = site.folder.parents[1] / "sites" / site.name / "passwords.sops.yaml"
    if not file.exists():
        return {}
    found = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    root.write("/check/identity", IDENTITY.read_text(encoding="utf-8"), 0o600)
    command = root.command(["age", "--decrypt", "--identity", "/check/identity"])
    key = subprocess.run(command, check=True, input=found["sops"]["age"][0]["enc"].encode(), capture_output=True, timeout=30).stdout
    return {name: opened(key, entry["value"], f"secrets:{name}:value:").decode() for name, entry in found["secrets"].items()}


def of_store(site, root):
    """Secret -> key -> PEM, of the secrets that the site's pods mount; nothing where the site has no TLS inside."""
    wanted = {line.split()[0] for line in site.read("secrets").splitlines()}
    if "taco-trust" not in wanted:
        return {}
    certificates = {}
    for name, value in store(site, root).items():
        secret, file = name.split("/")
        if file in KEYS and secret in wanted:
            certificates[secret] = {file: value}
    return certificates


def made_elsewhere(names):
    """The same kinds of files for these names, by an authority of its own: `tls.pem` and `ca.crt`."""
    now, keys = datetime.datetime.now(datetime.timezone.utc), [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]

    def certificate(subject, key, extensions):
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody else")])
        builder = x509.CertificateBuilder(issuer, name, key.public_key(), x509.random_serial_number(), now, now + datetime.timedelta(1))
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(keys[0], hashes.SHA256()).public_bytes(Encoding.PEM).decode()

    authority = certificate("somebody else", keys[0], [x509.BasicConstraints(ca=True, path_length=None)])
    server = certificate(names[0], keys[1], [x509.SubjectAlternativeName([x509.DNSName(name) for name in names])])
    private = keys[1].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return {"tls.pem": private + server, "ca.crt": authority}


def trusting(text, names=True):
    """A client's context that trusts these certificates alone; with `names` false it asks for no host name, as for an address."""
    context = ssl.create_default_context(cadata=text)
    context.check_hostname = names
    return context
