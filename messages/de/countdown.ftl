# Die Uhr der Bestellung: auf der Seite, und wie ihre Insel sie ansagt.
clock-held = Für Sie reserviert
clock-left = Restzeit
clock-paying = Reserviert, während Sie zahlen
clock-short = Nur noch wenig Zeit
clock-over = Die Zeit ist um
clock-about = { $count ->
    [one] etwa eine Minute
   *[other] etwa { $count } Min.
}
clock-add = Mehr Zeit
clock-added-once = Mehr Zeit gab es schon einmal.
clock-not-added = Es wurde keine Zeit dazugegeben. Bitte versuchen Sie es noch einmal.
clock-now = Sie haben jetzt { $time }.
clock-told = Noch { $time }, um die Bestellung abzuschließen.
clock-told-offer = Noch { $time }, um die Bestellung abzuschließen. Einmal können Sie mehr Zeit bekommen.
clock-minutes = { $count ->
    [one] 1 Minute
   *[other] { $count } Minuten
}
clock-seconds = { $count ->
    [one] 1 Sekunde
   *[other] { $count } Sekunden
}
clock-ran-out = Ihre Zeit ist abgelaufen
clock-ran-out-text = Die Plätze sind wieder im Verkauf. Es wurde nichts abgebucht, und was Sie geschrieben haben, bleibt in diesem Browser für den nächsten Versuch.
clock-again = Neue Plätze wählen
