"""A site's output to values: the YAML that taco-gen prints, and config files as sections.

The reader knows block maps, lists, literal blocks and scalars, which is all that taco-gen, the chart of this folder and
its peers print here; anything else is an error and never a guess.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

INTEGER = re.compile(r"-?(0|[1-9][0-9]*)$")
DECIMAL = re.compile(r"-?[0-9]+\.[0-9]+$")
KEY = re.compile(r'("(?:[^"\\]|\\.)*"|[^\s"#&*!|>%@`\[\]{},?:-](?:[^:\n]|:(?=\S))*):(?: (.*))?$')
WORDS = {"true": True, "false": False, "null": None, "{}": {}, "[]": []}


@dataclass(frozen=True)
class Ini:
    """A text that is sections of options."""

    sections: dict


@dataclass(frozen=True)
class Data:
    """The data of a ConfigMap: file -> text or sections."""

    name: str
    files: dict


@dataclass(frozen=True)
class Digest:
    """What stands where a consumer's config digest stood: the ConfigMaps that it is made of."""

    maps: tuple


def yaml(text):
    """The value of one document."""
    reader = Reader(text.split("\n"))
    value = reader.block(0)
    reader.skip()
    if reader.at < len(reader.lines):
        raise ValueError(f"line {reader.at + 1} is not understood: {reader.lines[reader.at]!r}")
    return value


class Reader:
    def __init__(self, lines):
        self.lines = lines
        self.at = 0

    def skip(self):
        """Passes over empty lines, document marks and comments."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.strip() and line != "---" and not line.lstrip().startswith("#"):
                return
            self.at += 1

    def indent(self):
        """The depth of the next line; -1 at the end."""
        self.skip()
        if self.at >= len(self.lines):
            return -1
        line = self.lines[self.at]
        return len(line) - len(line.lstrip(" "))

    def block(self, least):
        """A map, a list or a scalar that stands at `least` or deeper."""
        depth = self.indent()
        if depth < least:
            return None
        line = self.lines[self.at][depth:]
        if line == "-" or line.startswith("- "):
            return self.items(depth)
        if KEY.match(line):
            return self.entries(depth)
        self.at += 1
        return scalar(line)

    def items(self, depth):
        found = []
        while self.indent() == depth:
            line = self.lines[self.at][depth:]
            if line != "-" and not line.startswith("- "):
                break
            rest = line[1:].strip()
            if not rest:
                self.at += 1
                found.append(self.block(depth + 1))
            elif KEY.match(rest) or rest.startswith("- "):
                # The item's first line stands after the hyphen: read it as a line of its own.
                self.lines[self.at] = " " * (depth + 1) + line[1:]
                found.append(self.block(depth + 1))
            else:
                self.at += 1
                found.append(self.scalar_or_text(rest, depth))
        return found

    def entries(self, depth):
        found = {}
        while self.indent() == depth:
            line = self.lines[self.at][depth:].rstrip()
            match = KEY.match(line)
            if not match:
                raise ValueError(f"line {self.at + 1} is no entry: {line!r}")
            key = scalar(match[1]) if match[1].startswith('"') else match[1]
            if key in found:
                raise ValueError(f"line {self.at + 1}: `{key}` is there twice")
            self.at += 1
            rest = (match[2] or "").strip()
            if rest:
                found[key] = self.scalar_or_text(rest, depth)
                continue
            inner = self.indent()
            hyphen = inner >= 0 and re.match(r"-( |$)", self.lines[self.at][inner:])
            found[key] = self.block(inner) if inner > depth or (inner == depth and hyphen) else None
        return found

    def scalar_or_text(self, rest, depth):
        return self.text(rest, depth) if rest in ("|", "|-", "|+") else scalar(rest)

    def text(self, mark, depth):
        lines = []
        inner = None
        while self.at < len(self.lines):
            line = self.lines[self.at]
            own = len(line) - len(line.lstrip(" "))
            if line.strip():
                inner = own if inner is None else inner
                if own < inner or inner <= depth:
                    break
            lines.append(line[inner or 0:])
            self.at += 1
        body = "\n".join(lines)
        if mark == "|+":
            return body
        body = body.rstrip("\n")
        return body + "\n" if mark == "|" else body


def scalar(text):
    """A scalar of one line."""
    if text.startswith('"'):
        return json.loads(text)
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if text in WORDS:
        return WORDS[text]
    if INTEGER.match(text):
        return int(text)
    if DECIMAL.match(text):
        return float(text)
    if text[:1] in "[{&*!|>%@`":
        raise ValueError(f"not understood: {text!r}")
    return text


def ini(text):
    """The sections of a text; none where it is of another kind."""
    sections = {}
    current = None
    for line in text.split("\n"):
        if not line.strip():
            continue
        if line.startswith("[") and line.endswith("]"):
            current = sections.setdefault(line[1:-1], {})
            continue
        key, mark, value = line.partition(" = ")
        if not mark and line.endswith(" ="):
            key, mark = line[:-2], "="
        if current is None or not mark or not re.match(r"[\w.:/-]+$", key):
            return None
        current.setdefault(key, []).append(value)
    if not sections:
        return None
    return Ini({name: {key: own[0] if len(own) == 1 else own for key, own in options.items()}
                for name, options in sections.items()})


def objects(root):
    """The objects below `kubernetes/`: path -> value, digests and config texts as what they are made of."""
    found = {}
    for path in sorted(Path(root, "kubernetes").rglob("*.yaml")):
        value = yaml(path.read_text(encoding="utf-8"))
        if value["kind"] == "ConfigMap":
            files = {key: ini(text) or text for key, text in value["data"].items()}
            value["data"] = Data(value["metadata"]["name"], files)
        found[str(path.relative_to(root))] = value
    maps = {value["data"].name for value in found.values() if isinstance(value.get("data"), Data)}
    for value in found.values():
        mark(value, maps)
    return found


def rest(root):
    """The other files: delivery objects as values and what is not YAML as lists of lines, then config texts; by path."""
    files = {}
    texts = {}
    for path in sorted(Path(root).rglob("*")):
        name = str(path.relative_to(root))
        if not path.is_file() or name.startswith("kubernetes/") or name == "SHA256SUMS":
            continue
        text = path.read_text(encoding="utf-8")
        if name.startswith("config/"):
            texts[name] = ini(text) or text
        elif name.startswith("delivery/") and name.endswith(".yaml"):
            files[name] = yaml(text)
        else:
            files[name] = text.removesuffix("\n").split("\n")
    return files, texts


def mark(value, known):
    """Puts a `Digest` over the known ConfigMaps where a pod template has one."""
    if isinstance(value, list):
        for item in value:
            mark(item, known)
    elif isinstance(value, dict):
        annotations = (value.get("metadata") or {}).get("annotations") if "metadata" in value else None
        if annotations and "taco-gen/config-digest" in annotations:
            volumes = value["spec"].get("volumes") or []
            maps = [volume["configMap"]["name"] for volume in volumes if "configMap" in volume]
            for volume in volumes:
                sources = volume.get("projected", {}).get("sources", [])
                maps += [source["configMap"]["name"] for source in sources if "configMap" in source]
            annotations["taco-gen/config-digest"] = Digest(tuple(sorted(known & set(maps))))
        for item in value.values():
            mark(item, known)


def plain(value):
    """A value as it is compared: digests alike, config texts as sections without an order, texts without their end."""
    if isinstance(value, Digest):
        return "digest"
    if isinstance(value, Data):
        return plain(value.files)
    if isinstance(value, Ini):
        return {"sections": value.sections}
    if isinstance(value, str):
        if re.fullmatch("[0-9a-f]{64}", value):
            return "digest"
        sections = ini(value) if "\n" in value else None
        return {"sections": sections.sections} if sections else value.rstrip("\n")
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value
