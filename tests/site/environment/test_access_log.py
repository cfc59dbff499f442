"""The access log tells addresses and answers, nothing that a person typed or carries."""

from ziyuan.site.environment.processes import ACCESS_LINE


def test_no_query_string_no_referer_no_header_is_written():
    assert not any(atom in ACCESS_LINE for atom in ("%(r)s", "%(q)s", "%(f)s", "}i", "}o", "}e", "%(u)s"))
    assert "%(U)s" in ACCESS_LINE and "%(s)s" in ACCESS_LINE
