# shellcheck shell=bash
# Sourced by what can be left out: says why, on the list in K2AGENT_SKIPS too, and ends.
# With K2AGENT_NO_SKIP=1 nothing may be left out. The same for tests in Rust: tests/sim/src/skip.rs
note_skip() {
  echo "SKIPPED: $*" >&2
  if [ "${K2AGENT_NO_SKIP-}" = 1 ]; then exit 1; fi
  if [ -n "${K2AGENT_SKIPS-}" ]; then echo "${0##*tests/}: $*" >>"$K2AGENT_SKIPS"; fi
}

skip() {
  note_skip "$@"
  exit 0
}
