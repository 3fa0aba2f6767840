"""What Flux and Argo CD have in common: units that come to a revision, in an order, and are looked at until they have."""

from suite.cluster.containers import Late, until
from suite.kubernetes.audit import Audit


class Controller:
    """One of them in the control plane. `accounts` are the names that its programs have there."""

    name, accounts, namespace, units, sources = None, (), None, None, ()
    # Does it keep the order of units also where only their objects change?
    orders_edits = True

    def __init__(self, plane):
        self.plane, self.audit = plane, Audit(plane.folder, self.accounts)
        self.access = {name: plane.account(name) for name in self.accounts}
        plane.options.update(self.audit.options)
        self.client = None

    def found(self):
        return {one["metadata"]["name"]: one for one in self.client.items(*self.units)}

    def ask(self, kind, annotation, word):
        for one in self.client.items(*kind):
            self.client.merge(one, {"metadata": {"annotations": {annotation: word}}}, fieldManager="suite")

    def left(self, revision, names):
        """The units that are not ready with the revision, each with what it says; those that should have gone, too."""
        found = self.found()
        for name in sorted(found.keys() | set(names)):
            if name not in found or name not in names:
                yield name, "is not there" if name in names else "is there still"
            elif "deletionTimestamp" in found[name]["metadata"] or not self.is_ready(found[name], revision):
                yield name, self.words(found[name])

    def settle(self, revision, names, seconds, more=lambda: ""):
        """Wait until the units `names`, and no others, are ready with the revision."""
        def check():
            self.plane.watch()
            return not any(self.left(revision, names))

        try:
            until("every unit ready", seconds, check, 1.0)
        except Late as late:
            left = "; ".join(f"{name}: {words}" for name, words in self.left(revision, names))
            raise RuntimeError(f"after {seconds} s: {left[:1200]} | {more()}") from late
