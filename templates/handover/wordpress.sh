{# wp: https://developer.wordpress.org/cli/commands/user/create/ #}
#!/bin/bash
# {{ key }}: Verantwortliche für die Unterseite von {{ group }}. Im Ordner von WordPress ausführen; ein zweites Mal schadet nicht.

# Konto anlegen, die Zugangsdaten gehen an die Adresse. Gibt es Adresse oder Kennung schon, ändert sich nichts.
konto() {
  if wp user get "$2" --field=ID >/dev/null 2>&1; then
    echo "$2 hat schon ein Konto."
  elif wp user get "$1" --field=ID >/dev/null 2>&1; then
    echo "ACHTUNG: $1 gibt es schon, mit einer anderen Adresse als $2. Bitte von Hand anlegen." >&2
  else
    wp user create "$1" "$2" --role=editor --first_name="$3" --last_name="$4" --display_name="$5" --send-email
  fi
}

{% for person in editors %}
konto {{ person.login }} {{ person.email }} {{ person.given }} {{ person.surname }} {{ person.name }}
{% endfor %}
