# K2HR3 with a cluster and our templates, metadata, files and a repository.
# shellcheck shell=bash disable=SC2154

k2hr3_answers() {
  k2hr3 /sim/counts
}

json_text() { # FILE: its text as JSON
  python3 -c 'import json,sys; print(json.dumps(open(sys.argv[1]).read()))' "$1"
}

order() { # PATH JSON
  k2hr3 "$1" "$2" >/dev/null
}

# The templates as an administrator sets them: where the agent's package is, and where chmpx is.
templates() {
  local sum
  sum=$(sha256sum "$deb" | cut -d ' ' -f 1)
  sed "s|^AGENT_FILES='\$|&\ndeb x86_64 http://10.77.0.1:8080/agent.deb $sum|" \
    "$top/cloud-init/k2hr3-init.sh.templ" >"$work/script"
  {
    cat "$top/cloud-init/k2hr3-cloud-init.txt.templ"
    printf 'apt:\n  preserve_sources_list: true\n  sources:\n    chmpx.list:\n      source: "deb [trusted=yes] http://10.77.0.1:8080/repository ./"\n'
  } >"$work/cc"
  order /sim/scripts "{\"name\":\"script\",\"script\":{\"template\":$(json_text "$work/script"),\"useragent\":\"\",\"contenttype\":\"\"}}"
  order /sim/scripts "{\"extdata\":true,\"name\":\"k2hdkc-slave-agent\",\"script\":{\"template\":$(json_text "$work/script"),\"useragent\":\"\",\"contenttype\":\"text/x-shellscript\"}}"
  cp "$work/cc" "$work/metadata/files/cc"
  order /sim/scripts "{\"name\":\"cc\",\"script\":{\"template\":$(json_text "$work/cc"),\"useragent\":\"\",\"contenttype\":\"\"}}"
}

# What an administrator copies into the instance: the role token's user data, as K2HR3 serves it to
# cloud-init, gzip included.
user_data() {
  local user
  user=$(k2hr3 /sim/user-tokens '{"user":"test","tenant":"tenant1"}' | python3 -c 'import json,sys; print(json.load(sys.stdin)["token"])')
  ip netns exec k2agent-net python3 - "$user" "$work" <<'END'
import json, sys, urllib.request
user, work = sys.argv[1:]
base = "http://10.77.0.2:18080"
def get(path, **headers):
    ask = urllib.request.Request(base + path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    return urllib.request.urlopen(ask).read()
made = json.loads(get("/v1/role/token/mycluster/slave?expire=0", x_auth_token="U=" + user))
open(work + "/token", "w").write(made["token"])
data = get("/v1/userdata/" + made["registerpath"], User_Agent="Cloud-Init/22.4.2")
assert data[:2] == b"\x1f\x8b", "user data is not packed"
open(work + "/metadata/user_data", "wb").write(data)
# The second machine comes by the extdata route: nothing but addresses in its user data.
addresses = [base + "/v1/extdata/k2hdkc-slave-agent/" + made["registerpath"], "http://10.77.0.1:8080/cc"]
open(work + "/metadata/user_data-10.77.0.12", "w").write("\n".join(["#include-once", *addresses]) + "\n")
END
}

set_the_stage() {
  network_up
  mkdir -p "$work/metadata/files"
  for number in 1 2 3; do echo "i-$number h$number" >"$work/metadata/instance-10.77.0.1$number"; done
  cp "$deb" "$work/metadata/files/agent.deb"
  next_package
  "$here/lib/chmpx-package" "$PROGRAMS" "$work/metadata/files/repository"
  ADDRESSES=$(for n in 1 2 3; do printf '10.77.0.1%s h%s\n' $n $n; done; for n in 1 2 3 4; do printf '10.77.0.10%s server-%s\n' $n $n; done)
  export ADDRESSES
  start_in_background k2hr3 ip netns exec k2agent-net "$PROGRAMS/k2hr3-sim" --listen 10.77.0.2:18080 --admin 10.77.0.2:18081
  start_in_background metadata ip netns exec k2agent-net python3 "$here/lib/metadata.py" "$work/metadata"
  within 20 k2hr3_answers
  order /sim/clusters '{"servers":3}'
  templates
  user_data
}

# The same package with a higher version.
next_package() {
  dpkg-deb --raw-extract "$deb" "$work/next"
  sed -i 's/^Version: .*/&+next/' "$work/next/DEBIAN/control"
  dpkg-deb --root-owner-group -Znone --build "$work/next" "$work/metadata/files/next.deb" >/dev/null
  rm -r "$work/next"
}
