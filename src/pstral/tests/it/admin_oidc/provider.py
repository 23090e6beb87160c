"""Django OAuth Toolkit as a company's provider of accounts: prints its issuer, and runs until its standard input ends.

The protocol is the toolkit's own, with PKCE required. Of this file are the accounts, which need no password, and two routes by
which a test adds an address to send people back to, and replaces the key that signs.
"""

import json
import os
import sys
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings
from jwcrypto import jwk

threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


# One thread, and with it one database in memory.
server = make_server("127.0.0.1", 0, None, handler_class=Quiet)
ISSUER = f"http://127.0.0.1:{server.server_port}/o"
# What is said of each account: {"camille": {"preferred_username": "camille"}}; with "minimal", only where it is asked for.
ACCOUNTS = json.loads(sys.argv[1])


def new_key():
    return jwk.JWK.generate(kty="RSA", size=2048).export_to_pem(private_key=True, password=None).decode()


settings.configure(
    SECRET_KEY="of a test",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    LOGIN_URL="/login",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "oauth2_provider"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_ISS_ENDPOINT": ISSUER,
        "OIDC_RSA_PRIVATE_KEY": new_key(),
        "PKCE_REQUIRED": True,
        "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
        "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
        "ALLOWED_REDIRECT_URI_SCHEMES": ["http", "https"],
        "OAUTH2_VALIDATOR_CLASS": f"{__name__}.Accounts",
        "SCOPES": {"openid": "", "profile": "", "email": ""},
    },
)
django.setup()

from django.contrib.auth import get_user_model, login  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse, HttpResponseRedirect  # noqa: E402
from django.urls import include, path  # noqa: E402
from oauth2_provider.models import Application  # noqa: E402
from oauth2_provider.oauth2_validators import OAuth2Validator  # noqa: E402
from oauth2_provider.settings import oauth2_settings  # noqa: E402


class Accounts(OAuth2Validator):
    oidc_claim_scope = {**OAuth2Validator.oidc_claim_scope, "staff": "profile"}

    def get_additional_claims(self, request):
        account = ACCOUNTS[request.user.username]
        return {name: value for name, value in account.items() if name != "minimal"}

    def get_id_token_dictionary(self, token, token_handler, request):
        claims, expires = super().get_id_token_dictionary(token, token_handler, request)
        if ACCOUNTS[request.user.username].get("minimal"):
            for name in self.get_additional_claims(request):
                claims.pop(name, None)
        return claims, expires


def sign_in(request):
    name = request.POST.get("user")
    if name not in ACCOUNTS:
        fields = "".join(f'<button name="user" value="{one}">{one}</button>' for one in ACCOUNTS)
        return HttpResponse(f'<form method="post">{fields}</form>')
    user, _ = get_user_model().objects.get_or_create(username=name)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponseRedirect(request.GET.get("next", "/"))


def allow(request):
    client = Application.objects.get()
    client.redirect_uris = f"{client.redirect_uris} {request.POST['uri']}".strip()
    client.save()
    return HttpResponse()


def rotate(_):
    oauth2_settings.OIDC_RSA_PRIVATE_KEY = new_key()
    return HttpResponse()


urlpatterns = [
    path("o/", include("oauth2_provider.urls")),
    path("login", sign_in),
    path("allow", allow),
    path("rotate", rotate),
]

call_command("migrate", verbosity=0)
Application.objects.create(
    client_id="pstral",
    client_secret="a secret of tests",
    client_type="confidential",
    authorization_grant_type="authorization-code",
    algorithm="RS256",
    skip_authorization=True,
)
server.set_app(get_wsgi_application())
print(ISSUER, flush=True)
server.serve_forever()
