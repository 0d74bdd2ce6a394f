# What is asked of the machines and of K2HR3.
# shellcheck shell=bash disable=SC2154

ROLE=yrn:yahoo:::tenant1:role:mycluster/slave
SERVERS=yrn:yahoo:::tenant1:role:mycluster/server

status() { # MACHINE JSON-POINTER-LIKE PYTHON
  on "$1" cat /run/k2hdkc-slave-agent/status.json | python3 -c "import json,sys; r=json.load(sys.stdin); print($2)"
}

hosts() { # PYTHON over `hosts`, a list of the members of the slave role
  k2hr3 "/sim/hosts?role=$ROLE" | python3 -c "import json,sys; hosts=json.load(sys.stdin); print($1)"
}

is() { # EXPECTED COMMAND…
  local found
  if ! found=$("${@:2}") || [ "$found" != "$1" ]; then
    echo "found: $found"
    return 1
  fi
}

# A server that left and is still up stays with chmpx for a while: draining.
settled() {
  is True status "$1" "r['verdict']['code'] in ('settled', 'draining') or r['verdict']"
}

member() { # MACHINE INSTANCE
  is 1 hosts "sum(1 for h in hosts if h.get('cuk') == '$2' and h.get('ip') == '10.77.0.1$1')"
}

healthy() { # MACHINE INSTANCE
  within 60 member "$1" "$2" && within 60 settled "$1" && within 10 on "$1" systemctl is-active chmpx &&
    on "$1" grep -q "CUK *= *$2" /etc/k2hdkc/slave.ini
}

times_registered() {
  k2hr3 /sim/requests | python3 -c "
import json, sys
print(sum(1 for r in json.load(sys.stdin) if r['method'] == 'PUT' and '/v1/role/' in r['target'] and 'cuk=$1&' in r['target']))"
}

multi_user_after() { # in microseconds of this boot; the clock itself is that of the host
  local reached began
  reached=$(on "$1" systemctl show multi-user.target -p ActiveEnterTimestampMonotonic --value)
  began=$(on "$1" systemctl show -p UserspaceTimestampMonotonic --value)
  echo $((reached - began))
}

booted() { # MACHINE BOOT
  [ "$(boot_number "$1")" = "$2" ] && is active on "$1" systemctl is-active multi-user.target
}

main_pid() {
  on "$1" systemctl show k2hdkc-slave-agent -p MainPID --value
}

another_pid() { # MACHINE OLD
  local pid
  pid=$(main_pid "$1") && [ "$pid" != 0 ] && [ "$pid" != "$2" ]
}

state_of() { # MACHINE UNIT
  on "$1" sh -c "systemctl is-active $2 || true"
}

# What the settings file of a story says, until the story ends; nothing ends it.
settings() { # MACHINE [LINE…]
  if [ $# = 1 ]; then
    on "$1" rm -f /etc/k2hdkc/slave-agent.conf.d/test.conf
  else
    printf '%s\n' "${@:2}" | on "$1" sh -c 'cat >/etc/k2hdkc/slave-agent.conf.d/test.conf'
  fi
  on "$1" timeout 10 systemctl reload-or-restart k2hdkc-slave-agent
}

# A fourth server comes into the cluster, or leaves it.
grow() {
  k2hr3 --method POST /sim/hosts "{\"role\":\"$SERVERS\",\"host\":{\"ip\":\"10.77.0.104\",\"cuk\":\"server-cuk-4\",\"tag\":\"server-4\"}}"
}
shrink() {
  k2hr3 --method DELETE /sim/hosts "{\"role\":\"$SERVERS\",\"host\":{\"ip\":\"10.77.0.104\"}}"
}
servers_in_file() { # MACHINE
  on "$1" grep -c '^\[SVRNODE\]' /etc/k2hdkc/slave.ini
}
chmpx_pid() { # MACHINE
  on "$1" cat /run/antpickax/chmpx.pid
}
