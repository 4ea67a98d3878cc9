"""What is handed to operators to copy keeps people's words out of logs and files, and lets the home in and nobody else."""

import ipaddress
import re
from pathlib import Path

import pytest

from legcramps.channels import guard

REPO = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("file", ["docs/alexa.md", "deploy/phone/nginx.conf"])
def test_a_proxy_keeps_bodies_in_memory_and_out_of_its_log(file):
    (block,) = re.findall(r"location [^{]*\{(.*?)\}", (REPO / file).read_text("utf8"), re.DOTALL)
    settings = dict(re.findall(r"^\s*(\w+)\s+(.+);$", block, re.MULTILINE))
    assert settings["access_log"] == "off"
    for name in ("client_body_buffer_size", "client_max_body_size"):
        assert int(settings[name].removesuffix("k")) * 1024 >= guard.MAX_BODY


@pytest.mark.parametrize(
    "address, allowed",
    [
        ("192.168.1.7", True),
        ("10.1.2.3", True),
        ("172.16.0.9", True),
        ("fd12:3456:789a::7", True),
        ("fe80::1c2b", True),
        ("93.184.216.34", False),
        ("2606:2800:220:1::1", False),
    ],
)
def test_the_service_is_open_to_the_home_and_to_nobody_else(address, allowed):
    unit = (REPO / "deploy/smart-home/legcramps-wyoming.service").read_text("utf8")
    assert "IPAddressDeny=any" in unit
    (line,) = re.findall(r"^IPAddressAllow=localhost (.+)$", unit, re.MULTILINE)
    given = ipaddress.ip_address(address)
    networks = [ipaddress.ip_network(network) for network in line.split()]
    assert any(given in network for network in networks if network.version == given.version) is allowed
