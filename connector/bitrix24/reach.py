"""Portals stand on any domain, but never inside our own network.

A portal of its owner's may have any address, so its name may lead anywhere. Outside development, demo and
test only https to public addresses is taken; a client made by `guarded` looks at the address that it
connects to, so that a name that changes its meaning after the first look does not help.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from connector.domain.vendor import Rejected
from connector.settings import Settings

#: Where a portal may stand beside us.
WORKSHOPS = frozenset({"development", "demo", "test"})
#: All of IPv6 that is given out to the world (IANA, IPv6 global unicast); Python calls more than that global.
_UNICAST = IPv6Network("2000::/3")
#: An IPv4 address for networks that speak IPv6 alone (RFC 6052).
_TRANSLATED = IPv6Network("64:ff9b::/96")


async def refuse_inner(url: str, settings: Settings) -> None:
    """Raise `Rejected` for an address that a stranger must not make us call."""
    if settings.env in WORKSHOPS:
        return
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise Rejected("O endereço do portal precisa começar com https://.", code="not_https")
    if not await public_addresses(parts.hostname, parts.port or 443):
        raise Rejected("O endereço do portal não é público.", code="inner_address")


async def public_addresses(host: str, port: int) -> list[str]:
    """The addresses of a name; none if one of them is not public, or there is no such name."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return []
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    return addresses if all(is_public(address) for address in addresses) else []


def is_public(address: str) -> bool:
    """Whether the world can reach it; an IPv4 address inside an IPv6 one counts as itself."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        inner = _inside(ip)
        if inner is None:
            return ip in _UNICAST and ip.is_global
        ip = inner
    return ip.is_global and not ip.is_multicast


def _inside(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a gateway makes of it."""
    if ip in _TRANSLATED:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour


def guarded(limits: httpx.Limits | None = None) -> httpx.AsyncHTTPTransport:
    """A transport that connects to public addresses alone."""
    transport = httpx.AsyncHTTPTransport(limits=limits or httpx.Limits(), trust_env=False)
    # httpx has no word for a network backend; httpcore, which it stands on, has.
    pool: Any = transport._pool
    pool._network_backend = _PublicOnly(pool._network_backend)
    return transport


def transport_for(settings: Settings, limits: httpx.Limits | None = None) -> httpx.AsyncHTTPTransport | None:
    """What a process gives its client: None = httpx's own."""
    return None if settings.env in WORKSHOPS else guarded(limits)


class _PublicOnly(httpcore.AsyncNetworkBackend):
    """Connects to what the name means now, if that is public."""

    def __init__(self, inner: httpcore.AsyncNetworkBackend) -> None:
        self._inner = inner

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """As the inner one; `ConnectError` for an address inside."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await public_addresses(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"{host} was not found in time") from error
        if not addresses:
            raise httpcore.ConnectError(f"{host} has no public address")
        return await self._inner.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        """As the inner one."""
        await self._inner.sleep(seconds)
