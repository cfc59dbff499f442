"""Merkle trees as in RFC 6962 (section 2.1) with SM3 in place of SHA-256.

Leaf hash SM3(0x00 ‖ entry), node hash SM3(0x01 ‖ left ‖ right), split at the largest power of two below
the size; the empty tree is SM3(""). Entries are bytes: digests of records, rows or files.
"""

from collections.abc import Sequence

from ziyuan.base.sm import sm3

LEAF, NODE = b"\x00", b"\x01"


def leaf_hash(entry: bytes) -> bytes:
    """Hash of one entry as a leaf."""
    return sm3(LEAF + entry)


def merkle_root(entries: Sequence[bytes]) -> bytes:
    """Root (32 bytes) over the entries in their order."""
    level = [leaf_hash(entry) for entry in entries]
    if not level:
        return sm3(b"")
    while len(level) > 1:
        level = _level_above(level)
    return level[0]


def _level_above(level: list[bytes]) -> list[bytes]:
    """Pairs hashed, an odd last one carried up: the same tree as the recursive definition."""
    above = [sm3(NODE + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return [*above, level[-1]] if len(level) % 2 else above


def inclusion_proof(entries: Sequence[bytes], index: int) -> list[bytes]:
    """Audit path of entry `index` (from 0), from the leaf upwards."""
    if not 0 <= index < len(entries):
        raise IndexError(f"no entry {index} in a tree of {len(entries)}")
    level, proof = [leaf_hash(entry) for entry in entries], []
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):
            proof.append(level[neighbour])
        level, index = _level_above(level), index // 2
    return proof


def verify_inclusion(entry: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows that `entry` is number `index` of the `size` entries under `root`."""
    if not 0 <= index < size:
        return False
    here, last, found = index, size - 1, leaf_hash(entry)
    path = iter(proof)
    while last > 0:
        if here % 2 or here < last:
            neighbour = next(path, None)
            if neighbour is None or len(neighbour) != 32:
                return False
            found = sm3(NODE + neighbour + found) if here % 2 else sm3(NODE + found + neighbour)
        here, last = here // 2, last // 2
    return next(path, None) is None and found == root


def consistency_proof(entries: Sequence[bytes], earlier: int) -> list[bytes]:
    """Proof that the tree over the first `earlier` entries is the beginning of the tree over all."""
    if not 0 <= earlier <= len(entries):
        raise IndexError(f"no earlier tree of {earlier} entries in one of {len(entries)}")
    return _subproof(entries, earlier, whole=True) if 0 < earlier < len(entries) else []


def _subproof(entries: Sequence[bytes], earlier: int, *, whole: bool) -> list[bytes]:
    if earlier == len(entries):
        return [] if whole else [merkle_root(entries)]
    split = _split(len(entries))
    if earlier <= split:
        return [*_subproof(entries[:split], earlier, whole=whole), merkle_root(entries[split:])]
    return [*_subproof(entries[split:], earlier - split, whole=False), merkle_root(entries[:split])]


def _split(size: int) -> int:
    """Largest power of two below `size` (size > 1)."""
    return 1 << ((size - 1).bit_length() - 1)


def verify_consistency(
    earlier: int, earlier_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether `proof` shows that the tree of `size` entries only adds to the tree of `earlier` ones."""
    if earlier == 0:
        return not proof and earlier_root == sm3(b"")
    if earlier >= size:
        return earlier == size and not proof and earlier_root == root
    path = list(proof) if earlier & (earlier - 1) else [earlier_root, *proof]
    if not path or any(len(node) != 32 for node in path):
        return False
    here, last = earlier - 1, size - 1
    while here % 2:
        here, last = here // 2, last // 2
    old = new = path[0]
    for node in path[1:]:
        if last == 0:
            return False
        if here % 2 or here == last:
            old, new = sm3(NODE + node + old), sm3(NODE + node + new)
            while here and not here % 2:
                here, last = here // 2, last // 2
        else:
            new = sm3(NODE + new + node)
        here, last = here // 2, last // 2
    return last == 0 and old == earlier_root and new == root
