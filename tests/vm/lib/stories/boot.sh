# From user data alone, boot after boot.
# shellcheck shell=bash disable=SC2154

first_boot() {
  start_machine 1
  healthy 1 i-1
  is 600 on 1 stat --format=%a /etc/antpickax/k2hr3-role-token
  is root on 1 ps -o user= -C chmpx
  # By the name that its supervisor waits for, and it is the agent's file.
  on 1 pgrep -f 'chmpx -conf /etc/antpickax/chmpx.ini'
  is /etc/k2hdkc/slave.ini on 1 readlink /etc/antpickax/chmpx.ini
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

# Commands as an administrator types them, and what they say.
session() { # MACHINE COMMAND-LINE
  printf '$ %s\n' "$2"
  on "$1" sh -c "$2" 2>/dev/null
  echo
}

administrator() {
  local boot="$work/first-boot.txt"
  {
    echo '# The first boot of a slave node, as its administrator sees it. Written by `tests/vm/run --record`:'
    echo '# real systemd, real cloud-init, a real .deb; K2HR3 and chmpx are the stand-ins of tests/sim.'
    echo '# The only thing that was put into the instance is the user data of the role token.'
    echo
    session 1 'cloud-init status'
    session 1 'cat /var/lib/cloud/data/instance-id'
    session 1 'ls -l /etc/antpickax'
    session 1 'systemctl status --no-pager --lines=0 k2hdkc-slave-agent | head -n 6'
    session 1 'journalctl --no-pager -o cat -t k2hdkc-slave-agent'
    session 1 'k2hdkc-slave-agent status'
    session 1 "grep -A 3 '^.SLVNODE' /etc/k2hdkc/slave.ini"
    session 1 'chmpxstatus -conf /etc/k2hdkc/slave.ini -self | head -n 12'
    session 1 'systemd-analyze security k2hdkc-slave-agent | tail -n 1'
    session 1 'systemd-analyze critical-chain --no-pager multi-user.target | tail -n +4 | head -n 4'
  } >"$boot"
  fails grep -qF "$(cat "$work/token")" "$boot"
  grep -q 'settled: 3 servers' "$boot"
  if [ -n "$record" ]; then cp "$boot" "$record"; fi
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
  # Up before a single question to K2HR3 can have timed out, which takes five seconds.
  on 2 sh -c 'began=$(systemctl show k2hdkc-slave-agent -p InactiveExitTimestampMonotonic --value)
    up=$(systemctl show k2hdkc-slave-agent -p ActiveEnterTimestampMonotonic --value)
    echo "note: the agent was up in $(((up - began) / 1000)) ms"; [ $((up - began)) -lt 5000000 ]'
  within 10 is active on 2 systemctl is-active chmpx
  within 60 is False status 2 "r['settled']"
  echo "note: $(on 2 systemctl show k2hdkc-slave-agent -p StatusText --value)"
  k2hr3_back
  healthy 2 i-2
}
