"""Two editions of a small standard, and the mapping between them, as text for the tests of a change of edition."""

import textwrap
from pathlib import Path

OLD = """
standard: {id: wells, edition: "2020", title: 监测井}
codes:
  KIND: {values: {"1": 潜水井, "2": 承压井, "9": 其他}}
entities:
  JCJ:
    title: 监测井
    geometry: {kind: none}
    key: BH
    fields:
      BH:   {type: text, length: 12, required: always, unique: true, title: 编号}
      LX:   {type: code, length: 1, domain: KIND, required: always, title: 类型}
      LXMC: {type: text, length: 20, name_of: LX, title: 类型名称}
      JS:   {type: text, length: 10, title: 井深}
      JCRQ: {type: text, length: 8, title: 建成日期}
      SZ:   {type: number, length: 6, decimals: 2, title: 水质指数}
      LXR:  {type: text, length: 20, title: 联系人}
  DM:
    title: 断面
    geometry: {kind: none}
    fields:
      MC: {type: text, length: 20, title: 名称}
"""
NEW = """
standard: {id: wells, edition: "2026", title: 监测井}
codes:
  KIND: {values: {"1": 潜水井, "3": 承压含水层井, "4": 岩溶井}}
entities:
  GCJ:
    title: 观测井
    geometry: {kind: none}
    key: JBH
    fields:
      JBH:  {type: text, length: 12, required: always, unique: true, title: 井编号}
      LX:   {type: code, length: 1, domain: KIND, required: always, title: 类型}
      LXMC: {type: text, length: 20, name_of: LX, title: 类型名称}
      JS:   {type: number, length: 8, decimals: 1, title: 井深}
      JCRQ: {type: date, title: 建成日期}
      SZ:   {type: number, length: 6, decimals: 1, title: 水质指数}
      ZT:   {type: text, length: 4, required: always, title: 状态}
"""
MAPPING = """
from: wells@2020
entities:
  GCJ:
    from: JCJ
    gone: [LXR]
    fields:
      JBH:  {from: BH}
      JS:   {convert: number}
      JCRQ: {convert: date}
      ZT:   {default: 在用}
codes:
  KIND: {file: kind.csv}
gone: [DM]
"""
STEPS = "old,new,valid_from,valid_to\n2,3,,\n9,4,,2021-12-31\n9,,2022-01-01,\n"


def write(folder: Path, *, mapping: str = MAPPING, new: str = NEW, steps: str = STEPS) -> Path:
    """Both editions below `folder`; the folder of the new one."""
    for edition, text in (("2020", OLD), ("2026", new)):
        place = folder / "wells" / edition
        place.mkdir(parents=True, exist_ok=True)
        (place / "model.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
    place = folder / "wells" / "2026"
    (place / "mapping.yaml").write_text(textwrap.dedent(mapping), encoding="utf-8")
    (place / "kind.csv").write_text(steps, encoding="utf-8")
    return place
