"""
django-helpdesk empties an inbox: a ticket for each mail, and its usual answer to who wrote. As README and docs set it up.

    python django_helpdesk_drains.py prepare|drain HOST IMAP_PORT SMTP_PORT USER FOLDER
"""

from __future__ import annotations

import logging
import sys
from types import ModuleType

import django
from django.conf import settings
from django.core.management import call_command
from django.urls import include, path

APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.admin",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "helpdesk",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]


def main() -> None:
    """Make what it needs, or drain the inbox."""
    what, host, imap, smtp, user, folder = sys.argv[1:]
    settings.configure(
        INSTALLED_APPS=APPS,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/helpdesk.db"}},
        TEMPLATES=TEMPLATES,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=int(smtp),
        DEFAULT_FROM_EMAIL=user,
        SITE_ID=1,
        USE_TZ=True,
        SECRET_KEY="only for the bench",
        MEDIA_ROOT=folder,
        ROOT_URLCONF="urls",
        HELPDESK_TEAMS_MODE_ENABLED=False,
        HELPDESK_ACTIVATE_API_ENDPOINT=False,
        LOGGING_CONFIG=None,
    )
    logging.disable()
    django.setup()
    sys.modules["urls"] = urls = ModuleType("urls")
    urls.urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]  # type: ignore[attr-defined]
    if what == "prepare":
        _prepare(host, imap, user)
    else:
        call_command("get_email", quiet=True)
        _see_that_it_worked()


def _prepare(host: str, imap: str, user: str) -> None:
    call_command("migrate", verbosity=0)
    call_command("loaddata", "emailtemplate", verbosity=0)
    from helpdesk.models import Queue

    Queue.objects.create(
        title="Support",
        slug="support",
        email_address=user,
        locale="de",
        allow_email_submission=True,
        email_box_type="imap",
        email_box_host=host,
        email_box_port=int(imap),
        email_box_user=user,
        email_box_pass="secret",
        email_box_imap_folder="INBOX",
        email_box_interval=0,
    )


def _see_that_it_worked() -> None:
    from helpdesk.models import Ticket

    if not Ticket.objects.exists():
        raise SystemExit("django-helpdesk has made no ticket")


if __name__ == "__main__":
    main()
