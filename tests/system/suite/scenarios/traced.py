"""What the started programs read, at the end of all scenarios: nothing that the site sets and their files leave out."""

from suite.cluster.reads import lacking, of_site
from suite.scenarios import Ended


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
        wrong = {name: lacking(read, reads.has(name), said[of[name]]) for name, read in found.items()}
        told = [f"{name}: {', '.join(options)}" for name, options in wrong.items() if options]
        count = sum(len(read) for read in found.values())
        notes.append(f"{len(found)} containers read {count} options")
        assert not told, "; ".join(told)
