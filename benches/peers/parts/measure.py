"""Commands to what they cost: CPU time, wall time and peak memory, as the system accounts for each finished process."""

import os
import shutil
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Run:
    """What one run cost: seconds, and bytes of the largest process."""

    user: float
    system: float
    wall: float
    peak: int

    @property
    def cpu(self):
        """User and system time."""
        return self.user + self.system


def run(command, folder, codes=(0,)):
    """Runs a command in a folder. Its children count as far as it waits for them.

    The peak is never below what this Python holds, since a new process begins as its copy.
    """
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - started
    child.stderr.close()
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in codes:
        shown = errors.decode("utf-8", "replace")[-2000:]
        raise SystemExit(f"{' '.join(map(str, command))}: exit {child.returncode}\n{shown}")
    return Run(usage.ru_utime, usage.ru_stime, wall, usage.ru_maxrss * 1024)


def fresh(command, folder, output):
    """Runs a command whose output folder is not there before; removing it is not counted."""
    remove(output)
    return run(command, folder)


def remove(folder):
    """Removes a folder where there is one."""
    shutil.rmtree(folder, ignore_errors=True)


def median(runs, figure):
    """The median of a figure of runs, for instance `cpu`."""
    return statistics.median(getattr(run, figure) for run in runs)


def ratios(ours, theirs, figure):
    """Median, least and greatest of the ratios, pair by pair."""
    found = [getattr(a, figure) / max(getattr(b, figure), 1e-9) for a, b in zip(ours, theirs)]
    return statistics.median(found), min(found), max(found)


def scratch():
    """A folder in memory where the system has one, so that no disk is measured."""
    return Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None


def machine():
    """One line about where the figures come from."""
    model = "unknown processor"
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    except OSError:
        pass
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {model}, load {load:.1f} at the start; output to {scratch() or 'disk'}"


def table(header, rows):
    """Rows as a Markdown table."""
    widths = [max(len(str(row[column])) for row in [header, *rows]) for column in range(len(header))]
    lines = [[str(cell).ljust(width) for cell, width in zip(row, widths)] for row in [header, *rows]]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
