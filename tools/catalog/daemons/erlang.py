"""Erlang's literal terms, as far as schema files of cuttlefish need them: text to Python values.

A tuple becomes a Python tuple, a list a list, a string a str, an atom an Atom, a binary its text. Forms that hold code, such as
translations, are passed over.
"""

import re


class Atom(str):
    """A word of Erlang, which differs from a string of the same letters."""

    def __repr__(self):
        return f"'{self}'"


TOKEN = re.compile(
    r"""(?P<skip>\s+|%[^\n]*)
      | "(?P<string>(?:[^"\\]|\\.)*)"
      | '(?P<quoted>(?:[^'\\]|\\.)*)'
      | (?P<number>-?\d+(?:\.\d+(?:[eE][-+]?\d+)?)?|16\#[0-9a-fA-F_]+)
      | (?P<end>\.(?=\s|%|$))
      | (?P<atom>[a-z][\w@]*)
      | (?P<other>\$(?:\\.|.)|[A-Z_]\w*|<<|>>|.)""",
    re.X | re.S,
)

ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "e": "\x1b", "s": " "}


def unescaped(text):
    """A string or quoted atom without its backslashes."""
    return re.sub(r"\\(.)", lambda match: ESCAPES.get(match[1], match[1]), text, flags=re.S)


def forms(text):
    """Lists of tokens, (kind, text), one list a form."""
    form = []
    for match in TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "end":
            yield form
            form = []
        elif kind != "skip":
            form.append((kind, match[kind]))


def number(text):
    """A whole number, one of base 16, or a float."""
    if text.startswith("16#"):
        return int(text[3:].replace("_", ""), 16)
    return float(text) if "." in text else int(text)


def term(tokens):
    """The term at the end of a reversed list of tokens, which loses it."""
    kind, text = tokens.pop()
    if kind == "string":
        value = unescaped(text)
        while tokens and tokens[-1][0] == "string":
            value += unescaped(tokens.pop()[1])
        return value
    if kind in ("atom", "quoted"):
        return Atom(unescaped(text))
    if kind == "number":
        return number(text)
    closing = {"{": "}", "[": "]", "<<": ">>"}.get(text)
    if closing is None:
        raise ValueError(f"no term: {text!r}")
    inner = []
    while tokens[-1][1] != closing or tokens[-1][0] != "other":
        inner.append(term(tokens))
        if tokens[-1] == ("other", ","):
            tokens.pop()
    tokens.pop()
    if closing == ">>":
        return "".join(map(str, inner))
    return tuple(inner) if closing == "}" else inner


def terms(text, name):
    """The tuples of a file that begin with an atom."""
    for form in forms(text):
        if form[:2] == [("other", "{"), ("atom", name)]:
            yield term(form[::-1])
