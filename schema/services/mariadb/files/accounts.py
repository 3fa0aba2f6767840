#!/usr/bin/env python3
"""The accounts of the administrator and of state transfers, made and kept as the mounted secrets say."""

import subprocess

import probe

SECRETS = "/run/secrets"


def password(name):
    with open(f"{SECRETS}/{name}/password", encoding="utf-8") as file:
        return file.read().strip()


def quote(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def statements():
    root, sst = quote(password("root")), quote(password("sst"))
    return "\n".join([
        f"CREATE USER IF NOT EXISTS 'root'@'%' IDENTIFIED BY {root};",
        f"ALTER USER 'root'@'%' IDENTIFIED BY {root};",
        "GRANT ALL PRIVILEGES ON *.* TO 'root'@'%' WITH GRANT OPTION;",
        f"CREATE USER IF NOT EXISTS 'sst'@'localhost' IDENTIFIED BY {sst};",
        f"ALTER USER 'sst'@'localhost' IDENTIFIED BY {sst};",
        "GRANT RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR, REPLICA MONITOR ON *.* TO 'sst'@'localhost';",
        "",
    ])


def settle(text):
    """Apply the statements by standard input, so that no password is in a command line; they replicate to all members."""
    run = subprocess.run(
        probe.CLIENT, input=text, text=True, check=False, timeout=30, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    return run.returncode == 0
