# What happens to a running agent.
# shellcheck shell=bash disable=SC2154

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

# Where the machines cannot be given credentials at all, there is nothing to see: then it says so.
credential() {
  on 3 sh -c 'mkdir -p /etc/credstore && chmod 700 /etc/credstore
    mv /etc/antpickax/k2hr3-role-token /etc/credstore/k2hdkc-slave-agent.role-token
    systemctl restart k2hdkc-slave-agent'
  healthy 3 i-3
  if on 3 test -e /run/credentials/k2hdkc-slave-agent.service/role-token; then
    is True status 3 "r['carrier'] == 'token' or r['carrier']"
  else
    note_skip 'systemd has no credentials in these namespaces'
  fi
  on 3 sh -c 'mv /etc/credstore/k2hdkc-slave-agent.role-token /etc/antpickax/k2hr3-role-token
    systemctl restart k2hdkc-slave-agent'
  healthy 3 i-3
}
