# A session's page, as the server alone says it.
house-sections = Sections
house-free = { $count ->
    [one] 1 place free.
   *[other] { $count } places free.
}
house-rules = At most { $max } an order, held for { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
 } while you pay.
house-without-map = Choose places without the map
session-about = About
session-ways = About this performance
session-all-dates = All dates of { $event }
session-way-to = { $venue }: how to get there
session-calendar = Add to your calendar
section-all = { $title }: all sections
section-price = { $price } a place, all-in.
section-left = { $free } of { $capacity } free when this page was made.
section-seat = Seat
section-state = State
section-accessible = (accessible)
