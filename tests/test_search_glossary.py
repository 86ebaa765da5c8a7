"""The glossary: what defines an acronym, how its senses are told apart and counted, what a question gets."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.pipeline import ingest
from search.analysis import acronym_key
from search.answers import IndexInfo
from search.cli import main
from search.index import writing
from search.index.counts import Counts
from search.index.embedded import EmbeddedEngine
from search.index.mined import Mined, MinedWriter, line_of
from search.passages import Document, Found, Metadata, Passage, Section, Span
from search.queries import Sense, Term
from search.question.acronyms import MAX_LETTERS, definitions
from search.question.findings import Findings, mine
from search.question.glossary import (
    ACRONYM_WEIGHT,
    LONG_FORM_WEIGHT,
    MAX_SENSES,
    Glossary,
    glossary_expansions,
    terms_of,
)
from search.question.initials import MAX_WORDS, initials, phrases
from search.question.senses import glossary_of
from search.question.understanding import understand

Article = tuple[Document, tuple[Passage, ...]]


def article(
    id: str,
    *texts: str,
    published: str | None = None,
    updated: str | None = None,
    headings: Sequence[str] = (),
) -> Article:
    """A document with a passage of each text, its lines the sentences."""
    metadata = Metadata(
        published=Found(published, "test") if published else None,
        updated=Found(updated, "test") if updated else None,
    )
    passages, start = [], 0
    for number, text in enumerate(texts, 1):
        lines = tuple(Span(line.start(), line.end()) for line in re.finditer(r"[^\n]+", text))
        end = start + len(text)
        passages.append(Passage(f"{id}#p-{number}", id, text, start, end, tuple(headings), lines))
        start = end + 2
    whole = "\n\n".join(texts)
    return Document(id, id, "", metadata, whole, (Section(None, 0, 0, len(whole)),), ()), tuple(passages)


def glossary(*articles: Article) -> Glossary:
    with TemporaryDirectory() as folder:
        return glossary_of([mined(Path(folder) / "mined", *articles)])


def mined(folder: Path, *articles: Article) -> Mined:
    with MinedWriter(folder) as writer:
        for each in articles:
            writer.add(line_of(mine(*each)))
    return Mined(folder)


def found(sentence: str) -> list[tuple[str, str]]:
    return [(each.acronym, each.long_form) for each in definitions(sentence)]


# ---- what defines an acronym


@pytest.mark.parametrize(
    ("sentence", "acronym", "long_form"),
    [
        ("The Canal Trust (CT) maintains the banks.", "CT", "Canal Trust"),
        ("Weed is cut by local boat clubs (LBCs).", "LBC", "local boat clubs"),
        ("The Lock Keepers' Union (LKU) agreed.", "LKU", "Lock Keepers' Union"),
        ("The Lock Safety Office's (LSO's) report came late.", "LSO", "Lock Safety Office"),
        ("An inland lock survey (I.L.S.) is due.", "ILS", "inland lock survey"),
        ("The Office of Canals and Harbours (OCH) closed.", "OCH", "Office of Canals and Harbours"),
        ("The Office for Locks (OfL) opened.", "OfL", "Office for Locks"),
        ("A multidisciplinary team (MDT) met.", "MDT", "multidisciplinary team"),
        ("A multi-disciplinary team (MDT) met.", "MDT", "multi-disciplinary team"),
        ("It was signed by NHS England (NHSE) in May.", "NHSE", "NHS England"),
        ("Boats & Locks (B&L) sells rope.", "B&L", "Boats & Locks"),
        ("Boat, raft and canoe clubs (BRCC) came.", "BRCC", "Boat, raft and canoe clubs"),
        ("Rates rose in the river and canal network ('RCN').", "RCN", "river and canal network"),
        ("They are known as “local boat clubs” (LBCs).", "LBC", "local boat clubs"),
        ("The river action plan (the RAP) is long.", "RAP", "river action plan"),
        ("The river action plan (hereafter “RAP”) is long.", "RAP", "river action plan"),
        ("The river action plan (RAP; see box 2) is long.", "RAP", "river action plan"),
        ("The river action plan (RAP, formerly CAP) is long.", "RAP", "river action plan"),
        ("The river action plan [RAP] is long.", "RAP", "river action plan"),
        ("The Dartmouth Naval Foundation Trust (DFT) paid.", "DFT", "Dartmouth Naval Foundation Trust"),
        ("The RAP (river action plan) is long.", "RAP", "river action plan"),
        ("RAPs (river action plans) are long.", "RAP", "river action plans"),
        ("The RAP (the “river action plan”) is long.", "RAP", "river action plan"),
        ("The RAP (or river action plan; see page 2) is long.", "RAP", "river action plan"),
        ("RAP: river action plan", "RAP", "river action plan"),
        ("RAP – river action plan, renewed each year", "RAP", "river action plan"),
        ("RAP stands for river action plan.", "RAP", "river action plan"),
    ],
)  # fmt: skip
def test_a_long_form_beside_its_acronym_defines_it(sentence: str, acronym: str, long_form: str) -> None:
    assert found(sentence) == [(acronym, long_form)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Weed stops boats (see Figure 2).",
        "Boats were kept by the King (the King).",
        "The canal was dug by the duke (KING).",
        "Ask the duke of the canal (DUKE).",
        "The banks are steep (CT).",
        "The lock was rebuilt (UK).",
        "It opened in 1804 (II).",
        "The Canal Trust (Fernley) mends banks.",
        "The Canal Trust (ct) mends banks.",
        "The Canal Trust (C) mends banks.",
        "The Canal Trust (Ct) mends banks.",
        "The CT (Canal Trust. Ask there) mends banks.",
        "The Canal Trust (22) mends banks.",
        "The Canal Trust. (CT) mends banks.",
        "Canals; trusts (CT) mend banks.",
        "The CT (Canal Trust of Fernley and all its many banks) mends banks.",
        "The CT (which mends banks) is poor.",
        "The CT (see the Canal Trust) is poor.",
        "CTs (see map 1) mend banks.",
        "The Canal Trust () mends banks.",
        "(CT)",
        "Armies use the term inland river base (AUTIRB) here.",
        "Note: north of the estuary lies the town",
        "CT: the banks are steep",
        "the of and (TOA)",
        "Boats ((((((((((CT",
        "",
    ],
)
def test_what_only_looks_like_a_definition_is_none(sentence: str) -> None:
    assert found(sentence) == []


BITS = st.sampled_from(
    [*"()[]“”:,-éßİ\n", "the", "of", "Canal", "Trust", "CT", "CTs", "C.T.", "'s", "(CT)", "(see", "İI", "A&E"]
)


@given(
    st.one_of(st.text(max_size=80), st.lists(BITS, max_size=20).map(" ".join), st.lists(BITS).map("".join))
)
def test_of_any_text_acronym_and_long_form_are_in_it_and_share_the_initial(text: str) -> None:
    for each in definitions(text):
        assert 2 <= len(each.acronym) <= MAX_LETTERS
        assert sum(letter.isupper() for letter in each.acronym) >= 2
        assert each.long_form in " ".join(text.split())
        assert each.long_form[0].lower() == each.acronym[0].lower()
        assert each.acronym.lower() not in each.long_form.lower().split()


def test_a_long_run_of_words_takes_no_long_time() -> None:
    """Words that all begin alike, and brackets: were it exponential, this would never end."""
    assert found("canal " * 20_000 + "(CCCCCCCC) " * 20_000) == [("CCCCCCCC", " ".join(["canal"] * 8))]


# ---- phrases without brackets


@pytest.mark.parametrize(
    ("sentence", "phrase"),
    [
        ("The work of health and wellbeing boards is slow.", "health and wellbeing boards"),
        ("Every local health and wellbeing board is new.", "health and wellbeing board"),
        ("Teams of lock keepers, multidisciplinary teams, met.", "multidisciplinary teams"),
        ("NHS England paid.", "NHS England"),
        ("The Board of Canal Trade agreed at last.", "Board of Canal Trade"),
        ("The Court of the Lock Lords agreed at last.", "Court of the Lock Lords"),
        ("Lock and weir boards are new.", "Lock and weir boards"),
    ],
)
def test_a_phrase_stands_between_borders(sentence: str, phrase: str) -> None:
    assert phrase in list(phrases(sentence))


@pytest.mark.parametrize(
    ("sentence", "phrase"),
    [
        ("Lock keepers. Canal boats.", "Lock keepers Canal boats"),
        ("Lock keepers, canal boats.", "Lock keepers canal boats"),
        ("The boats of Canal Trade House sank.", "boats of Canal Trade House"),
        ("The state of the canal bank is poor.", "state of the canal bank"),
        ("The lock gates and the canal bank slid.", "lock gates and the canal bank"),
        ("Trade, of The Canal Bank, fell.", "The Canal Bank"),
        ("The steep canal banks collapsed.", "steep canal banks collapsed"),
        ("Lock 22 canal boats sank.", "22 canal boats sank"),
    ],
)
def test_a_border_is_never_inside_a_phrase(sentence: str, phrase: str) -> None:
    assert phrase not in list(phrases(sentence))


@given(st.text(max_size=80))
def test_of_any_text_a_phrase_is_some_words_of_it_in_a_row(text: str) -> None:
    for phrase in phrases(text):
        assert phrase in " ".join(text.split())
        assert 1 <= len(phrase.split()) <= MAX_WORDS


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("health and wellbeing boards", {"HWB", "HAWB"}),
        ("multidisciplinary care teams", {"MCT", "MDCT"}),
        ("NHS England", {"NHSE"}),
        ("place-based partnership", {"PBP"}),
        ("canal trust", set()),
    ],
)
def test_initials_are_read_with_joints_and_without(phrase: str, expected: set[str]) -> None:
    assert initials(phrase) == expected


# ---- senses


def test_a_sense_is_counted_wherever_its_long_form_stands_bracket_or_none() -> None:
    made = glossary(
        article("a", "The Canal Trust (CT) pays.", "A Canal Trust boat.", published="2019-03-02"),
        article("b", "Ask the canal trusts.", published="2018-01-01", updated="2021-08-30"),
        article("c", "The trust owns the canal.", "Ask at the canal.\nTrust nobody.", published="2022-01-01"),
    )
    assert made.senses("CT") == (Sense("Canal Trust", 3, 2, "2019-03-02", "2021-08-30"),)


def test_an_undated_document_counts_and_gives_no_date() -> None:
    assert glossary(article("a", "The Canal Trust (CT).")).senses("CT") == (
        Sense("Canal Trust", 1, 1, None, None),
    )


def test_a_heading_defines_and_counts_for_the_passages_below_it() -> None:
    made = glossary(article("a", "It pays.", "It owns.", headings=["The Canal Trust (CT)"]))
    assert made.senses("CT") == (Sense("Canal Trust", 2, 1, None, None),)


def test_every_sense_is_kept_the_one_in_most_passages_first() -> None:
    made = glossary(
        article("a", "A river action plan (RAP).", "Rail and port (RAP).", "The river action plan."),
        article("b", "Rivers and ponds (RAP) freeze."),
    )
    assert [(sense.long_form, sense.passages) for sense in made.senses("RAP")] == [
        ("river action plan", 2),
        ("Rail and port", 1),
        ("Rivers and ponds", 1),
    ]


@pytest.mark.parametrize(
    ("acronym", "wordings", "name"),
    [
        ("CBC", "Canal boat clubs|canal boat clubs", "canal boat clubs"),
        ("CBC", "canal boat clubs|canal boat clubs|Canal boat club", "canal boat club"),
        ("MDT", "multi-disciplinary team|multidisciplinary team|multidisciplinary team",
         "multidisciplinary team"),
        ("RCP", "regional canal programme|regional canal program|regional canal programme",
         "regional canal programme"),
        ("RCO", "regional canal office|regoinal canal office|regional canal office", "regional canal office"),
        ("OLC", "Office for Locks and Canals|Office of Locks & Canals|Office of Locks & Canals",
         "Office of Locks & Canals"),
        ("OBC", "organised boat club|organized boat club|organized boat club", "organized boat club"),
    ],
)  # fmt: skip
def test_plural_case_hyphen_and_slip_make_no_other_sense(acronym: str, wordings: str, name: str) -> None:
    texts = [f"The {wording} ({acronym}) met." for wording in wordings.split("|")]
    (entry,) = glossary(*(article(str(at), text) for at, text in enumerate(texts))).entries()
    assert entry.acronym == acronym
    assert [(sense.long_form, sense.documents) for sense in entry.senses] == [(name, len(texts))]


def test_the_wording_is_that_of_the_running_text_too() -> None:
    made = glossary(article("a", "Canal boat clubs (CBCs) met.", "A canal boat club is new."))
    assert made.senses("CBC")[0].long_form == "canal boat club"


def test_singular_plural_possessive_and_slip_are_one_acronym() -> None:
    made = glossary(
        article("a", "Inland canal services (ICSs)."),
        article("b", "Inland canal services (ICs)."),
        article("c", "An inland canal service (ICS)."),
    )
    assert [entry.acronym for entry in made.entries()] == ["ICS"]
    assert {form: made.senses(form)[0].documents for form in ("ICS", "ICSs", "ics", acronym_key("ICS"))} == (
        dict.fromkeys(("ICS", "ICSs", "ics", "IC"), 3)
    )


def test_an_acronym_that_nothing_defines_is_guessed_from_a_phrase_that_recurs() -> None:
    made = glossary(
        article("a", "The lock and weir boards are new.", published="2020-01-01"),
        article("b", "Each lock and weir board has a chair."),
    )
    guess = Sense("lock and weir board", 2, 2, "2020-01-01", "2020-01-01", "initials")
    assert made.senses("LWB") == made.senses("LWBs") == (guess,)
    assert made.senses("LAWB") == (guess,)
    assert made.entries() == ()


@pytest.mark.parametrize(
    ("texts", "acronym"),
    [
        (["The lock and weir boards are new."], "LWB"),  # stands once
        (["The lock weir boat. The long wet bank."] * 2, "LWB"),  # another stands as often
        (["The lock and weir boards are new."] * 2, "LW"),  # two letters
        (["The red river bank (RRB) and red river banks are new."] * 2, "RRB"),  # defined
    ],
)
def test_what_does_not_stand_out_is_not_guessed(texts: list[str], acronym: str) -> None:
    made = glossary(*(article(str(at), *text.split(". ")) for at, text in enumerate(texts)))
    assert acronym not in made.guessed


def test_the_order_of_the_documents_makes_no_difference() -> None:
    chance = random.Random(3)
    texts = ["canal boat club (CBC)", "Canal boat clubs (CBCs)", "coal barge crew (CBC)", "canal boat clubs"]
    articles = [
        article(str(at), f"The {chance.choice(texts)} met.", f"A {texts[at % 4]}.") for at in range(9)
    ]
    shuffled = chance.sample(articles, len(articles))
    assert glossary(*shuffled) == glossary(*articles)


# ---- kept with the index


def engine_of(folder: Path, counts: Counts) -> EmbeddedEngine:
    return EmbeddedEngine(
        folder, IndexInfo("test", "2026-01-01T00:00:00Z", counts.documents, counts.passages)
    )


def written(folder: Path, articles: Sequence[Article]) -> EmbeddedEngine:
    folder.mkdir()
    return engine_of(folder, writing.write(folder, articles))


SENTENCES = (
    "The canal boat club (CBC) met.",
    "Canal boat clubs (CBCs) met.",
    "The coal barge crew (CBC) met.",
    "Ask a canal boat club.",
    "The lock and weir boards are new.",
    "Each lock and weir board has a chair.",
    "A CBC is no club.",
    "The cbc is small.",
)


@pytest.mark.parametrize("seed", range(12))
def test_after_any_history_the_glossary_is_that_of_an_index_written_anew(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)

    def some(id: str) -> Article:
        date = chance.choice([None, "2019-01-01", "2020-02-02", "2021-03-03"])
        return article(id, *chance.choices(SENTENCES, k=chance.randint(1, 4)), published=date)

    held = {id: some(id) for id in "abcdef"}
    engine = written(tmp_path / "0", list(held.values()))
    for step in range(1, 5):
        gone = chance.sample(sorted(held), chance.randint(0, min(2, len(held))))
        changed = {id: some(id) for id in chance.sample("abcdefgh", 2) if id not in gone}
        held = {id: each for id, each in held.items() if id not in gone} | changed
        folder = tmp_path / str(step)
        folder.mkdir()
        base, engine = engine, engine_of(folder, writing.update(folder, engine, list(changed.values()), gone))
        base.close()
    anew = written(tmp_path / "anew", list(held.values()))
    assert engine.glossary == anew.glossary
    assert (engine.folder / "glossary.json").read_bytes() == (anew.folder / "glossary.json").read_bytes()
    engine.close()
    anew.close()


def test_an_index_without_a_glossary_has_an_empty_one_and_its_update_has_all_of_it(tmp_path: Path) -> None:
    old = written(tmp_path / "old", [article("a", SENTENCES[0]), article("b", SENTENCES[2])])
    (old.folder / "glossary.json").unlink()
    shutil.rmtree(old.folder / "findings-2")
    assert old.glossary.entries() == ()
    assert old.glossary.senses("CBC") == ()
    (tmp_path / "new").mkdir()
    new = engine_of(tmp_path / "new", writing.update(tmp_path / "new", old, [article("b", SENTENCES[3])], []))
    anew = written(tmp_path / "anew", [article("a", SENTENCES[0]), article("b", SENTENCES[3])])
    assert new.glossary == anew.glossary
    for each in (old, new, anew):
        each.close()


def test_an_update_looks_for_acronyms_in_what_has_changed_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = written(tmp_path / "0", [article(id, SENTENCES[0]) for id in "abcdef"])
    looked: list[str] = []

    def noting(document: Document, passages: Sequence[Passage]) -> Findings:
        looked.append(document.id)
        return mine(document, passages)

    for module in ("glossary", "analysing"):
        monkeypatch.setattr(f"search.index.{module}.mine", noting)
    (tmp_path / "1").mkdir()
    writing.update(tmp_path / "1", base, [article("b", SENTENCES[1])], ["c"])
    assert looked == ["b"]
    base.close()


# ---- what a question gets

RIVERS = glossary(
    article(
        "a",
        "A river action plan (RAP) is made by each river basin board (RBB).",
        "The River Action Plan. A rapid access path (RAP) leads to the Land Act Tribunal (LAT).",
        "The Local Aid for New Docks (LAND) gives land to those who have no land.",
        "Land is dear, and it is dear. The Department for Rivers (DfR) and the DfR are one.",
        "The lock and weir boards are new; lock and weir boards meet.",
        "Lock and weir boards are poor.",
    )
)


def asked(question: str, known: Callable[[Term], bool] = lambda _: False) -> list[tuple[str, str, float]]:
    expansions, _ = glossary_expansions(understand(question), RIVERS, known)
    return [(each.term, each.added, each.weight) for each in expansions]


@pytest.mark.parametrize("typed", ["RBB", "rbb", "RBBs", "rbbs", "R.B.B.", "RBB's"])
def test_an_acronym_is_given_its_long_form_however_it_is_typed(typed: str) -> None:
    expansions, ambiguities = glossary_expansions(
        understand(f"Who chairs a {typed}?"), RIVERS, lambda _: True
    )
    (added,) = expansions
    assert ambiguities == ()
    assert (added.term, added.added, added.source) == (typed, "river basin board", "glossary")
    assert (added.instead_of, added.weight) == (("rbb",), LONG_FORM_WEIGHT)
    assert added.terms == terms_of("river basin board")


@pytest.mark.parametrize(
    ("question", "typed"),
    [
        ("Who chairs a river basin board?", "river basin board"),
        ("River Basin Boards and weed", "River Basin Boards"),
        ("the river-basin board's chair", "river-basin board's"),
    ],
)
def test_a_long_form_is_given_its_acronym_singular_or_plural(question: str, typed: str) -> None:
    expansions, ambiguities = glossary_expansions(understand(question), RIVERS, lambda _: True)
    (added,) = expansions
    assert ambiguities == ()
    assert (added.term, added.added, added.weight) == (typed, "RBB", ACRONYM_WEIGHT)
    assert added.instead_of == ("river", "basin", "board")
    assert added.terms == (Term("rbb", "rbb", "RBB"),)


@pytest.mark.parametrize(
    "question",
    [
        "river board basin",
        "Is a river basin board (RBB) elected?",
        "RBB or river basin board?",
        "weed and boats",
        "",
    ],
)
def test_words_in_another_order_and_both_forms_together_get_nothing(question: str) -> None:
    assert glossary_expansions(understand(question or "?"), RIVERS, lambda _: True) == ((), ())


def test_an_ambiguous_acronym_gets_each_sense_and_is_told() -> None:
    expansions, (ambiguity,) = glossary_expansions(understand("what is a rap"), RIVERS, lambda _: True)
    assert [each.added for each in expansions] == ["river action plan", "rapid access path"]
    assert (ambiguity.acronym, ambiguity.senses) == ("RAP", RIVERS.senses("RAP"))


def test_a_long_form_in_the_question_settles_an_ambiguous_acronym() -> None:
    query = understand("When was the RAP, the river action plan, made?")
    assert glossary_expansions(query, RIVERS, lambda _: True) == ((), ())


def test_at_most_three_senses_are_looked_for() -> None:
    many = glossary(
        *(article(f, f"The {f} boat club ({f[0].upper()}BC).") for f in ("crab", "coal", "cold", "chalk"))
    )
    expansions, (ambiguity,) = glossary_expansions(understand("CBC"), many, lambda _: True)
    assert (len(expansions), len(ambiguity.senses)) == (MAX_SENSES, 4)


def test_in_lower_case_an_ordinary_word_of_the_documents_is_no_acronym() -> None:
    assert asked("how dear is land") == []
    assert asked("how dear is LAND") == [("LAND", "Local Aid for New Docks", LONG_FORM_WEIGHT)]
    assert asked("who runs the DfR") == [("DfR", "Department for Rivers", LONG_FORM_WEIGHT)]
    assert asked("what does lat do") == [("lat", "Land Act Tribunal", LONG_FORM_WEIGHT)]


@pytest.mark.parametrize("typed", ["LWB", "lwb", "LWBs"])
def test_a_guess_is_made_only_of_an_acronym_that_no_passage_has(typed: str) -> None:
    assert asked(f"who pays the {typed}") == [(typed, "lock and weir boards", LONG_FORM_WEIGHT)]
    assert asked(f"who pays the {typed}", known=lambda _: True) == []


def test_no_guess_is_made_of_a_word_in_lower_case_that_could_be_any() -> None:
    made = glossary(article("a", "The old river dam is high.", "An old river dam."))
    assert made.senses("ORD") != ()
    assert glossary_expansions(understand("ord"), made, lambda _: False) == ((), ())


# ---- the command


@pytest.fixture(scope="module")
def no_acronyms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of an article that defines none."""
    folder = tmp_path_factory.mktemp("plain")
    (folder / "weed.txt").write_text("Weed\n\nWeed stops boats on the canal.\n", encoding="utf-8")
    ingest([folder], folder / "index")
    return folder / "index"


def test_the_command_prints_the_glossary_in_columns(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--glossary", "--index", str(index)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "    stands for   passages  documents  first       last",
        "CT  Canal Trust         1          1  2021-08-30  2021-08-30",
    ]


def test_the_command_prints_the_glossary_as_json(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--glossary", "--json", "--index", str(index)]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "acronym": "CT",
            "senses": [
                {
                    "long_form": "Canal Trust",
                    "passages": 1,
                    "documents": 1,
                    "first": "2021-08-30",
                    "last": "2021-08-30",
                    "kind": "defined",
                }
            ],
        }
    ]


def test_an_empty_glossary_says_what_to_do(no_acronyms: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--glossary", "--index", str(no_acronyms)]) == 0
    assert "No document here says what an acronym stands for" in capsys.readouterr().out
    assert main(["--glossary", "--json", "--index", str(no_acronyms)]) == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize("arguments", [[], ["boats", "--glossary"]])
def test_the_command_takes_either_a_question_or_the_glossary(arguments: list[str], index: Path) -> None:
    with pytest.raises(SystemExit) as exit:
        main([*arguments, "--index", str(index)])
    assert exit.value.code == 2
