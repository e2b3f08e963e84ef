# The order's clock: on the page, and as its island says it.
clock-held = Held for you
clock-left = Time left
clock-paying = Held while you pay
clock-short = Little time left
clock-over = Time is up
clock-about = { $count ->
    [one] about a minute
   *[other] about { $count } min
}
clock-add = Add time
clock-added-once = More time was already added once.
clock-not-added = No time was added. Please try again.
clock-now = You now have { $time }.
clock-told = { $time } left to finish your order.
clock-told-offer = { $time } left to finish your order. You can add time once.
clock-minutes = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
clock-seconds = { $count ->
    [one] 1 second
   *[other] { $count } seconds
}
clock-ran-out = Your time ran out
clock-ran-out-text = The places went back on sale. Nothing was charged, and what you typed is kept in this browser for the next try.
clock-again = Choose places again
