"""Free text becomes a query: what is looked for, what is asked for, and what no answer may hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.errors import QuestionEmpty, QuestionTooLong
from search.marks import NO_MARK, Mark
from search.queries import Kind
from search.question.understanding import MAX_QUESTION_CHARS, understand


def stems(question: str) -> list[str]:
    return [term.stem for term in understand(question).terms]


def test_stop_words_and_repeated_words_are_not_looked_for() -> None:
    assert stems("What do the boards do, and who is on the board?") == ["board"]


@pytest.mark.parametrize(
    "question",
    [
        "locks canal", "locks canal?", "locks AND canal", "locks NOT canal", "locks OR canal",
        '"locks" canal', "locks: canal", "(locks (canal", "locks* canal~2", "[locks TO canal]",
        "+locks - canal", "locks^5 canal?*",
    ],
)  # fmt: skip
def test_other_marks_are_only_punctuation(question: str) -> None:
    # "or", "and", "to" are stop words in any case; "NOT" is a word like others.
    assert [stem for stem in stems(question) if stem not in ("not", "or", "and", "to", "2", "5")] == [
        "lock",
        "canal",
    ]


@pytest.mark.parametrize("question", ["", " ", "\t\n", "\u2003"])
def test_white_space_is_no_question(question: str) -> None:
    with pytest.raises(QuestionEmpty, match="type what you want to know"):
        understand(question)


def test_a_question_of_the_greatest_length_is_read_and_one_more_is_not() -> None:
    assert understand("x" * MAX_QUESTION_CHARS).question
    with pytest.raises(QuestionTooLong, match="1,001 characters"):
        understand("x" * (MAX_QUESTION_CHARS + 1))


def test_capitals_all_through_mark_no_acronyms() -> None:
    assert [term.acronym for term in understand("WHO RUNS THE CANAL").terms] == [None, None]
    assert [term.acronym for term in understand("ICS").terms] == ["IC"]


def test_decomposed_accents_meet_composed_ones() -> None:
    assert stems("cafe\u0301 culture") == stems("caf\u00e9 culture")


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("What is an ICS?", {"ic"}),
        ("what are primary care networks", {"primari", "care", "network"}),
        ("What does ICP stand for?", {"icp"}),
        ("meaning of subsidiarity", {"subsidiar"}),
        ("What is meant by double glazing?", {"doubl", "glaze"}),
        ("CQC in full?", {"cqc"}),
        ("define lock gate", {"lock", "gate"}),
        ("What is the aim of the canal?", set()),
        ("What is required of boats?", set()),
        ("What is it like to live on a boat?", set()),
        ("How many locks are there?", set()),
        ("canal locks", set()),
    ],
)
def test_a_question_for_what_something_is_names_its_subject(question: str, subject: set[str]) -> None:
    assert understand(question).subject == subject


@pytest.mark.parametrize(
    ("kind", "questions"),
    [
        ("count", [
            "How many locks are there?", "how many locks", "In 1894, how many locks were left?",
            "what number of boats pass", "number of boats on the canal",
            "What is the usual headcount of a crew?", "Roughly how many boats pass?",
            "By how many miles did it grow?", "How long is the canal?",
            "please tell me how many boats pass",
        ]),
        ("date", [
            "When did it open?", "when did it open", "What year did it open?",
            "which month is the fair in", "On what date did it open?", "from which year are boats taxed",
            "When boats were first taxed", "It was dug in what year?", "date of the fair",
        ]),
        ("person", [
            "Who dug it?", "whos the chair", "Whose plan counts?", "To whom does it answer?",
            "Which role signs?", "If a lock leaks, who mends it?", "When a lock leaks, who mends it?",
            "What is the name of the first minister?",
        ]),
        ("percentage", [
            "What percentage of boats leak?", "what share of boats leak", "which proportion leaks",
            "By what percentage did it grow?", "percentage of leaking boats",
        ]),
        ("money", [
            "How much did the canal cost?", "how much is a keeper paid",
            "What is the budget of the canal?", "How much money was lost?",
        ]),
        ("place", [
            "Where is the canal?", "wheres the canal", "In which town does it end?",
        ]),
        ("list", [
            "Name the locks of the canal", "Examples of goods on the canal", "list of locks",
            "What are the duties of the keeper?", "Which boats may pass?",
            "What benefits does a canal bring?", "can you give me some examples of goods",
        ]),
        ("why", [
            "Why was it dug?", "How come it leaks?", "What stops boats from sinking?",
            "reasons for digging it", "What are the reasons for its decline?", "What caused the flood?",
            "why does it look so different",
        ]),
        ("how", [
            "How is it filled?", "In what ways do locks help?", "how to open a lock",
            "how do locks work",
        ]),
        ("yesno", [
            "Is it open?", "Do boats have to stop?", "can i moor here",
            "As of May 2021, did boats have engines?", "Isn't it open?", "Has it been dug?",
        ]),
        ("compare", [
            "What is the difference between locks and weirs?", "locks vs weirs",
            "How do locks and weirs differ?", "How does a lock differ from a weir?",
            "compare locks and weirs", "How is it unlike a weir?", "clash between boaters and anglers",
        ]),
        ("definition", [
            "What is a lock?", "whats a lock", "define lock", "lock meaning",
        ]),
        ("keywords", [
            "canal locks", "canal locks 1894", "lock keeper duties?", "wills and fees", "May 1894 boats",
            "WHO funding",
        ]),
        ("other", [
            "What was planned for 1894?", "What sort of boat passes?", "How much of it is dug?",
            "Find me a boat", "A boat has which engine?",
        ]),
    ],
)  # fmt: skip
def test_the_opening_of_a_question_tells_its_kind(kind: Kind, questions: list[str]) -> None:
    assert {question: understand(question).kind for question in questions} == dict.fromkeys(questions, kind)


@pytest.mark.parametrize(
    ("question", "expects"),
    [
        ("How many locks are there?", Mark.NUMBER),
        ("How long did it take?", Mark.NUMBER | Mark.DATE),
        ("When did it open?", Mark.DATE),
        ("When do they meet?", NO_MARK),  # "whenever the chair asks" answers
        ("What share of boats leaks?", Mark.PERCENTAGE),
        ("How much did it cost?", Mark.MONEY),
        ("Who dug it?", NO_MARK),
        ("Who designed it?", Mark.NAME),
        ("Who is the keeper accountable to for it?", NO_MARK),  # a body, as likely as a person
        ("Why was it dug?", NO_MARK),
        ("Is it open?", NO_MARK),
        ("canal locks", NO_MARK),
    ],
)
def test_a_mark_is_expected_only_where_nearly_every_answer_has_it(question: str, expects: Mark) -> None:
    assert understand(question).expects == expects


@pytest.mark.parametrize(
    ("question", "counted"),
    [
        ("How many primary care networks exist?", ("primari", "care", "network")),
        ("How many people live in a typical town?", ("peopl",)),
        ("How many of the boats leak?", ("boat",)),
        ("How many ICSs are there?", ("ic",)),
        ("how many staff were hired", ("staff",)),
        ("How many sheep are there on the locks?", ("sheep",)),
        ("What is the number of locks on the canal?", ("lock",)),
        ("How long is the canal?", ()),
        ("Which locks leak?", ()),
    ],
)
def test_what_is_counted_ends_with_its_noun(question: str, counted: tuple[str, ...]) -> None:
    assert understand(question).counted == counted


@pytest.mark.parametrize(
    ("question", "phrases"),
    [
        ('"lock gates" of the canal', ("lock gates",)),
        ("“lock gates” of “the canal”", ("lock gates", "the canal")),
        ('"of the" canal', ()),
        ("Who wrote 'Lock gates'?", ()),
        ('a 12" pipe', ()),
        ('the "lock gates" and a 12" pipe', ("lock gates",)),
        ("“lock gates", ()),
        ('""', ()),
    ],
)
def test_words_in_double_quotes_are_a_phrase(question: str, phrases: tuple[str, ...]) -> None:
    assert understand(question).phrases == phrases
    assert {stem for phrase in phrases for stem in stems(phrase)} <= set(stems(question))


@pytest.mark.parametrize(
    ("question", "terms", "excluded"),
    [
        ("canal locks -weirs", ["canal", "lock"], ["weir"]),
        ("-weirs canal -ICS", ["canal"], ["weir", "ic"]),
        ("-weirs -locks", [], ["weir", "lock"]),
        ("canal -place-based", ["canal"], ["place", "base"]),
        ("canals - and locks", ["canal", "lock"], []),
        ("narrow-gauge canal", ["narrow", "gaug", "canal"], []),
        ("canal at -5 degrees", ["canal", "5", "degre"], []),
        ("canal – locks –weirs", ["canal", "lock", "weir"], []),
        ('"canal -locks" weirs', ["canal", "lock", "weir"], []),
    ],
)
def test_a_word_with_a_dash_before_it_is_not_wanted(
    question: str, terms: list[str], excluded: list[str]
) -> None:
    query = understand(question)
    assert [term.stem for term in query.terms] == terms
    assert [term.stem for term in query.excluded] == excluded


@pytest.mark.parametrize(
    ("question", "negated"),
    [
        ("Which boats are not taxed?", True),
        ("Who cannot pass?", True),
        ("Why don’t boats stop?", True),
        ("boats with no engine", True),
        ("Which boats are taxed?", False),
        ("Isn't it open?", False),  # either answer answers
        ("Are boats not taxed?", False),
        ("Which boats pass, taxed or not?", False),
        ("What are not only boats but barges taxed for?", False),
        ('Who wrote "Never again"?', False),
    ],
)
def test_a_question_for_what_is_not_so_is_negated(question: str, negated: bool) -> None:
    assert understand(question).negated is negated


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("What percentage of boats leak?", ["boat", "leak"]),
        ("What year was the lock dug?", ["lock", "dig"]),
        ("Name the locks", ["lock"]),
        ("What is the name of the canal?", ["canal"]),
        ("reasons for digging it", ["dig"]),
        ("Which year?", ["year"]),  # nothing else is left to look for
        ("the canal year book", ["canal", "year", "book"]),
    ],
)
def test_words_that_only_ask_are_not_looked_for(question: str, terms: list[str]) -> None:
    assert stems(question) == terms


@given(st.text(max_size=MAX_QUESTION_CHARS))
def test_any_text_is_a_query_or_an_empty_question(question: str) -> None:
    try:
        query = understand(question)
    except QuestionEmpty:
        return
    assert len({term.stem for term in query.terms}) == len(query.terms)
