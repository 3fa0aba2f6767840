#!/usr/bin/env python3
"""Ask the server here: `alive` (it answers) or `synced` (it is a synced member of a primary component)."""

import subprocess
import sys


def status(name):
    run = subprocess.run(
        ["mariadb", "--socket=/run/mysqld/mysqld.sock", "-u", "root", "-N", "-B", "-e", f"SHOW STATUS LIKE '{name}'"],
        check=False, capture_output=True, text=True, timeout=8,
    )
    fields = run.stdout.split()
    return fields[1] if run.returncode == 0 and len(fields) == 2 else None


def is_synced():
    return status("wsrep_ready") == "ON" and status("wsrep_local_state") == "4"


if __name__ == "__main__":
    if sys.argv[1:] == ["synced"]:
        sys.exit(0 if is_synced() else 1)
    sys.exit(0 if status("Uptime") is not None else 1)
