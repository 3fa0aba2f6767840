"""Sealed Secrets, opened as SOPS does: age gives the data key, each value is AES-GCM bound to its place, a MAC covers all values."""

import base64
import hashlib
import re
import subprocess
import time
from pathlib import Path

import yaml
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from suite.table import Row

IDENTITY = Path(__file__).resolve().parents[4] / "sites" / "lab" / "demonstration.agekey"
SEALED = re.compile(r"ENC\[AES256_GCM,data:([^,]*),iv:([^,]+),tag:([^,]+),type:str\]")


def opened(key, text, bound):
    """One value; `bound` is what it was sealed together with."""
    found = SEALED.fullmatch(text)
    if not found:
        raise ValueError(f"not sealed: {text[:20]}")
    data, nonce, tag = (base64.b64decode(part, validate=True) for part in found.groups())
    return AESGCM(key).decrypt(nonce, data + tag, bound.encode())


def leaves(found, path=()):
    """Every value with its path, in the order of the file."""
    if isinstance(found, dict):
        for name, inner in found.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(found, list):
        for inner in found:
            yield from leaves(inner, path)
    else:
        yield path, found


def complaint(root, text):
    """What is wrong with a sealed Secret; an empty string where it opens whole."""
    found = yaml.load(text, Loader=yaml.CSafeLoader)
    about = found.pop("sops")
    command = root.command(["age", "--decrypt", "--identity", "/check/identity"])
    done = subprocess.run(command, check=False, input=about["age"][0]["enc"].encode(), capture_output=True, timeout=30)
    if done.returncode != 0:
        return f"age: {done.stderr.decode(errors='replace').strip()[-200:]}"
    try:
        key, summed = done.stdout, hashlib.sha512()
        chosen = re.compile(about["encrypted_regex"])
        for path, value in leaves(found):
            inside = any(chosen.search(name) for name in path)
            plain = opened(key, value, ":".join(path) + ":") if inside else str(value).encode()
            if inside and path[0] == "data":
                base64.b64decode(plain, validate=True)
            summed.update(plain)
        stated = opened(key, about["mac"], about["lastmodified"]).decode()
    except InvalidTag:
        return "a value was changed after it was sealed, or stood elsewhere"
    except ValueError as error:
        return str(error)
    return "" if stated == summed.hexdigest().upper() else "the MAC is another one than that of the values"


def rows(sites, root):
    began, notes = time.monotonic(), []
    cases = [(site, path) for site in sites for path, found in site.objects.items() if "sops" in found]
    what, name = "kubernetes/**/secret-*, sealed", "age, then AES-GCM and MAC as SOPS"
    if not cases:
        yield Row(what, 0, name, "-", "skip", "-", 0.0, ["no site emits a sealed Secret"])
        return
    if not IDENTITY.exists():
        yield Row(what, len(cases), name, "-", "skip", "-", 0.0, ["there is no demonstration identity to open them with"])
        return
    root.write("/check/identity", IDENTITY.read_text(encoding="utf-8"), 0o600)
    for site, path in cases:
        said = complaint(root, site.read(path))
        notes += [f"{site.name}/{path}: {said}"] if said else []
    site, path = cases[0]
    # A label is in clear and still under the MAC.
    spoiled = site.read(path).replace('part-of: "openstack"', 'part-of: "openstuck"')
    broken = "refused" if spoiled != site.read(path) and complaint(root, spoiled) else "ACCEPTED"
    version = root.run("age", "--version").stdout.strip()
    yield Row(what, len(cases), name, version, "fail" if notes else "pass", broken, time.monotonic() - began, notes)
