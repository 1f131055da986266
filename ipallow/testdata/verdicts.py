"""Says whether allow-list entries hold addresses, by Python's ipaddress.

Reads lines of "entry<TAB>address" and answers each with a line: "true",
"false", or "error" for an entry that must be refused. It shares no code and no
method with the package that it checks: networks and masks are ipaddress's own.
"""

import functools
import ipaddress
import sys


def address(text):
    parsed = ipaddress.ip_address(text)
    if getattr(parsed, "scope_id", None) is not None:
        raise ValueError("zone")
    return getattr(parsed, "ipv4_mapped", None) or parsed


def masked(addr, mask):
    # IPv4Network takes wildcard masks as well; a netmask gives itself back.
    if str(ipaddress.IPv4Network(f"0.0.0.0/{mask}").netmask) != mask:
        raise ValueError("not a netmask")
    return ipaddress.IPv4Network(f"{addr}/{mask}", strict=True)


def network(text):
    addr, _, size = text.partition("/")
    if "." in size or ":" in size:
        return masked(addr, size)
    if not size.isascii() or not size.isdigit() or size != str(int(size)):
        raise ValueError("length")
    net = ipaddress.ip_network(text, strict=True)
    mapped = getattr(ipaddress.ip_address(addr), "ipv4_mapped", None)
    if mapped is None:
        return net
    if net.prefixlen <= 96:
        raise ValueError("mapped")
    return ipaddress.IPv4Network(f"{mapped}/{net.prefixlen - 96}", strict=True)


@functools.lru_cache(maxsize=4096)
def bounds(text):
    """The family and the first and last address of an entry, as numbers."""
    text = text.strip(" ")
    if "-" in text:
        first, last = (address(end.strip(" ")) for end in text.split("-"))
        if first.version != last.version or int(first) > int(last):
            raise ValueError("range")
    elif "%" in text:
        raise ValueError("zone")
    elif "/" in text:
        net = network(text)
        first, last = net.network_address, net.broadcast_address
    elif " " in text:
        net = masked(*text.split())
        first, last = net.network_address, net.broadcast_address
    else:
        first = last = address(text)
    return first.version, int(first), int(last)


def verdict(entry, addr):
    try:
        version, first, last = bounds(entry)
    except (ValueError, TypeError):
        return "error"
    try:
        addr = address(addr)
    except ValueError:
        return "false"
    return "true" if addr.version == version and first <= int(addr) <= last else "false"


def main():
    out = []
    for line in sys.stdin:
        entry, _, addr = line.rstrip("\n").partition("\t")
        out.append(verdict(entry, addr))
    print("\n".join(out))


if __name__ == "__main__":
    main()
