"""The calls of `/nfe` and `/nfce`: the same for both."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.bling.bodies import NO_CONTENT, ok
from sandbox.bling.context import Context, Handler, Routes
from sandbox.bling.errors import BlingError
from sandbox.bling.invoices import Invoices, row
from sandbox.core.http import Answer

Of = Callable[[Context], Invoices]


def _list(of: Of) -> Handler:
    return lambda call: ok([row(note) for note in call.query.page(of(call).listed(call.query, call.now))])


def _get(of: Of) -> Handler:
    return lambda call: ok(of(call).get(call.ids[0]))


def _create(of: Of) -> Handler:
    return lambda call: ok(of(call).create(call.sent), 201)


def _send(of: Of) -> Handler:
    return lambda call: ok({"xml": of(call).send(call.ids[0])})


def _delete(of: Of) -> Handler:
    def delete(call: Context) -> Answer:
        alerts = []
        for note_id in sorted(call.query.integers("idsNotas") or ()):
            try:
                of(call).delete(note_id)
            except BlingError as refusal:
                alerts.append({"id": note_id, "error": refusal.error})
        return ok({"alertas": alerts}) if alerts else NO_CONTENT

    return delete


def _routes(resource: str, of: Of) -> Routes:
    return {
        resource: {"GET": _list(of), "POST": _create(of), "DELETE": _delete(of)},
        f"{resource}/{{}}": {"GET": _get(of)},
        f"{resource}/{{}}/enviar": {"POST": _send(of)},
    }


ROUTES: Routes = {
    **_routes("nfe", lambda call: call.company.nfe),
    **_routes("nfce", lambda call: call.company.nfce),
}
