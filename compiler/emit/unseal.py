#!/usr/bin/env python3
"""Write the secrets of this host where its units and scripts read them: sealed files to files of one user each.

The table beside this file says which secret goes where. Nothing is written where nothing differs; the last line that is printed is `done`
or `unchanged`. The key of this host is where sops looks for it: SOPS_AGE_KEY_FILE, /etc/taco-gen/age.key unless it says otherwise.
"""

import base64
import json
import os
import pwd
import subprocess
import sys

OWN = "/usr/local/lib/taco-gen"
KEY = "/etc/taco-gen/age.key"


def opened(name):
    """The values of a sealed file by key."""
    environment = {"SOPS_AGE_KEY_FILE": KEY, **os.environ}
    command = ["sops", "--decrypt", "--output-type", "json", f"{OWN}/sealed/{name}.yaml"]
    # Python 3.6 of older hosts has no shorter way.
    pipe = subprocess.PIPE
    run = subprocess.run(command, env=environment, check=False, stdout=pipe, stderr=pipe, universal_newlines=True)
    if run.returncode != 0:
        sys.exit(f"secrets: {name} does not open: {run.stderr.strip()}")
    return {key: base64.b64decode(text) for key, text in json.loads(run.stdout)["data"].items()}


def folders(path, row):
    """The folders below this program's own are for root and the one user; those of others stay as they are."""
    if row["key"] is None:
        os.makedirs(path, exist_ok=True)
        os.chown(path, 0, pwd.getpwnam(row["user"]).pw_gid)
        os.chmod(path, 0o750)
    else:
        os.makedirs(os.path.dirname(path), exist_ok=True)


def write(path, value, row):
    """One file: written beside its place, then moved; true where anything differed."""
    user, mode = pwd.getpwnam(row["user"]), int(row["mode"], 8)
    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            if (file.read(), status.st_uid, status.st_gid, status.st_mode & 0o7777) == (value, user.pw_uid, user.pw_gid, mode):
                return False
    except FileNotFoundError:
        pass
    beside = f"{path}.taco-gen-new"
    if os.path.exists(beside):
        os.unlink(beside)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(value)
        os.fchown(file.fileno(), user.pw_uid, user.pw_gid)
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    os.replace(beside, path)
    return True


def main():
    with open(f"{OWN}/secrets.json", encoding="utf-8") as file:
        rows = json.load(file)
    held = {name: opened(name) for name in sorted({row["object"] for row in rows})}
    changed = False
    for row in rows:
        values = held[row["object"]]
        folders(row["path"], row)
        if row["key"] is not None:
            changed |= write(row["path"], values[row["key"]], row)
            continue
        for key, value in sorted(values.items()):
            changed |= write(f"{row['path']}/{key}", value, row)
    print("done" if changed else "unchanged")


if __name__ == "__main__":
    main()
