"""What no tool of Prometheus looks at: the names in alerts and dashboard, and the dashboard's queries."""

import json
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

NAME = re.compile(r"k2hdkc_slave_agent_\w+")
# Figures that are there only in some states of a node.
AT_TIMES = {"k2hdkc_slave_agent_situation"}
PATIENCE = 30


def expressions(here):
    """Each expression of the dashboard, with its panel, as Grafana would send it."""
    with open(f"{here}/dashboard.json", encoding="utf-8") as file:
        dashboard = json.load(file)
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            expression = target["expr"].replace("$instance", ".*")
            yield panel["title"], expression.replace("$__rate_interval", "4s")


def layout(here):
    """No two panels have one number or overlap."""
    with open(f"{here}/dashboard.json", encoding="utf-8") as file:
        panels = json.load(file)["panels"]
    cells, numbers = set(), set()
    for panel in panels:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24, f"{panel['title']} is beyond the edge"
        for cell in ((x, y) for x in range(at["x"], at["x"] + at["w"])
                     for y in range(at["y"], at["y"] + at["h"])):
            assert cell not in cells, f"{panel['title']} overlaps another panel"
            cells.add(cell)
        assert panel["id"] not in numbers, f"{panel['title']} has the number of another panel"
        numbers.add(panel["id"])


def names(here, metrics):
    """Every figure that alerts and dashboard name is one of the agent's; every alert has its test."""
    with open(metrics, encoding="utf-8") as file:
        known = {line.split("{")[0].split(" ")[0] for line in file if not line.startswith("#")}
    with open(f"{here}/alerts.yml", encoding="utf-8") as file:
        alerts = file.read()
    named = set(NAME.findall(alerts))
    for _, expression in expressions(here):
        named |= set(NAME.findall(expression))
    missing = named - known - AT_TIMES
    assert not missing, f"the agent has no {', '.join(sorted(missing))}"
    with open(f"{here}/alerts-test.yml", encoding="utf-8") as file:
        tests = file.read()
    for alert in re.findall(r"alert: (\w+)", alerts):
        fires = re.search(rf"alertname: {alert}\n\s+eval_time: \w+\n\s+exp_alerts:\n", tests)
        assert fires, f"no test shows that {alert} fires"
    layout(here)
    print(f"{len(named)} figures are named, and the agent has them all")


def ask(base, path, **words):
    query = urllib.parse.urlencode(words)
    with urllib.request.urlopen(f"{base}{path}?{query}", timeout=PATIENCE) as answer:
        return json.load(answer)["data"]


def is_scraped(base):
    try:
        found = ask(base, "/api/v1/query", query="count_over_time(k2hdkc_slave_agent_settled[1m]) > 2")
        rules = ask(base, "/api/v1/rules")["groups"]
    except (urllib.error.URLError, ConnectionError):
        return False
    return found["result"] and all(r["health"] == "ok" for g in rules for r in g["rules"])


def queries(here, base):
    """A running Prometheus evaluates every alert and every query of the dashboard."""
    end = time.monotonic() + PATIENCE
    while not is_scraped(base):
        assert time.monotonic() < end, "Prometheus does not get the figures, or a rule is not well"
        time.sleep(0.2)
    asked = empty = 0
    for panel, expression in expressions(here):
        try:
            result = ask(base, "/api/v1/query", query=expression)["result"]
        except urllib.error.HTTPError as error:
            sys.exit(f"{panel}: {expression}\n{error.read().decode()}")
        asked, empty = asked + 1, empty + (not result)
        is_about_trouble = "== 0" in expression
        assert result or is_about_trouble, f"{panel} shows nothing: {expression}"
    alerts = sum(len(g["rules"]) for g in ask(base, "/api/v1/rules")["groups"])
    print(f"Prometheus runs with {alerts} alerts; {asked} queries of the dashboard, {empty} without a result")


if __name__ == "__main__":
    {"names": names, "queries": queries}[sys.argv[1]](*sys.argv[2:])
