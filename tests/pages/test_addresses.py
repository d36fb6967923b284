"""Which addresses a page is read from: a table, for each is a way in."""

from __future__ import annotations

import ipaddress

import pytest

from grimoire.pages.addresses import describe, parse

EVERYBODYS = [
    *("1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "93.184.215.14", "100.63.255.255", "100.128.0.0"),
    *("126.255.255.255", "128.0.0.0", "168.63.129.15", "169.253.255.255", "169.255.0.0", "172.15.255.255"),
    *("172.32.0.0", "192.0.1.0", "192.0.3.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0"),
    *("198.51.99.255", "203.0.112.255", "203.0.114.0", "223.255.255.255"),
    *("2606:4700:4700::1111", "2001:200::1", "2400:3200::1", "2a00:1450:4001:80b::200e", "3ffe:ffff::1"),
    *("::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"),
]
REFUSED = {
    "0.0.0.0": "no host",
    "0.1.2.3": "no host",
    "10.0.0.0": "private",
    "10.255.255.255": "private",
    "100.64.0.0": "provider",
    "100.100.100.200": "provider",
    "100.127.255.255": "provider",
    "127.0.0.1": "this machine",
    "127.255.255.254": "this machine",
    "168.63.129.16": "metadata",
    "169.254.0.0": "link-local",
    "169.254.169.254": "link-local",
    "169.254.170.2": "link-local",
    "172.16.0.0": "private",
    "172.31.255.255": "private",
    "192.0.0.0": "reserved",
    "192.0.0.192": "reserved",
    "192.0.2.1": "examples",
    "192.88.99.1": "reserved",
    "192.168.0.1": "private",
    "192.168.255.255": "private",
    "198.18.0.0": "measurements",
    "198.19.255.255": "measurements",
    "198.51.100.7": "examples",
    "203.0.113.9": "examples",
    "224.0.0.1": "multicast",
    "239.255.255.250": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "reserved",
    "::": "no host",
    "::1": "this machine",
    "::2": "reserved",
    "::127.0.0.1": "reserved",
    "::ffff:0.0.0.0": "no host",
    "::ffff:127.0.0.1": "this machine",
    "::ffff:10.1.2.3": "private",
    "::ffff:169.254.169.254": "link-local",
    "64:ff9b::127.0.0.1": "this machine",
    "64:ff9b::192.168.1.1": "private",
    "64:ff9b::169.254.169.254": "link-local",
    "64:ff9b:1::8.8.8.8": "reserved",
    "100::1": "reserved",
    "2001::1": "reserved",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2": "reserved",
    "2001:2::1": "reserved",
    "2001:10::1": "reserved",
    "2001:1ff:ffff::1": "reserved",
    "2001:db8::1": "examples",
    "2002:7f00:1::1": "this machine",
    "2002:a00:1::1": "private",
    "2002:c0a8:101::1": "private",
    "2002:a9fe:a9fe::1": "link-local",
    "3fff::1": "examples",
    "4000::1": "reserved",
    "5f00::1": "reserved",
    "fc00::1": "private",
    "fd00:ec2::254": "private",
    "fdff:ffff::1": "private",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "febf::1": "link-local",
    "fec0::1": "private",
    "ff02::1": "multicast",
    "ff0e::1": "multicast",
    "ffff::1": "multicast",
}


@pytest.mark.parametrize("address", EVERYBODYS)
def test_an_address_that_is_everybodys_is_connected_to(address: str) -> None:
    assert describe(parse(address)) == ""


@pytest.mark.parametrize(("address", "kind"), REFUSED.items())
def test_an_address_that_leads_inside_is_not(address: str, kind: str) -> None:
    assert kind in describe(parse(address))


@pytest.mark.parametrize("address", [*EVERYBODYS, *REFUSED])
def test_nothing_is_let_through_that_python_calls_private(address: str) -> None:
    found = ipaddress.ip_address(address.partition("%")[0])
    assert describe(found) or not found.is_private or getattr(found, "ipv4_mapped", None)


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "0x7f000001", "2130706433", "1.2.3.4.5"])
def test_what_is_no_address_is_refused_as_none(text: str) -> None:
    with pytest.raises(ValueError, match="address"):
        parse(text)
