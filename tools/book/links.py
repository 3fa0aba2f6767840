#!/usr/bin/env python3
"""A preprocessor of mdBook: links to files outside the book become the path of the file in the repository.

Invariant: links between pages, and links to addresses, stay as they are.
"""
import json
import posixpath
import re
import sys

LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


def outside(found: re.Match[str]) -> str:
    text, target = found.groups()
    path, _, _ = target.partition("#")
    if "://" in path or not path.startswith("../"):
        return found.group(0)
    path = posixpath.normpath(posixpath.join("docs", path))
    return text if text.strip("`") == path else f"{text} (`{path}`)"


def chapters(items: list) -> None:
    for item in items:
        chapter = item.get("Chapter") if isinstance(item, dict) else None
        if chapter:
            chapter["content"] = LINK.sub(outside, chapter["content"])
            chapters(chapter["sub_items"])


def main() -> None:
    if sys.argv[1:2] == ["supports"]:
        return
    _, book = json.load(sys.stdin)
    chapters(book.get("items") or book.get("sections") or [])
    json.dump(book, sys.stdout)


if __name__ == "__main__":
    main()
