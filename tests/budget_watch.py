"""Reads the accounts of a Parley's database (its path is the argument) all the time, from outside, until it is told to end.

Prints `ready`, and at SIGTERM one line of JSON: {"readings": N, "accounts": {"tenant/user": {"tokens": the most that was
used and held back at a reading, "cost": the same in micro-dollars, "held": the most that was held back}}}. An organisation
is "tenant/". Opens the file anew each time, as the server may have died in between.
"""
import json
import signal
import sqlite3
import sys
import time

QUERY = """SELECT o.tenant || '/' || o.user, sum(b.used_tokens + b.reserved_tokens), sum(b.used_micro_usd + b.reserved_micro_usd),
  sum(b.reserved_tokens) FROM budget_days b JOIN owners o ON o.id = b.owner GROUP BY o.id"""


def main():
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    accounts, readings, troubles = {}, 0, 0
    print("ready", flush=True)
    while not ended:
        try:
            db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, timeout=1)
            rows = db.execute(QUERY).fetchall()
            db.close()
            readings += 1
        except sqlite3.OperationalError:
            rows = []
            troubles += 1
        for name, tokens, cost, held in rows:
            most = accounts.setdefault(name, {"tokens": 0, "cost": 0, "held": 0})
            for key, value in (("tokens", tokens), ("cost", cost), ("held", held)):
                most[key] = max(most[key], value)
        time.sleep(0.004)
    print(json.dumps({"readings": readings, "troubles": troubles, "accounts": accounts}), flush=True)


main()
