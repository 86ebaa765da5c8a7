"""Near-copies: which passages say the same, and that their sketches find them."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.cli import show
from ingest.copies import (
    MAX_COMPARED_WORDS,
    MAX_PLACES,
    MIN_WORDS,
    SKETCH_SIZE,
    candidates,
    near_copies,
    says_the_same,
    sketch,
)

CORPUS = Path(__file__).parents[1] / "corpus"

LOCKS = (
    "The keeper of the upper lock opens it at six on every day of the week. She writes down each boat that "
    "comes through, and she sends her list to the office of the trust when the month is over."
)
WEEDS = (
    "Volunteers clear the weeds from the lower basin in spring. They bring their own gloves and rakes, while "
    "a lorry of the council carries away what they have pulled out of the water by evening."
)
BREAD = (
    "Two bakers and an apprentice share the night shift in Mill Lane. The dough that they knead before "
    "midnight goes into the ovens at three, and the shop sells its first loaves at six."
)


def in_a_passage(words: str) -> str:
    """A passage in which the words stand, in the middle of a sentence."""
    return (
        f"In her yearly letter to the people along the water the keeper of the upper lock says that {words} "
        "whenever the water is low and the boats have to wait for one another at the gates."
    )


def sketches(texts: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    return {passage: sketch(text) for passage, text in texts.items()}


def copies(texts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The near-copies among the texts, all of them new."""
    found = sketches(texts)
    return near_copies(found, found, texts.__getitem__)


# What may differ


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # Words that state nothing
        ("the gates that leak are mended", "the gates which leak are mended"),
        ("boats are also moored", "boats are moored"),
        ("boats are, however, moored", "boats are moored"),
        ("they mend the gates", "they mend gates"),
        ("she needs a rope", "she needs the rope"),
        # Two ways to write one word
        ("it isn't open", "it is not open"),
        ("it can't open", "it cannot open"),
        ("it can not open", "it cannot open"),
        ("they won’t open it", "they will not open it"),
        ("5 per cent pay", "5% pay"),
        ("5 percent pay", "5 % pay"),
        ("1,000 boats pass", "1000 boats pass"),
        ("the I.C.S. and the U.K. pay", "the ICS and the UK pay"),
        ("boats, e.g. punts, pass", "boats, eg punts, pass"),
        ("weeds & reeds grow", "weeds and reeds grow"),
        ("health care helps", "healthcare helps"),
        # How the text was set
        ("“long” boats pass", "'long' boats pass"),
        ("the keeper's boats pass", "the keeper’s boats pass"),
        ("boats – long ones — pass", "boats - long ones - pass"),
        ("canal-based trades suffer", "canal based trades suffer"),
        ("canal-based trades suffer", "canal‑based trades suffer"),
        ("the com-\n  munity suffers", "the community suffers"),
        ("the com\u00admunity suffers", "the community suffers"),
        ("the ﬁrst boats pass", "the first boats pass"),
        ("in 2020-21 boats pass", "in 2020–21 boats pass"),
        ("boats\n\npass", "boats pass"),
        ("these wait: ● boats ● punts", "these wait:\n- boats\n- punts"),
        ("the cafe\u0301 shuts", "the café shuts"),
        ("**boats** pass", "boats pass"),
    ],
)
def test_a_difference_that_states_nothing_keeps_a_copy(one: str, other: str) -> None:
    assert says_the_same(in_a_passage(one), in_a_passage(other))


# What may not

NOT_THE_SAME = {
    "numbers": """
        four boats pass/five boats pass
        the first boat passes/the second boat passes
        half of the boats pass/a third of the boats pass
        a dozen boats pass/a score of boats pass
        22 miles are closed/23 miles are closed
        1,000 boats pass/10,000 boats pass
        1.5 boats pass/15 boats pass
        10² boats pass/102 boats pass
        it reads -5/it reads 5
        it reads –5/it reads 5
        it reads −5/it reads 5
        in 2020-21 boats pass/in 2021-22 boats pass
        5 6 and 7 are shut/56 and 7 are shut
        section 4 says so/section 4a says so
        clause (a) says so/clause says so
        twenty boats pass/twenty-one boats pass
        the 9.30 boat passes/the 9.40 boat passes
        """,
    "dates": """
        it shuts in May/it shuts in June
        it shuts on Monday/it shuts on Tuesday
        it shut on 3 March 2019/it shut on 4 March 2019
        it shut in 2020/it shut in 2021
        it shut on 09.05.19/it shut on 10.05.19
        it shuts in spring/it shuts in autumn
        """,
    "shares and money": """
        5 per cent pay/6 per cent pay
        5 per cent pay/5 pay
        5 per cent pay/5 percentage points pay
        it costs £5/it costs $5
        it costs £5/it costs €5
        it costs £5m/it costs £5bn
        it costs five pounds/it costs five pence
        """,
    "negations": """
        boats are let through/boats are not let through
        boats can wait/boats can't wait
        boats always wait/boats never wait
        boats with lamps wait/boats without lamps wait
        either of them waits/neither of them waits
        no permit is needed/a permit is needed
        it is a statutory body/it is a non-statutory body
        the fee is lawful/the fee is unlawful
        the rule is formal/the rule is informal
        the lamp is visible/the lamp is invisible
        they agree/they disagree
        boats wait, nor do punts/boats wait, so do punts
        he is not able/he is notable
        they are now here/they are nowhere
        """,
    "modality and time": """
        boats will wait/boats would wait
        boats may wait/boats might wait
        boats must wait/boats should wait
        boats can wait/boats could wait
        boats shall wait/boats should wait
        a boat is late/a boat was late
        boats are late/boats were late
        it has waited/it had waited
        boats wait before noon/boats wait after noon
        it is shut until noon/it is shut since noon
        the former keeper waits/the new keeper waits
        it is now shut/it is previously shut
        she moved the boats/she moves the boats
        boats may be late/boats maybe late
        """,
    "quantities": """
        all boats wait/some boats wait
        most boats wait/many boats wait
        few boats wait/a few boats wait
        a third of them waits/the third of them waits
        only boats wait/boats wait
        every boat waits/any boat waits
        none of them waits/each of them waits
        more boats wait/less boats wait
        at least four wait/at most four wait
        up to four wait/four wait
        """,
    "names": """
        NHS England decides/NHS Improvement decides
        the ICB decides/the ICS decides
        the ICS decides/the ICSs decides
        the Ashby Canal freezes/the Ashley Canal freezes
        Mr Thompson decides/Mr Thomspon decides
        Plan A is chosen/Plan B is chosen
        Plan A is chosen/Plan is chosen
        Anna decides/Hannah decides
        """,
    "opposites and lookalikes": """
        the gates are open/the gates are shut
        the fees rise/the fees fall
        the fees increase/the fees decrease
        the board approves it/the board refuses it
        the employer pays/the employee pays
        employers pay/employees pay
        it includes boats/it excludes boats
        mediation helps/medication helps
        morality counts/mortality counts
        the valuation ends/the evaluation ends
        boats are prescribed/boats are proscribed
        the contention grows/the contraction grows
        a compliant boat waits/a complaint boat waits
        the infection grows/the inflection grows
        a casual remark is made/a causal remark is made
        boats and punts wait/boats or punts wait
        it goes to the basin/it goes from the basin
        boats wait for hours there/boats wait for hours there?
        an independent keeper waits/a keeper waits
        """,
}
DIFFERENCES = [
    pytest.param(*line.strip().split("/"), id=f"{kind}: {line.strip()}")
    for kind, lines in NOT_THE_SAME.items()
    for line in lines.strip().splitlines()
]


@pytest.mark.parametrize(("one", "other"), DIFFERENCES)
def test_a_difference_that_states_something_makes_no_copy(one: str, other: str) -> None:
    assert not says_the_same(in_a_passage(one), in_a_passage(other))
    assert not says_the_same(in_a_passage(other), f"{WEEDS} {in_a_passage(one)} {BREAD}")


def test_a_list_in_another_order_is_no_copy() -> None:
    items = ["- a lamp of brass with oil in it", "- a rope of twenty feet", "- a pole with an iron hook"]
    lead = "Each boat that stays on the water after dark has to have on board:"
    assert says_the_same("\n".join([lead, *items]), "\n".join([lead, *items]))
    assert not says_the_same("\n".join([lead, *items]), "\n".join([lead, *reversed(items)]))


def test_a_shared_heading_or_opening_makes_no_copy() -> None:
    opening = (
        "This page tells all that there is to know about the rules that are in force on the water today."
    )
    assert not says_the_same(f"{opening} {LOCKS}", f"{opening} {WEEDS}")


def test_a_text_without_a_word_in_common_is_no_copy() -> None:
    assert not says_the_same(LOCKS, "zug " * 40)


# A passage in a larger one


@pytest.mark.parametrize(
    "larger", ["{} {weeds}", "{weeds} {}", "{weeds}\n\n{} {bread}", "{weeds}\n- {}\n- {weeds}"]
)
def test_sentences_around_a_copy_do_not_matter(larger: str) -> None:
    assert says_the_same(LOCKS, larger.format(LOCKS, weeds=WEEDS, bread=BREAD))


@pytest.mark.parametrize(
    "larger",
    [
        "It is not true that {}",
        "Until 2019, {}",
        "The boats were sold. Never again will {}",
        "{} unless it rains.",
        "{} (not in winter) and so on.",
        "{} not",
    ],
)
def test_the_rest_of_a_sentence_around_a_copy_matters(larger: str) -> None:
    inner = LOCKS.replace("The keeper", "the keeper").rstrip(".") if "{} " in larger else LOCKS
    assert not says_the_same(LOCKS, larger.format(inner))


def test_a_sentence_more_inside_makes_no_copy() -> None:
    first, second = LOCKS.split(". ")
    assert not says_the_same(LOCKS, f"{first}. On Sundays nobody does. {second}")


@pytest.mark.parametrize("word", ["Sunday", "three", "not", "lamps"])
def test_a_word_that_only_the_smaller_text_has_makes_no_copy(word: str) -> None:
    assert not says_the_same(f"{word} {LOCKS}", f"{LOCKS} {WEEDS}")
    assert not says_the_same(f"{LOCKS} {word}", f"{WEEDS} {LOCKS} {BREAD}")


@pytest.mark.parametrize("other", ["goverment", "governor"])
def test_another_word_is_another_word_even_where_it_may_be_a_slip(other: str) -> None:
    text = f"The government of the canal receives reports about its boats. {LOCKS}"
    assert not says_the_same(text, text.replace("government", other))


# Length


def test_a_short_text_is_a_copy_of_nothing() -> None:
    enough = LOCKS.split()[:MIN_WORDS]
    assert says_the_same(" ".join(enough), " ".join(enough))
    assert sketch(" ".join(enough))
    assert not says_the_same(" ".join(enough[1:]), " ".join(enough[1:]))
    assert sketch(" ".join(enough[1:])) == ()


def test_a_very_long_text_is_the_same_only_word_for_word() -> None:
    long = "\n".join([LOCKS] * (MAX_COMPARED_WORDS // 30))
    assert len(long.split()) > MAX_COMPARED_WORDS
    assert says_the_same(long, long.upper())
    assert not says_the_same(long, long.replace("The keeper", "Keeper", 1))


# Properties

WORDS = (
    "boat lock gate weir basin keeper letter lorry water winter lantern towpath opens carries mends waits "
    "sells under beside slowly early wooden narrow not never three seventh may the a of and in to for"
).split()
NUMBERS = ["7", "42", "1,204", "3.5", "2019", "nine", "forty", "eleventh", "60%", "£8"]


@st.composite
def passages(draw: st.DrawFn) -> str:
    """A passage of a few sentences, long enough to be related, with at least one number."""
    sentences = draw(
        st.lists(st.lists(st.sampled_from(WORDS + NUMBERS), min_size=5, max_size=12), min_size=4, max_size=6)
    )
    sentences[0][draw(st.integers(0, 4))] = draw(st.sampled_from(NUMBERS))
    return " ".join(" ".join(words).capitalize() + "." for words in sentences)


@given(passages(), passages(), st.randoms(use_true_random=False))
def test_the_order_of_two_texts_does_not_matter(one: str, other: str, rng: random.Random) -> None:
    kept = [word for word in one.split() if rng.random() < 0.95]
    for second in (other, f"{other} {one}", " ".join(kept)):
        assert says_the_same(one, second) == says_the_same(second, one)


@given(st.text(), st.text())
@example("\ud800 " * 30, "papapapa " * 30)
def test_no_text_is_too_odd_to_compare(one: str, other: str) -> None:
    assert says_the_same(one, other) == says_the_same(other, one)
    long = f"{LOCKS} {one}"
    assert says_the_same(long, long)
    assert list(sketch(long)) == sorted(set(sketch(long)))


@given(passages(), passages())
def test_a_text_is_a_copy_of_itself_and_of_a_text_that_holds_it(text: str, other: str) -> None:
    assert says_the_same(text, text)
    assert says_the_same(text, f"{other} {text}") or len(other.split()) < MIN_WORDS


@given(passages(), st.data())
def test_another_number_makes_no_copy(text: str, data: st.DataObject) -> None:
    words = text.split()
    places = [n for n, word in enumerate(words) if word.strip(".").lower() in NUMBERS]
    place = data.draw(st.sampled_from(places))
    old = words[place].strip(".").lower()
    words[place] = data.draw(st.sampled_from([number for number in NUMBERS if number != old]))
    assert not says_the_same(text, " ".join(words))
    digits = list(re.finditer(r"\d", text))
    if digits:
        digit = data.draw(st.sampled_from(digits))
        other = str((int(digit[0]) + data.draw(st.integers(1, 9))) % 10)
        assert not says_the_same(text, text[: digit.start()] + other + text[digit.end() :])


@given(passages(), st.data())
def test_one_not_anywhere_makes_no_copy(text: str, data: st.DataObject) -> None:
    words = text.split()
    words.insert(data.draw(st.integers(0, len(words))), "not")
    assert not says_the_same(text, " ".join(words))


@given(passages(), st.sampled_from([str.upper, str.lower, str.title, str.swapcase]), st.data())
def test_how_a_text_is_set_does_not_matter(text: str, case: type[str], data: st.DataObject) -> None:
    words = text.split()
    place = data.draw(st.integers(0, len(words) - 1))
    words[place] = f"“{words[place]}”"
    if (word := words[place - 1]).isalpha() and len(word) > 3:
        middle = data.draw(st.integers(1, len(word) - 1))
        words[place - 1] = f"{word[:middle]}-\n{word[middle:]}"
    gaps = data.draw(st.lists(st.sampled_from([" ", "\n", "  ", "\u00a0", "\n\n", " – "]), min_size=1))
    other = "".join(word + gaps[n % len(gaps)] for n, word in enumerate(words))
    assert says_the_same(text, case(other))
    assert sketch(case(other)) == sketch(text)


@given(st.lists(st.sampled_from([LOCKS, WEEDS, BREAD, f"{LOCKS} {WEEDS}"]), max_size=8), st.randoms())
def test_the_order_of_passages_does_not_matter(texts: list[str], rng: random.Random) -> None:
    named = {f"d{number}#p-1": text for number, text in enumerate(texts)}
    shuffled = list(named.items())
    rng.shuffle(shuffled)
    assert copies(named) == copies(dict(shuffled))


# Sketches


def test_a_sketch_is_the_same_on_every_machine() -> None:
    assert sketch(LOCKS)[:3] == (17650826, 81871282, 315517683)


def test_a_sketch_is_small_whatever_the_text() -> None:
    values = sketch(" ".join([LOCKS, WEEDS, BREAD]))
    assert len(values) == SKETCH_SIZE
    assert all(0 <= value < 2**32 for value in values)
    assert list(values) == sorted(set(values))
    assert sketch("") == ()


def invented(words: int, rng: random.Random) -> str:
    """A text of invented words, some of them as common as in a language."""
    syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u")]
    return " ".join(
        rng.choice(["the", "of", "and", "to", "in"])
        if rng.random() < 0.4
        else "".join(rng.choices(syllables, k=rng.randint(1, 3)))
        for _ in range(words)
    )


def edited(text: str, rng: random.Random) -> str:
    """The text with 1 to 3 words more, less or other."""
    words = text.split()
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(words))
        words[place : place + 1] = rng.choice([[], ["zug"], ["zug", words[place]]])
    return " ".join(words)


def found(one: str, other: str) -> bool:
    named = sketches({"a#p-1": one, "b#p-1": other})
    return list(candidates(named, named)) == [("a#p-1", "b#p-1")]


def test_a_passage_with_a_few_other_words_is_a_candidate() -> None:
    rng = random.Random(7)
    trials = [found(text, edited(text, rng)) for text in (invented(100, rng) for _ in range(1000))]
    assert sum(trials) >= 990


def test_a_passage_inside_one_twice_as_long_is_a_candidate() -> None:
    rng = random.Random(8)
    trials = [
        found(text, f"{invented(50, rng)} {edited(text, rng)} {invented(50, rng)}")
        for text in (invented(100, rng) for _ in range(1000))
    ]
    assert sum(trials) >= 950


def test_passages_on_the_same_subject_are_no_candidates() -> None:
    rng = random.Random(9)
    named = sketches({f"d{n}#p-1": f"{invented(60, rng)} {LOCKS[:60]}" for n in range(MAX_PLACES)})
    assert list(candidates(named, named)) == []


# Pairs


def test_near_copies_are_pairs_of_different_documents_in_order() -> None:
    texts = {"b#p-1": LOCKS, "a#p-2": f"{WEEDS} {LOCKS}", "a#p-1": LOCKS, "c#p-1": BREAD, "c#p-2": WEEDS}
    assert copies(texts) == (("a#p-1", "b#p-1"), ("a#p-2", "b#p-1"), ("a#p-2", "c#p-2"))


def test_a_candidate_that_says_something_else_is_no_near_copy() -> None:
    texts = {"a#p-1": LOCKS, "b#p-1": LOCKS.replace("six", "seven")}
    named = sketches(texts)
    assert list(candidates(named, named)) == [("a#p-1", "b#p-1")]
    assert copies(texts) == ()


def test_only_pairs_with_a_new_passage_are_given() -> None:
    named = sketches({"a#p-1": LOCKS, "b#p-1": LOCKS, "c#p-1": LOCKS, "c#p-2": BREAD})
    new = {passage: values for passage, values in named.items() if passage.startswith("c#")}
    assert sorted(candidates(new, named)) == [("a#p-1", "c#p-1"), ("b#p-1", "c#p-1")]
    assert list(candidates({}, named)) == []
    assert list(candidates({}, {})) == []


def test_passages_that_come_one_by_one_give_the_pairs_that_all_at_once_give() -> None:
    texts = {"a#p-1": LOCKS, "b#p-1": f"{LOCKS} {WEEDS}", "c#p-1": WEEDS, "d#p-1": LOCKS, "e#p-1": BREAD}
    named = sketches(texts)
    one_by_one = [
        pair
        for number, passage in enumerate(named, 1)
        for pair in candidates({passage: named[passage]}, dict(list(named.items())[:number]))
    ]
    assert len(one_by_one) == 4
    assert sorted(one_by_one) == sorted(candidates(named, named))


def test_a_text_that_stands_everywhere_relates_nothing() -> None:
    named = sketches({f"d{number:02}#p-1": LOCKS for number in range(MAX_PLACES + 1)})
    assert list(candidates(named, named)) == []
    named.popitem()
    assert len(list(candidates(named, named))) == MAX_PLACES * (MAX_PLACES - 1) // 2


def test_a_notice_on_every_passage_does_not_hide_a_copy() -> None:
    rng = random.Random(10)
    notice = "Nothing on this page may be used without the leave of the trust that keeps the water."
    texts = {f"d{number:02}#p-1": f"{invented(90, rng)}. {notice}" for number in range(MAX_PLACES + 10)}
    texts["copy#p-1"] = texts["d05#p-1"]
    assert copies(texts) == (("copy#p-1", "d05#p-1"),)


def test_a_later_version_of_an_article_is_related_where_it_says_the_same() -> None:
    texts = {
        passage.id: passage.text
        for name in ("legal-status-of-icss-2020.md", "legal-status-of-icss-2021.md")
        for passage in show(CORPUS / name).passages
    }
    pairs = copies(texts)
    assert len(pairs) == 11
    assert sum(texts[one] == texts[other] for one, other in pairs) == 10
    related = {passage for pair in pairs for passage in pair}
    changed = [text for passage, text in texts.items() if passage not in related and "2020" in passage]
    assert [" ".join(text.split()[:3]) for text in changed] == [
        "An integrated care", "In April 2020", "The commitment to"
    ]  # fmt: skip
