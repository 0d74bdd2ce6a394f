# The official helper: looked at, taken over from, and given back to.
# shellcheck shell=bash disable=SC2154

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

take_over() {
  official_helper 3
  local inode
  inode=$(on 3 stat --format=%i /etc/k2hdkc/slave.ini)
  # First only looked at: the helper goes on, and the file is not touched.
  on 3 k2hdkc-slave-agent take-over --shadow --for 3
  is "$inode" on 3 stat --format=%i /etc/k2hdkc/slave.ini
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
