"""Job ids: UUID version 7."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ferryman.domain.errors import InvalidOption
from ferryman.domain.ids import job_id, parse_job_id, submitted_at
from ferryman.identity import new_job_id

NOW = 1_893_456_000.123
BITS = st.integers(0, (1 << 74) - 1)


@given(st.floats(0, 253_402_300_799), BITS)
def test_an_id_is_a_uuid_of_version_7(now: float, bits: int) -> None:
    text = job_id(now, bits)
    made = uuid.UUID(text)
    assert str(made) == text
    assert made.version == 7
    assert made.variant == uuid.RFC_4122


@given(BITS, BITS)
def test_every_random_bit_counts(one: int, two: int) -> None:
    assert (job_id(NOW, one) == job_id(NOW, two)) == (one == two)


def test_the_layout_is_that_of_rfc_9562() -> None:
    assert job_id(NOW, 0) == "01b8dac5-b47b-7000-8000-000000000000"
    assert job_id(NOW, (1 << 74) - 1) == "01b8dac5-b47b-7fff-bfff-ffffffffffff"


def test_bits_beyond_74_do_not_spoil_the_layout() -> None:
    assert uuid.UUID(job_id(NOW, (1 << 80) - 1)).version == 7


@given(st.integers(0, 1 << 47), st.integers(0, 1 << 47), BITS, BITS)
def test_ids_sort_by_time_whatever_the_random_bits(one: int, two: int, bits: int, others: int) -> None:
    earlier, later = sorted((one / 1000, two / 1000))
    assume(int(earlier * 1000) < int(later * 1000))
    assert job_id(earlier, bits) < job_id(later, others)


@given(st.integers(0, 253_402_300_799_000))
def test_an_id_tells_when_it_was_made(milliseconds: int) -> None:
    assert submitted_at(job_id(milliseconds / 1000, 5)) == pytest.approx(milliseconds / 1000, abs=0.0011)


def test_fresh_ids_differ() -> None:
    assert len({new_job_id() for _ in range(10_000)}) == 10_000


@pytest.mark.parametrize("spelled", ["{}", " {}", "{}\n"])
def test_an_id_is_read_in_any_case(spelled: str) -> None:
    identifier = job_id(NOW, 5)
    assert parse_job_id(spelled.format(identifier.upper())) == identifier


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "5",
        "01b8dac5b47b70008000000000000000",
        "{01b8dac5-b47b-7000-8000-000000000000}",
        "urn:uuid:01b8dac5-b47b-7000-8000-000000000000",
        "01b8dac5-b47b-7000-8000-00000000000",
        "01b8dac5-b47b-7000-8000-0000000000000",
        "01b8dac5-b47b-7000-8000-00000000000g",
        "' OR 1=1 --",
        "x" * 100_000,
    ],
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(InvalidOption, match="is no job id: it must be a UUID") as caught:
        parse_job_id(text)
    assert len(str(caught.value)) < 200
