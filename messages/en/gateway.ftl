# The gateway: from places to tickets.
error-mark = Error:
gateway-steps = Checkout
gateway-back = Back
gateway-cancel = Cancel
gateway-continue = Continue
gateway-no-script = Without a script the clock stands still: load the page again to see how much time is left.
gateway-optional = (optional)
gateway-test = Test
step-places = Places
step-details = Details
step-payment = Payment
step-tickets = Tickets
step-done = (done)

cancel-title = Cancel this order?
cancel-text = { $count ->
    [0] Nothing is held yet. You can begin again at any time.
    [one] Your place goes back on sale at once. You can begin again at any time.
   *[other] Your { $count } places go back on sale at once. You can begin again at any time.
}
cancel-keep = Keep my order
cancel-now = Cancel the order

summary-empty = Your order
summary-empty-total = Empty yet
summary-show = Show the order
summary-close = Close
summary-none = No places yet.
summary-total = Total
summary-all-in = All fees and taxes included
summary-places = { $count ->
    [one] 1 place
   *[other] { $count } places
}
line-seat = { NAMED($row) ->
    [yes] { $row }
   *[no] Row { $row }
}, seat { $seat }
line-standing = { $count } standing

amount-heading = How many
amount-have = { $count ->
    [one] You have 1 place
   *[other] You have { $count } places
}
amount-held = They are held for you. Go on, or choose others.
amount-change = Change places
amount-title = How many places?
amount-lead = We find the best that are free and hold them for you.
amount-refused = Not available
amount-places = Places
amount-most = At most { $count } an order
amount-between = Choose between 1 and { $count } places
amount-where = Where
amount-best = Best available
amount-best-about = Together, as near to the stage as can be
amount-none-left = Nothing left right now
amount-left-standing = Standing · { $count } left
amount-left-seated = Seated · { $count } left
amount-more = Price and access
amount-cheapest = Price from
amount-dearest = Price to
amount-any-price = Any
amount-accessible = One seat has to be accessible
amount-find = Find places
amount-map = Choose on the map
amount-sold-out = { $count ->
    [0] There is nothing left there right now. Try another section.
   *[other] There are not that many left together: { $count } at most. Ask for fewer, or try another section.
}
amount-taken = Somebody was quicker. Try again, or choose another section.
amount-limit = An order may have at most { $count } places.
amount-not-on-sale = This session is not on sale right now.
amount-again = Please choose again.

seats-heading = Choose places
seats-title = Choose your places

details-title = Your details
details-lead = No account needed. Your tickets are made out to you.
details-refused = Please look at this again
details-name = Full name
details-name-hint = As it shall stand on the tickets
details-email-label = E-mail
details-phone-label = Phone
details-phone-hint = Only if something changes on the day. Write it as you dial it
details-address = Billing address
details-country = Country
details-choose-country = Choose your country
details-show-country = Show the form for this country
details-continue = Continue to payment
details-too-long = Write it in at most { $count } characters
details-unprintable = This must not contain control characters

address-street-number = Street and number
address-number-street = Number and street
address-line2 = Flat, floor, building
address-city = City
address-city-post_town = Town or city
address-city-suburb = Town or suburb
address-city-district = District
address-state-state = State
address-state-province = Province
address-state-island = Island
address-state-department = Department
address-state-parish = Parish
address-state-oblast = Oblast
address-state-county = County
address-state-prefecture = Prefecture
address-state-emirate = Emirate
address-state-do_si = Province or city
address-state-district = District
address-state-area = Area
address-postcode-postal = Postcode
address-postcode-zip = ZIP code
address-postcode-pin = PIN code
address-postcode-eircode = Eircode
address-postcode-plz = Postcode (PLZ)
address-postcode-cap = Postcode (CAP)
address-postcode-cep = Postcode (CEP)
address-postcode-canadian = Postal code

missing-name = Enter your name
missing-email = Enter your e-mail address
missing-country = Choose your country
missing-street-number = Enter your street and number
missing-number-street = Enter your street and number
missing-line2 = Enter your flat, floor or building
missing-city = Enter your city
missing-city-post_town = Enter your town or city
missing-city-suburb = Enter your town or suburb
missing-city-district = Enter your district
missing-state-state = Enter your state
missing-state-province = Enter your province
missing-state-island = Enter your island
missing-state-department = Enter your department
missing-state-parish = Enter your parish
missing-state-oblast = Enter your oblast
missing-state-county = Enter your county
missing-state-prefecture = Enter your prefecture
missing-state-emirate = Enter your emirate
missing-state-do_si = Enter your province or city
missing-state-district = Enter your district
missing-state-area = Enter your area
missing-postcode-postal = Enter your postcode
missing-postcode-zip = Enter your ZIP code
missing-postcode-pin = Enter your PIN code
missing-postcode-eircode = Enter your Eircode
missing-postcode-plz = Enter your postcode (PLZ)
missing-postcode-cap = Enter your postcode (CAP)
missing-postcode-cep = Enter your postcode (CEP)
missing-postcode-canadian = Enter your postal code

ended-refunded = You have been refunded
ended-refunded-title = Order refunded
ended-refunded-text = Your payment came after the places were gone, or the order was taken back. The whole amount is on its way to you; banks need a few days.
ended-cancelled = The order is cancelled
ended-cancelled-title = Order cancelled
ended-cancelled-text = Nothing was charged, and the places are free for others again.
ended-expired = Your time ran out
ended-expired-text = The places went back on sale so that nobody waits for nothing. Nothing was charged, and what you typed is kept in this browser for the next try.
ended-again = Choose places again
ended-back = Back to the event
ended-elsewhere = See what else is on sale
ended-order = Order { $pnr }
