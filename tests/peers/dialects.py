#!/usr/bin/env python3
"""Put random strings into every dialect of config files, and read them back with the dialect's own reader.

usage: dialects.py PROGRAM [--count N] [--secrets N] [--seed N] [--venv FOLDER] [--only DIALECT]

A site overrides options that no table knows with seeded strings; what `build` writes is read from the ConfigMap by PyYAML, and
the file in it by oslo.config, configparser, PyYAML, MariaDB's my_print_defaults, a shell, or, for rabbitmq.conf and files of
directives, by a reader of the documented rules. Passwords go through the store and come back from the Secrets' drop-ins.
Each value is compared as it is. A value that the compiler refuses is tried in every plain way of writing: where the reader gets
it from one of them, the refusal is over-strict, and counted. To show that the comparison can fail, the same strings are also
written without the compiler's care; it must find some that change. Exit 1 where a string changes.
"""

import argparse
import base64
import collections
import configparser
import pathlib
import random
import re
import shutil
import string
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
NEEDED = ["oslo.config", "PyYAML", "SQLAlchemy", "oslo.messaging"]
SITE = """site test {{
    lab #true
    network management cidr="192.168.50.0/24"
    node aio management="192.168.50.11" {{ roles controller network compute }}
    deliver flux repo="ssh://git@git.example.com/clusters.git" {{ secrets plain }}
{body}}}
"""
WORDS = ["true", "false", "null", "~", "yes", "No", "on", "0", "007", "0x1F", "1e3", ".inf", "12:30:45", "2001-01-01", "=", "<<"]
WORDS += ["-", "--- ", "- a", "? a", ": ", "a: b", "a #b", "a;b", "!tag", "&a", "*a", "@a", "`a`", "%a", "{a}", "[a]", "|", ">"]
WORDS += ["$", "$$", "\\$", "$a", "${a}", "$(id)", "%(a)s", "%d", '"', "'", '""', "''", "'''", "\\", "\\\\", "\\n", "\\s", "a\\"]
WORDS += ['" \'', "' \"", "\"a' ", " 'a\"", "#", ";", "a = b", "[section]", "!include /tmp/a", "", " ", "\t", "a ", " a"]
SIGNS = string.punctuation + " \t"
UNICODE = "äßéøЖ中文🦀\u00a0\u2003\u200b\ufeff\u0301\u202e\u00ff\ue000\U0010ffff"
RARE = "\n\r\0\x01\x08\x0b\x0c\x1a\x1b\x1c\x1d\x1e\x1f\x7f\x85\u2028\u2029"


def strings(seed, count):
    """Seeded strings: words that readers take for something else, then any mixture, a few of them long."""
    chance = random.Random(seed)
    found = list(WORDS)
    while len(found) < count:
        alphabet = chance.choice([SIGNS, SIGNS + string.ascii_letters + string.digits, "\\$\"' #", SIGNS + UNICODE, string.printable])
        text = "".join(chance.choice(alphabet) for _ in range(chance.randint(1, 24)))
        if alphabet is not string.printable:
            text = re.sub("[\x0b\x0c\r\n]", "", text)
        if chance.random() < 0.02:
            text += chance.choice(RARE) + chance.choice(["", "a", "\nb"])
        if chance.random() < 0.002:
            text = (text + "x") * 400
        found.append(text)
    return found[:count]


def kdl(text):
    plain = string.ascii_letters + string.digits + " _-.,:;=/<>(){}[]!?@#$%^&*+~`|'"
    return '"' + "".join(c if c in plain else f"\\u{{{ord(c):x}}}" for c in text) + '"'


def read_oslo(path, names, folder=None):
    from oslo_config import cfg

    conf = cfg.ConfigOpts()
    for section, name in names:
        conf.register_opt(cfg.StrOpt(name), group=None if section == "DEFAULT" else section)
    conf([*([] if path is None else ["--config-file", str(path)]), *(["--config-dir", str(folder)] if folder else [])])
    return {(section, name): (conf if section == "DEFAULT" else conf[section])[name] for section, name in names}


def read_ini(path, _names):
    """Interpolation is off: it belongs to programs that ask for it. uWSGI has its own, which the compiler passes on:
    `%` and a letter, `$(NAME)` and `@(FILE)` in a value are replaced by uWSGI, and nothing here judges that."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read(path, encoding="utf-8")
    return {(section, name): parser[section][name] for section in parser.sections() for name in parser[section]}


def read_mycnf(path, names):
    found = {}
    for section in {section for section, _ in names}:
        ran = subprocess.run(["my_print_defaults", f"--defaults-file={path}", section], capture_output=True, check=True)
        for line in ran.stdout.decode("utf-8", "replace").split("\n--"):
            name, equals, value = line.removeprefix("--").removesuffix("\n").partition("=")
            # An option without a value is a flag, and how the compiler's data writes one is an empty text.
            found[section, name] = value if equals else ""
    return found


def read_yaml(path, _names):
    import yaml

    return {("-", name): value for name, value in (yaml.safe_load(path.read_bytes()) or {}).items()}


def read_environment(path, names):
    """A shell without programs, in the scratch folder: should a value get out of its quotes, there is little that it can do."""
    command = [shutil.which("dash"), "-c", 'set -a; . "$1"; exec /usr/bin/env -0', "sh", path]
    ran = subprocess.run(command, capture_output=True, env={"PATH": "/nonexistent"}, cwd=path.parent, check=True)
    pairs = dict(item.partition("=")[::2] for item in ran.stdout.decode("utf-8", "replace").split("\0") if item)
    return {(section, name): pairs.get(name) for section, name in names}


def harmless(name, value):
    """May the string be given to the reader without the compiler's care? A shell would run what is in it."""
    return name != "environment" or not re.search(r"[;&|<>()`$/~]", value)


RABBIT = re.compile(r"[ \t]*([^\s=#']+)[ \t]*=[ \t]*+(?:'((?:[^'\n])*)'|(?!')((?:(?![ \t]*(?:\n|$)|[ \t]*#)[^\n])+))[ \t]*(?:#[^\n]*)?\Z")


def read_properties(path, _names):
    """A reader of the rules of RabbitMQ's cuttlefish (conf_parse.peg): `key = value` up to a `#` or the blanks at the line's end,
    or `'value'`. An empty value, and what begins with a `'` and is not closed by the next one, are errors: no value is read."""
    found = {}
    for line in path.read_bytes().decode().split("\n"):
        if match := RABBIT.match(line):
            found["-", match[1]] = match[3] if match[2] is None else match[2]
    return found


def read_directives(path, _names):
    """A reader of what such files have in common: a word, blanks, and the rest of the line without blanks at its end."""
    found = {}
    for line in path.read_bytes().decode().split("\n"):
        if line.strip() and not line.lstrip().startswith(("#", ";", "!", "%")):
            name, _, value = line.strip().partition(" ")
            found["-", name] = value.strip()
    return found


Dialect = collections.namedtuple("Dialect", "service file section read declared")
DIALECTS = {
    "oslo": Dialect("nova", "nova.conf", "DEFAULT", read_oslo, True),
    "mycnf": Dialect("mariadb", "my.cnf", "client", read_mycnf, True),
    "ini": Dialect("nova", "nova-api-uwsgi.ini", "uwsgi", read_ini, True),
    "properties": Dialect("rabbitmq", "rabbitmq.conf", "-", read_properties, True),
    "yaml": Dialect("nova", "policy.yaml", "-", read_yaml, False),
    "environment": Dialect("nova", "probe.env", "-", read_environment, False),
    "directives": Dialect("nova", "probe.conf", "-", read_directives, False),
}
# No service has a file of these; the project's copy of the service data gets one.
PROBES = "    file probe.env format=environment\n    file probe.conf format=directives\n"
MOUNTS = '        mount probe.env at="/etc/probe.env"\n        mount probe.conf at="/etc/probe.conf"\n'


def naive(name, dialect, values, writing="{}"):
    """The strings as a file, written without care."""
    equals = {"yaml": ": ", "environment": "=", "directives": " "}.get(name, " = ")
    lines = [key + equals + writing.format(value) for key, value in values.items()]
    return "\n".join([*([] if dialect.section == "-" else [f"[{dialect.section}]"]), *lines, ""])


def writings(text):
    """Every plain way of writing a value that a format might know."""
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    yield from (text, f'"{text}"', f"'{text}'", escaped, '"' + escaped.replace('"', '\\"') + '"', text.replace("$", "$$"))
    yield from (f'"{text.replace("$", "$$")}"', text.replace("\n", "\n  "), text.replace("#", "\\#"))


class Bed:
    """A project with one site."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        shutil.copytree(ROOT / "schema", folder / "schema")
        (folder / "sites/test").mkdir(parents=True)
        nova = folder / "schema/services/nova/service.kdl"
        text = re.sub(r"^(    file policy\.yaml .*\n)", lambda found: found[1] + PROBES, nova.read_text(), count=1, flags=re.M)
        nova.write_text(re.sub(r"^( +mount policy\.yaml .*\n)", lambda found: found[1] + MOUNTS, text, count=1, flags=re.M))

    def run(self, *arguments, text=None):
        return subprocess.run([self.program, *arguments], cwd=self.folder, capture_output=True, text=True, input=text)

    def build(self, dialect, values):
        """What was refused; the rest is built."""
        refused = {}
        while True:
            kept = {key: value for key, value in values.items() if key not in refused}
            lines = [f"service {dialect.service} {{"]
            if dialect.declared:
                lines.append(f'extra-options "{dialect.file}" {{ "{dialect.section}" {" ".join(kept)} }}')
            lines.append(f'config "{dialect.file}" {{' + ("" if dialect.section == "-" else f' "{dialect.section}" {{'))
            start = SITE.split("{body}")[0].count("\n") + len(lines) + 1
            lines += [f"{key} {kdl(value)}" for key, value in kept.items()]
            body = "\n".join([*lines, "}" if dialect.section == "-" else "} }", "}", ""])
            (self.folder / "sites/test/site.kdl").write_text(SITE.format(body=body))
            ran = self.run("build", "--format", "short")
            if ran.returncode == 0:
                return refused
            keys, before = list(kept), len(refused)
            for line, why in re.findall(r"site\.kdl:(\d+):\d+: error\[TG0512\]: (.*)", ran.stderr):
                refused[keys[int(line) - start]] = why.rpartition(": ")[2]
            if len(refused) == before:
                sys.exit(f"the site is not built: {ran.stderr[:2000]}")

    def configmap(self, dialect):
        import yaml

        site = self.folder / "output/test"
        for path in site.glob(f"kubernetes/{dialect.service}/configmap-*.yaml"):
            if text := yaml.safe_load(path.read_bytes())["data"].get(dialect.file):
                return text
        sys.exit(f"no ConfigMap has {dialect.file}")


def got(dialect, path, text, keys):
    """What the reader gets for each option; nothing where it cannot read the file."""
    path.write_bytes(text.encode())
    names = [(dialect.section, key) for key in keys]
    try:
        found = dialect.read(path, names)
    except Exception:
        return {}
    return {key: found.get((dialect.section, key)) for key in keys}


def over_strict(name, dialect, values, path):
    """The values that some plain writing brings to the reader unchanged, by the characters in question."""
    found = {}
    for key, value in values.items():
        for text in writings(value) if harmless(name, value) else []:
            lines = naive(name, dialect, {key: text, "follows": "x"})
            back = got(dialect, path, lines, [key, "follows"])
            if back.get(key) == value and back.get("follows") == "x":
                found[key] = text
                break
    return found


def public(bed, name, count, seed):
    dialect, path = DIALECTS[name], bed.folder / "read"
    values = {f"o{index}": value for index, value in enumerate(strings(f"{seed} {name}", count))}
    if "\0" in "".join(values.values()):
        # The spec's own language has no NUL.
        values = {key: value.replace("\0", "\1") for key, value in values.items()}
    refused = bed.build(dialect, values)
    kept = {key: value for key, value in values.items() if key not in refused}
    back = dialect.read(write(path, bed.configmap(dialect)), [(dialect.section, key) for key in kept])
    changed = {key: value for key, value in kept.items() if back.get((dialect.section, key)) != value}
    tried = [(key, value) for key, value in list(values.items())[:1000] if harmless(name, value)]
    careless = sum(got(dialect, path, naive(name, dialect, {key: value}), [key]).get(key) != value for key, value in tried)
    loose = over_strict(name, dialect, {key: values[key] for key in refused}, path)
    print(f"{name}: {len(values)} strings, {len(kept)} written, {len(changed)} changed, {len(refused)} refused,"
          f" {len(loose)} of them over-strict; of {len(tried)} written without care {careless} change", flush=True)
    for why, number in collections.Counter(refused.values()).items():
        over = [key for key in loose if refused[key] == why]
        example = f", over-strict {len(over)}, as {values[over[0]]!r} from {loose[over[0]]!r}" if over else ""
        print(f"    refused: {why}: {number}{example}")
    for key, value in list(changed.items())[:8]:
        print(f"    changed: {value[:80]!r} ({len(value)}) is read as {str(back.get((dialect.section, key)))[:80]!r}")
    return len(changed) + (careless == 0)


def write(path, text):
    path.write_bytes(text.encode())
    return path


PLACE = re.compile(r"<([\w-]+/[\w-]+)>")


def legal(chance):
    """A string that the store takes for a password: long enough, one line, no control characters, no blanks at its ends."""
    while True:
        alphabet = chance.choice([SIGNS, "\\$\"' #%@:/;ab", SIGNS + UNICODE, SIGNS + string.ascii_letters + string.digits])
        text = "".join(chance.choice(alphabet) for _ in range(chance.randint(12, 40))).replace("\t", "")
        if len(text) >= 12 and text == text.strip() and len(set(text)) >= 5:
            return text


class Place:
    """An option of a drop-in that shows a secret."""

    def __init__(self, kind, section, name, template):
        self.kind, self.section, self.name, self.template = kind, section, name, template
        self.secret = PLACE.search(template)[1]

    def password(self, value):
        """The secret in a value, as the library gets it that the value is for; what stands around it must be whole."""
        before, after = PLACE.split(self.template)[::2]
        if self.name == "transport_url":
            import oslo_messaging
            from oslo_config import cfg

            conf = cfg.ConfigOpts()
            conf([])
            url = oslo_messaging.TransportURL.parse(conf, value)
            plain = oslo_messaging.TransportURL.parse(conf, before + "word" + after)
            (host,), (known,) = url.hosts, plain.hosts
            parts = lambda host, url: (host.hostname, host.port, host.username, url.virtual_host)
            return host.password if parts(host, url) == parts(known, plain) else None
        if "://" in before:
            import sqlalchemy

            url, plain = sqlalchemy.make_url(value), sqlalchemy.make_url(before + "word" + after)
            return url.password if url.set(password="word") == plain else None
        if not value or not value.startswith(before) or not value.endswith(after):
            return None
        return value[len(before) : len(value) - len(after)]


def places(site):
    """Object -> its places, from the drop-ins that are shown with the secrets' names."""
    found = {}
    for path in sorted(site.glob("config/*/*.d/secret.conf")):
        service, file = path.parents[1].name, path.parent.name[:-2]
        stem = re.sub(r"[._]", "-", file)
        target = found.setdefault(stem if stem.startswith(service) else f"{service}-{stem}", [])
        for line in path.read_text().splitlines():
            if line.startswith("["):
                section = line[1:-1]
            elif PLACE.search(line):
                name, _, value = line.partition(" = ")
                kind = "mycnf" if file == "my.cnf" else "url" if "://" in value else "oslo"
                target.append(Place(kind, section, name, value))
    return found


def read_drop_in(text, folder, targets):
    """What stands at each place, as the password is used; nothing where it cannot be read."""
    names = [(place.section, place.name) for place in targets]
    folder.mkdir(exist_ok=True)
    path = write(folder / "secret.conf", text)
    try:
        found = read_mycnf(path, names) if targets[0].kind == "mycnf" else read_oslo(None, names, folder)
    except Exception:
        found = {}
    values = []
    for place in targets:
        try:
            values.append(place.password(found[place.section, place.name]))
        except Exception:
            values.append(None)
    return values


def careless_drop_in(place, value):
    return f"[{place.section}]\n{place.name} = {PLACE.sub(lambda _: value, place.template)}\n"


def secrets(bed, count, seed):
    import yaml

    chance, site, folder = random.Random(f"{seed} secrets"), bed.folder / "output/test", bed.folder / "drop-in"
    (bed.folder / "sites/test/site.kdl").write_text(SITE.format(body=""))
    for action in ("init", "generate"):
        must(bed.run("passwords", action, "test", "-i", "key.txt"))
    listed = must(bed.run("passwords", "list", "test")).stdout
    names = re.findall(r"^(\S+) +password ", listed, re.M)
    must(bed.run("build", "-i", "key.txt"))
    everywhere = places(site)
    names = [name for name in names if any(place.secret == name for targets in everywhere.values() for place in targets)]
    made, tally, faults, refused = 0, collections.Counter(), [], collections.Counter()
    while made < count:
        values = {}
        for name in names:
            text = legal(chance)
            ran = bed.run("passwords", "set", "test", name, "-i", "key.txt", text=text + "\n")
            if ran.returncode:
                refused[re.search(r"TG\d+", ran.stderr)[0]] += 1
            else:
                values[name] = text
        made += len(values)
        must(bed.run("build", "-i", "key.txt"))
        found = {path.stem.removeprefix("secret-"): yaml.safe_load(path.read_bytes()) for path in site.glob("kubernetes/*/secret-*.yaml")}
        objects = {held: document.get("data", {}) for held, document in found.items()}
        for name, value in values.items():
            held, _, key = name.partition("/")
            if held in objects and key in objects[held]:
                tally["whole"] += 1
                if base64.b64decode(objects[held][key]) != value.encode():
                    faults.append(("whole", name, value, base64.b64decode(objects[held][key])))
        for held, targets in everywhere.items():
            targets = [place for place in targets if place.secret in values]
            text = base64.b64decode(objects[held]["secret.conf"]).decode()
            for place, back in zip(targets, read_drop_in(text, folder, targets)):
                value = values[place.secret]
                tally[place.kind] += 1
                tally[place.kind + " without care"] += read_drop_in(careless_drop_in(place, value), folder, [place]) != [value]
                if back != value:
                    faults.append((place.kind, f"[{place.section}] {place.name}", value, back))
    for kind in ("oslo", "url", "mycnf", "whole"):
        print(f"secrets, {kind}: {tally[kind]} places, {sum(fault[0] == kind for fault in faults)} changed;"
              f" written without care {tally[kind + ' without care']} change")
    print(f"secrets: {made} strings, refused by the store: {dict(refused)}", flush=True)
    for fault in faults[:8]:
        print("    changed: {} {}: {!r} is read as {!r}".format(*fault))
    return len(faults) + sum(tally[kind + " without care"] == 0 for kind in ("oslo", "url", "mycnf"))


def must(ran):
    if ran.returncode:
        sys.exit(f"{ran.args}: {ran.stderr[:2000]}")
    return ran


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--secrets", type=int, default=1000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", action="append", choices=[*DIALECTS, "secrets"])
    parser.add_argument("--venv", type=pathlib.Path, help="an environment with the readers; made where it is not there")
    arguments = parser.parse_args()
    prepare(arguments.venv)
    bad = 0
    for name in arguments.only or [*DIALECTS, "secrets"]:
        with tempfile.TemporaryDirectory() as folder:
            bed = Bed(arguments.program.resolve(), pathlib.Path(folder))
            if name == "secrets":
                bad += secrets(bed, arguments.secrets, arguments.seed)
            else:
                bad += public(bed, name, arguments.count, arguments.seed)
    print(f"{bad} faults")
    return 1 if bad else 0


def prepare(venv):
    """Starts again inside of an environment that has the readers."""
    if venv is None or pathlib.Path(sys.prefix).resolve() == venv.resolve():
        return
    if not (venv / "bin/python").exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([venv / "bin/pip", "install", "-q", *NEEDED], check=True)
    sys.exit(subprocess.run([venv / "bin/python", *sys.argv]).returncode)


if __name__ == "__main__":
    sys.exit(main())
