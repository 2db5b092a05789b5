{# occ: https://docs.nextcloud.com/server/stable/admin_manual/occ_users.html, --generate-password ab Nextcloud 29 #}
#!/bin/bash
# {{ key }}: {{ group }} in der Nextcloud einrichten. Auf dem Server ausführen; ein zweites Mal schadet nicht.
command -v occ >/dev/null || occ() { sudo -u www-data php /var/www/nextcloud/occ "$@"; }
gruppe={{ group }}

# Konto anlegen, die Einladung mit dem Link zum Passwort geht an die Adresse.
# Gibt es die Kennung schon, kommt sie nur in die Gruppe, wenn auch die Adresse stimmt.
konto() {
  if ! occ user:info -- "$1" >/dev/null 2>&1; then
    occ user:add --generate-password --display-name="$2" --email="$3" --group="$gruppe" -- "$1"
  elif [ "$(occ user:setting -- "$1" settings email)" = "$3" ]; then
    occ group:adduser -- "$gruppe" "$1"
  else
    echo "ACHTUNG: $1 gibt es schon, mit einer anderen Adresse als $3. Bitte von Hand anlegen." >&2
    return 1
  fi
}

# Für Gruppenadmins hat occ keinen Befehl: Das macht die Schnittstelle von Nextcloud.
# Vorher NC_LOGIN=kennung:app-passwort setzen (ein Konto aus der Gruppe admin), oder von Hand:
# Konten > Zeile bearbeiten > Gruppenadministration für.
gruppenadmin() {
  if [ -z "$NC_LOGIN" ]; then
    echo "ACHTUNG: $1 bitte von Hand die Gruppenadministration geben (NC_LOGIN fehlt)." >&2
  else
    curl --fail --silent --show-error --user "$NC_LOGIN" --header "OCS-APIRequest: true" \
      --data-urlencode "groupid=$gruppe" "https://"cloud.{{ organisation.domain }}"/ocs/v2.php/cloud/users/$1/subadmins"
  fi
}

occ group:add -- "$gruppe" || echo "Die Gruppe gab es schon."
{% for user in users %}
{% if user in admins %}
konto {{ user.login }} {{ user.name }} {{ user.email }} && gruppenadmin {{ user.login }}
{% else %}
konto {{ user.login }} {{ user.name }} {{ user.email }}
{% endif %}
{% endfor %}
