# The house: on the session's page, and as the map's island says it.
map-label = Map
map-of-house = Map of the house
map-help = Arrow keys move the map, plus and minus zoom, zero shows all. The list of sections has the same seats for keyboard and screen reader.
map-level = Level { $number }
map-floor = Floor
map-prices = Prices
map-signs = Signs
map-zoom-in = Zoom in
map-zoom-out = Zoom out
map-show-all = Show all
map-only-price = Show only { $price }
map-stage = Stage
map-undrawable = This browser cannot draw the map. The list has every seat, and stays true.
map-failed = The map could not be loaded. The list has every seat.
map-try-again = Try again
sign-free = Free
sign-yours = Yours
sign-held = On hold
sign-sold = Sold
sign-off = Not on sale
sign-accessible = Accessible
sold-out-short = sold out

look-free = free
look-held = held
look-sold = sold
look-off = not on sale
look-own = yours
look-taking = taking
look-giving = giving back
look-unknown = unknown
seat-words = { row-name }, seat { $seat }{ $accessible ->
    [yes] , accessible
   *[no] {""}
}, { $price }, { $look }
places-name = { $section }, { $rows }
places-row = { NAMED($row) ->
    [yes] { $row }
   *[no] row { $row }
}, { $count ->
    [one] seat { $seats }
   *[other] seats { $seats }
}
list-and = { $first } and { $last }
row-keys = { $section }, { NAMED($row) ->
    [yes] { $row }
   *[no] row { $row }
}. Arrow keys go along the row.
row-name = { NAMED($row) ->
    [yes] { $row }
   *[no] Row { $row }
}
free-count = { $count ->
    [0] None free
   *[other] { $count } free
}
group-free = { $sections ->
    [one] 1 section
   *[other] { $sections } sections
} · { $count ->
    [0] none free
   *[other] { $count } free
}
row-free = { $count ->
    [0] none free
   *[other] { $count } free
}
free-standing = { $count ->
    [0] None free · standing
   *[other] { $count } free · standing
}
standing-less = One less in { $section }
standing-more = One more in { $section }
standing-yours = Yours in { $section }
standing-word = Standing

best-title = Best available
best-places = Places
best-where = Where
best-anywhere = Anywhere
best-more = Price and access
best-cheapest = Price from
best-dearest = Price to
best-any = Any
best-accessible = One seat has to be accessible
best-take = Take
best-taking = Taking…
best-yours = Yours: { $places }.

tray-none = No places yet
tray-places = { $count ->
    [one] 1 place
   *[other] { $count } places
}
tray-all-in = all-in
tray-continue = Continue
tray-give-back = Give back { $name }
tray-one-of = one of { $section }
notice-dismiss = Dismiss
notice-take-instead = Take { $places } instead

phase-before = On sale soon
phase-before-text = Look around: seats can be taken from then on, here on this page.
phase-from = On sale from { $when } { $zone }
phase-yours = Where you are: { $when }
phase-ended = The sale has ended
phase-ended-text = Tickets for this performance are no longer sold here.
phase-paused = The sale is paused
phase-paused-text = It goes on soon, here on this page. Places that are yours stay yours until their time runs out.
phase-postponed = This performance is postponed
phase-postponed-text = A new date will be told. Tickets that were bought stay valid.
phase-cancelled = This performance is cancelled
phase-cancelled-text = Whoever has bought a ticket gets the money back.
phase-sold-out = Sold out
phase-sold-out-text = Places come back when somebody's time runs out. This page shows it the moment it happens.
until-days = { $days } d { $hours } h
until-hours = { $hours } h { $minutes } min

banner-offline = You are offline. What is shown may be out of date, and nothing can be taken until you are back.
banner-closed = This page no longer hears of changes. Load it again.
banner-lost = The connection was lost. Connecting again; what is shown may be out of date.
banner-connecting = Connecting… What is free is not known yet.
banner-back = Connected again: everything is up to date.

hindrance-before = Not on sale yet.
hindrance-ended = The sale has ended.
hindrance-paused = The sale is paused. Nothing can be taken until it goes on.
hindrance-postponed = This performance is postponed. Nothing can be taken now.
hindrance-cancelled = This performance is cancelled.
hindrance-offline = You are offline. Seats can be taken when you are back.
hindrance-reconnecting = Connecting again. Seats can be taken in a moment.
hindrance-loading = One moment: the house is being loaded.
hindrance-paying = A payment is under way, so your places cannot change now.

why-held = { $place } is on hold for somebody, and may come back.
why-sold = { $place } is sold.
why-off = { $place } is not on sale.
refused-taken = { $places } was just taken.
refused-taken-alone = { $places } was just taken, and nothing nearby is free.
refused-quicker = Somebody was quicker.
refused-quicker-alone = Somebody was quicker, and nothing nearby is free.
refused-together = { $count ->
    [one] So many together are not left there: 1 place is free.
   *[other] So many together are not left there: { $count } places are free.
}
refused-left = { $count ->
    [one] Only 1 place is left.
   *[other] Only { $count } places are left.
}
refused-none = Nothing is left there.
refused-none-accessible = No accessible place is left there.
refused-none-priced = Nothing is left at that price.
refused-limit = An order can have { $count } places at most. { $left ->
    [0] Give one back to take another.
    [one] One more fits into yours.
   *[other] { $left } more fit into yours.
}
refused-ran-out = The time for your order ran out and its places went back on sale. Take them again to start over.
refused-paid = That order is paid. Take a seat to begin another.
refused-not-yet = Not on sale yet.
refused-closed = The sale is closed.
refused-too-many = This order has changed too often. Continue with what you have, or cancel it.
refused-lapsed = Those places were given back meanwhile. Take them again if you still want them.
refused-quick = { $count ->
    [one] That was quick! Wait a second and try again.
   *[other] That was quick! Wait { $count } seconds and try again.
}
refused-busy = { $count ->
    [one] Very many people are here right now. Nothing was lost: try again in a second.
   *[other] Very many people are here right now. Nothing was lost: try again in { $count } seconds.
}
refused-unreachable = The server cannot be reached. Check your connection and try again.
refused-otherwise = That did not work: { $reason }. Load the page again and try once more.
order-paid = Your order is paid. Its tickets are on its page.
