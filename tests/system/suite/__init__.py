"""The emitted files, judged by the programs they are for."""
