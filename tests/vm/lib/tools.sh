# Looking into machines, waiting for what has to come true, telling how it went.
# shellcheck shell=bash disable=SC2154

# on N COMMAND…: runs a command inside machine N.
on() {
  local pid
  read -r pid _ <"$PIDS/k2agent-h$1" || return 1
  nsenter -t "$pid" -m -u -i -n -p -r -w -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "${@:2}"
}

boot_number() {
  local number
  read -r _ number <"$PIDS/k2agent-h$1" && echo "$number"
}

k2hr3() {
  ip netns exec k2agent-net "$PROGRAMS/k2hr3-sim" admin --url http://10.77.0.2:18081 "$@"
}

start_machine() {
  start_in_background "machine-$1" "$here/machine" "k2agent-h$1" "k2agent-h$1" "$work/h$1"
}

start_in_background() { # NAME COMMAND…
  setsid "${@:2}" >"$work/$1.log" 2>&1 </dev/null &
  echo $! >>"$work/started"
}

# within SECONDS COMMAND…: waits until the command succeeds.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >"$work/last" 2>&1; do
    if [ "$SECONDS" -ge "$end" ]; then
      echo "  in vain: $*"
      sed 's/^/  | /' "$work/last"
      return 1
    fi
    sleep 0.1
  done
}

# fails COMMAND…: succeeds when the command does not.
fails() {
  if "$@"; then
    echo "should have failed: $*"
    return 1
  fi
}

# story NAME COMMAND: one line for each, and all there is to know about one that failed.
story() {
  local start failed=0
  stories=$((stories + 1))
  start=$(date +%s%N)
  # In a context that asks for its result, a function does not end at its first failure.
  set +e
  (set -e && "$2") >"$work/story.log" 2>&1
  [ $? = 0 ] || failed=1
  set -e
  local ms=$((($(date +%s%N) - start) / 1000000))
  if [ "$failed" = 0 ]; then
    printf 'ok      %6d ms  %s\n' "$ms" "$1"
    sed -n 's/^note: /                     /p' "$work/story.log"
  else
    printf 'FAILED  %6d ms  %s\n' "$ms" "$1"
    sed 's/^/  /' "$work/story.log"
    for number in 1 2 3; do
      [ -e "$PIDS/k2agent-h$number" ] || continue
      echo "  --- machine $number"
      { on "$number" journalctl --no-pager -q -b -n 40 -u 'k2hdkc-slave-agent*' -u chmpx ||
        tail -n 20 "$work/machine-$number.log"; } 2>&1 | sed 's/^/  | /'
    done
    failures=$((failures + 1))
  fi
}
