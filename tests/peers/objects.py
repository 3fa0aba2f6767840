#!/usr/bin/env python3
"""Objects broken at random, judged by `taco-gen verify` and by kubernetes-validate (PyPI) in its strict mode.

    pip install kubernetes-validate pyyaml
    tests/peers/objects.py target/release/taco-gen output [--count 1000] [--seed 1] [--kubernetes 1.35]

Takes the Kubernetes objects below a folder, changes one thing in a copy of one of them, COUNT times, and compares the verdicts.
Exits 1 where kubernetes-validate refuses what taco-gen takes. Findings about other objects (a ConfigMap that is not in the folder,
and the like) do not count: only codes that one object alone can get.
"""

import argparse
import collections
import copy
import functools
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import kubernetes_validate
import yaml

# What an object alone can be blamed for: unreadable, kind, field, type, required, word, form, key, release, name, label, contradiction.
ALONE = {"TG0101", "TG0104", "TG0108", "TG0109", *(f"TG{number:04}" for number in range(810, 822)), "TG0829", "TG0830"}


def places(value, path=()):
    """Every place below a value: the way to it, and what is there."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key), inner
        yield from places(inner, (*path, key))


def holder(document, path):
    for key in path[:-1]:
        document = document[key]
    return document


def misspelt(word, chance):
    """A word with one letter swapped, dropped, doubled or of the other case."""
    at = chance.randrange(len(word))
    kind = chance.choice(["swap", "drop", "double", "case"])
    if kind == "swap" and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2:]
    if kind == "drop" and len(word) > 1:
        return word[:at] + word[at + 1:]
    if kind == "case" and word.swapcase() != word:
        return word[:at] + word[at].swapcase() + word[at + 1:]
    return word[:at] + word[at] + word[at:]


def rename(document, chance):
    found = [path for path, _ in places(document) if isinstance(path[-1], str)]
    path = chance.choice(found)
    above = holder(document, path)
    entries = list(above.items())
    above.clear()
    new = misspelt(path[-1], chance)
    above.update((new if key == path[-1] else key, value) for key, value in entries)
    return f"rename {path} to {new}"


def drop(document, chance):
    path, _ = chance.choice(list(places(document)))
    del holder(document, path)[path[-1]]
    return f"drop {path}"


def wrong_type(document, chance):
    path, value = chance.choice(list(places(document)))
    others = [other for other in ("text", 7, 1.5, True, None, [], {}, ["text"], {"key": "text"}, [{}]) if type(other) is not type(value)]
    other = chance.choice(others)
    holder(document, path)[path[-1]] = other
    return f"{path} = {other!r}"


def wrong_word(document, chance):
    found = [path for path, value in places(document) if isinstance(value, str) and value and len(value) < 40]
    path = chance.choice(found)
    above = holder(document, path)
    above[path[-1]] = misspelt(above[path[-1]], chance)
    return f"{path} = {above[path[-1]]!r}"


def wrong_number(document, chance):
    found = [path for path, value in places(document) if type(value) is int]
    if not found:
        return wrong_word(document, chance)
    path = chance.choice(found)
    number = chance.choice([-1, 0, 65536, 2**31, 2**63 - 1, 1.5])
    holder(document, path)[path[-1]] = number
    return f"{path} = {number}"


def add(document, chance):
    found = [path for path, value in places(document) if isinstance(value, dict)]
    path = chance.choice(found) if found else ()
    above = holder(document, (*path, ""))
    words = [word for other, _ in places(document) for word in other if isinstance(word, str)]
    word = chance.choice([*words, "extra"])
    above.setdefault(word, chance.choice(["text", 7, {}, []]))
    return f"add {word} to {path}"


def twice(document, chance):
    found = [path for path, value in places(document) if isinstance(value, list) and value]
    if not found:
        return rename(document, chance)
    path = chance.choice(found)
    above = holder(document, path)[path[-1]]
    above.append(copy.deepcopy(chance.choice(above)))
    return f"an item of {path} twice"


def nothing(document, chance):
    path, _ = chance.choice(list(places(document)))
    holder(document, path)[path[-1]] = None
    return f"{path} = null"


CHANGES = [rename, rename, rename, drop, drop, wrong_type, wrong_type, wrong_word, wrong_number, add, twice, nothing]


def theirs(document, version):
    """Why kubernetes-validate refuses an object: none where it takes it; "?" where it does not know the kind."""
    try:
        kubernetes_validate.validate(document, version, strict=True)
        return None
    except kubernetes_validate.ValidationError as error:
        return f"{'.'.join(map(str, error.path))}: {error.message[:160]}"
    except (kubernetes_validate.SchemaNotFoundError, KeyError, AttributeError, TypeError):
        return "?"


def ours(program, folder, version):
    """Findings of taco-gen by file."""
    run = subprocess.run([program, "verify", folder, "--kubernetes", version, "--format", "json"], capture_output=True, text=True, check=False)
    found = collections.defaultdict(list)
    for finding in json.loads(run.stdout)["diagnostics"]:
        if finding["code"] in ALONE and finding.get("path"):
            found[pathlib.Path(finding["path"]).name].append(f"{finding['code']} {finding['message']}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kubernetes", default="1.35")
    parser.add_argument("--show", action="store_true", help="show what taco-gen alone refuses, too")
    arguments = parser.parse_args()
    # It reads its schemas anew for each object.
    kubernetes_validate.utils.schema_contents = functools.lru_cache(maxsize=None)(kubernetes_validate.utils.schema_contents)
    chance = random.Random(arguments.seed)
    documents = [yaml.safe_load(path.read_text()) for path in sorted(arguments.folder.rglob("kubernetes/**/*.yaml"))]
    by_kind = collections.defaultdict(list)
    for document in documents:
        if theirs(document, arguments.kubernetes) is None:
            by_kind[document["kind"]].append(document)
    kinds = sorted(by_kind)
    # Kinds with pods have the most fields, so they come up more often.
    weights = [len(json.dumps(by_kind[kind][0])) ** 0.5 for kind in kinds]
    verdicts, changes = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(arguments.count):
            document = copy.deepcopy(chance.choice(by_kind[chance.choices(kinds, weights)[0]]))
            change = chance.choice(CHANGES)(document, chance)
            name = f"{number:05}.yaml"
            pathlib.Path(folder, name).write_text(yaml.safe_dump(document, sort_keys=False))
            changes[name] = f"{document.get('kind')}: {change}"
            verdicts[name] = theirs(document, arguments.kubernetes)
        found = ours(arguments.program, folder, arguments.kubernetes)
    table = collections.Counter()
    missed = []
    for name, verdict in verdicts.items():
        table["unknown kind" if verdict == "?" else "refuses" if verdict else "takes", "refuses" if found[name] else "takes"] += 1
        if verdict and not found[name]:
            missed.append(name)
            print(f"TAKEN HERE {changes[name]}\n    {verdict}")
        elif arguments.show and not verdict and found[name]:
            print(f"REFUSED HERE {changes[name]}\n    {found[name][0]}")
    for (other, own), count in sorted(table.items()):
        print(f"kubernetes-validate {other}, taco-gen {own}: {count}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
