"""A new standard to start from: a folder with a commented minimal model that loads and whose rules are proven."""

import json
from pathlib import Path

from ziyuan.onemap.standards import vocabulary as words
from ziyuan.onemap.standards.errors import FolderThere, WrongValue

MODEL = '''# {heading}：数据标准文本。写法见 docs/reference/model-language.md；写错的键会指出行号和最接近的键。
# 每个字段、代码都写来源（source）和把握（confidence）：read 见于原文，known 业内通行，unconfirmed 未核。未知写 null，不猜。
standard:
  id: {id}
  edition: "{edition}"
  title: {title}
  source: null                  # 标准号或文件名，如 TD/T 1057-2020
  in_force: null                # 施行日期，如 2020-04-01

space:
  crs: [4526, 4527, 4528]       # 允许的坐标系：CGCS2000 三度带 38、39、40
  decimals: 4
  tolerance: 0.0001             # 米
  area: official                # official 椭球面积 | geodesic | plane

codes:
  ZT: {{file: codes/state.csv, title: 状态, complete: true, source: 示例, confidence: unconfirmed}}

patterns:
  BSM: {{parts: [[county, 6], [layer, 4], [serial, 8]], source: 示例, confidence: unconfirmed}}

entities:
  SLTB:                         # 图层名，与汇交文件中的图层名一致
    title: 示例图斑
    code: null                  # 要素代码（YSDM），未见原文写 null
    geometry: {{kind: polygon, parts: single, required: true}}
    key: BSM                    # 标识字段；几个字段合成的写成列表
    label: {{class: 示例, grade: null, mask: none, open: false}}
    source: 示例
    confidence: unconfirmed
    fields:
      BSM: {{title: 标识码, type: text, length: 18, pattern: BSM, unique: true, required: always}}
      MC:  {{title: 名称, type: text, length: 100, required: always}}
      ZT:  {{title: 状态, type: code, length: 1, domain: ZT, required: always}}
      MJ:  {{title: 面积, type: number, length: 15, decimals: 2, unit: m2, above: 0, required: always}}
      BZ:  {{title: 备注, type: text, length: 254}}
    checks:
      - {{id: SLTB-A1, field: BZ, if: 'ZT = "2"', then: 'BZ != null', severity: warning, say: 停用的图斑应在备注中写明原因,
         remedy: 补填备注, source: 示例, confidence: unconfirmed}}
    topology:
      - {{id: SLTB-T1, rule: no_overlap, source: 示例}}
      - {{id: SLTB-T2, rule: no_sliver, min_area: 1, min_width: 0.1, source: 示例}}
  SLZB:                         # 只知道名称、没有字段表原文的图层：只列入目录，不建表，不收数据
    title: 示例注记
    catalogue_only: true
    missing: 该图层的字段表原文
    geometry: {{kind: annotation}}

no_change: {{ring_start: any, ring_direction: any, part_order: any, precision: 0.0001, collinear: kept, text: trimmed}}
delivery: {{unit: county, package: null, cadence: null, reference: null, due: null, duty: null}}
'''
CODES = """code,name,parent,valid_from,valid_to,replaced_by,confidence,source
1,在用,,,,,unconfirmed,示例
2,停用,,,,,unconfirmed,示例
"""


def begin(root: Path, id: str, edition: str, title: str) -> Path:
    """Make `root/id/edition` with its model and one code table; the folder. Overwrites nothing."""
    for key, value in (("id", id), ("edition", edition)):
        if not words.IDENTIFIER.fullmatch(value):
            raise WrongValue("新建标准", key, value, "小写字母、数字和下划线（用作文件夹名和表名）")
    folder = root / id / edition
    if folder.exists():
        raise FolderThere(str(folder))
    (folder / "codes").mkdir(parents=True)
    shown = " ".join(title.split())
    text = MODEL.format(id=id, edition=edition, heading=shown, title=json.dumps(shown, ensure_ascii=False))
    (folder / "model.yaml").write_text(text, encoding="utf-8")
    (folder / "codes" / "state.csv").write_text(CODES, encoding="utf-8")
    return folder
