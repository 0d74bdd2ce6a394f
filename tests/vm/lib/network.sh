# The network of the stories: one namespace with K2HR3 (10.77.0.2), metadata (169.254.169.254) and
# files (10.77.0.1) on a bridge, one namespace for each machine (10.77.0.1N).
# shellcheck shell=bash

network_up() {
  ip netns add k2agent-net
  ip -n k2agent-net link set lo up
  ip -n k2agent-net link add br0 type bridge
  for address in 10.77.0.1/24 10.77.0.2/24 169.254.169.254/32; do
    ip -n k2agent-net address add "$address" dev br0
  done
  ip -n k2agent-net link set br0 up
  for number in 1 2 3; do
    ip netns add "k2agent-h$number"
    ip -n "k2agent-h$number" link set lo up
    ip -n k2agent-net link add "h$number" type veth peer name eth0 netns "k2agent-h$number"
    ip -n k2agent-net link set "h$number" master br0 up
    ip -n "k2agent-h$number" address add "10.77.0.1$number/24" dev eth0
    ip -n "k2agent-h$number" link set eth0 up
    ip -n "k2agent-h$number" route add default via 10.77.0.1
  done
}

network_down() {
  for name in k2agent-h1 k2agent-h2 k2agent-h3 k2agent-net; do
    [ -e "/run/netns/$name" ] || continue
    # Busy until the last process in it is gone.
    until ip netns delete "$name" 2>/dev/null || [ ! -e "/run/netns/$name" ]; do :; done
  done
}

# Whatever K2HR3 would answer is dropped, as behind a broken firewall: nobody is refused, all wait.
k2hr3_black_holed() {
  ip -n k2agent-net rule add from 10.77.0.2 blackhole priority 10
}

k2hr3_back() {
  ip -n k2agent-net rule delete priority 10
}
