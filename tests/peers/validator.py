#!/usr/bin/env python3
"""Options broken at random, judged by `taco-gen check` and by oslo.config's own oslo-config-validator.

    uv venv --python 3.11 ENVIRONMENT
    uv pip install --no-deps --python ENVIRONMENT/bin/python --build-constraints <(echo 'setuptools<81') \\
        -r tools/catalog/locks/gazpacho.txt
    tests/peers/validator.py target/release/taco-gen ENVIRONMENT [--count 1000] [--seed 1] [--show]

Takes the files of format oslo below output/lab and output/virtualbox, breaks one option of one file, COUNT times, and compares the
verdicts. The validator reads the emitted file with the broken line in it, warnings fatal, and refuses what it complains of there
and not in the file as emitted. taco-gen reads the site with an override that says the same, and refuses where it finds an error,
or one of the warnings of old names and coming removals, at that override. Exits 1 where the packages refuse what taco-gen takes.

The validator knows names only. So a wrong value is also given to the option's own type, as the packages define it.
Two things that the validator does not know are told it: which options the plugin takes that a section names (`auth_type`), and which
options take the sections that a file makes itself (back ends of volumes and images).
"""

import argparse
import collections
import dataclasses
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

import options

ROOT = pathlib.Path(__file__).resolve().parents[2]
SITES = ["lab", "virtualbox"]
SERIES, RELEASE = "gazpacho", "2026.1"

# File -> the generator configurations, and tables, of what its processes read, where that is not the one of its own name.
READ_AS = {
    "nova-compute.conf": ["nova.conf"],
    "neutron-agent.conf": ["neutron.conf"],
    "cinder-backup-rbd.conf": ["cinder.conf"],
    "cinder-backup-nfs.conf": ["cinder.conf"],
    "ovn_metadata_agent.ini": ["neutron_ovn_metadata_agent.ini", "ml2_conf.ini"],
}
# What refuses an option for its name or its value: unknown group, unknown option, value, old name, removed, later, removal ahead.
# A secret in clear or a line that says nothing new is refused too, but for another reason, which must not hide a wrong name.
REFUSALS = {"TG0521", "TG0522", "TG0523", "TG0524", "TG0525", "TG0526", "TG0528", "TG0529"}
# Options that a service registers as it starts, in no list.
UNLISTED = {"cinder": ["backend_host"]}


@dataclasses.dataclass
class File:
    """A file of a site as its processes read it."""

    site: str
    service: str
    name: str
    text: str
    public: dict
    table: dict

    def value(self, record):
        """The default as a file says it, or something."""
        default = record.get("default", "1")
        return ",".join(map(str, default)) if isinstance(default, list) else "1" if isinstance(default, dict) else str(default)

    def groups(self):
        """Sections that the file has or may have; some groups of the tables are named after a driver's module."""
        return sorted({*self.public, *(group for group in self.table if re.fullmatch(r"\w+", group))})

    def known(self):
        """The options that the file may set, and those that it sets, with values."""
        table = [(group, name, self.value(record)) for group in self.groups()
                 for name, record in sorted(self.table.get(group, {}).items())]
        return table, [(group, name, values[0]) for group, found in self.public.items() for name, values in found.items()]


@dataclasses.dataclass
class Mutant:
    """One broken option."""

    kind: str
    file: File
    section: str
    option: str
    value: str

    def said(self):
        file = f"{self.file.site}/{self.file.service}/{self.file.name}"
        return f"{self.kind}: {file} [{self.section}] {self.option} = {self.value}"


def files():
    """The files of the committed output that the validator can read."""
    tables, found = options.Tables(ROOT / "schema/options", RELEASE), []
    for site in SITES:
        for (service, name) in sorted(options.TABLES):
            path = ROOT / "output" / site / "config" / service / name
            if not path.is_file():
                continue
            public, secret = path.read_text(), path.with_name(f"{name}.d") / "secret.conf"
            table = {}
            for each in READ_AS.get(name, [name]):
                for group, records in tables.file(service, each).items():
                    table.setdefault(group, {}).update(records)
            text = public + ("\n" + secret.read_text() if secret.exists() else "")
            found.append(File(site, service, name, text, options.sections(public), table))
    return found


def misspelt(word, chance):
    """A word with one letter swapped, dropped, doubled or of the other case."""
    at = chance.randrange(len(word))
    kind = chance.choice(["swap", "drop", "double", "case"])
    if kind == "swap" and at + 1 < len(word) and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2:]
    if kind == "drop" and len(word) > 1:
        return word[:at] + word[at + 1:]
    if kind == "case" and word[at].swapcase() != word[at]:
        return word[:at] + word[at].swapcase() + word[at + 1:]
    return word[:at] + word[at] + word[at:]


def pick(file, chance):
    table, public = file.known()
    return chance.choice(public if public and chance.random() < 0.5 else table)


def misspelt_option(file, _, chance):
    section, option, value = pick(file, chance)
    return section, misspelt(option, chance), value


def misspelt_group(file, _, chance):
    section, option, value = pick(file, chance)
    return misspelt(section, chance), option, value


def wrong_name(file, _, chance):
    """Two halves of two names."""
    section, option, value = pick(file, chance)
    other = pick(file, chance)[1]
    return section, "_".join([*option.split("_")[: chance.randrange(1, 3)], *other.split("_")[-chance.randrange(1, 3):]]), value


def wrong_group(file, everything, chance):
    """A section that another service's file has."""
    _, option, value = pick(file, chance)
    return chance.choice(chance.choice(everything).groups()), option, value


def moved_option(file, _, chance):
    """Into another section of the same file."""
    section, option, value = pick(file, chance)
    return chance.choice([group for group in file.groups() if group != section]), option, value


def moved_file(_, everything, chance):
    """From another file, under the same section."""
    return pick(chance.choice(everything), chance)


def old_name(file, _, chance):
    old = [(group or section, name, file.value(record)) for section in file.groups()
           for record in file.table.get(section, {}).values() for group, name in record.get("deprecated", [])]
    return chance.choice(old) if old else misspelt_option(file, _, chance)


def gone(file, _, chance):
    """An option of another release only."""
    document = json.loads((ROOT / f"schema/options/{file.service}.json").read_text())
    found = [(section, name, "1") for table in READ_AS.get(file.name, [file.name])
             for section, held in document["files"].get(table, {}).items() if re.fullmatch(r"\w+", section)
             for name in held if name not in file.table.get(section, {})]
    return chance.choice(found) if found else misspelt_option(file, _, chance)


def wrong_value(file, _, chance):
    section, option, value = pick(file, chance)
    return section, option, chance.choice(["perhaps", "-1", "0", "65536", "1.5", "99999999999", "a,b", "k:v", "[x", misspelt(value or "x", chance)])


CHANGES = [misspelt_option, misspelt_option, misspelt_group, wrong_name, wrong_group, moved_option, moved_option, moved_file, old_name,
           gone, wrong_value, wrong_value, wrong_value]


def mutants(everything, count, chance):
    """Broken options, each once, and none that the file has as it is."""
    found = {}
    while len(found) < count:
        file, change = chance.choice(everything), chance.choice(CHANGES)
        section, option, value = change(file, everything, chance)
        is_same = file.public.get(section, {}).get(option) == [value]
        if not is_same and value.isprintable() and option:
            mutant = Mutant(change.__name__.replace("_", " "), file, section, option, value)
            found.setdefault(mutant.said(), mutant)
    return list(found.values())


def controls(everything, count, chance):
    """Options that files do not set, with their own defaults: both have to take them."""
    found = [Mutant("control", file, group, name, str(record["default"]))
             for file in everything for group in file.groups() for name, record in sorted(file.table.get(group, {}).items())
             if type(record.get("default")) in (int, bool) and not record.get("removal") and name not in file.public.get(group, {})]
    return chance.sample(found, min(count, len(found)))


def with_line(text, mutant):
    """A file's text with the broken line in its section."""
    lines, section, placed = [], None, False
    line = f"{mutant.option} = {mutant.value}"
    for old in text.splitlines():
        if old.startswith("[") and old.endswith("]"):
            section = old[1:-1]
            lines.append(old)
            if section == mutant.section and not placed:
                lines.append(line)
                placed = True
        elif section != mutant.section or old.partition("=")[0].strip() != mutant.option:
            lines.append(old)
    return "\n".join(lines if placed else [*lines, f"[{mutant.section}]", line]) + "\n"


def namespaces(service, name):
    held = json.loads((ROOT / f"tools/catalog/namespaces/{SERIES}.json").read_text())[service]
    return sorted({namespace for each in READ_AS.get(name, [name]) for namespace in held[each]})


def theirs(environment, all_mutants):
    """What the packages say of each broken option: complaints by name, complaints by value."""
    verdicts = {}
    for service in sorted({mutant.file.service for mutant in all_mutants}):
        own = [(at, mutant) for at, mutant in enumerate(all_mutants) if mutant.file.service == service]
        questions = [{
            "namespaces": namespaces(service, mutant.file.name), "text": mutant.file.text, "changed": with_line(mutant.file.text, mutant),
            "section": mutant.section, "option": mutant.option, "value": mutant.value, "unlisted": UNLISTED.get(service, []),
        } for _, mutant in own]
        run = subprocess.run([environment / "bin/python", __file__, "--judge"], input=json.dumps(questions), stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, check=False)
        if run.returncode:
            sys.exit(f"the validator of {service} broke off:\n{run.stderr[-2000:]}")
        answers = json.loads(run.stdout.splitlines()[-1])
        verdicts.update({at: answer for (at, _), answer in zip(own, answers, strict=True)})
    return [verdicts[at] for at in range(len(all_mutants))]


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def spec(mutant, name):
    """The site's spec with the override, and the line that it stands in."""
    text = (ROOT / "sites" / mutant.file.site / "site.kdl").read_text()
    text = re.sub(r"^site \S+ \{", f"site {name} {{", text, flags=re.M)
    text = re.sub(r'^    (passwords ".*"|    config ".*)\n', "", text, flags=re.M)
    override = f'config {quoted(mutant.file.name)} {{ {quoted(mutant.section)} {{ {quoted(mutant.option)} {quoted(mutant.value)} }} }}'
    head = f"    service {mutant.file.service} {{"
    if f"\n{head}" in text:
        text = text.replace(f"\n{head}", f"\n{head}\n{override}\n", 1)
    else:
        text = text.rstrip().removesuffix("}") + f"{head}\n{override}\n}}\n}}\n"
    return text, text.splitlines().index(override) + 1


def reports(text):
    """The JSON documents of a run: one for each site."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text.rstrip()):
        document, at = decoder.raw_decode(text, at)
        at += len(text[at:]) - len(text[at:].lstrip())
        yield document


def ours(program, all_mutants):
    """taco-gen's findings at each override."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, lines = pathlib.Path(scratch), {}
        for part in ("schema", "overlays"):
            shutil.copytree(ROOT / part, folder / part)
        for at, mutant in enumerate(all_mutants):
            place = folder / "sites" / f"m{at:05}"
            place.mkdir(parents=True)
            text, lines[f"sites/{place.name}/site.kdl"] = spec(mutant, place.name)
            (place / "site.kdl").write_text(text)
        run = subprocess.run([program.resolve(), "check", "-q", "--format", "json"], cwd=folder, capture_output=True, text=True, check=False)
    found, others = collections.defaultdict(list), collections.Counter()
    for report in reports(run.stdout):
        for finding in report["diagnostics"]:
            path = finding.get("path")
            said = f"{finding['code']} {finding['message']}"
            if finding["code"] in REFUSALS and finding.get("line") == lines.get(path):
                found[int(pathlib.Path(path).parent.name[1:])].append(said)
            else:
                others[f"{finding['severity']} {said}"] += 1
    return found, others


def judge():
    """Runs in the packages' environment: a list of questions on standard input, the verdicts on standard output."""
    import contextlib
    import functools
    import io
    import logging
    import warnings

    from keystoneauth1 import loading
    from oslo_config import cfg, generator, validator

    warnings.simplefilter("ignore")
    questions = json.load(sys.stdin)
    kept = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: kept.append(record.getMessage())
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.WARNING)
    original, machine = generator._list_opts, generator._generate_machine_readable_data
    lists = functools.lru_cache(maxsize=None)(lambda names: original(list(names)))
    groups = functools.lru_cache(maxsize=None)(lambda names: generator._get_groups(lists(names)))
    plain = functools.lru_cache(maxsize=None)(lambda names: machine(groups(names), cfg.ConfigOpts()))

    def plugin(kind):
        common = loading.get_session_conf_options() + loading.get_adapter_conf_options(include_deprecated=False)
        return loading.get_auth_common_conf_options() + loading.get_auth_plugin_conf_options(kind) + common

    @functools.lru_cache(maxsize=None)
    def taken(text, names, unlisted):
        """Section -> options that it takes beyond the listed ones."""
        sections, found = options.sections(text), {}
        for section, held in sections.items():
            if held.get("auth_type"):
                found[section] = plugin(held["auth_type"][0])
        made = [name.partition(":")[0].strip() for value in sections.get("DEFAULT", {}).get("enabled_backends", [])
                for name in value.split(",")]
        listed = {}
        for _, listing in lists(names):
            for group, opts in listing:
                listed.setdefault(getattr(group, "name", group) or "DEFAULT", []).extend(opts)
        if "glance_store" in listed and made:
            made += ["os_glance_staging_store", "os_glance_tasks_store"]
        for section in made:
            found[section] = [*listed.get("glance_store", []), *listed.get("backend_defaults", []),
                              *(cfg.StrOpt(name) for name in unlisted)]
        return found, listed

    def complaints(question, text):
        names = tuple(question["namespaces"])
        extra, _ = taken(question["text"], names, tuple(question["unlisted"]))
        data = dict(plain(names))
        data["options"] = dict(data["options"])
        for section, opts in extra.items():
            held = data["options"].get(section, {"opts": []})
            data["options"][section] = {**held, "opts": [*held["opts"], *({"name": opt.name, "dest": opt.dest} for opt in opts)]}
        generator._list_opts = lambda _: lists(names)
        generator._get_groups = lambda _: {}
        generator._generate_machine_readable_data = lambda *_: data
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write(text)
            file.flush()
            sys.argv = ["oslo-config-validator", "--input-file", file.name, "--fatal-warnings"]
            sys.argv += [word for name in names for word in ("--namespace", name)]
            kept.clear()
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                try:
                    code = validator.main()
                except SystemExit as stop:
                    code = stop.code
                except cfg.ParseError as error:
                    return [f"cannot be parsed: {error}"]
        return kept[:] if code else []

    def value(question):
        """Why the option's own type refuses the value."""
        names = tuple(question["namespaces"])
        extra, listed = taken(question["text"], names, tuple(question["unlisted"]))
        section = question["section"]
        for opt in [*extra.get(section, []), *listed.get(section, [])]:
            if question["option"] in (opt.name, opt.dest):
                try:
                    opt.type(question["value"])
                except (ValueError, TypeError) as error:
                    return [str(error)]
                return []
        return []

    for names in sorted({tuple(question["namespaces"]) for question in questions}):
        plain(names)
    unchanged = {}
    answers = []
    for question in questions:
        key = (question["text"], tuple(question["namespaces"]))
        if key not in unchanged:
            unchanged[key] = complaints(question, question["text"])
        names = [line for line in complaints(question, question["changed"]) if line not in unchanged[key]]
        answers.append([names, value(question)])
    print()
    print(json.dumps(answers))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("environment", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="show what taco-gen alone refuses, and what both take")
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    everything = files()
    broken = mutants(everything, arguments.count, chance)
    whole = controls(everything, arguments.count // 10, chance)
    other = theirs(arguments.environment, broken + whole)
    own, elsewhere = ours(arguments.program, broken + whole)
    table, by_kind, faults = collections.Counter(), collections.defaultdict(collections.Counter), 0
    for at, mutant in enumerate(broken + whole):
        names, values = other[at]
        verdict = ("validator" if names else "type" if values else "", bool(own[at]))
        if mutant.kind == "control":
            if names or values or own[at]:
                faults += 1
                print(f"CONTROL REFUSED {mutant.said()}\n    {[*names, *values, *own[at]][0]}")
            continue
        column = {(True, True): "both", (True, False): "theirs only", (False, True): "taco-gen only", (False, False): "neither"}
        by_kind[mutant.kind][column[bool(verdict[0]), verdict[1]]] += 1
        table[verdict] += 1
        if verdict[0] and not own[at]:
            faults += 1
            print(f"TAKEN HERE {mutant.said()}\n    {verdict[0]}: {[*names, *values][0]}")
        elif arguments.show and not verdict[0]:
            print(f"{'REFUSED HERE' if own[at] else 'TAKEN BY BOTH'} {mutant.said()}" + (f"\n    {own[at][0]}" if own[at] else ""))
    for said, count in elsewhere.most_common(10) if arguments.show else []:
        print(f"elsewhere, {count} times: {said}")
    print(f"{len(broken)} options broken, {len(whole)} as they were, in {len(everything)} files")
    for name, judged in (("oslo-config-validator", "validator"), ("the option's own type", "type")):
        print(f"{name} refuses: {table[judged, True]} refused here too, {table[judged, False]} taken here")
    print(f"taken by the packages: {table['', True]} refused here, {table['', False]} taken here too")
    for kind, counts in sorted(by_kind.items()):
        print(f"    {kind}: " + ", ".join(f"{count} {name}" for name, count in sorted(counts.items())))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(judge() if sys.argv[1:] == ["--judge"] else main())
