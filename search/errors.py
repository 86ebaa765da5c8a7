"""What can go wrong when searching, each with a message that tells the person what to do next.

SearchError
├── QuestionError           the question cannot be asked as it stands
│   ├── QuestionEmpty
│   └── QuestionTooLong
├── EncoderUnusable         the model that compares meanings cannot be read
├── KernelMissing           the compiled kernel is asked for and numba is not there
├── IndexBusy               another process is publishing
├── IndexShrunk             much less would be left than there was
└── IndexUnusable
    ├── IndexMissing        nothing published in the folder yet
    ├── IndexOutdated       written by another version of the schema or the analyzer
    └── IndexDamaged        a file differs from what was published
"""

from __future__ import annotations


class SearchError(Exception):
    """Anything that search reports to its caller; `str()` is one line that a person can act on."""


class QuestionError(SearchError):
    """The question cannot be asked as it stands; `code` is for scripts."""

    code = "question_invalid"


class QuestionEmpty(QuestionError):
    code = "question_empty"


class QuestionTooLong(QuestionError):
    code = "question_too_long"


class EncoderUnusable(SearchError):
    """The model that compares meanings cannot be read, or is not the one that was asked for."""


class KernelMissing(SearchError):
    """The compiled kernel is asked for but cannot be had; says what to run."""


class IndexUnusable(SearchError):
    """There is no index to answer from."""


class IndexMissing(IndexUnusable):
    pass


class IndexOutdated(IndexUnusable):
    pass


class IndexDamaged(IndexUnusable):
    pass


class IndexBusy(SearchError):
    """Another process holds the index's publishing lock."""


class IndexShrunk(SearchError):
    """A build would leave so much less than there was that it is taken for a mistake."""
