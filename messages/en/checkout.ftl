# What the gateway's islands say.
details-email = Write it as name@example.org
details-phone = Write the phone number as you dial it in { $country }, or with its country code, such as +{ $code } …
details-phone-abroad = Write the phone number with its country code
details-kept = We keep it as { $number }
details-usual = Usually it looks like { $example }. If yours is right, leave it.
stepper-fewer = One fewer
stepper-more = One more
offline-now = You are offline. Your places stay held, and what you type is kept. We go on as soon as you are back.
offline-again = The connection was lost. We are trying again.
offline-back = You are connected again.
