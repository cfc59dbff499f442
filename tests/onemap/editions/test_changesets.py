"""Changesets: made, sealed, read again, applied elsewhere to the same digest, refused on another base."""

import json
import zipfile
from base64 import b64encode
from dataclasses import replace
from datetime import date

import pytest
import shapely
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.onemap import small_county as world
from ziyuan.base.sandbox.errors import ArchiveTooBig, NotAnArchive, ReadingRefused, UnsafeMember
from ziyuan.base.sm import sm3
from ziyuan.kernel import service as kernel
from ziyuan.kernel.errors import NotAllowed
from ziyuan.onemap import errors
from ziyuan.onemap import service as onemap
from ziyuan.onemap.differences import package as packages
from ziyuan.onemap.differences.changeset import KEY
from ziyuan.onemap.differences.errors import DamagedPackage, NotConsecutive, UnsealedPackage
from ziyuan.onemap.editions import changesets, undo

Y2023, Y2024, Y2025 = date(2023, 12, 31), date(2024, 12, 31), date(2025, 12, 31)
COUNTY = world.COUNTY
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_lake")]


@pytest.fixture
def by():
    return kernel.system_actor()


def seal(no, patches, day, by):
    return onemap.seal(no, {"DLTB": world.table(patches)}, county=COUNTY, reference_date=day, by=by)[0]


def edited(patches, place, **values):
    one = patches[place]
    return [*patches[:place], replace(one, values={**one.values, **values}), *patches[place + 1 :]]


def next_year(patches):
    """A changed field, one patch gone, one split, one renumbered."""
    found = edited(world.in_year(patches, 2025), 3, DLBM="0602", DLMC="采矿用地")
    west, south, east, north = found[7].shape.bounds
    half = shapely.box(west - 1, south - 1, (west + east) / 2, north + 1)
    one = found[7]
    found[7] = replace(one, shape=shapely.set_precision(one.shape.intersection(half), 0.0001))
    rest = shapely.set_precision(one.shape.difference(half), 0.0001)
    found.append(world.Patch("NEW-1", rest, {**one.values, "BSM": "NEW-1"}))
    found = edited(found, 9, BSM="NEW-2")
    return found[:12] + found[13:]


def package_of(tmp_path, by, from_, to):
    made = changesets.write(changesets.make("DLTB", COUNTY, from_, to, by=by), by=by)
    path = tmp_path / made.name
    path.write_bytes(made.body)
    return path


@pytest.fixture
def elsewhere(by, tmp_path):
    """A package from 2024 to 2025, and a state that holds 2024 only, as another node does."""
    patches = world.county()
    first = seal("A", patches, Y2024, by)
    point = transaction.savepoint()
    second = seal("B", world.re_exported(next_year(patches)), Y2025, by)
    path = package_of(tmp_path, by, first, second)
    transaction.savepoint_rollback(point)
    return patches, first, second, path


def test_a_changeset_holds_the_changed_features_and_no_others(by):
    patches = world.county()
    first, second = seal("A", patches, Y2024, by), seal("B", world.re_exported(next_year(patches)), Y2025, by)
    changes = changesets.make("DLTB", COUNTY, first, second, by=by)
    kind = onemap.layer("DLTB")
    found = changes.changes(kind.model, kind.entity, world.EPSG)
    told = {(c.change, c.key) for c in found.changes}
    expected = {("update", patches[3].key), ("update", patches[7].key), ("insert", "NEW-1"), ("renumber", "NEW-2")}
    assert told == expected | {("delete", patches[12].key)}
    assert (changes.base.digest, changes.target.digest) == (first.hex_digest, second.hex_digest)
    parents = {(r["child"], r["parent"]) for r in changes.links.to_pylist()}
    assert ("NEW-1", patches[7].key) in parents


def test_applied_elsewhere_it_reaches_the_same_digest_and_the_same_file_content(by, elsewhere):
    patches, first, second, path = elsewhere
    edition = changesets.apply(path, by=by)
    assert edition.hex_digest == second.hex_digest
    assert (edition.inserted, edition.updated, edition.deleted) == (second.inserted, second.updated, second.deleted)
    assert (edition.unchanged, edition.features, edition.area_m2) == (second.unchanged, second.features, second.area_m2)
    assert (edition.kind, edition.base_id, edition.reference_date) == ("changeset", first.pk, Y2025)
    assert onemap.verify(edition, by=by).ok
    assert {f.key: f.digest for f in onemap.asof("DLTB", Y2024, county=COUNTY, by=by)}.keys() == {p.key for p in patches}
    whole = changesets.edition_table(edition, by=by).table
    assert set(whole.column("SJNF").to_pylist()) == {2025}
    assert len(whole) == second.features


def test_applied_again_it_is_the_same_edition_and_writes_nothing(by, elsewhere):
    *_, path = elsewhere
    once, again = changesets.apply(path, by=by), changesets.apply(path, by=by)
    assert once.pk == again.pk
    assert len(onemap.editions(by, "DLTB", COUNTY)) == 2


def test_withdrawn_it_can_be_applied_again(by, elsewhere):
    *_, path = elsewhere
    once = changesets.apply(path, by=by)
    undo.withdraw(once, reason="误报", seen=undo.impact_of(once, by=by).mark, by=by)
    again = changesets.apply(path, by=by)
    assert (again.pk != once.pk, again.hex_digest) == (True, once.hex_digest)
    assert changesets.apply(path, by=by).pk == again.pk


def test_another_base_is_refused_and_named(by, elsewhere):
    patches, *_, path = elsewhere
    other = seal("A2", edited(patches, 0, ZLDWMC="另一村"), Y2024, by)
    with pytest.raises(errors.WrongBase, match=other.hex_digest[:16]):
        changesets.apply(path, by=by)
    assert len(onemap.editions(by, "DLTB", COUNTY)) == 2


def test_a_target_that_is_not_reached_leaves_nothing(by, elsewhere):
    *_, path = elsewhere
    changes = changesets.read(path).changeset
    lying = replace(changes, target=replace(changes.target, digest="11" * 32))
    with pytest.raises(errors.TargetMissed), transaction.atomic():
        changesets.apply(lying, by=by)
    assert len(onemap.editions(by, "DLTB", COUNTY)) == 1
    assert not onemap.asof("DLTB", Y2025, county=COUNTY, by=by, keys=["NEW-1"])


def test_features_that_do_not_give_their_digest_are_refused(by, elsewhere):
    *_, path = elsewhere
    changes = changesets.read(path).changeset
    column = changes.after.column_names.index("ZLDWMC")
    forged = changes.after.set_column(column, "ZLDWMC", [["伪造"] * len(changes.after)])
    with pytest.raises(DamagedPackage, match="摘要"):
        changesets.apply(replace(changes, after=forged), by=by)


def test_the_first_edition_comes_as_a_changeset_from_nothing(by, tmp_path):
    point = transaction.savepoint()
    first = seal("A", world.county(), Y2024, by)
    path = package_of(tmp_path, by, None, first)
    transaction.savepoint_rollback(point)
    assert changesets.apply(path, by=by).hex_digest == first.hex_digest


def test_an_empty_changeset_carries_a_year_in_which_nothing_changed(by, tmp_path):
    first = seal("A", world.county(), Y2024, by)
    point = transaction.savepoint()
    second = seal("B", world.in_year(world.county(), 2025), Y2025, by)
    path = package_of(tmp_path, by, first, second)
    transaction.savepoint_rollback(point)
    edition = changesets.apply(path, by=by)
    assert (edition.hex_digest, edition.period, edition.unchanged) == (first.hex_digest, "2025", 30)


def test_the_whole_target_can_be_checked_before_it_is_applied(by, elsewhere):
    *_, second, path = elsewhere
    table = changesets.whole(changesets.read(path).changeset, by=by)
    assert (table.name, table.epsg, len(table)) == ("DLTB", world.EPSG, second.features)
    assert onemap.seal("C", {"DLTB": table}, county=COUNTY, reference_date=Y2025, by=by)[0].hex_digest == second.hex_digest


def test_a_package_for_another_county_or_layer_is_refused(by, elsewhere):
    *_, path = elsewhere
    with pytest.raises(errors.OtherCounty):
        changesets.apply(path, by=by, county="341124")


def test_a_county_officer_may_make_but_not_apply(by, elsewhere, make_actor):
    *_, path = elsewhere
    officer = make_actor("data_officer", COUNTY)
    with pytest.raises(NotAllowed):
        changesets.apply(path, by=officer)


EDITS = st.lists(
    st.tuples(st.sampled_from(["edit", "drop", "add", "renumber"]), st.integers(0, 11), st.sampled_from("甲乙丙")), max_size=5
)


def after_edits(patches, edits, mark):
    found = list(patches)
    for number, (what, place, name) in enumerate(edits):
        at = place % len(found) if found else 0
        if what == "add" or not found:
            key = f"Z{place:02d}"
            if all(p.key != key for p in found):
                shape = shapely.box(world.WEST + 900 + 20 * place, world.SOUTH, world.WEST + 910 + 20 * place, world.SOUTH + 10)
                found.append(world.Patch(key, shape, {**world.county(1, 1)[0].values, "BSM": key, "ZLDWMC": name}))
        elif what == "edit":
            found[at] = replace(found[at], values={**found[at].values, "ZLDWMC": name})
        elif what == "drop":
            del found[at]
        else:
            key = f"R{mark}{number}"
            found[at] = replace(found[at], key=key, values={**found[at].values, "BSM": key})
    return found


@given(first=EDITS, second=EDITS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_consecutive_changesets_are_the_direct_one(by, clean_lake, first, second):
    with transaction.atomic():
        one = world.county(4, 3)
        two = after_edits(one, first, "A")
        three = after_edits(two, second, "B")
        a, b, c = (seal(str(n), p, d, by) for n, p, d in ((1, one, Y2023), (2, two, Y2024), (3, three, Y2025)))
        ab, bc, ac = (changesets.make("DLTB", COUNTY, x, y, by=by) for x, y in ((a, b), (b, c), (a, c)))
        both = changesets.compose(ab, bc)
        assert both.before.sort_by(KEY).drop_columns(["SJNF"]).equals(ac.before.sort_by(KEY).drop_columns(["SJNF"]))
        assert both.after.drop_columns(["SJNF"]).equals(ac.after.drop_columns(["SJNF"]))
        assert (both.base, both.target, both.links.to_pylist()) == (ac.base, ac.target, ac.links.to_pylist())
        back = ab.inverse()
        assert len(changesets.compose(ab, back)) == 0
        transaction.set_rollback(True)


def test_changesets_that_do_not_follow_one_another_are_not_composed(by):
    a, b = seal("A", world.county(), Y2024, by), seal("B", next_year(world.county()), Y2025, by)
    ab = changesets.make("DLTB", COUNTY, a, b, by=by)
    with pytest.raises(NotConsecutive):
        changesets.compose(ab, ab)


class TestHostilePackages:
    """Nothing of a damaged or foreign package gets as far as the map."""

    def repacked(self, path, change):
        with zipfile.ZipFile(path) as archive:
            members = {i.filename: archive.read(i) for i in archive.infolist()}
        change(members)
        with zipfile.ZipFile(path, "w") as archive:
            for name, body in members.items():
                archive.writestr(name, body)
        return path

    @pytest.fixture
    def path(self, elsewhere):
        return elsewhere[-1]

    def test_the_untouched_one_is_read(self, path):
        assert changesets.read(path).changeset.county == COUNTY

    def test_a_changed_table(self, path):
        def change(members):
            body = bytearray(members["after.parquet"])
            body[len(body) // 2] ^= 1
            members["after.parquet"] = bytes(body)

        with pytest.raises(DamagedPackage, match="SM3"):
            changesets.read(self.repacked(path, change))

    def test_a_changed_manifest(self, path):
        def change(members):
            members["manifest.json"] = members["manifest.json"].replace(b"340123", b"341124")

        with pytest.raises(UnsealedPackage):
            changesets.read(self.repacked(path, change))

    @pytest.mark.parametrize(
        "seal_text", [b"{", b"{}", b'{"signer": "stranger", "signature": "AAAA"}', b'{"signer": 5, "signature": ""}']
    )
    def test_a_seal_of_a_stranger_or_none(self, path, seal_text):
        with pytest.raises(UnsealedPackage):
            changesets.read(self.repacked(path, lambda members: members.update({"seal.json": seal_text})))

    def test_a_surplus_member(self, path):
        with pytest.raises(DamagedPackage, match=r"x\.exe"):
            changesets.read(self.repacked(path, lambda members: members.update({"x.exe": b"MZ"})))

    def test_a_path_that_leaves_the_folder(self, path):
        with pytest.raises(UnsafeMember):
            changesets.read(self.repacked(path, lambda members: members.update({"../x": b""})))

    def test_a_bomb(self, path):
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("bomb", b"\0" * (100 << 20))
        with pytest.raises(ArchiveTooBig):
            changesets.read(path)

    def test_no_archive_at_all(self, path):
        path.write_bytes(b"no archive")
        with pytest.raises(NotAnArchive):
            changesets.read(path)

    def test_a_table_with_other_columns_although_it_is_sealed(self, path):
        """The sender's own key does not make a wrong table right."""
        changes = changesets.read(path).changeset
        short = replace(changes, after=changes.after.drop_columns(["DLBM"]))
        path.write_bytes(packages.write(short, signer=kernel.node().name, sign=kernel.sign, made=kernel.now()))
        with pytest.raises(DamagedPackage, match="列"):
            changesets.read(path)

    def test_a_member_that_is_no_table_although_it_is_sealed(self, path):
        with zipfile.ZipFile(path) as archive:
            members = {i.filename: archive.read(i) for i in archive.infolist()}
        told = json.loads(members["manifest.json"])
        members["after.parquet"] = b"PAR1 not a table PAR1"
        told["members"]["after.parquet"] = {"size": 21, "sm3": sm3(members["after.parquet"]).hex()}
        members["manifest.json"] = json.dumps(told).encode()
        signature = b64encode(kernel.sign(members["manifest.json"])).decode()
        members["seal.json"] = json.dumps({"signer": kernel.node().name, "signature": signature}).encode()
        with zipfile.ZipFile(path, "w") as archive:
            for name, body in members.items():
                archive.writestr(name, body)
        with pytest.raises(ReadingRefused, match="Parquet"):
            changesets.read(path)
