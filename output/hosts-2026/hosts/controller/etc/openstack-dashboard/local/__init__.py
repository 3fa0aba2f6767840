# Makes `local` of the folder beside it, which the dashboard reads its settings from.
