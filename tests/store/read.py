#!/usr/bin/env python3
"""Read a password store with other libraries than the compiler's: pyrage, cryptography and PyYAML.

usage: read.py STORE IDENTITY [--values]

Unwraps the data key, opens every value at its path, compares the sum over all values and every tag, and prints one line a
secret: name, kind of value, length, and the value itself only where asked. Exit 1 where anything is not as it should be.
"""
import base64
import hashlib
import hmac
import re
import sys

import pyrage
import yaml
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SEALED = re.compile(r"^ENC\[AES256_GCM,data:(.+),iv:(.+),tag:(.+),type:(.+)\]$")


def unseal(key, text, associated):
    data, iv, tag, kind = SEALED.match(text).groups()
    assert kind == "str", kind
    decode = base64.b64decode
    return AESGCM(key).decrypt(decode(iv), decode(data) + decode(tag), associated.encode())


def leaves(node, path=""):
    """Every value in order, with the keys on the way to it; lists add none."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, f"{path}{key}:")
    elif isinstance(node, list):
        for value in node:
            yield from leaves(value, path)
    else:
        yield path, node


def data_key(document, identity_file):
    lines = (line.strip() for line in open(identity_file))
    identities = [pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith("AGE-SECRET-KEY-")]
    for envelope in document["sops"]["age"]:
        try:
            return pyrage.decrypt(envelope["enc"].encode(), identities)
        except pyrage.DecryptError:
            pass
    sys.exit("no envelope opens")


def main(store, identity_file, *options):
    # As sops does, text is taken for text: BaseLoader knows no dates and numbers.
    document = yaml.load(open(store), Loader=yaml.BaseLoader)
    key = data_key(document, identity_file)
    assert len(key) == 32
    sops = document.pop("sops")
    sealed_keys = re.compile(sops["encrypted_regex"])
    total = hashlib.sha512()
    opened = {}
    for path, text in leaves(document):
        value = text.encode()
        if any(sealed_keys.match(part) for part in path.split(":")):
            value = opened[path] = unseal(key, text, path)
        total.update(value)
    mac = unseal(key, sops["mac"], sops["lastmodified"]).decode()
    if mac != total.hexdigest().upper():
        sys.exit("the sum over all values differs")
    tag_key = base64.b64decode(opened["tag-key:"])
    info = f"taco-gen/tag/v1{document['site']}".encode()
    tag_key = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(tag_key)
    for name, entry in document["secrets"].items():
        value = opened[f"secrets:{name}:value:"]
        message = len(name).to_bytes(8, "big") + name.encode() + value
        if entry["tag"] != "v1." + hmac.new(tag_key, message, hashlib.sha256).hexdigest()[:32]:
            sys.exit(f"the tag of {name} differs")
        print(name, len(value), *([value.decode()] if "--values" in options else []))
    for line, envelope in zip(document["recipients"], sops["age"]):
        if line != f"{envelope['recipient']} sha256:{hashlib.sha256(envelope['enc'].encode()).hexdigest()}":
            sys.exit("the recipients differ")
    print(f"sound: {len(document['secrets'])} secrets, {len(sops['age'])} recipients", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
