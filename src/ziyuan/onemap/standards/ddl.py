"""SQL of the layer tables, made from the model: columns, indexes, partitions, row security.

Schema `layers`. A large layer is partitioned by city and then county; a county's partition is made when it
first delivers, through `layers.add_county_partition`, the only door by which the application role can make
one. Attributes keep their names of the standard, quoted.
"""

from ziyuan.onemap.standards.model import Entity, Field, Model

_GEOMETRIES = {"point": "MultiPoint", "line": "MultiLineString", "polygon": "MultiPolygon"}
_WIDE = 20

REGISTRY = """
CREATE SCHEMA IF NOT EXISTS layers;
CREATE TABLE IF NOT EXISTS layers.layer_registry (
    layer text PRIMARY KEY,
    standard text NOT NULL,
    entity text NOT NULL,
    table_name text NOT NULL UNIQUE,
    title text NOT NULL,
    key_field text,
    volume text NOT NULL,
    written_by text NOT NULL,
    fields jsonb NOT NULL,
    applied timestamptz NOT NULL DEFAULT now()
)"""

ADD_PARTITION = """
CREATE OR REPLACE FUNCTION layers.add_county_partition(layer text, county text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    root text;
    city text := substr(county, 1, 4) || '00';
    branch text;
    leaf text;
BEGIN
    SELECT r.table_name INTO root FROM layers.layer_registry r
     WHERE r.layer = add_county_partition.layer AND r.volume = 'large';
    IF root IS NULL THEN
        RAISE EXCEPTION '%', format('ZY-STD-020 “%s”不是分区存储的图层', layer);
    END IF;
    IF NOT EXISTS (SELECT 1 FROM public.kernel_region k
                    WHERE k.code = add_county_partition.county AND k.level = 'county') THEN
        RAISE EXCEPTION '%', format('ZY-STD-021 “%s”不是已登记的县级行政区', county);
    END IF;
    branch := root || '_' || left(city, 4);
    leaf := root || '_' || county;
    IF to_regclass(format('layers.%I', leaf)) IS NOT NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('layers.' || root, 0));
    IF to_regclass(format('layers.%I', leaf)) IS NOT NULL THEN
        RETURN false;
    END IF;
    IF to_regclass(format('layers.%I', branch)) IS NULL THEN
        PERFORM layers.grow(root, branch, city, ' PARTITION BY LIST (county)');
    END IF;
    PERFORM layers.grow(branch, leaf, county, '');
    RETURN true;
END $body$"""

GROW = """
CREATE OR REPLACE FUNCTION layers.grow(parent text, child text, value text, further text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    -- made apart and attached: readers of the layer are not locked out
    EXECUTE format('CREATE TABLE layers.%I (LIKE layers.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)%s',
                   child, parent, further);
    EXECUTE format('ALTER TABLE layers.%I ATTACH PARTITION layers.%I FOR VALUES IN (%L)', parent, child, value);
    PERFORM layers.guard(child);
END $body$"""


def guard_function(condition: str) -> str:
    """`layers.guard(table)`: forced row security by county; `condition` is the kernel's region test."""
    return f"""
CREATE OR REPLACE FUNCTION layers.guard(name text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    EXECUTE format('ALTER TABLE layers.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE layers.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('DROP POLICY IF EXISTS region ON layers.%I', name);
    EXECUTE format($p$CREATE POLICY region ON layers.%I USING ({condition}) WITH CHECK ({condition})$p$, name);
END $body$"""


CLOSED_TO_PUBLIC = """
REVOKE ALL ON FUNCTION layers.add_county_partition(text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION layers.grow(text, text, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION layers.guard(text) FROM PUBLIC"""


def column_type(field: Field) -> str:
    """PostgreSQL type of an attribute. Lengths of texts are judged by the rules, not by the table."""
    if field.type == "number":
        return f"numeric({field.length or _WIDE},{field.decimals or 0})"
    return {"integer": "bigint", "date": "date"}.get(field.type, "text")


def columns(entity: Entity) -> dict[str, str]:
    """Attribute columns and their types."""
    return {field.name: column_type(field) for field in entity.fields.values()}


def create_table(model: Model, entity: Entity) -> list[str]:
    """Statements that make the table of a layer, its indexes and its policy."""
    table = model.table_name(entity.name)
    large = entity.volume == "large"
    attributes = "".join(f'    "{name}" {kind},\n' for name, kind in columns(entity).items())
    unique = "city, county, key, valid_from" if large else "county, key, valid_from"
    return [
        f"CREATE TABLE layers.{table} (\n"
        "    fid bigint GENERATED ALWAYS AS IDENTITY,\n"
        '    city text COLLATE "C" NOT NULL,\n    county text COLLATE "C" NOT NULL,\n'
        '    key text COLLATE "C" NOT NULL,\n    zone smallint NOT NULL,\n'
        f"{_geometry_column(entity)}{attributes}"
        "    valid_from date NOT NULL,\n    valid_to date,\n"
        "    known_from timestamptz NOT NULL,\n    known_to timestamptz,\n"
        "    edition bigint,\n    case_no text,\n    content_sm3 bytea,\n    parents text[],\n"
        f"    PRIMARY KEY ({'city, county, fid' if large else 'fid'}),\n"
        "    CHECK (city = left(county, 4) || '00'),\n"
        "    CHECK (valid_to IS NULL OR valid_to >= valid_from)\n"
        f"){' PARTITION BY LIST (city)' if large else ''}",
        f"CREATE INDEX {table}_key ON layers.{table} (county, key, valid_from)",
        f"CREATE UNIQUE INDEX {table}_now ON layers.{table} ({unique}) WHERE known_to IS NULL",
        f"CREATE INDEX {table}_edition ON layers.{table} (edition)",
        *([] if entity.geometry.kind == "none" else [f"CREATE INDEX {table}_geom ON layers.{table} USING gist (geom)"]),
        f"SELECT layers.guard('{table}')",
    ]  # fmt: skip


def _geometry_column(entity: Entity) -> str:
    if entity.geometry.kind == "none":
        return ""
    kind = _GEOMETRIES[entity.geometry.kind] + ("Z" if entity.geometry.dims == 3 else "")
    return f"    geom geometry({kind},4490) NOT NULL,\n"
