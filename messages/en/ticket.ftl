# The confirmation, the ticket on the screen, on paper and in a calendar.
confirmation-heading = Your tickets for { $title }
confirmation-title = You’re in
confirmation-lead = { $count ->
    [one] Your ticket is here. Show the code at the door.
   *[other] Your { $count } tickets are here. Show the code at the door.
}
confirmation-tickets = Your tickets
confirmation-doors = Doors open at { $when }
confirmation-paid = { $count ->
    [one] 1 ticket, { $total } paid, all-in
   *[other] { $count } tickets, { $total } paid, all-in
}
confirmation-pdf = { $count ->
    [one] Ticket as PDF
   *[other] All tickets as PDF
}
confirmation-calendar = Add to calendar
confirmation-more = More events
confirmation-keep = This page opens again on this device for seven days. To be safe, keep the PDF.
changed-postponed = This session was postponed
changed-cancelled = This session was cancelled
changed-kept = Your tickets are kept. What happens next, we tell you at the address you gave.
changed-next = What happens next, we tell you at the address you gave.

ticket-heading = Ticket { $number } of { $count } for { $title }
ticket-of = Ticket { $number } of { $count }
ticket-of-hidden = , ticket { $number } of { $count }
ticket-number = Ticket { $number }
ticket-tickets = Tickets
ticket-large = Large, for the door
ticket-others = Your other tickets
ticket-back = Order
ticket-code = QR code of ticket { $number }
ticket-section = Section
ticket-row = Row
ticket-seat = Seat
ticket-place = Place
ticket-standing = Standing
ticket-holder = Holder
ticket-order = Order
ticket-price = Price, all-in

paper-of = TICKET { $number } OF { $count }
paper-when = WHEN
paper-where = WHERE
paper-section = SECTION
paper-row = ROW
paper-seat = SEAT
paper-place = PLACE
paper-standing = Free choice
paper-holder = HOLDER
paper-anybody = Whoever presents it
paper-price = PRICE, ALL-IN
paper-order = ORDER
paper-show = Show this code at the door
paper-code = The ticket's QR code
paper-doors = { $zone } · doors open at { $time }
paper-doors-earlier = { $zone } · doors open on { $when }
paper-stub-row = { NAMED($row) ->
    [yes] { $row }
   *[no] Row { $row }
}
paper-stub-seat = Seat { $seat }
paper-footer = Frontrow · order { $pnr } · ticket { $ticket }
paper-title = { $title }: tickets { $pnr }
paper-file = ticket { $number }
paper-rules = GOOD TO KNOW
paper-rule-1 = This ticket admits one person, once. The first scan of its code counts: whoever has a picture of it could use it, so show it to nobody but the staff at the door.
paper-rule-2 = Have the code ready, on this page or on a bright screen. Keep it flat and clean; it may be printed in black and white.
paper-rule-3 = Please come in good time. Latecomers are let in when the performance allows it.
paper-rule-4 = Should the event be moved or cancelled, we write to the address that the tickets were bought with. For questions, have the order's reference at hand.

entry-seat = { $section }, { NAMED($row) ->
    [yes] { $row }
   *[no] row { $row }
}, seat { $seat }
entry-order = Order { $pnr }
