#!/usr/bin/env python3
"""One capital: reads a line of JSON, answers with a line of JSON. See PROTOCOL.md."""
import json
import sys

refused = {}  # for each term, the values that somebody has vetoed


def crosses(me, text):
    """Whether a text crosses one of the capital's own red lines. Here they all name values."""
    return any(all(text.get(t["term"]) in t["values"] for t in line) for line in me["red_lines"])


def values(term):
    return term.get("options") or term.get("durations") or []


def decide(me, view):
    plan = next((p for p in view["plans"] if p["id"] == "truce"), None)
    if plan is None:
        return [{"propose": "truce"}]
    if plan["outcome"] != "open":
        return []
    for veto in plan["vetoes"]:
        for cited in veto["citing"]:
            refused.setdefault(cited, set()).add(plan["terms"].get(cited))
    change = {}
    for term in me["terms"]:
        now = plan["terms"].get(term["id"])
        if now not in refused.get(term["id"], ()):
            continue
        for value in values(term):
            text = dict(plan["terms"], **change, **{term["id"]: value})
            if value not in refused[term["id"]]:
                change[term["id"]] = value
                break
    return [{"amend": "truce", "set": change}] if change else []


def main():
    me = None
    for line in sys.stdin:
        message = json.loads(line)
        if message["type"] == "hello":
            me = message
            answer = {"type": "hello", "protocol": 1}
        else:
            answer = {"moves": decide(me, message)}
        print(json.dumps(answer), flush=True)


main()
