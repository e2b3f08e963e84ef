# Zahlung mit Karte, im Formular von Stripe.
card-heading = Mit Karte zahlen
card-lead = { $count ->
    [one] Ihr Platz bleibt reserviert, während Sie zahlen. Was Sie hier eintippen, geht nur an Stripe.
   *[other] Ihre { $count } Plätze bleiben reserviert, während Sie zahlen. Was Sie hier eintippen, geht nur an Stripe.
}
card-loading = Das Formular für Ihre Zahlung wird geladen.
card-no-script = Karten brauchen ein Skript
card-no-script-text = Dieses Formular kommt von Stripe und geht nicht ohne Skripte. Zahlen Sie unten anders.
card-unreachable = Das Kartenformular wurde nicht geladen. Es wurde nichts abgebucht: Laden Sie die Seite neu, oder zahlen Sie unten anders.
card-wrong = Im Formular stimmt noch etwas nicht.
card-cut-off = Stripe war nicht zu erreichen. Es wurde nichts abgebucht: Versuchen Sie es noch einmal.
