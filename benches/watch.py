#!/usr/bin/env python3
"""How long `taco-gen build --watch` takes from a save to the files it changes: benches/watch.py PROGRAM [PROJECT] [SITE]

A copy of the site is watched; each of 15 saves gives tokens another life, and ends when keystone's configuration says so. Prints
least, median and greatest, in milliseconds.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    project = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else ".").resolve()
    site = sys.argv[3] if len(sys.argv) > 3 else "lab"
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(project / "sites" / site, pathlib.Path(folder, "sites", site))
        identity = project / "sites" / site / "demonstration.agekey"
        environment = {**os.environ, "SOPS_AGE_KEY_FILE": str(identity), "XDG_CACHE_HOME": f"{folder}/cache"}
        watching = subprocess.Popen([program, "-C", folder, "build", site, "--watch", "--quiet"], env=environment,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            waits = list(saves(pathlib.Path(folder), site))
        finally:
            watching.send_signal(signal.SIGTERM)
            watching.wait()
    waits.sort()
    print(f"watch {waits[0]:.0f} {waits[len(waits) // 2]:.0f} {waits[-1]:.0f}")


def saves(project, site):
    spec = project / "sites" / site / "site.kdl"
    text = spec.read_text()
    assert "expiration 7200" in text, f"{spec} says no `expiration 7200`"
    await_line(project / "output" / site, "expiration = 7200")
    time.sleep(1)
    for save in range(1, 16):
        began = time.perf_counter()
        spec.write_text(text.replace("expiration 7200", f"expiration {7200 + save}", 1))
        await_line(project / "output" / site, f"expiration = {7200 + save}")
        yield 1000 * (time.perf_counter() - began)
        time.sleep(0.3)


def await_line(output, line):
    """Waits until keystone's configuration has a line."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for path in output.glob("**/keystone.conf"):
            if line in path.read_text().splitlines():
                return
        time.sleep(0.002)
    sys.exit(f"no keystone.conf below {output} says `{line}`")


if __name__ == "__main__":
    main()
