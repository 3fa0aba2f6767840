//! What the help says below the commands.
//!
//! Invariant: every command stands under one purpose.

/// The commands by purpose, examples, and what the end of a run says.
pub const ABOUT: &str = "By purpose:
  begin     init, import, new, services, releases, completions, man
  edit      set, add, fmt, convert, upgrade, lsp, mcp, explain
  build     check, build, images, passwords, schema, verify
  review    diff, plan, compare, report, graph, affected, drift
  deliver   publish

Examples:
  taco-gen init demo && taco-gen build demo
  taco-gen set service.keystone.workers 4
  taco-gen plan demo --base origin/main
  taco-gen explain service.nova

Exit codes:
  0  done, nothing to report
  1  errors in specs or service data; differences (build --check); a plan with an unacknowledged disruption
  2  could not run: wrong arguments, unreadable or unwritable files, an unreachable repository

Data goes to standard output, diagnostics and progress to standard error. NO_COLOR is respected.";
