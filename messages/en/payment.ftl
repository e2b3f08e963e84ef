# How to pay, and what came of it.
method-heading = How to pay
method-title = How do you want to pay?
method-lead = You pay { $total }, all included, in the next step.
method-legend = Way to pay
method-missing = Choose how you want to pay
method-none = Nobody takes payments here yet
method-none-text = This box office has not connected a payment provider. Your places are held until your time is up.
method-stripe = Card
method-paypal = PayPal
method-test = Test card
method-about-stripe = Visa, Mastercard, American Express and others
method-about-paypal = You go to PayPal and come back when it is done
method-about-test = Only in this demo: no money moves. You decide whether it is accepted or declined
method-failing = That way to pay does not answer right now
method-failing-mark = Not answering
method-failing-text = { $count ->
    [one] We could not reach { $method }. Nothing was charged, and your place is still held.
   *[other] We could not reach { $method }. Nothing was charged, and your { $count } places are still held.
}
method-failing-otherwise = Pay in another way below, or try again in a moment.
method-failing-again = Try again in a moment.

payment-heading = Payment
payment-title = Pay { $total }
payment-lead = All fees and taxes are in it. Nothing is added later.
payment-free-title = Nothing to pay
payment-free-lead = One press, and the tickets are yours.
payment-free-button = Get the tickets
payment-pending = Waiting for your payment
payment-pending-lead = Your places are held while you pay. As soon as the payment is through, your tickets appear here.
payment-pending-text = We are listening for the answer. You may leave this page open, or come back to it.
payment-continue = Go on paying
payment-otherwise = Pay in another way
payment-declined-heading = Payment declined
payment-declined = The payment was declined
payment-declined-text = { $count ->
    [one] Nothing was charged, and your place is still yours. Try again, or pay in another way. If it is declined again, your bank can say why.
   *[other] Nothing was charged, and your { $count } places are still yours. Try again, or pay in another way. If it is declined again, your bank can say why.
}
payment-cancelled = The last payment was not finished
payment-cancelled-text = { $count ->
    [one] Nothing was charged. Your place is still held: pay when you are ready.
   *[other] Nothing was charged. Your places are still held: pay when you are ready.
}
payment-buyer = Tickets for
payment-method = Paying with
payment-change = Change
payment-change-details = your details
payment-change-method = how you pay
payment-hint = You confirm the payment with your provider.
payment-hint-card = You enter your card in the next step.
payment-hint-test = This is a demo: you go to a test page that stands for a bank. No money moves.

test-payment = Test payment
test-payment-lead = This page stands for a bank. No money moves: you decide how it answers.
test-payment-bank = Test bank
test-payment-decline = Decline the card
test-payment-back = Back to the order
