"""What goes back to the desktop: the error layer (错误图层, GeoPackage) and the report (检查报告, PDF)."""

from ziyuan.onemap.quality.report.error_layer import error_layer
from ziyuan.onemap.quality.report.facts import Facts, RuleLine, facts_of
from ziyuan.onemap.quality.report.pdf import pdf

__all__ = ["Facts", "RuleLine", "error_layer", "facts_of", "pdf"]
