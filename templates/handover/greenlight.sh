{# Greenlight 3; in Greenlight 2 heißt der Behälter greenlight-v2 und die Rolle user. #}
#!/bin/bash
# {{ key }}: BigBlueButton-Konto für {{ person.name }} ({{ role }}, {{ group }}). Auf dem Server von Greenlight ausführen.
# Gibt es die Adresse schon, sagt Greenlight das und ändert nichts.
command -v rake >/dev/null || rake() { docker exec greenlight-v3 bundle exec rake "$@"; }

# Das Passwort kennt danach niemand: Auf der Anmeldeseite „Passwort vergessen“ wählen.
passwort="$(openssl rand -hex 16)Aa1!"
rake "user:create["{{ person.name | rake }},{{ person.email | rake }}",$passwort,User]"
