"""Scenarios: services started from the emitted objects, and what must hold while parts of them fail. Each step is a row of the table."""

import contextlib
import time
import traceback

from suite.cluster.containers import Late
from suite.root import Failed
from suite.table import Row


# What a step may raise: a wait that was too long, a look that found something else, an answer of another form.
NOTICED = (Late, Failed, AssertionError, AttributeError, OSError, KeyError, TypeError, ValueError, StopIteration, RuntimeError)


class Ended(Exception):
    """A step failed: what comes after it in the scenario cannot be judged."""


class Steps:
    """The steps of one scenario."""

    def __init__(self, table, what, program, version):
        self.table, self.what, self.program, self.version = table, what, program, version

    @contextlib.contextmanager
    def step(self, text):
        """The block's end is a pass; the list that it is given takes notes, which are shown."""
        began, notes = time.monotonic(), []
        try:
            yield notes
        except NOTICED as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            said = str(error) or f"{type(error).__name__} in {where.name}: {where.line}"
            self.row(text, "fail", began, [*notes, said[:1200]])
            raise Ended(text) from error
        self.row(text, "pass", began, notes)

    @contextlib.contextmanager
    def broken(self, text):
        """A step with something wrong on purpose: it passes where that was noticed. What comes after it goes on all the same."""
        began = time.monotonic()
        try:
            yield
        except NOTICED as error:
            self.row(text, "fail", began, [str(error)[:1200] or type(error).__name__], "ACCEPTED")
        else:
            self.row(text, "pass", began, [], "refused")

    def skip(self, text, reason):
        self.row(text, "skip", time.monotonic(), [reason])

    def row(self, text, verdict, began, notes, broken="-"):
        self.table.add(Row(f"{self.what}: {text}", 0, self.program, self.version, verdict, broken, time.monotonic() - began, notes))
