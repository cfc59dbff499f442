"""The acts on a case in the officers' words: titles, outcomes, what each needs and what follows from it."""

from dataclasses import dataclass
from typing import Any

TITLES = {
    "agree": "同意并提交",
    "refuse": "不予通过",
    "correct": "退回补正",
    "return": "退回",
    "handover": "转办",
    "release": "放回",
    "recall": "撤回",
    "claim": "签收",
    "add_before": "前加签",
    "add_after": "后加签",
    "add_seat": "增加会签席",
    "remove": "减签",
    "delegate": "委派",
    "advise": "答复委派",
    "accept_gap": "容缺受理",
    "jump": "申请跳转",
    "approve_jump": "批准跳转",
    "refuse_jump": "不批准跳转",
    "terminate": "终止",
    "restart": "重启",
    "avoid": "回避",
    "draw": "抽取专家",
    "replace_drawn": "更换专家",
}
NOT_AT_NODES = ("advise", "approve_jump", "refuse_jump", "restart")  # follow from other acts, no node allows them
OUTCOMES = {
    "agree": "同意",
    "refuse": "不予通过",
    "return": "退回",
    "recall": "撤回",
    "withdrawn": "申请人撤件",
    "cancelled": "随退回撤销",
    "interrupted": "因事件中断",
    "not_needed": "不再需要",
    "terminated": "流程终止",
    "add_before": "前加签",
    "delegate": "委派",
    "advise": "委派意见",
    "removed": "减签",
    "jumped": "随跳转关闭",
}
# the process ended the task, its holder did nothing
BY_NOBODY = ("cancelled", "interrupted", "not_needed", "terminated", "removed", "jumped")
NEEDS = {
    "agree": ["opinion"],
    "refuse": ["opinion"],
    "return": ["opinion"],
    "correct": ["items"],
    "handover": ["to"],
    "add_before": ["opinion", "to"],
    "add_after": ["opinion", "to"],
    "add_seat": ["opinion", "to"],
    "remove": ["opinion", "to"],
    "delegate": ["opinion", "to"],
    "advise": ["opinion"],
    "accept_gap": ["items"],
    "jump": ["opinion", "to"],
    "approve_jump": ["opinion"],
    "refuse_jump": ["opinion"],
    "terminate": ["opinion", "to"],
    "restart": ["opinion"],
    "avoid": ["opinion"],
    "replace_drawn": ["opinion", "to"],
}
CONSEQUENCE = {
    "agree": "提交后转入下一环节;最后一个环节同意即作出决定并制发文书,不能修改。",
    "refuse": "作出不予通过的决定并送达申请人,案件办结。",
    "correct": "一次性告知申请人补正,时限暂停;补正后直接回到您这里。",
    "return": "退回前面的环节重新办理,之后直接送回您这里。",
    "handover": "案件交由所选人员办理,您不再办理本环节。",
    "release": "放回本岗位的待签收任务,其他人员可以签收。",
    "recall": "收回您刚提交的意见,下一环节的任务取消。",
    "claim": "签收后由您办理,其他人员不再看到。",
    "add_before": "先请所选人员提出意见,之后回到您这里,由您办理。",
    "add_after": "您的意见为同意;再由所选人员办理,以其结果转入下一环节。",
    "add_seat": "本次会签增加一席,与其他各席一样计票。",
    "remove": "减去尚未办理的席位;加签的,件回到原来的办理人。",
    "delegate": "请所选人员提出意见,之后回到您这里,由您决定。",
    "advise": "您的意见交给委派人,由他决定。",
    "accept_gap": "所缺材料由申请人承诺限期补交;补齐之前不能作出同意的决定。请接着“同意并提交”。",
    "jump": "报有权的人批准;批准前本件照常办理。跳转报督办。",
    "approve_jump": "现有待办全部关闭,件转到所选环节;已有意见保留。跳转报督办。",
    "refuse_jump": "本件照常办理。",
    "terminate": "流程终止,现有待办全部关闭,告知申请人;不作许可或不予许可的决定。",
    "restart": "在同一案件上重新开始流程;原有编号、材料、意见保留,终止期间不计入时限。",
    "avoid": "写明应当回避的情形;您在本件的待办转交同岗位其他人员,此后不再办理本件,不能收回。",
    "draw": "随机抽取;名单、种子和顺序记入日志,不能重抽。",
    "replace_drawn": "所选专家不参加,由同一次抽取顺序中的下一人递补;原因记入日志。",
}


@dataclass(frozen=True)
class Offer:
    """One act with the reason why it cannot be done, empty when it can."""

    id: str
    task: int | None
    reason: str = ""
    primary: bool = False
    notice: str = ""
    follows: str = ""
    behalf: str = ""
    asks: str = ""  # the node whose person is chosen with it

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": TITLES[self.id] + (f"(代 {self.behalf})" if self.behalf else ""),
            "for": self.behalf,
            "enabled": not self.reason,
            "reason": self.reason,
            "needs": NEEDS.get(self.id, []) + (["to"] if self.asks else []),
            "asks": f"“{self.asks}”的办理人" if self.asks else "",
            "task": self.task,
            "primary": self.primary,
            "consequence": self.notice + (self.follows or CONSEQUENCE[self.id]),
        }
