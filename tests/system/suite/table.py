"""What was read by what, with which verdict: collected, printed, and written as markdown."""

import sys
import threading
from dataclasses import dataclass, field

HEAD = ("file or service", "files", "reader", "version", "verdict", "broken one", "seconds")


@dataclass
class Row:
    """One reader over the files of one kind, or one scenario. `verdict` is pass, fail, skip or none (no reader exists)."""

    what: str
    files: int
    reader: str
    version: str
    verdict: str
    broken: str
    seconds: float
    notes: list = field(default_factory=list)

    def cells(self):
        count = str(self.files) if self.files else "-"
        return (self.what, count, self.reader, self.version, self.verdict, self.broken, f"{self.seconds:.1f}")


class Table:
    """The rows of a run."""

    def __init__(self):
        self.rows, self._lock = [], threading.Lock()

    def add(self, row):
        with self._lock:
            self.rows.append(row)
            accepted = ", a broken one was ACCEPTED" if row.broken == "ACCEPTED" else ""
            print(f"{row.verdict:5} {row.what} [{row.reader} {row.version}] {row.seconds:.1f} s{accepted}", flush=True)
            for note in row.notes[:20]:
                print(f"      {note}", flush=True)

    def count(self, verdict):
        return sum(row.verdict == verdict for row in self.rows)

    def summary(self, seconds):
        accepted = sum(row.broken == "ACCEPTED" for row in self.rows)
        return (
            f"{self.count('pass')} passed, {self.count('fail')} failed, {self.count('skip')} skipped, "
            f"{self.count('none')} without a reader, {accepted} broken files accepted; "
            f"{sum(row.files for row in self.rows)} files read, {seconds:.0f} s"
        )

    def good(self):
        return self.count("fail") == 0 and not any(row.broken == "ACCEPTED" for row in self.rows)

    def print(self):
        cells = [HEAD, *(row.cells() for row in self.rows)]
        widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
        for line in cells:
            print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())

    def markdown(self, seconds):
        lines = [f"| {' | '.join(HEAD)} |", "|" + "---|" * len(HEAD)]
        lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row.cells()) + " |" for row in self.rows]
        lines += ["", self.summary(seconds) + "."]
        notes = [(row, note) for row in self.rows if row.verdict in ("skip", "none", "fail") for note in row.notes]
        lines += ["", *(f"- {row.verdict}: {row.what} ({row.reader}): {note}" for row, note in notes)] if notes else []
        return "\n".join(lines) + "\n"


def complain(text):
    print(text, file=sys.stderr, flush=True)
