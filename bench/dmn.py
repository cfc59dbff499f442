"""DMN: one run of a decision table of 200 rows and 6 inputs, with its trace.

Run: `python bench/dmn.py`. Median of rounds, processor time of this process. The answer is checked first, and the
table is of the kind that costs: no row is found by its first cell, the row that holds is the last but one.
"""

import statistics
import time

from harness import machine

from ziyuan.workflow.decisions import Decision

ROWS, ROUNDS, CALLS = 200, 15, 200
NAMES = ["area", "slope", "kind", "day", "owner", "levels"]
TYPES = ["number", "number", "string", "date", "string", "number"]
VALUES = {"area": 198, "slope": 3, "kind": "0103", "day": "2024-02-29", "owner": "b", "levels": 2}
TESTS = '>= 0 | < {slope} | "0101", "0103" | >= date("2024-01-01") | not("z{row}") | [{row}..{next})'


def model() -> Decision:
    """The table as a file: only the row 198 holds, and every cell before its last one holds in every row."""
    inputs = "".join(
        f'<inputData id="i{n}" name="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>'
        for n, (name, kind) in enumerate(zip(NAMES, TYPES, strict=True))
    )
    needs = "".join(
        f'<informationRequirement><requiredInput href="#i{n}"/></informationRequirement>' for n in range(len(NAMES))
    )
    columns = "".join(f"<input><inputExpression><text>{name}</text></inputExpression></input>" for name in NAMES[:5])
    columns += "<input><inputExpression><text>area</text></inputExpression></input>"
    rows = "".join(_row(row) for row in range(ROWS))
    text = f"""<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="d" name="d" namespace="urn:d">{inputs}
      <decision id="r" name="r"><variable name="r"/>{needs}<decisionTable>{columns}<output name="v"/>{rows}</decisionTable>
      </decision></definitions>"""
    return Decision.of(text.encode())


def _row(row: int) -> str:
    written = TESTS.format(row=row, next=row + 1, slope=row + 4).replace("<", "&lt;").replace(">", "&gt;")
    cells = "".join(f"<inputEntry><text>{cell.strip()}</text></inputEntry>" for cell in written.split("|"))
    return f"<rule>{cells}<outputEntry><text>{row}</text></outputEntry></rule>"


def main() -> None:
    begun = time.process_time()
    decision = model()
    outcome = decision.evaluate("r", VALUES)
    first = time.process_time() - begun
    if outcome.value != 198 or outcome.trace[-1]["matched"] != [199]:
        raise SystemExit(f"wrong answer: {outcome}")
    rounds = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for _ in range(CALLS):
            decision.evaluate("r", VALUES)
        rounds.append((time.process_time() - begun) / CALLS * 1000)
    print(machine())
    print(f"read, compile, first run: {first * 1000:.0f} ms")
    print(f"one run with trace: {statistics.median(rounds):.3f} ms (best {min(rounds):.3f})")


if __name__ == "__main__":
    main()
