"""Verifies one audit chain from its events as JSON, one a line, and prints its head.

Written from the description of the encoding alone, with nothing but Python's
standard library, so that an auditor can check a chain without Durward.
Usage: verify.py CHAIN < events.jsonl
"""

import datetime
import hashlib
import hmac
import json
import sys

LETTERS = {"plain": b"p", "secret": b"s"}


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def field(tag, content):
    return bytes([tag]) + len(content).to_bytes(4, "big") + content


def text(tag, value):
    return field(tag, value.encode()) if value else b""


def number(tag, value):
    return field(tag, value.to_bytes(8, "big")) if value else b""


def instant(tag, value):
    whole, _, fraction = value.removesuffix("Z").partition(".")
    moment = datetime.datetime.fromisoformat(whole + "+00:00")
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    seconds = (moment - epoch) // datetime.timedelta(seconds=1)
    nanoseconds = int(fraction.ljust(9, "0"))
    return field(tag, seconds.to_bytes(8, "big", signed=True) + nanoseconds.to_bytes(4, "big"))


def party(tag, value):
    return field(tag, text(1, value["kind"]) + text(2, value.get("id", ""))) if value else b""


def value(tag, v):
    if not v:
        return b""
    for kind, letter in LETTERS.items():
        if kind in v:
            return field(tag, letter + v[kind].encode())
    digest = bytes.fromhex(v["digest"])
    if "personal" in v:
        made = sha(b"durward audit v1 value\0", bytes.fromhex(v["salt"]), v["personal"].encode())
        if not hmac.compare_digest(made, digest):
            sys.exit("a personal text does not give its digest")
    return field(tag, b"d" + digest)


def fields(e):
    out = text(1, e["chain"]) + number(2, e["sequence"]) + number(3, e.get("revision", 0)) + instant(4, e["at"])
    out += party(5, e["actor"]) + party(6, e.get("on_behalf_of"))
    for tag, name in enumerate(["organization", "subject", "action", "realm", "node", "object"], 7):
        out += text(tag, e.get(name, ""))
    out += value(13, e.get("address"))
    for tag, name in enumerate(["surface", "outcome", "reason"], 14):
        out += text(tag, e.get(name, ""))
    for c in e.get("changes", []):
        out += field(17, text(1, c["field"]) + value(2, c.get("before")) + value(3, c.get("after")))
    for a in e.get("attributes", []):
        out += field(18, text(1, a["name"]) + value(2, a["value"]))
    return out + value(19, e.get("note"))


chain = sys.argv[1]
sequence, head = 0, sha(b"durward audit v1 start\0", chain.encode())
for line in sys.stdin:
    event = json.loads(line)
    sequence += 1
    if event["chain"] != chain or event["sequence"] != sequence or event["previous"] != head.hex():
        sys.exit(f"event {sequence}: not in its place")
    head = sha(b"durward audit v1 event\0", head, fields(event))
    if event["hash"] != head.hex():
        sys.exit(f"event {sequence}: its content does not give its hash")
print(f"{chain}:{sequence}:{head.hex()}")
