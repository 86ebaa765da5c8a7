"""Whether the service can answer, for what watches over it: `GET /healthz`."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from flask import Blueprint, Flask, Response, current_app, jsonify

from search.index.current import CurrentEngine
from web.admission import Admission
from web.parameters import check_names

blueprint = Blueprint("health", __name__)


@dataclass
class Dropped:
    """How many quotations this process has left out because their documents do not say them."""

    count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, number: int) -> None:
        """Counts so many more."""
        if number:
            with self._lock:
                self.count += number


def register(app: Flask) -> None:
    """Adds the address, and what it counts."""
    app.extensions["citewell_dropped"] = Dropped()
    app.register_blueprint(blueprint)


def report_dropped(number: int) -> None:
    """Counts quotations that were left out of a reply of this application, and has the files looked at."""
    dropped: Dropped = current_app.extensions["citewell_dropped"]
    dropped.add(number)
    if number:
        current: CurrentEngine = current_app.extensions["citewell"]
        current.suspect()


@blueprint.get("/healthz")
def healthz() -> tuple[Response, int]:
    """200 while the service answers, from an older index too ("degraded"); 503 while it has none.

    What is counted is of this process, since it began.
    """
    check_names(())
    current: CurrentEngine = current_app.extensions["citewell"]
    admission: Admission = current_app.extensions["citewell_admission"]
    dropped: Dropped = current_app.extensions["citewell_dropped"]
    health = current.health()
    reply = jsonify(
        {
            "status": health.status,
            "generation": health.generation,
            "problem": health.problem,
            "quotations_dropped": dropped.count,
            "searches_turned_away": admission.turned_away,
        }
    )
    reply.headers["Cache-Control"] = "no-store"
    return reply, 503 if health.status == "unavailable" else 200
