"""Objects to a program that makes them: what several objects share becomes a function, what differs its parameters.

Subtrees of one shape (the same keys and lengths, whatever the scalars) are one function where there are several of
them; scalars that differ become parameters, alike ones one parameter, and one that always is another with a constant
before or behind it is written so. It is what a person who writes such a library does, and both the jsonnet program and
the chart are printed from it.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from .read import Data, Digest

# A function is worth its call from that many scalars and uses on.
LEAVES = 3
USES = 3


@dataclass
class Join:
    """A parameter with constants around it."""

    before: str
    parameter: int
    after: str


@dataclass
class Call:
    """A use of a function."""

    function: int
    arguments: list


@dataclass
class Function:
    """A function: the types of its parameters, and its body."""

    number: int
    parameters: list
    body: object


@dataclass
class Program:
    """Functions by number, and the objects by path as trees of dicts, lists, scalars and calls."""

    functions: dict = field(default_factory=dict)
    objects: dict = field(default_factory=dict)


def shape(value, memo):
    """What a value looks like without its scalars."""
    known = memo.get(id(value))
    if known is not None:
        return known[0]
    if isinstance(value, dict):
        found = ("map", tuple((key, shape(item, memo)) for key, item in value.items()))
    elif isinstance(value, list):
        found = ("list", tuple(shape(item, memo) for item in value))
    elif isinstance(value, Data):
        found = ("data", value.name)
    elif isinstance(value, Join):
        found = ("scalar", "str")
    else:
        found = ("scalar", type(value).__name__)
    if isinstance(value, (dict, list)):
        memo[id(value)] = (found, value)
    return found


def leaves(value, found):
    """The scalars of a value, in order."""
    if isinstance(value, dict):
        for item in value.values():
            leaves(item, found)
    elif isinstance(value, list):
        for item in value:
            leaves(item, found)
    else:
        found.append(value)
    return found


def fill(value, scalars):
    """A value of the same shape with other scalars."""
    if isinstance(value, dict):
        return {key: fill(item, scalars) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, scalars) for item in value]
    return next(scalars)


class Factory:
    def __init__(self, objects):
        self.memo = {}
        self.objects = objects
        self.groups = defaultdict(list)
        for value in objects.values():
            self.collect(value)
        self.numbers = {}
        for key, group in self.groups.items():
            if len(group) >= USES and len(leaves(group[0], [])) >= LEAVES:
                self.numbers[key] = len(self.numbers) + 1
        self.columns = {key: columns([leaves(value, []) for value in self.groups[key]]) for key in self.numbers}
        self.inline = set()

    def collect(self, value):
        if isinstance(value, (dict, list)):
            self.groups[shape(value, self.memo)].append(value)
            for item in value.values() if isinstance(value, dict) else value:
                self.collect(item)

    def build(self):
        """The program; functions that only one place calls are written out there."""
        while True:
            program = Program()
            self.calls = Counter()
            self.wanted = []
            for path, value in self.objects.items():
                program.objects[path] = self.emit(value)
            for key in self.wanted:
                number = self.numbers[key]
                scalars, parameters = self.columns[key]
                body = fill(self.groups[key][0], iter(scalars))
                first = leaves(self.groups[key][0], [])
                types = [type(first[column]) for column in parameters]
                program.functions[number] = Function(number, types, self.inner(body))
            single = {key for key, count in self.calls.items() if count == 1}
            if not single:
                return program
            self.inline |= single

    def emit(self, value):
        if not isinstance(value, (dict, list)):
            return value
        key = shape(value, self.memo)
        if key not in self.numbers or key in self.inline:
            return self.inner(value)
        if key not in self.calls:
            self.wanted.append(key)
        self.calls[key] += 1
        own = leaves(value, [])
        return Call(self.numbers[key], [own[column] for column in self.columns[key][1]])

    def inner(self, value):
        if isinstance(value, dict):
            return {key: self.emit(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.emit(item) for item in value]
        return value


def columns(rows):
    """The scalars of a function's body (constants, or joins of a parameter), and the column of each parameter."""
    body = []
    parameters = []
    for column, first in enumerate(rows[0]):
        values = [row[column] for row in rows]
        # A digest needs the whole site, which a function does not see.
        if not isinstance(first, Digest) and all(type(value) is type(first) and value == first for value in values):
            body.append(first)
            continue
        for number, earlier in enumerate(parameters):
            join = joined([row[earlier] for row in rows], values)
            if join is not None:
                body.append(Join(join[0], number, join[1]))
                break
        else:
            body.append(Join("", len(parameters), ""))
            parameters.append(column)
    return body, parameters


def joined(known, values):
    """The constants around `known` that give `values`; none where there are none."""
    if all(type(a) is type(b) and a == b for a, b in zip(known, values)):
        return "", ""
    if not all(isinstance(a, str) and isinstance(b, str) and a for a, b in zip(known, values)):
        return None
    start = values[0].find(known[0])
    if start < 0:
        return None
    before, after = values[0][:start], values[0][start + len(known[0]):]
    return (before, after) if all(before + a + after == b for a, b in zip(known, values)) else None


def factor(objects):
    """The program that makes the objects."""
    return Factory(objects).build()
