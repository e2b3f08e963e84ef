# Wie gezahlt wird, und was daraus wurde.
method-heading = Zahlungsart
method-title = Wie möchten Sie zahlen?
method-lead = Sie zahlen im nächsten Schritt { $total }, alles inbegriffen.
method-legend = Zahlungsart
method-missing = Wählen Sie, wie Sie zahlen möchten
method-none = Hier nimmt noch niemand Zahlungen an
method-none-text = Diese Kasse ist noch mit keinem Zahlungsdienst verbunden. Ihre Plätze bleiben reserviert, bis Ihre Zeit um ist.
method-stripe = Karte
method-paypal = PayPal
method-test = Testkarte
method-about-stripe = Visa, Mastercard, American Express und andere
method-about-paypal = Sie gehen zu PayPal und kommen danach hierher zurück
method-about-test = Nur in dieser Demo: Es fließt kein Geld. Sie entscheiden, ob die Zahlung angenommen wird
method-failing = Diese Zahlungsart antwortet gerade nicht
method-failing-mark = Antwortet nicht
method-failing-text = { $count ->
    [one] Wir haben { $method } nicht erreicht. Es wurde nichts abgebucht, und Ihr Platz ist weiter reserviert.
   *[other] Wir haben { $method } nicht erreicht. Es wurde nichts abgebucht, und Ihre { $count } Plätze sind weiter reserviert.
}
method-failing-otherwise = Zahlen Sie unten anders, oder versuchen Sie es gleich noch einmal.
method-failing-again = Versuchen Sie es gleich noch einmal.

payment-heading = Zahlung
payment-title = { $total } zahlen
payment-lead = Alle Gebühren und Steuern sind enthalten. Es kommt nichts mehr dazu.
payment-free-title = Nichts zu zahlen
payment-free-lead = Ein Klick, und die Karten gehören Ihnen.
payment-free-button = Karten holen
payment-pending = Wir warten auf Ihre Zahlung
payment-pending-lead = Ihre Plätze bleiben reserviert, während Sie zahlen. Sobald die Zahlung da ist, erscheinen hier Ihre Karten.
payment-pending-text = Wir warten auf die Antwort. Lassen Sie diese Seite offen, oder kommen Sie später wieder.
payment-continue = Weiter zur Zahlung
payment-otherwise = Anders zahlen
payment-declined-heading = Zahlung abgelehnt
payment-declined = Die Zahlung wurde abgelehnt
payment-declined-text = { $count ->
    [one] Es wurde nichts abgebucht, und Ihr Platz gehört weiter Ihnen. Versuchen Sie es noch einmal, oder zahlen Sie anders. Wird sie wieder abgelehnt, weiß Ihre Bank, warum.
   *[other] Es wurde nichts abgebucht, und Ihre { $count } Plätze gehören weiter Ihnen. Versuchen Sie es noch einmal, oder zahlen Sie anders. Wird sie wieder abgelehnt, weiß Ihre Bank, warum.
}
payment-cancelled = Die letzte Zahlung wurde nicht abgeschlossen
payment-cancelled-text = { $count ->
    [one] Es wurde nichts abgebucht. Ihr Platz ist weiter reserviert: Zahlen Sie, wenn Sie so weit sind.
   *[other] Es wurde nichts abgebucht. Ihre Plätze sind weiter reserviert: Zahlen Sie, wenn Sie so weit sind.
}
payment-buyer = Karten für
payment-method = Zahlung mit
payment-change = Ändern
payment-change-details = (Ihre Angaben)
payment-change-method = (die Zahlungsart)
payment-hint = Sie bestätigen die Zahlung bei Ihrem Zahlungsdienst.
payment-hint-card = Ihre Karte geben Sie im nächsten Schritt ein.
payment-hint-test = Das ist eine Demo: Sie kommen auf eine Testseite, die für eine Bank steht. Es fließt kein Geld.

test-payment = Testzahlung
test-payment-lead = Diese Seite steht für eine Bank. Es fließt kein Geld: Sie entscheiden, wie sie antwortet.
test-payment-bank = Testbank
test-payment-decline = Karte ablehnen
test-payment-back = Zurück zur Bestellung
