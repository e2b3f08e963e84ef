# Was die Inseln der Kasse sagen.
details-email = Schreiben Sie sie wie name@example.org
details-phone = Schreiben Sie die Telefonnummer, wie man sie in diesem Land wählt ({ $country }), oder mit der Vorwahl, etwa +{ $code } …
details-phone-abroad = Schreiben Sie die Telefonnummer mit der Vorwahl des Landes
details-kept = Wir speichern sie als { $number }
details-usual = Meistens sieht sie aus wie { $example }. Wenn Ihre stimmt, lassen Sie sie stehen.
stepper-fewer = Einer weniger
stepper-more = Einer mehr
offline-now = Sie sind offline. Ihre Plätze bleiben reserviert, und was Sie schreiben, bleibt erhalten. Es geht weiter, sobald Sie wieder verbunden sind.
offline-again = Die Verbindung ist abgerissen. Wir versuchen es wieder.
offline-back = Sie sind wieder verbunden.
