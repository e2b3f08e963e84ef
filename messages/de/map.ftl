# Das Haus: auf der Seite der Vorstellung, und wie die Insel des Plans es sagt.
map-label = Plan
map-of-house = Plan des Hauses
map-help = Pfeiltasten bewegen den Plan, Plus und Minus vergrößern und verkleinern ihn, die Null zeigt alles. Die Liste der Bereiche hat dieselben Plätze für Tastatur und Sprachausgabe.
map-level = Ebene { $number }
map-floor = Stockwerk
map-prices = Preise
map-signs = Zeichen
map-zoom-in = Größer
map-zoom-out = Kleiner
map-show-all = Alles zeigen
map-only-price = Nur { $price } zeigen
map-stage = Bühne
map-undrawable = Dieser Browser kann den Plan nicht zeichnen. Die Liste hat jeden Platz und bleibt aktuell.
map-failed = Der Plan ließ sich nicht laden. Die Liste hat jeden Platz.
map-try-again = Noch einmal versuchen
sign-free = Frei
sign-yours = Ihre
sign-held = Reserviert
sign-sold = Verkauft
sign-off = Nicht im Verkauf
sign-accessible = Barrierefrei
sold-out-short = ausverkauft

look-free = frei
look-held = reserviert
look-sold = verkauft
look-off = nicht im Verkauf
look-own = Ihrer
look-taking = wird genommen
look-giving = wird zurückgegeben
look-unknown = unbekannt
seat-words = { row-name }, Platz { $seat }{ $accessible ->
    [yes] , barrierefrei
   *[no] {""}
}, { $price }, { $look }
places-name = { $section }, { $rows }
places-row = { NAMED($row) ->
    [yes] { $row }
   *[no] Reihe { $row }
}, { $count ->
    [one] Platz { $seats }
   *[other] Plätze { $seats }
}
list-and = { $first } und { $last }
row-keys = { $section }, { NAMED($row) ->
    [yes] { $row }
   *[no] Reihe { $row }
}. Pfeiltasten gehen die Reihe entlang.
row-name = { NAMED($row) ->
    [yes] { $row }
   *[no] Reihe { $row }
}
free-count = { $count ->
    [0] Nichts frei
   *[other] { $count } frei
}
group-free = { $sections ->
    [one] 1 Bereich
   *[other] { $sections } Bereiche
} · { $count ->
    [0] nichts frei
   *[other] { $count } frei
}
row-free = { $count ->
    [0] nichts frei
   *[other] { $count } frei
}
free-standing = { $count ->
    [0] Nichts frei · Stehplätze
   *[other] { $count } frei · Stehplätze
}
standing-less = Einer weniger in { $section }
standing-more = Einer mehr in { $section }
standing-yours = Ihre in { $section }
standing-word = Stehplatz

best-title = Beste Plätze
best-places = Plätze
best-where = Wo
best-anywhere = Überall
best-more = Preis und Zugang
best-cheapest = Preis ab
best-dearest = Preis bis
best-any = Beliebig
best-accessible = Ein Platz muss barrierefrei sein
best-take = Nehmen
best-taking = Einen Moment …
best-yours = Für Sie: { $places }.

tray-none = Noch keine Plätze
tray-places = { $count ->
    [one] 1 Platz
   *[other] { $count } Plätze
}
tray-all-in = Endpreis
tray-continue = Weiter
tray-give-back = { $name } zurückgeben
tray-one-of = Einen Platz in { $section }
notice-dismiss = Schließen
notice-take-instead = Stattdessen { $places } nehmen

phase-before = Bald im Verkauf
phase-before-text = Sehen Sie sich um: Ab dann können Sie hier auf dieser Seite Plätze nehmen.
phase-from = Im Verkauf ab { $when } { $zone }
phase-yours = Bei Ihnen: { $when }
phase-ended = Der Verkauf ist beendet
phase-ended-text = Für diese Vorstellung werden hier keine Karten mehr verkauft.
phase-paused = Der Verkauf ruht
phase-paused-text = Er geht bald weiter, hier auf dieser Seite. Plätze, die Ihnen gehören, bleiben Ihre, bis ihre Zeit um ist.
phase-postponed = Diese Vorstellung ist verschoben
phase-postponed-text = Ein neuer Termin wird bekannt gegeben. Gekaufte Karten bleiben gültig.
phase-cancelled = Diese Vorstellung ist abgesagt
phase-cancelled-text = Wer eine Karte gekauft hat, bekommt das Geld zurück.
phase-sold-out = Ausverkauft
phase-sold-out-text = Plätze kommen zurück, wenn jemandes Zeit um ist. Diese Seite zeigt es im selben Augenblick.
until-days = { $days } T. { $hours } Std.
until-hours = { $hours } Std. { $minutes } Min.

banner-offline = Sie sind offline. Was hier steht, kann veraltet sein, und nichts lässt sich nehmen, bis Sie wieder verbunden sind.
banner-closed = Diese Seite erfährt nichts Neues mehr. Laden Sie sie neu.
banner-lost = Die Verbindung ist abgerissen. Wir verbinden neu; was hier steht, kann veraltet sein.
banner-connecting = Wir verbinden … Was frei ist, wissen wir noch nicht.
banner-back = Wieder verbunden: Alles ist aktuell.

hindrance-before = Noch nicht im Verkauf.
hindrance-ended = Der Verkauf ist beendet.
hindrance-paused = Der Verkauf ruht. Nichts lässt sich nehmen, bis er weitergeht.
hindrance-postponed = Diese Vorstellung ist verschoben. Jetzt lässt sich nichts nehmen.
hindrance-cancelled = Diese Vorstellung ist abgesagt.
hindrance-offline = Sie sind offline. Plätze nehmen geht, sobald Sie wieder verbunden sind.
hindrance-reconnecting = Wir verbinden neu. Plätze nehmen geht gleich wieder.
hindrance-loading = Einen Moment: Das Haus wird geladen.
hindrance-paying = Eine Zahlung läuft, darum lassen sich Ihre Plätze jetzt nicht ändern.

why-held = { $place } ist für jemanden reserviert und kommt vielleicht zurück.
why-sold = { $place } ist verkauft.
why-off = { $place } ist nicht im Verkauf.
refused-taken = { $places }: gerade vergeben.
refused-taken-alone = { $places }: gerade vergeben, und in der Nähe ist nichts frei.
refused-quicker = Jemand war schneller.
refused-quicker-alone = Jemand war schneller, und in der Nähe ist nichts frei.
refused-together = { $count ->
    [one] So viele nebeneinander gibt es dort nicht mehr: 1 Platz ist frei.
   *[other] So viele nebeneinander gibt es dort nicht mehr: { $count } Plätze sind frei.
}
refused-left = { $count ->
    [one] Nur noch 1 Platz ist frei.
   *[other] Nur noch { $count } Plätze sind frei.
}
refused-none = Dort ist nichts mehr frei.
refused-none-accessible = Dort ist kein barrierefreier Platz mehr frei.
refused-none-priced = Zu diesem Preis ist nichts mehr frei.
refused-limit = Eine Bestellung kann höchstens { $count } Plätze haben. { $left ->
    [0] Geben Sie einen zurück, um einen anderen zu nehmen.
    [one] In Ihre passt noch einer.
   *[other] In Ihre passen noch { $left }.
}
refused-ran-out = Die Zeit Ihrer Bestellung ist abgelaufen, und ihre Plätze sind wieder im Verkauf. Nehmen Sie sie noch einmal, um neu zu beginnen.
refused-paid = Diese Bestellung ist bezahlt. Nehmen Sie einen Platz, um eine neue zu beginnen.
refused-not-yet = Noch nicht im Verkauf.
refused-closed = Der Verkauf ist geschlossen.
refused-too-many = Diese Bestellung wurde zu oft geändert. Machen Sie mit dem weiter, was Sie haben, oder brechen Sie ab.
refused-lapsed = Diese Plätze wurden inzwischen zurückgegeben. Nehmen Sie sie noch einmal, wenn Sie sie noch wollen.
refused-quick = { $count ->
    [one] Das ging schnell! Warten Sie eine Sekunde, und versuchen Sie es noch einmal.
   *[other] Das ging schnell! Warten Sie { $count } Sekunden, und versuchen Sie es noch einmal.
}
refused-busy = { $count ->
    [one] Gerade sind sehr viele Menschen hier. Nichts ist verloren: Versuchen Sie es in einer Sekunde noch einmal.
   *[other] Gerade sind sehr viele Menschen hier. Nichts ist verloren: Versuchen Sie es in { $count } Sekunden noch einmal.
}
refused-unreachable = Der Server ist nicht zu erreichen. Prüfen Sie Ihre Verbindung, und versuchen Sie es noch einmal.
refused-otherwise = Das hat nicht geklappt: { $reason }. Laden Sie die Seite neu, und versuchen Sie es noch einmal.
order-paid = Ihre Bestellung ist bezahlt. Die Karten sind auf ihrer Seite.
