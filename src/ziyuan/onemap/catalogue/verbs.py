"""The verbs of the catalogue, as the door of the component gives them out. Importing it opens the database models."""

from ziyuan.onemap.catalogue import monthly as monthly
from ziyuan.onemap.catalogue.bulletin import answer as answer_objection
from ziyuan.onemap.catalogue.bulletin import detail as bulletin
from ziyuan.onemap.catalogue.bulletin import listing as bulletins
from ziyuan.onemap.catalogue.bulletin import make as make_bulletin
from ziyuan.onemap.catalogue.bulletin import remake as remake_bulletin
from ziyuan.onemap.catalogue.bulletin import reply as reply_to_bulletin
from ziyuan.onemap.catalogue.bulletin import rows as bulletin_rows
from ziyuan.onemap.catalogue.duty import database, databases
from ziyuan.onemap.catalogue.expected import Owed, announce_due, owed
from ziyuan.onemap.catalogue.figures import TITLES as FIGURES
from ziyuan.onemap.catalogue.issuing import act as act_on_bulletin
from ziyuan.onemap.catalogue.issuing import carry_out as carry_out_bulletin
from ziyuan.onemap.catalogue.issuing import fault as bulletin_fault
from ziyuan.onemap.catalogue.lineage import impact, lineage, stands_on
from ziyuan.onemap.catalogue.paper import pdf as bulletin_pdf
from ziyuan.onemap.catalogue.search import search
from ziyuan.onemap.catalogue.tree import describe, metadata, tree

__all__ = [
    "FIGURES", "Owed", "act_on_bulletin", "announce_due", "answer_objection", "bulletin", "bulletin_fault", "bulletin_pdf",
    "bulletin_rows", "bulletins", "carry_out_bulletin", "database", "databases", "describe", "impact", "lineage",
    "make_bulletin", "metadata", "owed", "remake_bulletin", "reply_to_bulletin", "search", "stands_on", "tree",
]  # fmt: skip
