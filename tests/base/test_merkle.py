import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ziyuan.base.canonical import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    merkle_root,
    verify_consistency,
    verify_inclusion,
)
from ziyuan.base.sm import sm3

trees = st.lists(st.binary(max_size=5), min_size=1, max_size=40)


def by_definition(entries):
    """RFC 6962 section 2.1, recursively."""
    if not entries:
        return sm3(b"")
    if len(entries) == 1:
        return sm3(b"\x00" + entries[0])
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return sm3(b"\x01" + by_definition(entries[:split]) + by_definition(entries[split:]))


@given(st.lists(st.binary(max_size=5), max_size=40))
def test_the_root_is_that_of_the_recursive_definition(entries):
    assert merkle_root(entries) == by_definition(entries)


@given(trees, st.data())
def test_every_entry_has_a_proof_and_no_other_place_or_entry_has(entries, data):
    index = data.draw(st.integers(0, len(entries) - 1))
    proof, root = inclusion_proof(entries, index), merkle_root(entries)
    assert verify_inclusion(entries[index], index, len(entries), proof, root)
    assert not verify_inclusion(entries[index] + b"!", index, len(entries), proof, root)
    assert not verify_inclusion(entries[index], index, len(entries), [*proof, root], root)
    for other in range(len(entries)):
        if entries[other] != entries[index]:
            assert not verify_inclusion(entries[index], other, len(entries), proof, root)


@given(trees, st.data())
def test_a_proof_with_one_bit_turned_fails(entries, data):
    index = data.draw(st.integers(0, len(entries) - 1))
    proof, root = inclusion_proof(entries, index), merkle_root(entries)
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        bent = bytes([proof[place][0] ^ 1]) + proof[place][1:]
        assert not verify_inclusion(
            entries[index], index, len(entries), [*proof[:place], bent, *proof[place + 1 :]], root
        )
        assert not verify_inclusion(entries[index], index, len(entries), proof[:-1], root)


def test_an_inner_node_can_not_pass_for_an_entry():
    entries = [b"a", b"b", b"c", b"d"]
    left = sm3(b"\x01" + leaf_hash(b"a") + leaf_hash(b"b"))
    right = sm3(b"\x01" + leaf_hash(b"c") + leaf_hash(b"d"))
    assert not verify_inclusion(left, 0, 2, [right], merkle_root(entries))
    assert not verify_inclusion(leaf_hash(b"a") + leaf_hash(b"b"), 0, 2, [right], merkle_root(entries))


@settings(max_examples=60)
@given(trees, st.data())
def test_a_longer_tree_proves_that_it_only_adds(entries, data):
    earlier = data.draw(st.integers(0, len(entries)))
    proof, root = consistency_proof(entries, earlier), merkle_root(entries)
    before = merkle_root(entries[:earlier])
    assert verify_consistency(earlier, before, len(entries), root, proof)
    if 0 < earlier < len(entries):
        assert not verify_consistency(earlier, sm3(before), len(entries), root, proof)
        assert not verify_consistency(earlier, before, len(entries), sm3(root), proof)
        rewritten = [entries[0] + b"!", *entries[1:]]
        assert not verify_consistency(
            earlier, before, len(entries), merkle_root(rewritten), consistency_proof(rewritten, earlier)
        )


@given(trees, trees)
def test_no_proof_is_accepted_for_a_tree_of_another_beginning(entries, others):
    for earlier in range(1, len(entries)):
        before = merkle_root(others[:earlier])
        if others[:earlier] != entries[:earlier]:
            proof = consistency_proof(entries, earlier)
            assert not verify_consistency(earlier, before, len(entries), merkle_root(entries), proof)


def test_places_outside_the_tree_are_refused():
    with pytest.raises(IndexError):
        inclusion_proof([b"a"], 1)
    with pytest.raises(IndexError):
        consistency_proof([b"a"], 2)
    assert not verify_inclusion(b"a", 1, 1, [], merkle_root([b"a"]))
    assert not verify_inclusion(b"a", 0, 0, [], merkle_root([]))
