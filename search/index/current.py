"""The generation that is current, for a service that runs while others publish."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from search.errors import EncoderUnusable, IndexUnusable
from search.index.embedding import TextEncoder
from search.index.engine import Engine
from search.index.generations import Opened, Pointer, open_intact, open_pointer, read_current
from search.index.kernel import Kernel
from search.index.nearness import EncoderSource, words_alone

_log = logging.getLogger(__name__)

# How long the first request after a switch waits for the new generation, before it is answered from the old
# one: the shipped articles open in .01 s, 20,963 passages in .06 (a million in 3, mostly hashing).
GRACE_SECONDS = 0.2

# A generation that could not be opened is tried again after so long: damage does not heal, but a lack of
# file handles passes, and hashing a large index takes seconds.
RETRY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Health:
    """How a service stands."""

    status: Literal["ok", "degraded", "unavailable"]  # degraded: it answers, but not from what CURRENT names
    generation: str | None  # that it answers from; None: none
    problem: str | None  # what is wrong, naming no place on the machine; None: nothing


@dataclass(frozen=True, slots=True)
class _State:
    """What came of the last look at an index; replaced as a whole."""

    pointer: Pointer | None  # what CURRENT said; None: nothing that can be read
    engine: Engine | None
    error: IndexUnusable | None  # why the engine is not the one that CURRENT names
    tried: float  # when that was


class CurrentEngine:
    """The engine of whatever generation is current, for a service that runs while others publish.

    Each caller gets one engine, which stays what it is for as long as he holds it: a generation that is
    not current any more is closed when the last one lets go of it, by Python's own counting. When the
    pointer moves, the next one is verified, opened and warmed up by a thread of its own, and until it is
    ready, or if it cannot be used, the old one goes on serving.
    """

    def __init__(
        self,
        index: Path,
        encoder_of: EncoderSource = words_alone,
        kernel: Kernel | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._index = index
        self._encoder_of = encoder_of
        self._kernel = kernel
        self._clock = clock
        # Held for the first load, and else only to start a thread: never while a thread works, so that a
        # process that is forked meanwhile does not find it held.
        self._lock = threading.Lock()
        self._state = _State(None, None, None, 0.0)
        self._loader: threading.Thread | None = None
        self._suspected = -RETRY_SECONDS  # when the files that are served were last looked at again
        self._encoder: TextEncoder | None = None

    def engine(self) -> Engine:
        """The current generation's engine, or of the one before while the new one is being opened.

        At the start a damaged one is passed over for the newest that is intact. Raises IndexUnusable only
        while none was ever opened.
        """
        if self._is_due(self._pointer()):
            self._load()
        state = self._state
        if state.engine is None:
            assert state.error is not None, "nothing opened and nothing wrong"
            raise state.error
        return state.engine

    def health(self) -> Health:
        """How the service stands now."""
        try:
            generation = self.engine().info.generation
        except IndexUnusable:
            return Health("unavailable", None, "there is no index that can be used")
        pointer, state = self._pointer(), self._state
        if pointer is None:
            return Health("degraded", generation, "what the current generation is cannot be read")
        if state.error is not None:
            return Health("degraded", generation, f"{pointer.generation} is current and cannot be used")
        return Health("ok", generation, None)

    def reopen(self) -> None:
        """Verifies and opens anew what is served: its files may have been damaged since they were opened.

        The newest generation that is intact takes its place; where there is none, nothing is served.
        """
        before = self._state
        self._replace(before, self._first())

    def suspect(self) -> None:
        """Has a thread look at the files again, as an answer has failed and nobody knows why.

        Not more often than what could not be opened is tried again.
        """
        with self._lock:
            if self._state.engine is None or self._clock() - self._suspected < RETRY_SECONDS:
                return
            self._suspected = self._clock()
        try:
            threading.Thread(target=self.reopen, daemon=True).start()
        except RuntimeError as error:
            _log.error("what is served is not looked at again: %s", error)

    def _pointer(self) -> Pointer | None:
        try:
            return read_current(self._index)
        except IndexUnusable:
            return None

    def _is_due(self, pointer: Pointer | None) -> bool:
        """Whether there is something to open that was not tried, or not lately."""
        state = self._state
        if state.engine is None and state.error is None:
            return True
        if pointer != state.pointer and (pointer is not None or state.engine is None):
            return True
        return state.error is not None and self._clock() - state.tried >= RETRY_SECONDS

    def _load(self) -> None:
        """Has the generation opened: at once when there is none to answer from, else by a thread."""
        if self._state.engine is None:
            with self._lock:
                if self._is_due(self._pointer()):
                    self._state = self._first()
            return
        with self._lock:
            if self._loader is not None and self._loader.is_alive():
                return
            loader = threading.Thread(target=self._turn, daemon=True)
            try:
                loader.start()
            except RuntimeError as error:  # no thread can be had now: the next request tries again
                _log.error("the current generation is not opened yet: %s", error)
                return
            self._loader = loader
        loader.join(GRACE_SECONDS)

    def _first(self) -> _State:
        """The state after the newest generation that is intact has been opened."""
        pointer = self._pointer()
        try:
            opened = self._with_encoder(lambda encoder: open_intact(self._index, encoder, self._kernel))
        except IndexUnusable as error:
            return _State(pointer, None, error, self._clock())
        if opened.problem is None:
            return _State(pointer, opened.engine, None, self._clock())
        _log.error("serving %s: %s", opened.engine.info.generation, opened.problem)
        return _State(pointer, opened.engine, IndexUnusable(opened.problem), self._clock())

    def _turn(self) -> None:
        """Opens the generation that CURRENT names by now, and has it serve if it is intact.

        What the request saw that asked for it may be out of date already: it would lead back.
        """
        before, pointer = self._state, self._pointer()
        if not self._is_due(pointer):
            return
        try:
            named = pointer or read_current(self._index)
            opened = self._with_encoder(
                lambda encoder: Opened(open_pointer(self._index, named, encoder, self._kernel), None)
            )
            opened.engine.warm_up()
        except IndexUnusable as error:
            serving = before.engine.info.generation if before.engine else "nothing"
            _log.error("still serving %s: %s", serving, error)
            self._replace(before, _State(pointer, before.engine, error, self._clock()))
        except Exception as error:  # whatever it was, those who ask are answered
            _log.exception("the current generation cannot be opened")
            self._replace(before, _State(pointer, before.engine, IndexUnusable(str(error)), self._clock()))
        else:
            self._replace(before, _State(named, opened.engine, None, self._clock()))

    def _replace(self, before: _State, state: _State) -> None:
        """Has the state take the place of the one it was made from, unless another engine has meanwhile.

        A look at the files outlasts many a failed try to open what CURRENT names, which changes no engine:
        what it found must not be lost for that.
        """
        with self._lock:
            if self._state.engine is before.engine:
                self._state = state

    def _with_encoder(self, opening: Callable[[EncoderSource], Opened]) -> Opened:
        try:
            return opening(self._loaded_encoder)
        except EncoderUnusable as error:
            _log.error("words alone are compared: %s", error)
            return opening(words_alone)

    def _loaded_encoder(self) -> TextEncoder | None:
        """The encoder of every generation, in use already: some only say then that they are unusable."""
        if self._encoder is None:
            encoder = self._encoder_of()
            if encoder:
                encoder.encode(["Is it in order?"])
            self._encoder = encoder
        return self._encoder
