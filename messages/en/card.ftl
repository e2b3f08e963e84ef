# Paying by card, in Stripe's form.
card-heading = Pay by card
card-lead = { $count ->
    [one] Your place is held while you pay. What you type here goes to Stripe alone.
   *[other] Your { $count } places are held while you pay. What you type here goes to Stripe alone.
}
card-loading = The form for your payment is on its way.
card-no-script = Cards need a script
card-no-script-text = This form comes from Stripe and does not work without scripts. Pay in another way below.
card-unreachable = The form for cards did not load. Nothing was charged: load the page again, or pay in another way below.
card-wrong = Something in the form is not right yet.
card-cut-off = Stripe could not be reached. Nothing was charged: try again.
