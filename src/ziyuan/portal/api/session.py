"""Sign in, sign out, who am I."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.portal.api.common import actor
from ziyuan.portal.session import COOKIE, keep
from ziyuan.workflow import service as workflow

router = Router(tags=["登录"])


class LoginIn(Schema):
    user: str
    password: str


@router.post("/login", auth=None, summary="登录")
def login(request: HttpRequest, body: LoginIn, response: HttpResponse) -> dict[str, Any]:
    """Open a session: the token is also set as an HttpOnly cookie."""
    token, who = kernel.sign_in(body.user, body.password)
    kernel.sign_out(request.COOKIES.get(COOKIE, ""))  # whoever signs in anew leaves no session behind in this browser
    keep(response, token)
    return {"token": token, "csrf": kernel.csrf_of(token), "person": person_json(who, body.user)}


@router.post("/logout", summary="退出")
def logout(request: HttpRequest, response: HttpResponse) -> dict[str, bool]:
    kernel.sign_out(getattr(request, "token", ""))
    response.delete_cookie(COOKIE)
    return {"ok": True}


@router.get("/me", summary="我是谁,能做什么")
def me(request: HttpRequest) -> dict[str, Any]:
    who = actor(request)
    here = kernel.node()
    return {
        "person": person_json(who),
        "node": {"name": here.name, "zone": here.zone, "title": here.title, "sample": here.sample},
        "csrf": kernel.csrf_of(request.token),  # type: ignore[attr-defined]
        "permissions": kernel.permitted(who),
        "counts": {
            "todo": workflow.tasks_count(who) if here.is_inner else 0,
            "notices": workflow.notices_count(who) if here.is_inner else 0,
        },
        "bounds": onemap.bounds(who) if here.is_inner else None,
    }


def person_json(who: kernel.Actor, user: str = "") -> dict[str, Any]:
    """A person as the screens show him."""
    return {
        "id": who.person,
        "user": user,
        "name": who.name,
        "organ": who.organ,
        "organ_name": who.organ_name,
        "region": who.region,
        "region_name": kernel.region(who.region).name,
        "roles": sorted(who.roles),
        "role_titles": [kernel.TITLES.get(r, r) for r in sorted(who.roles)],
    }
