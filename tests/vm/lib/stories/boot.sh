# From user data alone, boot after boot.
# shellcheck shell=bash disable=SC2154

first_boot() {
  start_machine 1
  healthy 1 i-1
  is 600 on 1 stat --format=%a /etc/antpickax/k2hr3-role-token
  is root on 1 ps -o user= -C chmpx
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
