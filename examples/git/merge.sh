#!/bin/sh
# Merges a branch into the current one in a project that commits its output: the specs are merged, the output is built from them.
# merge.sh BRANCH
set -eu
# Of the output this side stays for the moment: no conflict can be in it.
git config merge.taco-gen.name "output of taco-gen, built again after the merge"
git config merge.taco-gen.driver true
git merge --no-commit --no-ff "$1"
taco-gen build
git add --all output
git commit --quiet --no-edit
