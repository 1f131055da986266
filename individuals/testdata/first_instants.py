"""Writes the first instants of days in time zones, as Python's zoneinfo has them.

    first_instants.py STRIDE ZONE...

For every zone and for days from 1970-01-01 to 2037-12-31 it finds the earliest
instant at which the local date is that day or later. Zone files are read from
PYTHONTZPATH. All days near a change of the zone's offset are written, so every
day that does not begin at its one midnight is among them; of the rest every
STRIDE-th.

Output, for each zone in the order asked, little-endian: the number n of days as
uint32, then n day numbers since 1970-01-01 as int32, then n Unix times as int64.

The method shares nothing with the package that it checks. Near changes, a
bisection between one change and the next looks for the first second whose local
date, as datetime has it, is not before the day. Other days are looked up with
datetime's own conversion of midnight and checked on both of its sides.
"""

import array
import bisect
import datetime
import os
import struct
import sys
import zoneinfo

DAY = 86400
FIRST = 0
LAST = (datetime.date(2037, 12, 31) - datetime.date(1970, 1, 1)).days
EPOCH = datetime.date(1970, 1, 1)
START = (FIRST - 4) * DAY
STOP = (LAST + 4) * DAY


def path_of(name):
    return os.path.join(zoneinfo.TZPATH[0], name)


def listed_changes(data):
    """The instants of change that a TZif file lists (RFC 9636 section 3.2)."""

    def header(at):
        counts = struct.unpack(">6l", data[at + 20 : at + 44])
        isut, isstd, leap, times, types, chars = counts
        return times, times + types * 6 + chars + isstd + isut, leap

    times, rest, leap = header(0)
    second = 44 + times * 4 + rest + leap * 8
    times, _, _ = header(second)
    return list(struct.unpack(f">{times}q", data[second + 44 : second + 44 + 8 * times]))


def changes(zone, data):
    """Every instant from START to STOP at which the offset may change."""

    def offset(instant):
        return datetime.datetime.fromtimestamp(instant, zone).utcoffset()

    listed = listed_changes(data)
    found = [instant for instant in listed if START < instant < STOP]
    # What follows the list is a rule, with changes months apart.
    low = max([START] + listed[-1:])
    offset_low = offset(low)
    while low < STOP:
        high = low + 14 * DAY
        offset_high = offset(high)
        if offset_low != offset_high:
            before, after = low, high
            while after - before > 1:
                middle = (before + after) // 2
                if offset(middle) == offset_low:
                    before = middle
                else:
                    after = middle
            found.append(after)
        low, offset_low = high, offset_high
    return sorted(set(found))


def bisected(zone, marks, day):
    """The first instant of a day that is near a change."""
    date = EPOCH + datetime.timedelta(days=day)
    low, high = (day - 2) * DAY, (day + 2) * DAY
    inner = marks[bisect.bisect_right(marks, low) : bisect.bisect_left(marks, high)]
    edges = [low, *inner, high]
    for begin, end in zip(edges, edges[1:]):
        # From begin to end, exclusive, local time only grows.
        if datetime.datetime.fromtimestamp(end - 1, zone).date() < date:
            continue
        before = begin - 1
        after = end - 1
        while after - before > 1:
            middle = (before + after) // 2
            if datetime.datetime.fromtimestamp(middle, zone).date() >= date:
                after = middle
            else:
                before = middle
        return after
    raise AssertionError((zone.key, date))


def plain(zone, day):
    """The first instant of a day that is near no change."""
    date = EPOCH + datetime.timedelta(days=day)
    midnight = datetime.datetime(date.year, date.month, date.day, tzinfo=zone)
    instant = int(midnight.timestamp())
    assert datetime.datetime.fromtimestamp(instant, zone) == midnight
    assert datetime.datetime.fromtimestamp(instant - 1, zone).date() < date
    return instant


def answer(name, data, stride):
    zone = zoneinfo.ZoneInfo(name)
    marks = changes(zone, data)
    near = {day for mark in marks for day in range(mark // DAY - 1, mark // DAY + 3)}
    days, instants = array.array("i"), array.array("q")
    for day in range(FIRST, LAST + 1):
        if day in near:
            instant = bisected(zone, marks, day)
        elif day % stride == 0:
            instant = plain(zone, day)
        else:
            continue
        days.append(day)
        instants.append(instant)
    if sys.byteorder == "big":
        days.byteswap()
        instants.byteswap()
    return struct.pack("<I", len(days)) + days.tobytes() + instants.tobytes()


def main():
    stride = int(sys.argv[1])
    answers = {}  # many names are links to one file
    for name in sys.argv[2:]:
        with open(path_of(name), "rb") as file:
            data = file.read()
        if data not in answers:
            answers[data] = answer(name, data, stride)
        sys.stdout.buffer.write(answers[data])


if __name__ == "__main__":
    main()
