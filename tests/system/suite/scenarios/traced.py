"""What the started programs read, at the end of all scenarios: nothing that the site sets and their files leave out."""

import fnmatch
import tomllib
from pathlib import Path

from suite.cluster.reads import lacking, of_site
from suite.scenarios import Ended

EXCEPTIONS = tomllib.loads((Path(__file__).resolve().parents[2] / "exceptions/reads.toml").read_text(encoding="utf-8"))


def play(stage, steps):
    reads = stage.reads
    found = {name: reads.of(name) for name in sorted(reads.sources)}
    found = {name: read for name, read in found.items() if read}
    if not found:
        return
    try:
        judge(stage, steps, found)
    except Ended:
        pass


def excepted(program, options):
    """Those that stand in the list with a reason."""
    patterns = EXCEPTIONS.get(program, {"options": []})["options"]
    return {option for option in options if any(fnmatch.fnmatchcase(option, pattern) for pattern in patterns)}


def judge(stage, steps, found):
    reads = stage.reads
    said = {service: of_site(stage.site, service) for service, _ in reads.sources.values()}
    of = {name: reads.sources[name][0] for name in found}
    with steps.broken("an option that a program reads, taken from its file"):
        # The first that both has and reads an option of its site: without it the comparison must tell.
        name, option = next((name, option) for name, read in found.items() for option in sorted(read & reads.has(name) & said[of[name]]))
        missing = lacking(found[name], reads.has(name) - {option}, said[of[name]])
        assert option in missing, f"{name} reads {option}, which is not told"
    with steps.step("no program reads an option that the site sets and its files leave out") as notes:
        told, used = [], set()
        for name, read in found.items():
            program = f"{of[name]}/{name.rsplit('.', 1)[1]}"
            wrong = lacking(read, reads.has(name), said[of[name]])
            known = excepted(program, wrong)
            used |= {program} if known else set()
            told += [f"{name}: {option}" for option in wrong if option not in known]
        ran = {f"{of[name]}/{name.rsplit('.', 1)[1]}" for name in found}
        told += [f"the exception of {program} excepts nothing" for program in EXCEPTIONS if program in ran and program not in used]
        notes.append(f"{len(found)} containers read {sum(map(len, found.values()))} options; {len(used)} programs have exceptions with reasons")
        assert not told, "; ".join(told)
