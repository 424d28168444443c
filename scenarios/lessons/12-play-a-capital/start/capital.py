#!/usr/bin/env python3
"""One capital: reads a line of JSON, answers with a line of JSON. See PROTOCOL.md."""
import json
import sys


def decide(me, view):
    """Returns the moves of this capital, as a list. me is the greeting, view what the capital has applied."""
    if not any(plan["id"] == "truce" for plan in view["plans"]):
        return [{"propose": "truce"}]
    # Who vetoes, and citing what? See plan["vetoes"]. Change what they cite, and mind your own red lines.
    return []


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
