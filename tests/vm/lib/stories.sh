# What has to come true. Each story begins where the one before has ended.
# shellcheck shell=bash

ROLE=yrn:yahoo:::tenant1:role:mycluster/slave

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

first_boot() {
  start_machine 1
  healthy 1 i-1
  is 600 on 1 stat --format=%a /etc/antpickax/k2hr3-role-token
  is k2hdkc on 1 ps -o user= -C chmpx
  on 1 systemctl show k2hdkc-slave-agent -p StatusText
  echo "note: $(on 1 systemctl show k2hdkc-slave-agent -p StatusText --value)"
  within 20 on 1 cloud-init status --wait
  fails on 1 grep -rqF "$(cat "$work/token")" /var/log /run/log
  within 20 is 0 on 1 sh -c 'test -e /var/lib/k2hdkc-slave-agent/bootstrap; echo $((1 - $?))'
}

three_slaves() {
  start_machine 2
  start_machine 3
  healthy 2 i-2 && healthy 3 i-3
  for number in 1 2 3; do
    within 60 is 3 on "$number" grep -c '^\[SLVNODE\]' /etc/k2hdkc/slave.ini
    within 60 settled "$number"
  done
}

reboot() {
  before=$(times_registered i-1)
  on 1 systemctl reboot
  within 60 booted 1 2
  healthy 1 i-1
  is "$before" times_registered i-1
}

new_instance() {
  echo 'i-1b h1' >"$work/metadata/instance-10.77.0.11"
  on 1 systemctl reboot
  within 60 booted 1 3
  healthy 1 i-1b
  is 1 times_registered i-1b
}

black_hole() {
  k2hr3_black_holed
  on 2 systemctl reboot
  within 90 booted 2 2
  echo "note: multi-user.target after $(($(multi_user_after 2) / 1000)) ms without K2HR3, $(($(multi_user_after 3) / 1000)) ms with it"
  within 10 is active on 2 systemctl is-active k2hdkc-slave-agent
  within 10 is active on 2 systemctl is-active chmpx
  within 60 is False status 2 "r['settled']"
  echo "note: $(on 2 systemctl show k2hdkc-slave-agent -p StatusText --value)"
  k2hr3_back
  healthy 2 i-2
}

main_pid() {
  on "$1" systemctl show k2hdkc-slave-agent -p MainPID --value
}

another_pid() { # MACHINE OLD
  local pid
  pid=$(main_pid "$1") && [ "$pid" != 0 ] && [ "$pid" != "$2" ]
}

killed() {
  local pid
  pid=$(main_pid 3)
  on 3 kill -KILL "$pid"
  within 20 another_pid 3 "$pid"
  healthy 3 i-3
}

watchdog() {
  local pid
  on 3 sh -c 'mkdir -p /run/systemd/system/k2hdkc-slave-agent.service.d
    printf "[Service]\nWatchdogSec=3s\nTimeoutAbortSec=2s\n" >/run/systemd/system/k2hdkc-slave-agent.service.d/test.conf
    systemctl daemon-reload && systemctl restart k2hdkc-slave-agent'
  healthy 3 i-3
  pid=$(main_pid 3)
  # An agent that does well tells so again and again, and is left alone.
  for _ in 1 2; do
    heard=$(on 3 systemctl show k2hdkc-slave-agent -p WatchdogTimestampMonotonic --value)
    heard_again() { [ "$(on 3 systemctl show k2hdkc-slave-agent -p WatchdogTimestampMonotonic --value)" != "$heard" ]; }
    within 10 heard_again
  done
  is "$pid" main_pid 3
  on 3 kill -STOP "$pid"
  within 30 another_pid 3 "$pid"
  on 3 journalctl -q -u k2hdkc-slave-agent --grep 'Watchdog timeout'
  on 3 sh -c 'rm -r /run/systemd/system/k2hdkc-slave-agent.service.d; systemctl daemon-reload; systemctl restart k2hdkc-slave-agent'
  healthy 3 i-3
}

reload() {
  on 3 sh -c 'printf "[pace]\ninterval = 20s\n" >/etc/k2hdkc/slave-agent.conf.d/test.conf'
  local pid
  pid=$(main_pid 3)
  on 3 timeout 10 systemctl reload k2hdkc-slave-agent
  is "$pid" main_pid 3
  on 3 journalctl -q -u k2hdkc-slave-agent --grep 'the settings were read again'
  on 3 sh -c 'printf "[pace]\nintervall = 20s\n" >/etc/k2hdkc/slave-agent.conf.d/test.conf'
  on 3 timeout 10 systemctl reload k2hdkc-slave-agent
  is "$pid" main_pid 3
  # A restart with it fails for good, and is not tried again.
  fails on 3 systemctl restart k2hdkc-slave-agent
  within 10 is 78 on 3 systemctl show k2hdkc-slave-agent -p ExecMainStatus --value
  is failed on 3 sh -c 'systemctl is-active k2hdkc-slave-agent || true'
  on 3 sh -c 'rm /etc/k2hdkc/slave-agent.conf.d/test.conf; systemctl restart k2hdkc-slave-agent'
  healthy 3 i-3
}

restart_of_chmpx() { # By the unit, from within the sandbox of the agent.
  on 3 sh -c 'printf "[chmpx]\npid_file = /nonexistent\non_change = restart\nspread = 0s\n" >/etc/k2hdkc/slave-agent.conf.d/test.conf
    systemctl reload k2hdkc-slave-agent'
  local before
  before=$(on 3 systemctl show chmpx -p ExecMainPID --value)
  k2hr3 --method POST /sim/hosts '{"role":"yrn:yahoo:::tenant1:role:mycluster/server","host":{"ip":"10.77.0.104","cuk":"server-cuk-4","tag":"server-4"}}'
  within 60 is 4 on 3 grep -c '^\[SVRNODE\]' /etc/k2hdkc/slave.ini
  restarted() { [ "$(on 3 systemctl show chmpx -p ExecMainPID --value)" != "$before" ]; }
  within 60 restarted
  on 3 sh -c 'rm /etc/k2hdkc/slave-agent.conf.d/test.conf; systemctl reload k2hdkc-slave-agent'
  healthy 3 i-3
}

owner_kept() { # A target that belongs to the user of chmpx, in a directory of that user.
  on 3 sh -c 'chown k2hdkc: /etc/k2hdkc /etc/k2hdkc/slave.ini'
  k2hr3 --method DELETE /sim/hosts '{"role":"yrn:yahoo:::tenant1:role:mycluster/server","host":{"ip":"10.77.0.104"}}'
  within 60 is 3 on 3 grep -c '^\[SVRNODE\]' /etc/k2hdkc/slave.ini
  is k2hdkc on 3 stat --format=%U /etc/k2hdkc/slave.ini
  on 3 chown root: /etc/k2hdkc
  within 60 settled 3
}

# A host with the official helper in its daemon mode, which deletes the file when its timer goes.
official_helper() {
  on "$1" sh -c 'systemctl disable --quiet --now k2hdkc-slave-agent
    cat >/usr/local/bin/k2hr3-get-resource-helper <<END
#!/bin/sh
while systemctl is-enabled k2hr3-get-resource.timer >/dev/null 2>&1; do sleep 0.2; done
rm -f /etc/k2hdkc/slave.ini
END
    chmod 755 /usr/local/bin/k2hr3-get-resource-helper
    printf "OUTPUT_DIR = /etc/k2hdkc\nOUTPUT_FILE = slave.ini\n" >/etc/antpickax/k2hr3-get-resource-helper.conf
    printf "[Service]\nExecStart=/usr/local/bin/k2hr3-get-resource-helper -daemon\n" \
      >/usr/lib/systemd/system/k2hr3-get-resource.service
    printf "[Timer]\nOnActiveSec=1s\nOnUnitInactiveSec=1s\nAccuracySec=100ms\n[Install]\nWantedBy=timers.target\n" \
      >/usr/lib/systemd/system/k2hr3-get-resource.timer
    chmod 0777 /etc/antpickax && chmod 0644 /etc/antpickax/k2hr3-role-token
    systemctl daemon-reload && systemctl enable --quiet --now k2hr3-get-resource.timer'
  within 20 is active on "$1" systemctl is-active k2hr3-get-resource.service
}

state_of() { # MACHINE UNIT
  on "$1" sh -c "systemctl is-active $2 || true"
}

take_over() {
  official_helper 3
  local inode
  inode=$(on 3 stat --format=%i /etc/k2hdkc/slave.ini)
  fails on 3 k2hdkc-slave-agent take-over
  is active state_of 3 k2hr3-get-resource.service
  on 3 k2hdkc-slave-agent take-over --apply
  is masked on 3 sh -c 'systemctl is-enabled k2hr3-get-resource.timer || true'
  fails on 3 pgrep -f k2hr3-get-resource-helper
  is "$inode" on 3 stat --format=%i /etc/k2hdkc/slave.ini
  is '600 755' on 3 sh -c 'echo $(stat --format=%a /etc/antpickax/k2hr3-role-token /etc/antpickax)'
  healthy 3 i-3
  on 3 k2hdkc-slave-agent take-over --hand-back --apply
  within 20 is active state_of 3 k2hr3-get-resource.service
  is inactive state_of 3 k2hdkc-slave-agent.service
  on 3 k2hdkc-slave-agent take-over --apply
  healthy 3 i-3
}

upgrade() {
  local pid chmpx
  pid=$(main_pid 1) chmpx=$(on 1 cat /run/antpickax/chmpx.pid)
  on 1 sh -c 'echo "# changed here" >>/etc/k2hdkc/slave-agent.conf
    python3 -c "import urllib.request as u; u.urlretrieve(\"http://10.77.0.1:8080/next.deb\", \"/root/next.deb\")"
    dpkg -i /root/next.deb'
  within 10 another_pid 1 "$pid"
  healthy 1 i-1b
  is "$chmpx" on 1 cat /run/antpickax/chmpx.pid
  on 1 grep -q 'changed here' /etc/k2hdkc/slave-agent.conf
}

remove_and_purge() {
  local chmpx
  chmpx=$(on 1 cat /run/antpickax/chmpx.pid)
  on 1 dpkg --remove k2hdkc-slave-agent
  on 1 test -e /etc/k2hdkc/slave-agent.conf
  on 1 test -d /var/lib/k2hdkc-slave-agent
  on 1 dpkg --purge k2hdkc-slave-agent
  is '' on 1 find /etc /usr /lib/systemd /run /var/lib -xdev -name '*k2hdkc-slave-agent*' -not -path '/var/lib/cloud/*'
  # chmpx goes on with the file that it has.
  on 1 test -s /etc/k2hdkc/slave.ini
  is "$chmpx" on 1 cat /run/antpickax/chmpx.pid
}

delete() {
  on 2 sh /var/lib/cloud/instance/scripts/k2hr3-init.sh --delete
  is 0 hosts "sum(1 for h in hosts if h.get('cuk') == 'i-2')"
  is inactive on 2 sh -c 'systemctl is-active k2hdkc-slave-agent || true'
  is inactive on 2 sh -c 'systemctl is-active chmpx || true'
  on 2 sh -c '! test -e /etc/antpickax/k2hr3-role-token'
}
