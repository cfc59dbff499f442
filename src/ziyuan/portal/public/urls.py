"""Addresses of the public site."""

from django.urls import path

from ziyuan.portal.public import account, apply, open_pages, outlines, site

urlpatterns = [
    path("", open_pages.home, name="home"),
    path("matters/<str:pack>/<str:name>/", open_pages.guide, name="guide"),
    path("query/", open_pages.query, name="query"),
    path("verify/", open_pages.verify_form, name="verify-form"),
    path("verify/<str:code>", open_pages.verify, name="verify"),
    path("verify/<str:code>/file.pdf", open_pages.verified_file, name="verified-file"),
    path("outlines.geojson", outlines.outlines, name="outlines"),
    path("letters/", account.letters, name="letters"),
    path("login/", account.sign_in, name="sign-in"),
    path("logout/", account.sign_out, name="sign-out"),
    path("my/", apply.mine, name="mine"),
    path("apply/<str:pack>/<str:name>/", apply.begin, name="begin"),
    path("my/<int:number>/", apply.show, name="application"),
    path("my/<int:number>/form/", apply.form, name="form"),
    path("my/<int:number>/site/", site.site, name="site"),
    path("my/<int:number>/site/confirm/", site.confirm, name="confirm"),
    path("my/<int:number>/site/boundary.txt", site.boundary, name="boundary"),
    path("my/<int:number>/papers/", apply.papers, name="papers"),
    path("my/<int:number>/submit/", apply.submit, name="submit"),
    path("my/<int:number>/withdraw/", apply.withdraw, name="withdraw"),
    path("my/<int:number>/rating/", apply.rating, name="rating"),
    path("my/<int:number>/documents/<int:document>/", apply.document, name="document"),
]
