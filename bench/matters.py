"""The matters that are measured, as the texts of one pack: a line of twenty tasks, a joint review, a patch of the map."""

import json
from itertools import pairwise

PACK = "bench_pack"
FIELDS = 30
STEPS = 20
FORM = {f"field_{n:02d}": (n * 1.5 if n % 5 == 0 else f"第 {n} 项的内容,约二十个字左右的文字") for n in range(1, FIELDS + 1)}
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zy="https://ziyuan.example/bpmn" id="d"
 targetNamespace="t" expressionLanguage="https://www.omg.org/spec/FEEL/"><process id="p" isExecutable="true">"""
_TAIL = "</process></definitions>"
_ALLOW = 'zy:allow="agree return recall handover"'


ROLES = ("county_clerk", "county_chief")


def task(key: str, name: str, role: str = "county_clerk", inner: str = "", more: str = "") -> str:
    return f'<userTask id="{key}" name="{name}" zy:role="{role}" zy:level="county" {_ALLOW}{more}>{inner}</userTask>'


def line(tasks: list[str], names: list[str]) -> str:
    """Tasks one after the other."""
    keys = ["start", *names, "granted"]
    flows = [f'<sequenceFlow id="f{i}" sourceRef="{a}" targetRef="{b}"/>' for i, (a, b) in enumerate(pairwise(keys))]
    return "".join([_HEAD, '<startEvent id="start"/>', *tasks, '<endEvent id="granted"/>', *flows, _TAIL])


def of_steps(count: int = STEPS) -> str:
    names = [f"step_{n:02d}" for n in range(1, count + 1)]
    return line([task(name, f"第 {n} 个环节") for n, name in enumerate(names, start=1)], names)


def of_seats() -> str:
    """One task, a joint review with a seat for each of `reviewers`, one task."""
    items = "for one in split(reviewers, &quot;,&quot;) return number(one)"
    many = f'<multiInstanceLoopCharacteristics isSequential="false" zy:item="reviewer" zy:collection="{items}"/>'
    tasks = [task("accept", "受理"), task("review", "会签", "county_chief", many, ' zy:result="votes"'), task("sign", "签发")]
    return line(tasks, ["accept", "review", "sign"])


def _matter(key: str, fields: dict[str, dict[str, str]], facts: str = "") -> dict[str, str]:
    form = {
        "data": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": fields,
                 "required": [next(iter(fields))], "additionalProperties": False},
        "layout": [{"group": "内容", "fields": list(fields)}], "rules": [],
    }  # fmt: skip
    first = next(iter(fields))
    matter = f"""id: {key}
title: 测速事项
basis: [测速]
levels: [county]
due: {{statutory: {PACK}.statutory_days, promised: {PACK}.promised_days}}
process: process.bpmn
form: form.json
case:
  number: '{{county}}-{key}-{{year}}-{{serial:06d}}'
  title: form.{first}
  applicant: form.{first}
{facts}papers: []
results:
  granted:
    title: 办结
    document: {{title: 办结通知, print: {{}}}}
    number: {{series: bench.{key}, pattern: '{key}〔{{year}}〕{{region}}{{serial:06d}}号', source: unconfirmed}}
    archive: {{class: 测速, keep: 10年, starts: closed}}
    effects: []
policies: {{nobody_found: stop, same_person_twice: ask, own_application: forbid}}
"""
    return {f"matters/{key}/matter.yaml": matter, f"matters/{key}/form.json": json.dumps(form, ensure_ascii=False)}


def _parameter(name: str, days: int) -> str:
    return f"name: {PACK}.{name}\ntitle: 测速时限\nunit: 工作日\nvalues:\n  2020-01-01: {days}\nsource: unconfirmed\n"


def pack() -> dict[str, str]:
    """Every text of the pack by its path."""
    thirty = {n: {"title": n, "type": "number" if isinstance(v, float) else "string"} for n, v in FORM.items()}
    seats = {"name": {"title": "名称", "type": "string"}, "reviewers": {"title": "席位", "type": "string"}}
    patch = {n: {"title": n, "type": "string", "maxLength": 200} for n in ("patch_no", "land_class", "place", "kind", "found_on")}
    patch["area"] = {"title": "面积", "type": "number"}
    return {
        "pack.yaml": f"id: {PACK}\ntitle: 测速\nroles: {{{', '.join(f'{r}: {{title: {r}, level: county}}' for r in ROLES)}}}\n",
        "parameters/statutory_days.yaml": _parameter("statutory_days", 20),
        "parameters/promised_days.yaml": _parameter("promised_days", 10),
        **_matter("steps", thirty), "matters/steps/process.bpmn": of_steps(),
        **_matter("seats", seats, "facts: {reviewers: form.reviewers}\n"), "matters/seats/process.bpmn": of_seats(),
        **_matter("patch", patch), "matters/patch/process.bpmn": of_steps(3),
    }  # fmt: skip
