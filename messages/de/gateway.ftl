# Die Kasse: von den Plätzen zu den Karten.
error-mark = Fehler:
gateway-steps = Kasse
gateway-back = Zurück
gateway-cancel = Abbrechen
gateway-continue = Weiter
gateway-no-script = Ohne Skript steht die Uhr still: Laden Sie die Seite neu, um zu sehen, wie viel Zeit bleibt.
gateway-optional = (freiwillig)
gateway-test = Test
step-places = Plätze
step-details = Angaben
step-payment = Zahlung
step-tickets = Karten
step-done = (erledigt)

cancel-title = Diese Bestellung abbrechen?
cancel-text = { $count ->
    [0] Noch ist nichts für Sie reserviert. Sie können jederzeit neu beginnen.
    [one] Ihr Platz geht sofort zurück in den Verkauf. Sie können jederzeit neu beginnen.
   *[other] Ihre { $count } Plätze gehen sofort zurück in den Verkauf. Sie können jederzeit neu beginnen.
}
cancel-keep = Bestellung behalten
cancel-now = Bestellung abbrechen

summary-empty = Ihre Bestellung
summary-empty-total = Noch leer
summary-show = Bestellung zeigen
summary-close = Schließen
summary-none = Noch keine Plätze.
summary-total = Summe
summary-all-in = Alle Gebühren und Steuern enthalten
summary-places = { $count ->
    [one] 1 Platz
   *[other] { $count } Plätze
}
line-seat = { NAMED($row) ->
    [yes] { $row }
   *[no] Reihe { $row }
}, Platz { $seat }
line-standing = { $count ->
    [one] 1 Stehplatz
   *[other] { $count } Stehplätze
}

amount-heading = Wie viele
amount-have = { $count ->
    [one] Sie haben 1 Platz
   *[other] Sie haben { $count } Plätze
}
amount-held = Sie sind für Sie reserviert. Gehen Sie weiter, oder wählen Sie andere.
amount-change = Plätze ändern
amount-title = Wie viele Plätze?
amount-lead = Wir suchen die besten freien Plätze und reservieren sie für Sie.
amount-refused = Nicht zu haben
amount-places = Plätze
amount-most = Höchstens { $count } je Bestellung
amount-between = Wählen Sie zwischen 1 und { $count } Plätzen
amount-where = Wo
amount-best = Beste Plätze
amount-best-about = Nebeneinander, so nah an der Bühne wie möglich
amount-none-left = Zurzeit nichts frei
amount-left-standing = Stehplätze · noch { $count }
amount-left-seated = Sitzplätze · noch { $count }
amount-more = Preis und Zugang
amount-cheapest = Preis ab
amount-dearest = Preis bis
amount-any-price = Beliebig
amount-accessible = Ein Platz muss barrierefrei sein
amount-find = Plätze suchen
amount-map = Auf dem Plan wählen
amount-sold-out = { $count ->
    [0] Dort ist zurzeit nichts mehr frei. Versuchen Sie einen anderen Bereich.
   *[other] So viele nebeneinander sind nicht mehr frei: höchstens { $count }. Nehmen Sie weniger, oder versuchen Sie einen anderen Bereich.
}
amount-taken = Jemand war schneller. Versuchen Sie es noch einmal, oder wählen Sie einen anderen Bereich.
amount-limit = Eine Bestellung kann höchstens { $count } Plätze haben.
amount-not-on-sale = Diese Vorstellung ist zurzeit nicht im Verkauf.
amount-again = Bitte wählen Sie noch einmal.

seats-heading = Plätze wählen
seats-title = Wählen Sie Ihre Plätze

details-title = Ihre Angaben
details-lead = Sie brauchen kein Konto. Die Karten werden auf Ihren Namen ausgestellt.
details-refused = Bitte sehen Sie sich das noch einmal an
details-name = Vor- und Nachname
details-name-hint = Wie er auf den Karten stehen soll
details-email-label = E-Mail
details-phone-label = Telefon
details-phone-hint = Nur falls sich am Tag etwas ändert. Schreiben Sie die Nummer, wie Sie sie wählen
details-address = Rechnungsanschrift
details-country = Land
details-choose-country = Wählen Sie Ihr Land
details-show-country = Das Formular für dieses Land zeigen
details-continue = Weiter zur Zahlung
details-too-long = Schreiben Sie es in höchstens { $count } Zeichen
details-unprintable = Steuerzeichen sind hier nicht erlaubt

address-street-number = Straße und Hausnummer
address-number-street = Hausnummer und Straße
address-line2 = Wohnung, Stock, Gebäude
address-city = Ort
address-city-post_town = Ort
address-city-suburb = Ort oder Vorort
address-city-district = Bezirk
address-state-state = Bundesstaat
address-state-province = Provinz
address-state-island = Insel
address-state-department = Departement
address-state-parish = Gemeinde
address-state-oblast = Oblast
address-state-county = Grafschaft
address-state-prefecture = Präfektur
address-state-emirate = Emirat
address-state-do_si = Provinz oder Stadt
address-state-district = Bezirk
address-state-area = Gebiet
address-postcode-postal = Postleitzahl
address-postcode-zip = ZIP-Code
address-postcode-pin = PIN-Code
address-postcode-eircode = Eircode
address-postcode-plz = Postleitzahl
address-postcode-cap = Postleitzahl (CAP)
address-postcode-cep = Postleitzahl (CEP)
address-postcode-canadian = Postleitzahl

missing-name = Geben Sie Ihren Namen an
missing-email = Geben Sie Ihre E-Mail-Adresse an
missing-country = Wählen Sie Ihr Land
missing-street-number = Geben Sie Straße und Hausnummer an
missing-number-street = Geben Sie Hausnummer und Straße an
missing-line2 = Geben Sie Wohnung, Stock oder Gebäude an
missing-city = Geben Sie Ihren Ort an
missing-city-post_town = Geben Sie Ihren Ort an
missing-city-suburb = Geben Sie Ihren Ort oder Vorort an
missing-city-district = Geben Sie Ihren Bezirk an
missing-state-state = Geben Sie Ihren Bundesstaat an
missing-state-province = Geben Sie Ihre Provinz an
missing-state-island = Geben Sie Ihre Insel an
missing-state-department = Geben Sie Ihr Departement an
missing-state-parish = Geben Sie Ihre Gemeinde an
missing-state-oblast = Geben Sie Ihre Oblast an
missing-state-county = Geben Sie Ihre Grafschaft an
missing-state-prefecture = Geben Sie Ihre Präfektur an
missing-state-emirate = Geben Sie Ihr Emirat an
missing-state-do_si = Geben Sie Ihre Provinz oder Stadt an
missing-state-district = Geben Sie Ihren Bezirk an
missing-state-area = Geben Sie Ihr Gebiet an
missing-postcode-postal = Geben Sie Ihre Postleitzahl an
missing-postcode-zip = Geben Sie Ihren ZIP-Code an
missing-postcode-pin = Geben Sie Ihren PIN-Code an
missing-postcode-eircode = Geben Sie Ihren Eircode an
missing-postcode-plz = Geben Sie Ihre Postleitzahl an
missing-postcode-cap = Geben Sie Ihre Postleitzahl (CAP) an
missing-postcode-cep = Geben Sie Ihre Postleitzahl (CEP) an
missing-postcode-canadian = Geben Sie Ihre Postleitzahl an

ended-refunded = Sie bekommen Ihr Geld zurück
ended-refunded-title = Bestellung erstattet
ended-refunded-text = Ihre Zahlung kam, als die Plätze schon vergeben waren, oder die Bestellung wurde zurückgenommen. Der ganze Betrag ist auf dem Weg zu Ihnen; Banken brauchen ein paar Tage.
ended-cancelled = Die Bestellung ist abgebrochen
ended-cancelled-title = Bestellung abgebrochen
ended-cancelled-text = Es wurde nichts abgebucht, und die Plätze sind wieder für andere frei.
ended-expired = Ihre Zeit ist abgelaufen
ended-expired-text = Die Plätze sind wieder im Verkauf, damit niemand vergeblich wartet. Es wurde nichts abgebucht, und was Sie geschrieben haben, bleibt in diesem Browser für den nächsten Versuch.
ended-again = Neue Plätze wählen
ended-back = Zurück zur Veranstaltung
ended-elsewhere = Was sonst im Verkauf ist
ended-order = Bestellung { $pnr }
