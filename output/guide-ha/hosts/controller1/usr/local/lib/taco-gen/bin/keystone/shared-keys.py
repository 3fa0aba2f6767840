#!/usr/bin/env python3
"""Write a repository of fernet keys that is the same on every controller, without any of them asking another.

    shared-keys.py FOLDER HOURS COUNT

A key is made of a secret that all controllers have, the folder's name and the number of a period of HOURS; the number is
the key's name, so the present one is primary (the highest), those before still decrypt, and the next one is staged as 0.
A controller whose clock is behind, or that rotates later, knows the key of one ahead: it is the staged one. HOURS of 0
means that the keys never change. Keys are never printed.
"""

import base64
import hashlib
import hmac
import os
import shutil
import sys
import time

SEED = "/run/secrets/key-seed/password"
OWNER = "keystone"


def seed():
    with open(SEED, encoding="utf-8") as file:
        return file.read().strip().encode()


def wanted(folder, hours, count):
    """The texts of the files by name."""
    period = int(time.time()) // (hours * 3600) if hours else 1
    name = os.path.basename(folder.rstrip("/"))
    own = seed()

    def key(number):
        return base64.urlsafe_b64encode(hmac.new(own, f"{name}:{number}".encode(), hashlib.sha256).digest()).decode()

    oldest = max(1, period - max(count, 2) + 2)
    keys = {str(number): key(number) for number in range(oldest, period + 1)}
    return {**keys, "0": key(period + 1)}


def write(folder, name, text):
    path = os.path.join(folder, name)
    descriptor = os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    shutil.chown(f"{path}.new", OWNER, OWNER)
    os.replace(f"{path}.new", path)


def main():
    folder, hours, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    os.makedirs(folder, mode=0o700, exist_ok=True)
    shutil.chown(folder, OWNER, OWNER)
    keys = wanted(folder, hours, count)
    # The staged key last: until then the old one is there, which is the primary's now.
    for name in sorted(keys, key=lambda name: name == "0"):
        write(folder, name, keys[name])
    for name in os.listdir(folder):
        if name not in keys:
            os.unlink(os.path.join(folder, name))


if __name__ == "__main__":
    main()
