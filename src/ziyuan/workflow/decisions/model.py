"""A decision file as read: what stands in it, not yet how it runs."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Text:
    """A FEEL text with its place in the file."""

    text: str
    line: int
    element: str = ""
    language: str = ""  # set only when it is another language, which does not run


@dataclass(frozen=True, slots=True)
class Broken:
    """What could not be read: it gives null with this reason, and spoils nothing else."""

    message: str
    element: str
    line: int


@dataclass(frozen=True, slots=True)
class Literal:
    expression: Text


@dataclass(frozen=True, slots=True)
class Input:
    """One input column: `allowed` limits the values it may have."""

    label: str
    expression: Text
    allowed: Text | None
    type_ref: str


@dataclass(frozen=True, slots=True)
class Output:
    """One output column; the order of `allowed` is the priority of hit policies P and O."""

    name: str
    label: str
    allowed: Text | None
    default: Text | None
    type_ref: str


@dataclass(frozen=True, slots=True)
class Rule:
    number: int
    tests: tuple[Text, ...]
    results: tuple[Text, ...]
    note: str
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    hit: str
    aggregation: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    line: int
    element: str


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    type_ref: str


@dataclass(frozen=True, slots=True)
class ContextBox:
    entries: tuple[tuple[Variable, Boxed | None], ...]
    result: Boxed | None


@dataclass(frozen=True, slots=True)
class Invocation:
    function: Boxed
    bindings: tuple[tuple[str, Boxed | None], ...]


@dataclass(frozen=True, slots=True)
class ListBox:
    items: tuple[Boxed | None, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    columns: tuple[str, ...]
    rows: tuple[tuple[Boxed | None, ...], ...]


@dataclass(frozen=True, slots=True)
class FunctionBox:
    parameters: tuple[Variable, ...]
    body: Boxed | None
    kind: str
    line: int
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Conditional:
    test: Boxed
    then: Boxed
    otherwise: Boxed


@dataclass(frozen=True, slots=True)
class FilterBox:
    source: Boxed
    test: Boxed


@dataclass(frozen=True, slots=True)
class LoopBox:
    """Boxed for, some, every."""

    kind: str
    variable: str
    source: Boxed
    body: Boxed


Boxed = (
    Broken
    | Literal
    | Table
    | ContextBox
    | Invocation
    | ListBox
    | Relation
    | FunctionBox
    | Conditional
    | FilterBox
    | LoopBox
)


def parts(box: Boxed | None) -> tuple[Boxed | None, ...]:
    """The boxes directly inside a box."""
    if isinstance(box, ContextBox):
        return (*(value for _, value in box.entries), box.result)
    if isinstance(box, Invocation):
        return (box.function, *(value for _, value in box.bindings))
    if isinstance(box, ListBox):
        return box.items
    if isinstance(box, Relation):
        return tuple(cell for row in box.rows for cell in row)
    if isinstance(box, FunctionBox):
        return (box.body,)
    if isinstance(box, Conditional):
        return (box.test, box.then, box.otherwise)
    if isinstance(box, FilterBox):
        return (box.source, box.test)
    return (box.source, box.body) if isinstance(box, LoopBox) else ()


@dataclass(frozen=True, slots=True)
class FunctionType:
    """The types of the parameters and of the result of a function."""

    parameters: tuple[Variable, ...]
    result: str


@dataclass(frozen=True, slots=True)
class ItemType:
    """An item definition: a simple type with allowed values, a structure, a function, or a collection of it."""

    name: str
    type_ref: str
    collection: bool
    allowed: Text | None  # of each value
    constraint: Text | None  # of the whole, a collection too
    components: tuple[ItemType, ...]
    line: int
    function: FunctionType | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """Input data, decision, business knowledge model or decision service."""

    kind: str  # inputData | decision | businessKnowledgeModel | decisionService
    id: str
    name: str
    variable: str  # what expressions call it
    type_ref: str
    line: int
    body: Boxed | None = None
    requires: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    encapsulated: tuple[str, ...] = ()
    input_decisions: tuple[str, ...] = ()
    input_data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Import:
    name: str
    namespace: str
    location: str
    line: int


@dataclass(slots=True)
class Definitions:
    """One file: its nodes by id and what it imports. `file` is only for messages."""

    file: str
    name: str
    namespace: str
    nodes: dict[str, Node] = field(default_factory=dict)
    types: dict[str, ItemType] = field(default_factory=dict)
    imports: tuple[Import, ...] = ()
    faults: list[Broken] = field(default_factory=list)
