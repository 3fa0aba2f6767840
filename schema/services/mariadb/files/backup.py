#!/usr/bin/env python3
"""Dump all databases to the backup volume, and remove dumps of this script that are older than TACO_KEEP_DAYS."""

import gzip
import os
import re
import shutil
import subprocess
import sys
import time

FOLDER = "/var/backup"
TRUST = "/run/taco/trust/ca.crt"
OPTIONS = "/run/taco-backup/client.cnf"
NAME = re.compile(r"^all-\d{8}T\d{6}Z\.sql\.gz$")


def write_options():
    """The client's options with the password, in memory and for this user alone: never on a command line."""
    with open("/run/secrets/root/password", encoding="utf-8") as file:
        password = file.read().strip().replace("\\", "\\\\").replace('"', '\\"')
    descriptor = os.open(OPTIONS, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as options:
        options.write(f"[client]\nhost={os.environ['TACO_HOST']}\nport={os.environ['TACO_PORT']}\n")
        # Where the database speaks TLS the trust is mounted, and no other server is taken.
        if os.path.exists(TRUST):
            options.write(f"ssl-ca={TRUST}\nssl-verify-server-cert\n")
        options.write(f'user=root\npassword="{password}"\n')


def dump(target):
    command = [
        "mariadb-dump", f"--defaults-file={OPTIONS}", "--single-transaction", "--quick", "--routines", "--events",
        "--all-databases", "--flush-privileges",
    ]
    # Written under another name first: a dump that broke off never looks like a whole one.
    partial = f"{target}.partial"
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process, gzip.open(partial, "wb") as packed:
        shutil.copyfileobj(process.stdout, packed, 1 << 20)
    if process.returncode != 0:
        os.unlink(partial)
        sys.exit(f"backup: mariadb-dump ended with {process.returncode}")
    os.replace(partial, target)


def main():
    write_options()
    target = os.path.join(FOLDER, time.strftime("all-%Y%m%dT%H%M%SZ.sql.gz", time.gmtime()))
    dump(target)
    print(f"backup: {target}, {os.path.getsize(target)} bytes", flush=True)
    oldest = time.time() - int(os.environ["TACO_KEEP_DAYS"]) * 86400
    for name in sorted(os.listdir(FOLDER)):
        path = os.path.join(FOLDER, name)
        if NAME.match(name) and path != target and os.path.getmtime(path) < oldest:
            os.unlink(path)
            print(f"backup: removed {path}, older than {os.environ['TACO_KEEP_DAYS']} days", flush=True)


if __name__ == "__main__":
    main()
