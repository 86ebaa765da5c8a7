"""The generation that is current, for a service that runs while others publish."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from search.errors import EncoderUnusable, IndexUnusable
from search.index.embedding import TextEncoder
from search.index.engine import Engine
from search.index.generations import Pointer, open_pointer, read_current
from search.index.kernel import Kernel
from search.index.nearness import EncoderSource, words_alone

_log = logging.getLogger(__name__)


class CurrentEngine:
    """The engine of whatever generation is current, for a service that runs while others publish.

    A generation is verified and opened once. When the pointer moves, the next caller opens the new
    one; if that fails, the old one goes on serving and the failure is logged.
    """

    def __init__(
        self, index: Path, encoder_of: EncoderSource = words_alone, kernel: Kernel | None = None
    ) -> None:
        self._index = index
        self._encoder_of = encoder_of
        self._kernel = kernel
        self._lock = threading.Lock()
        self._pointer: Pointer | None = None  # what CURRENT said when it was last looked at
        self._engine: Engine | None = None
        self._encoder: TextEncoder | None = None

    def engine(self) -> Engine:
        """The current generation's engine; raises IndexUnusable only while none was ever opened."""
        try:
            pointer = read_current(self._index)
        except IndexUnusable:
            if self._engine is None:
                raise
            return self._engine
        with self._lock:
            if pointer != self._pointer or self._engine is None:
                # The old engine is not closed here: a request in another thread may still read from
                # it, and its files go when the last reference does.
                try:
                    self._engine = self._opened(pointer)
                except IndexUnusable as error:
                    if self._engine is None:
                        raise
                    _log.error("still serving the generation before: %s", error)
                self._pointer = pointer
            return self._engine

    def _opened(self, pointer: Pointer) -> Engine:
        try:
            return open_pointer(self._index, pointer, self._loaded_encoder, self._kernel)
        except EncoderUnusable as error:
            _log.error("words alone are compared: %s", error)
            return open_pointer(self._index, pointer, kernel=self._kernel)

    def _loaded_encoder(self) -> TextEncoder | None:
        """The encoder of every generation, in use already: some only say then that they are unusable."""
        if self._encoder is None:
            encoder = self._encoder_of()
            if encoder:
                encoder.encode(["Is it in order?"])
            self._encoder = encoder
        return self._encoder
