# Die Bestätigung, die Karte auf dem Bildschirm, auf Papier und im Kalender.
confirmation-heading = Ihre Karten für { $title }
confirmation-title = Sie sind dabei
confirmation-lead = { $count ->
    [one] Hier ist Ihre Karte. Zeigen Sie den Code am Einlass.
   *[other] Hier sind Ihre { $count } Karten. Zeigen Sie den Code am Einlass.
}
confirmation-tickets = Ihre Karten
confirmation-doors = Einlass ab { $when }
confirmation-paid = { $count ->
    [one] 1 Karte, { $total } bezahlt, alles inbegriffen
   *[other] { $count } Karten, { $total } bezahlt, alles inbegriffen
}
confirmation-pdf = { $count ->
    [one] Karte als PDF
   *[other] Alle Karten als PDF
}
confirmation-calendar = In den Kalender
confirmation-more = Weitere Veranstaltungen
confirmation-keep = Diese Seite lässt sich auf diesem Gerät sieben Tage lang wieder öffnen. Sichern Sie am besten das PDF.
changed-postponed = Diese Vorstellung wurde verschoben
changed-cancelled = Diese Vorstellung wurde abgesagt
changed-kept = Ihre Karten bleiben erhalten. Wie es weitergeht, schreiben wir an die Adresse, die Sie angegeben haben.
changed-next = Wie es weitergeht, schreiben wir an die Adresse, die Sie angegeben haben.

ticket-heading = Karte { $number } von { $count } für { $title }
ticket-of = Karte { $number } von { $count }
ticket-of-hidden = , Karte { $number } von { $count }
ticket-number = Karte { $number }
ticket-tickets = Karten
ticket-large = Groß, für den Einlass
ticket-others = Ihre anderen Karten
ticket-back = Bestellung
ticket-code = QR-Code der Karte { $number }
ticket-section = Bereich
ticket-row = Reihe
ticket-seat = Platz
ticket-place = Platz
ticket-standing = Stehplatz
ticket-holder = Name
ticket-order = Bestellung
ticket-price = Endpreis

paper-of = KARTE { $number } VON { $count }
paper-when = WANN
paper-where = WO
paper-section = BEREICH
paper-row = REIHE
paper-seat = PLATZ
paper-place = PLATZ
paper-standing = Freie Wahl
paper-holder = NAME
paper-anybody = Wer sie vorzeigt
paper-price = ENDPREIS
paper-order = BESTELLUNG
paper-show = Zeigen Sie diesen Code am Einlass
paper-code = Der QR-Code der Karte
paper-doors = { $zone } · Einlass ab { $time }
paper-doors-earlier = { $zone } · Einlass am { $when }
paper-stub-row = { NAMED($row) ->
    [yes] { $row }
   *[no] Reihe { $row }
}
paper-stub-seat = Platz { $seat }
paper-footer = Frontrow · Bestellung { $pnr } · Karte { $ticket }
paper-title = { $title }: Karten { $pnr }
paper-file = Karte { $number }
paper-rules = GUT ZU WISSEN
paper-rule-1 = Diese Karte gilt für eine Person und einmal. Der erste Scan ihres Codes zählt: Wer ein Bild davon hat, könnte ihn benutzen. Zeigen Sie ihn darum nur dem Personal am Einlass.
paper-rule-2 = Halten Sie den Code bereit, auf diesem Blatt oder auf einem hellen Bildschirm. Er muss glatt und sauber sein und darf schwarzweiß gedruckt werden.
paper-rule-3 = Bitte kommen Sie rechtzeitig. Wer später kommt, wird eingelassen, wenn die Vorstellung es erlaubt.
paper-rule-4 = Wird die Veranstaltung verlegt oder abgesagt, schreiben wir an die Adresse, mit der die Karten gekauft wurden. Halten Sie bei Fragen die Nummer der Bestellung bereit.

entry-seat = { $section }, { NAMED($row) ->
    [yes] { $row }
   *[no] Reihe { $row }
}, Platz { $seat }
entry-order = Bestellung { $pnr }
