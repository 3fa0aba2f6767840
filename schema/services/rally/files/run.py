#!/usr/bin/env python3
"""Run the tasks once and keep a report of them; fails where a scenario does.

Rally keeps the password in its database, so that is in memory, as the file is by which it gets it. The volume has a report of each run by its time.
"""

import json
import os
import subprocess
import sys
import time

ENVIRONMENT, TASKS = "/etc/rally/environment.json", os.environ["TACO_TASKS"]
SPEC = "/tmp/environment.json"


def rally(*words, check=True, stdout=None):
    return subprocess.run(["rally", "--config-file", "/etc/rally/rally.conf", *words], check=check, stdout=stdout)


def main():
    with open(ENVIRONMENT, encoding="utf-8") as file:
        spec = json.load(file)
    with open("/run/secrets/admin/password", encoding="utf-8") as file:
        spec["existing@openstack"]["admin"]["password"] = file.read().strip()
    with open(SPEC, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        json.dump(spec, file)
    stamp = time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime())
    rally("db", "ensure")
    # It prints what it makes, with the password; what is made last is what the other commands are about.
    rally("env", "create", "--name", stamp, "--spec", SPEC, stdout=subprocess.DEVNULL)
    rally("env", "check")
    # There is a report of a run that failed, too.
    started = rally("task", "start", TASKS, "--tag", stamp, check=False)
    rally("task", "report", "--html-static", "--out", f"/results/{stamp}.html")
    rally("task", "report", "--json", "--out", f"/results/{stamp}.json")
    checked = rally("task", "sla-check", check=False)
    sys.exit(started.returncode or checked.returncode)


if __name__ == "__main__":
    main()
