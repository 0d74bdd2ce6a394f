# The package and the way out.
# shellcheck shell=bash disable=SC2154

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
  on 3 sh /var/lib/cloud/instance/scripts/k2hr3-init.sh --delete
  is 0 hosts "sum(1 for h in hosts if h.get('cuk') == 'i-3')"
  is inactive on 3 sh -c 'systemctl is-active k2hdkc-slave-agent || true'
  is inactive on 3 sh -c 'systemctl is-active chmpx || true'
  on 3 sh -c '! test -e /etc/antpickax/k2hr3-role-token'
}
