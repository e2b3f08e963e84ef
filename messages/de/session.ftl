# Die Seite einer Vorstellung, wie der Server allein sie sagt.
house-sections = Bereiche
house-free = { $count ->
    [one] 1 Platz frei.
   *[other] { $count } Plätze frei.
}
house-rules = Höchstens { $max } je Bestellung, { $minutes ->
    [one] eine Minute
   *[other] { $minutes } Minuten
 } reserviert, während Sie zahlen.
house-without-map = Plätze ohne den Plan wählen
session-about = Worum es geht
session-ways = Zu dieser Vorstellung
session-all-dates = Alle Termine: { $event }
session-way-to = { $venue }: Anfahrt
session-calendar = In den Kalender
section-all = { $title }: alle Bereiche
section-price = { $price } je Platz, Endpreis.
section-left = { $free } von { $capacity } waren frei, als diese Seite entstand.
section-seat = Platz
section-state = Stand
section-accessible = (barrierefrei)
