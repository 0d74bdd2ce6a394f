"""Drives a K2HR3 API with the official client, and checks what it says."""

import json
import sys

from k2hr3client.http import K2hr3Http
from k2hr3client.policy import K2hr3Policy
from k2hr3client.resource import K2hr3Resource
from k2hr3client.role import K2hr3Role, K2hr3RoleHost
from k2hr3client.token import K2hr3RoleToken, K2hr3RoleTokenList, K2hr3Token

URL, IDENTITY_TOKEN = sys.argv[1:]
ROLE = "yrn:yahoo:::tenant1:role:pycluster"
RESOURCE = "yrn:yahoo:::tenant1:resource:pycluster"
POLICY = "yrn:yahoo:::tenant1:policy:pycluster"


def sent(verb, call, code):
    """Sends a call, checks its status, and gives the JSON of its answer."""
    done = getattr(K2hr3Http(URL), verb)(call)
    assert done, f"{call!r} was refused"
    assert call.resp.code == code, f"{call!r} was answered with {call.resp.code}"
    return json.loads(call.resp.body) if call.resp.body else {}


user = sent("POST", K2hr3Token("tenant1", IDENTITY_TOKEN).create(), 201)["token"]
sent("HEAD", K2hr3Token("tenant1", user).validate(), 204)

resource = K2hr3Resource(user).create_conf_resource(
    name="pycluster",
    data_type="string",
    resource_data="hosts={{= %" + ROLE + "/hosts/ip%.count }} {{= %greeting% }}",
    keys={"greeting": "hello"},
    alias=None,
)
sent("POST", resource, 201)
policy = K2hr3Policy(user).create(
    name="pycluster",
    effect="allow",
    action=["yrn:yahoo::::action:read"],
    resource=[RESOURCE],
)
sent("POST", policy, 201)
sent("POST", K2hr3Role(user).create("pycluster", [POLICY], []), 201)

shown = sent("GET", K2hr3Policy(user).get("pycluster", ""), 200)
assert shown["policy"]["resource"] == [RESOURCE], shown

for number, tag in (("1", "one"), ("2", "two")):
    host = K2hr3RoleHost(
        "10.9.0." + number, "0", "cuk-" + number, "openstack-auto-v1", tag, "", ""
    )
    sent("POST", K2hr3Role(user).add_member("pycluster", host, False, False), 201)
shown = sent("GET", K2hr3Role(user).get("pycluster", expand=False), 200)
assert shown["role"]["hosts"]["ips"] == [
    "10.9.0.1 * cuk-1 openstack-auto-v1 one",
    "10.9.0.2 * cuk-2 openstack-auto-v1 two",
], shown

# The client keeps the wish for a token without an end to itself.
token = sent("GET", K2hr3RoleToken(user, "pycluster", expire=0), 200)["token"]
listed = sent("GET", K2hr3RoleTokenList(user, "pycluster", expand=True), 200)["tokens"][token]
assert listed["user"] == "test" and listed["date"][:4] == listed["expire"][:4], listed

read = K2hr3Resource(roletoken=token, resource_path="pycluster")
shown = sent("GET", read.get_with_roletoken("string", None, service=""), 200)
assert shown["resource"] == "hosts=2 hello", shown
print("the official client is content")
