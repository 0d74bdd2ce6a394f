# Everything that the agent does, inside the unit as it is shipped; and chmpx as another user.
# shellcheck shell=bash disable=SC2154

# chmpx runs as root here, as its own unit has it. Each feature is used where nothing else can have
# done the same.
shipped_unit() {
  on 2 systemd-analyze security --no-pager --threshold=15 k2hdkc-slave-agent.service >"$work/security" ||
    { cat "$work/security" && return 1; }
  echo "note: $(sed -n 's/^→ //p' "$work/security")"
  is root on 2 ps -o user= -C chmpx
  is 0000000000000000 on 2 sh -c "sed -n 's/^CapEff:.//p' /proc/$(main_pid 2)/status"
  # Nobody listens there: what is adopted, chmpxstatus has told.
  settings 2 '[chmpx]' 'control_address = 192.0.2.1' 'on_change = restart' 'spread = 0s'
  on 2 rm -f /var/lib/antpickax/conftest-ran
  local pid
  pid=$(chmpx_pid 2)
  grow
  within 60 is 4 servers_in_file 2
  on 2 test -e /var/lib/antpickax/conftest-ran
  # HUP, by the pid file of chmpx's supervisor, which stays the same.
  restarted() { [ "$(chmpx_pid 2)" != "$pid" ]; }
  local supervisor
  supervisor=$(on 2 systemctl show chmpx -p MainPID --value)
  within 60 restarted
  is "$supervisor" on 2 systemctl show chmpx -p MainPID --value
  within 60 settled 2
  shrink
  settings 2
  healthy 2 i-2
}

restart_of_chmpx() { # By the unit, from within the sandbox of the agent.
  settings 3 '[chmpx]' 'pid_file = /nonexistent' 'on_change = restart' 'spread = 0s'
  local before
  before=$(on 3 systemctl show chmpx -p ExecMainPID --value)
  grow
  within 60 is 4 servers_in_file 3
  restarted() { [ "$(on 3 systemctl show chmpx -p ExecMainPID --value)" != "$before" ]; }
  within 60 restarted
  shrink
  settings 3
  healthy 3 i-3
}

# The overrides of the DBaaS packages come later: the supervisor waits for a name that nobody writes.
other_name() {
  on 2 sh -c 'echo "chmpx-service-helper.conf:CHMPX_INI_CONF_FILE = k2hdkc.ini" >/etc/antpickax/override.conf
    systemctl restart chmpx'
  within 60 is waits-elsewhere status 2 "r['verdict']['code']"
  echo "note: $(on 2 systemctl show k2hdkc-slave-agent -p StatusText --value)"
  on 2 sh -c ': >/var/lib/k2hdkc-slave-agent/bootstrap; systemctl start k2hdkc-slave-agent-bootstrap'
  within 60 on 2 pgrep -f 'chmpx -conf /etc/antpickax/k2hdkc.ini'
  is /etc/k2hdkc/slave.ini on 2 readlink /etc/antpickax/k2hdkc.ini
  within 60 settled 2
  on 2 sh -c 'rm /etc/antpickax/override.conf /etc/antpickax/k2hdkc.ini; systemctl restart chmpx'
  healthy 2 i-2
}

# With the settings of the DBaaS packages chmpx runs as k2hdkc, and its file may be k2hdkc's.
another_user() {
  on 3 sh -c 'echo "chmpx-service-helper.conf:SUBPROCESS_USER = k2hdkc" >/etc/antpickax/override.conf
    mkdir -p /etc/systemd/system/chmpx.service.d
    printf "[Service]\nUser=k2hdkc\n" >/etc/systemd/system/chmpx.service.d/user.conf
    systemctl stop chmpx && rm -rf /var/lib/antpickax/* && systemctl daemon-reload && systemctl start chmpx'
  within 20 is k2hdkc on 3 ps -o user= -C chmpx
  on 3 chown k2hdkc: /etc/k2hdkc/slave.ini
  # In the shipped unit the file cannot be replaced, and what to do is told.
  grow
  told() { status 3 "r['troubles']" | grep -q 'take-over --apply'; }
  within 60 told
  on 3 sh -c ': >/var/lib/k2hdkc-slave-agent/bootstrap; systemctl start k2hdkc-slave-agent-bootstrap'
  within 20 on 3 grep -q '^CapabilityBoundingSet=CAP_CHOWN' /etc/systemd/system/k2hdkc-slave-agent.service.d/50-this-host.conf
  within 60 is 4 servers_in_file 3
  is k2hdkc on 3 stat --format=%U /etc/k2hdkc/slave.ini
  settings 3 '[chmpx]' 'control_address = 192.0.2.1' 'on_change = restart' 'spread = 0s'
  local pid
  pid=$(chmpx_pid 3)
  shrink
  within 60 is 3 servers_in_file 3
  restarted() { [ "$(chmpx_pid 3)" != "$pid" ]; }
  within 60 restarted
  within 60 settled 3
  is k2hdkc on 3 stat --format=%U /etc/k2hdkc/slave.ini
  on 3 rm /etc/antpickax/override.conf
  settings 3
  healthy 3 i-3
}
